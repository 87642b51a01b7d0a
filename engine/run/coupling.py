"""Which campaigns can make a difference to each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator

from engine.run.running import RunningVersion


def coupled(versions: Iterable[RunningVersion], *, limited: bool) -> set[int]:
    """Keys of the versions to which another one can make a difference, or the other way round.

    limited: the workspace limits how often people are contacted.
    """
    sharing: dict[Hashable, dict[int, bool]] = defaultdict(dict)
    for version in versions:
        for subject, changes in _subjects(version, limited=limited):
            sharing[subject][version.key] = changes
    return {
        key for sharers in sharing.values() if len(sharers) > 1 and any(sharers.values()) for key in sharers
    }


def _subjects(version: RunningVersion, *, limited: bool) -> Iterator[tuple[Hashable, bool]]:
    """What the version may share with others, and whether it changes it for them."""
    influence = version.plan.layout.influence
    for tag in influence.reads | influence.writes:
        yield ("tag", tag), tag in influence.writes
    if limited and influence.contacts:
        yield "contacts", influence.marketing
    for name in {contest.name for contest in influence.contests.values()}:
        # Tests are a campaign's own, coupon codes are everybody's.
        yield ("contest", name, None if name.startswith("coupon:") else version.campaign), True
    yield ("campaign", version.campaign), influence.in_order
