"""Reports of random campaigns: whatever is told adds up, and behind every number stand its people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection

from engine.campaign import campaign_file
from engine.report.behind import BadCursorError, Number, What, people_behind
from engine.report.funnel import FunnelStep
from engine.report.overview import BadPath, Course, Report, report_of
from engine.report.series import Step
from engine.run.settings import EngineSettings
from engine.run.simulate import Given, rehearse
from engine.store.database import Database
from engine.store.imports.folder import import_folder
from engine.workspace import bundle as bundles
from engine.workspace.workspace import Workspace
from tests.engine.random_cases.making import make
from tests.engine.random_cases.writing import CAMPAIGN_FILE, write

SEEDS = range(100, 105)
LARGE = 103
"""So many people and ways that one database is enough."""


def adds_up(report: Report) -> None:
    """Conservation: of everything that is told, the parts are the whole."""
    counts = report.counts
    assert counts.entries == counts.inside + counts.finished
    assert sum(cycle.entries for cycle in counts.cycles) == counts.entries
    down = dict.fromkeys(counts.nodes, 0)
    for flow in report.flows:
        down[flow.target] += flow.n
    targets = {flow.target for flow in report.flows}
    for node, seen in counts.nodes.items():
        gone = seen.left + seen.exited + seen.merged + seen.failed
        assert seen.arrived == seen.passed + seen.waiting + gone
        if node in targets:
            assert seen.arrived == down[node]
    for step in report.funnel:
        assert step.came <= step.arrived
        assert step.arrived == sum(
            (step.on, step.elsewhere, step.waiting, step.left, step.exited, step.merged, step.failed)
        )
        assert min(step.on, step.elsewhere) >= 0
    for touch in report.touches:
        assert touch.planned == sum(touch.states.values())
        for state, reasons in touch.reasons.items():
            assert touch.states[state] == sum(reasons.values())
    series = report.series
    assert sum(series.entries) == counts.entries
    assert list(series.moments) == sorted(series.moments)
    assert {node: sum(values) for node, values in series.arrived.items()} == {
        node: counts.nodes[node].arrived for node in series.arrived
    }
    for touch in report.touches:
        assert {state: sum(v) for state, v in series.messages[touch.node].items()} == touch.states


def numbers(report: Report) -> Iterator[tuple[Number, int]]:
    """Every number of a report whose people can be asked for."""
    counts, cycle = report.counts, report.cycle
    yield Number(What.ENTERED, cycle=cycle), counts.entries
    yield Number(What.INSIDE, cycle=cycle), counts.inside
    yield Number(What.FINISHED, cycle=cycle), counts.finished
    for node, seen in counts.nodes.items():
        for what in (
            What.ARRIVED, What.PASSED, What.WAITING, What.LEFT, What.MERGED, What.EXITED,
        ):  # fmt: skip
            yield Number(what, node, cycle=cycle), getattr(seen, what)
    for flow in report.flows:
        yield Number(What.LINE, flow.link, cycle=cycle), flow.n
    for touch in report.touches:
        yield Number(What.MESSAGES, touch.node, cycle=cycle), touch.planned
        for state, reasons in touch.reasons.items():
            for reason, n in reasons.items():
                yield Number(What.MESSAGES, touch.node, state, reason, cycle=cycle), n
        for receipt, n in touch.receipts.items():
            yield Number(What.RECEIPT, touch.node, receipt=receipt, cycle=cycle), n
    for test in report.tests:
        for port, standing in zip(test.groups, test.verdict.standings, strict=True):
            yield Number(What.JUDGED, test.node, port=port, cycle=cycle), standing.arm.judged
            yield Number(What.ACHIEVED, test.node, port=port, cycle=cycle), standing.arm.achieved


def listed(connection: Connection, campaign: int, number: Number, now: int) -> int:
    """How many stand behind a number, page by page."""
    found, after = 0, ""
    while True:
        page, after = people_behind(connection, campaign, number, now, after, limit=3)
        found += len(page)
        if not after:
            return found


@pytest.mark.parametrize(
    ("dialect", "seed"),
    [
        *(("sqlite", seed) for seed in SEEDS),
        *(("postgresql", seed) for seed in SEEDS if seed != LARGE),
    ],
)
def test_reports_add_up_and_people_stand_behind_them(seed: int, target: Path | str, tmp_path: Path) -> None:
    case = make(seed)
    write(case, tmp_path)
    workspace = Workspace.open(tmp_path / "workspace")
    began = datetime.fromisoformat(case.since)
    with Database.open(target) as store:
        import_folder(store, tmp_path / "data", now=began)
    document = campaign_file.load(tmp_path / "workspace" / CAMPAIGN_FILE)
    settings = EngineSettings.of(workspace)
    until = None if case.until is None else datetime.fromisoformat(case.until)
    given = Given(since=began, until=until, results=tmp_path / "results.csv")
    with (
        rehearse(bundles.make(workspace, document), target, settings, given) as rehearsed,
        rehearsed.begin() as connection,
    ):
        campaign = rehearsed.plan.context.campaign
        whole = report_of(connection, campaign, settings.zone)
        cycles = [one.number for one in whole.counts.cycles][:2]
        reports = [whole, *(report_of(connection, campaign, settings.zone, cycle=one) for one in cycles)]
        for report in reports:
            adds_up(report)
            for number, n in numbers(report):
                assert listed(connection, campaign, number, rehearsed.last) == n, number
        by_day = report_of(connection, campaign, settings.zone, step=Step.DAY)
        adds_up(by_day)
        for moment in by_day.series.moments:
            assert datetime.fromtimestamp(moment / 1000, settings.zone).hour in (0, 1)  # 1: no midnight
        with pytest.raises(BadPath):
            report_of(connection, campaign, settings.zone, course=Course(["n_nowhere"]))
        with pytest.raises(BadPath):
            report_of(connection, campaign, settings.zone, course=Course(through="n_nowhere"))
        if len(whole.path) > 1:
            behind = report_of(connection, campaign, settings.zone, course=Course(whole.path[1:]))
            assert [step.node for step in behind.funnel] == list(whole.path[1:])
            assert isinstance(behind.funnel[0], FunnelStep)
        with pytest.raises(BadCursorError):
            people_behind(connection, campaign, Number(What.ENTERED), rehearsed.last, "x")
