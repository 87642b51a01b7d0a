"""Rehearsing a campaign: the real engine on a virtual clock, its tables laid over the workspace's data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert

from engine.channels.simulated import load_results, settle
from engine.components.behaviour import EnterAudiences
from engine.i18n import N_, Message
from engine.plan.context import TEMPORARY
from engine.plan.graph import NotRunnable, flow_of
from engine.plan.influence import influence_of
from engine.plan.plan import Plan
from engine.report.check import Violation, violations
from engine.report.counts import Counts, counts_of
from engine.report.trace import write_trace
from engine.run.entering import (
    arrivals_between,
    entering_moment,
    lists_in_force,
    update_in_overlay,
    window_of,
)
from engine.run.overlay import Overlay
from engine.run.versions import VersionKeys, plan_of
from engine.run.waves import WAVE, WaveRunner
from engine.shapes.time import from_milliseconds, to_milliseconds
from engine.store.tables.runs import campaign_node, cycle, path
from engine.store.times import FIRST_YEAR, WallClock
from engine.workspace.bundle import Bundle

LONGEST = timedelta(days=365)
KEY = 1


@dataclass(frozen=True, slots=True)
class Summary:
    """What a simulation came to. `violations` is empty unless the engine itself is broken."""

    since: int
    until: int
    counts: Counts
    violations: tuple[Violation, ...]


def simulate(
    bundle: Bundle,
    database: Path,
    zone: ZoneInfo,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    results: Path | None = None,
    trace: Path | None = None,
    now: datetime | None = None,
    wave: int = WAVE,
) -> Summary:
    """Run a campaign alone on the data of a workspace's database, which stays as it is.

    since: default the campaign's start, else `now` (default: the real one). until: included; default a year
    later. results: a results file for the simulated channels. trace: a folder for the trace files. Raises
    `NotRunnable`, `RuleError`, `BadResults`.
    """
    start = bundle.campaign.attributes.start
    began = since or (datetime.fromisoformat(start) if start else now or datetime.now(UTC))
    if began.year <= FIRST_YEAR:  # a zone may be behind UTC
        raise NotRunnable([Message(N_("Rehearse a time after {year}."), year=FIRST_YEAR)])
    first = to_milliseconds(began)
    last = to_milliseconds(until or began + LONGEST)
    nodes = {id: number for number, id in enumerate(sorted(bundle.campaign.nodes), start=1)}
    overlay = Overlay(database)
    try:
        with overlay.begin() as connection:
            plan = _prepared(overlay, connection, bundle, nodes, zone, scripted=results is not None)
            if results is not None:
                load_results(connection, results, nodes)
            update_in_overlay(connection, bundle, from_milliseconds(first), zone)
        _run(overlay, plan, bundle, first, last, wave)
        with overlay.begin() as connection:
            settle(connection, KEY, last)
            if trace is not None:
                write_trace(connection, plan, bundle, trace, last)
            return Summary(first, last, counts_of(connection, KEY), tuple(violations(connection, last)))
    finally:
        overlay.close()


def _prepared(
    overlay: Overlay,
    connection: Connection,
    bundle: Bundle,
    nodes: dict[str, int],
    zone: ZoneInfo,
    *,
    scripted: bool,
) -> Plan:
    TEMPORARY.create_all(connection, checkfirst=False)
    WallClock(zone).prepare(connection)
    writes = influence_of(flow_of(bundle.campaign, nodes)).writes
    tags = overlay.own_tags(connection) if writes else None
    keys = VersionKeys(KEY, KEY, nodes)
    plan = plan_of(bundle, keys, connection, zone, live=False, scripted=scripted, tags=tags)
    connection.execute(insert(path), list(plan.path_rows()))
    rows = [{"campaign": KEY, "node": number, "id": id} for id, number in nodes.items()]
    connection.execute(insert(campaign_node), rows)
    return plan


def _run(overlay: Overlay, plan: Plan, bundle: Bundle, since: int, until: int, size: int) -> None:
    runner = WaveRunner(plan, overlay.begin, size)
    window = window_of(bundle, since)
    trigger = plan.flow.trigger.behaviour
    if isinstance(trigger, EnterAudiences):
        moment = entering_moment(trigger, window)
        if moment is not None and moment <= until:
            with overlay.begin() as connection:
                lists = lists_in_force(connection, trigger.audiences)
                started = {"campaign": KEY, "cycle": 1, "version": KEY, "at": moment, "after": 0, "done": 0}
                connection.execute(insert(cycle), started)
            for _ in runner.enter(moment, lists, 1):
                pass
    else:
        with overlay.begin() as connection:
            arrivals_between(plan, connection, window, since, until)
    for _ in runner.waves(until):
        pass
