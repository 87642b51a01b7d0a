"""Who goes another way in a second rehearsal: as the plain visits of both say."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from engine.report.visits import visits
from engine.run import ways
from engine.run.reactions import reactions_of
from engine.run.simulate import Given, People, Rehearsed, rehearse
from engine.workspace.bundle import Bundle
from tests.databases import Target
from tests.engine.run.drafting import NOW, SETTINGS, bundle, populate
from tests.engine.run.test_rehearsing import BRANCHING, BRANCHING_LINKS

PEOPLE = 12
WITHOUT_WAIT = [link.replace("result:success n_wait", "result:success n_end") for link in BRANCHING_LINKS]
"""Those who got the SMS no longer wait; others still do."""


def given(**more: Any) -> Given:
    return Given(since=NOW, until=NOW + timedelta(days=3), **more)


def by_hand(rehearsed: Rehearsed) -> dict[str, Counter[tuple[int, str, str]]]:
    """Everybody's visits, whatever their moments."""
    found: dict[str, Counter[tuple[int, str, str]]] = {}
    with rehearsed.begin() as connection:
        for one in visits(connection, rehearsed.plan.context.campaign):
            found.setdefault(one.person, Counter())[one.entry, one.node, one.outcome] += 1
    return found


def compared(
    target: Target, folder: Path, first: tuple[Bundle, Given], second: tuple[Bundle, Given]
) -> ways.Differing:
    """What differs between two rehearsals, which has to be what their visits say."""
    file = folder / "ways.csv"
    campaign, how = first
    with rehearse(campaign, target, SETTINGS, how) as one:
        there = by_hand(one)
        with one.begin() as connection:
            ways.write_ways(connection, one.plan.context.campaign, file)
    campaign, how = second
    with rehearse(campaign, target, SETTINGS, how) as other:
        here = by_hand(other)
        with other.begin() as connection:
            found = ways.differing(connection, other.plan.context.campaign, file)
    differ = {who for who in {*here, *there} if here.get(who) != there.get(who)}
    assert set(found.people) == differ
    assert list(found.people) == sorted(found.people)
    assert found.other_way == len(differ & here.keys() & there.keys())
    assert found.only_here == len(here.keys() - there.keys())
    assert found.only_there == len(there.keys() - here.keys())
    assert found.compared == len(here.keys() | there.keys())
    return found


def test_just_those_differ_whom_the_change_concerns(target: Target, tmp_path: Path) -> None:
    populate(target, tmp_path, people=PEOPLE)
    campaign = bundle(BRANCHING, BRANCHING_LINKS)
    half = given(reactions=reactions_of(campaign.campaign, "rates", {"n_sms": {"delivered": 50.0}}))
    settings = compared(target, tmp_path, (campaign, given()), (campaign, half))
    assert 0 < settings.other_way < PEOPLE
    version = compared(target, tmp_path, (campaign, half), (bundle(BRANCHING, WITHOUT_WAIT), half))
    assert 0 < version.other_way < PEOPLE
    fewer = replace(half, people=People(persons=("p1", "p2")))
    nobody_else = compared(target, tmp_path, (campaign, half), (campaign, fewer))
    assert (nobody_else.other_way, nobody_else.only_there) == (0, PEOPLE - 2)
    assert not compared(target, tmp_path, (campaign, half), (campaign, half)).people


def test_ways_are_told_in_order_of_time(target: Target, tmp_path: Path) -> None:
    populate(target, tmp_path, people=2)
    with rehearse(bundle(BRANCHING, BRANCHING_LINKS), target, SETTINGS, given()) as one, one.begin() as rows:
        found = ways.passages(rows, one.plan, ["p2", "nobody"])
    assert found["nobody"] == []
    assert [(step.node, step.outcome) for step in found["p2"]] == [
        ("n_who", "out"), ("n_named", "other"), ("n_sms", "out"), ("n_sent", "result:success"),
        ("n_wait", "out"), ("n_end", "done"),
    ]  # fmt: skip


def test_other_data_is_noticed(target: Target, tmp_path: Path) -> None:
    populate(target, tmp_path / "first", people=2)

    def data() -> str:
        with (
            rehearse(bundle(BRANCHING, BRANCHING_LINKS), target, SETTINGS, given()) as one,
            one.begin() as it,
        ):
            return ways.data_of(it)

    before = data()
    assert data() == before
    populate(target, tmp_path / "second", people=2, events=[("e_1", "p1", "order", NOW.isoformat(), "")])
    assert data() != before
