"""Random campaigns rehearsed for the designer: hours add up to the counts, paths to the visits."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import pytest

from engine.campaign import campaign_file
from engine.campaign.rates import rateable
from engine.report.counts import Counts
from engine.report.timeline import Series, Timeline, timeline_of
from engine.report.visits import visits
from engine.run.journey import journey_of
from engine.run.reactions import Reactions, reactions_of
from engine.run.settings import EngineSettings
from engine.run.simulate import Given, Rehearsed, rehearse
from engine.store.database import Database
from engine.store.imports.folder import import_folder
from engine.workspace import bundle as bundles
from engine.workspace.workspace import Workspace
from tests.databases import empty_database
from tests.engine.random_cases.making import make
from tests.engine.random_cases.writing import CAMPAIGN_FILE, write

CASES = (3, 25, 73)
"""The last two have an AB test that ends."""
FULL = 400
WAYS = ("arrived", "passed", "left", "merged", "exited", "held_back")
PEOPLE = 5
"""Of each case, whose paths are looked at."""


def check(seed: int, folder: Path) -> None:
    """One case by its results file, and once more by rates."""
    case = make(seed)
    write(case, folder)
    workspace = Workspace.open(folder / "workspace")
    began = datetime.fromisoformat(case.since)
    database = folder / "engine.db"
    database.write_bytes(empty_database())
    with Database.open(database) as store:
        import_folder(store, folder / "data", now=began)
    document = campaign_file.load(folder / "workspace" / CAMPAIGN_FILE)
    until = None if case.until is None else datetime.fromisoformat(case.until)
    shares = {
        one.node: {what: 100.0 / (n + 2) for n, what in enumerate(one.of)} for one in rateable(document)
    }
    for results, reactions in (
        (folder / "results.csv", Reactions()),
        (None, reactions_of(document, "rates", shares)),
    ):
        given = Given(since=began, until=until, results=results, reactions=reactions)
        bundle = bundles.make(workspace, document)
        with rehearse(bundle, database, EngineSettings.of(workspace), given) as rehearsed:
            check_one(rehearsed, workspace)


def check_one(rehearsed: Rehearsed, workspace: Workspace) -> None:
    campaign = rehearsed.plan.context.campaign
    with rehearsed.begin() as connection:
        summary = rehearsed.summary(connection)
        assert summary.violations == ()
        check_hours(timeline_of(connection, campaign), summary.counts)
        seen = list(visits(connection, campaign))
        for person in sorted({one.person for one in seen})[:PEOPLE]:
            steps = journey_of(connection, rehearsed, person, workspace)
            told = Counter((one.entry, one.node, one.arrived, one.left, one.outcome) for one in steps)
            assert told == Counter(
                (one.entry, one.node, one.arrived, one.left, one.outcome)
                for one in seen
                if one.person == person
            )
            assert all(str(fact.asked) and str(fact.found) for step in steps for fact in step.facts)
            check_facts(steps)


def check_hours(timeline: Timeline, counts: Counts) -> None:
    def total(series: Series) -> int:
        assert series == sorted(series)
        return sum(n for _, n in series)

    for node, seen in counts.nodes.items():
        by = {what: total(series) for what, series in timeline.nodes.get(node, {}).items()}
        wanted = Counter({what: getattr(seen, what) for what in WAYS})
        assert Counter(by) == wanted, node
    assert {link: total(one) for link, one in timeline.links.items()} == dict(counts.links)
    assert (total(timeline.entries), total(timeline.finished)) == (counts.entries, counts.finished)
    messages = {
        node: {state: {reason: total(one) for reason, one in by.items()} for state, by in states.items()}
        for node, states in timeline.messages.items()
    }
    assert messages == {
        node: {s: dict(by) for s, by in states.items()} for node, states in counts.reasons.items()
    }


def check_facts(steps: Any) -> None:
    """Where a branch was taken by a single condition, that held; those passed over did not."""
    for step in steps:
        by_port: dict[str, list[bool | None]] = {}
        for fact in step.facts:
            if fact.port:
                by_port.setdefault(fact.port, []).append(cast("bool | None", fact.holds))
        for port, holds in by_port.items():
            if len(holds) == 1 and holds[0] is not None:
                assert holds[0] is (port == step.outcome), step


@pytest.mark.parametrize("seed", CASES)
def test_hours_and_paths_are_what_happened(seed: int, tmp_path: Path) -> None:
    check(seed, tmp_path)


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_hours_and_paths_are_what_happened_many_times(tmp_path: Path) -> None:
    for seed in range(FULL):
        check(seed, tmp_path / str(seed))
