"""Which campaigns run in lockstep: those of which one can make a difference to the other."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

import pytest

from engine.plan.influence import Contest, Influence
from engine.run.coupling import coupled

CASES = 300


def version(key: int, **said: Any) -> Any:
    """A version as far as it matters here."""
    contests = {f"n_{n}": Contest(name, frozenset()) for n, name in enumerate(said.pop("contests", ()))}
    campaign = said.pop("campaign", key)
    influence = Influence(
        cuts=frozenset(),
        in_order=said.pop("in_order", False),
        contests=contests,
        reads=frozenset(said.pop("reads", ())),
        writes=frozenset(said.pop("writes", ())),
        contacts=said.pop("contacts", False),
        marketing=said.pop("marketing", False),
    )
    assert not said
    layout = SimpleNamespace(influence=influence)
    return SimpleNamespace(key=key, campaign=campaign, plan=SimpleNamespace(layout=layout))


def make_a_difference(one: Any, other: Any, *, limited: bool) -> bool:
    """The rule for a pair, as the specification puts it."""
    a, b = one.plan.layout.influence, other.plan.layout.influence
    if (a.writes & (b.writes | b.reads)) | (b.writes & a.reads):
        return True
    if limited and a.contacts and b.contacts and (a.marketing or b.marketing):
        return True
    shared = {contest.name for contest in a.contests.values()} & {c.name for c in b.contests.values()}
    if one.campaign == other.campaign:
        return bool(shared) or a.in_order or b.in_order
    return any(name.startswith("coupon:") for name in shared)


def anything(rng: random.Random, key: int) -> Any:
    names = ("coupon:a", "coupon:b", "test:n_1")
    return version(
        key,
        campaign=rng.randint(1, 4),
        in_order=rng.random() < 0.15,
        contests=[name for name in names if rng.random() < 0.15],
        reads=[tag for tag in "xyz" if rng.random() < 0.15],
        writes=[tag for tag in "xyz" if rng.random() < 0.1],
        contacts=(contacts := rng.random() < 0.3),
        marketing=contacts and rng.random() < 0.3,
    )


@pytest.mark.parametrize("limited", [False, True])
def test_it_is_as_if_every_pair_were_looked_at(limited: bool) -> None:
    rng = random.Random(7)
    for _ in range(CASES):
        versions = [anything(rng, key) for key in range(rng.randint(0, 6))]
        pairs = {
            one.key
            for one in versions
            for other in versions
            if one is not other and make_a_difference(one, other, limited=limited)
        }
        assert coupled(versions, limited=limited) == pairs
