"""Rehearsing a campaign: the real engine on a virtual clock, its tables laid over the workspace's data."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from sqlalchemy.engine import URL

from engine.audience.updates import update_order
from engine.channels.simulated import load_results, settle
from engine.i18n import N_, Message
from engine.plan.contact import ContactRules, Cuts
from engine.plan.context import TEMPORARY
from engine.plan.graph import NotRunnable, flow_of
from engine.plan.influence import influence_of
from engine.plan.plan import Plan
from engine.report.check import Violation, violations
from engine.report.counts import Counts, counts_of
from engine.report.trace import write_trace
from engine.run import lifecycle
from engine.run.entering import (
    arrivals_between,
    note_events_ahead,
    update_all,
    update_one,
    window_of,
)
from engine.run.overlay import Overlay
from engine.run.scheduler import Scheduler
from engine.run.settings import FUTURE_EVENTS
from engine.run.takeover import in_progress, take_over
from engine.run.versions import PlanSettings, plan_of
from engine.shapes.time import to_milliseconds
from engine.store.times import FIRST_YEAR, WallClock
from engine.workspace.audience import AudienceFile
from engine.workspace.bundle import Bundle

LONGEST = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a simulation came to. `violations` is empty unless the engine itself is broken.

    failure: why the campaign ended abnormally, or None.
    """

    since: int
    until: int
    counts: Counts
    violations: tuple[Violation, ...]
    failure: Message | None = None


class _Rehearsal:
    """The overlay as the scheduler's store: what is written is seen at once."""

    def __init__(self, overlay: Overlay, zone: ZoneInfo) -> None:
        self._overlay = overlay
        self._zone = zone

    def write(self) -> AbstractContextManager[Connection]:
        return self._overlay.begin()

    def read(self) -> AbstractContextManager[Connection]:
        return self._overlay.begin()

    def update_audience(self, files: Mapping[str, AudienceFile], id: str, moment: datetime) -> None:
        with self._overlay.begin() as connection:
            for one in update_order(files, id):
                if files[one].cards is not None:
                    update_one(connection, files[one], moment, self._zone)


def simulate(
    bundle: Bundle,
    database: Path | str | URL,
    zone: ZoneInfo,
    *,
    contact: ContactRules | None = None,
    audiences: Mapping[str, AudienceFile] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    results: Path | None = None,
    trace: Path | None = None,
    now: datetime | None = None,
    wave: int | None = None,
    with_running: bool = False,
    future_events: int = FUTURE_EVENTS,
) -> Summary:
    """Run a campaign on the data of a workspace's database, which stays as it is.

    database: a SQLite file or a URL. contact, audiences: the workspace's rules for marketing messages, and
    the audiences that they name. since: default the campaign's start, else `now` (default: the real one).
    until: included; default a year later. results: a results file for the campaign's simulated channels.
    trace: a folder for the trace files. with_running: the database's other campaigns in progress go on
    meanwhile; otherwise the campaign runs alone. future_events: as in `EngineSettings`.

    Raises `NotRunnable`, `RuleError`, `BadResults`, `Refused`.
    """
    attributes = bundle.campaign.attributes
    start = None if attributes.start is None else datetime.fromisoformat(attributes.start)
    began = since or start or now or datetime.now(UTC)
    if began.astimezone(UTC).year <= FIRST_YEAR:  # its zone may be behind UTC
        raise NotRunnable([Message(N_("Rehearse a time after {year}."), year=FIRST_YEAR)])
    first = to_milliseconds(began)
    last = to_milliseconds(until or began + LONGEST)
    overlay = Overlay(database)
    try:
        with overlay.begin() as connection:
            TEMPORARY.create_all(connection, checkfirst=False)
            WallClock(zone).prepare(connection)
            others = in_progress(connection, attributes.id) if with_running else []
            settings = _settings(overlay, connection, bundle, zone, contact or ContactRules(), others)
        scheduler = Scheduler(_Rehearsal(overlay, zone), settings, wave, audiences)
        if others:
            with overlay.begin_snapshot() as connection:
                _go_on(connection, scheduler, others, (first, last), future_events)
        settings = replace(settings, scripted=results is not None)
        with overlay.begin() as connection:
            plan = _publish(connection, bundle, scheduler, settings, first)
            if results is not None:
                load_results(connection, results, {node.id: node.number for node in plan.flow.nodes.values()})
            update_all(connection, _in_use(bundle, audiences or {}, settings.contact), began, zone)
            arrivals_between(plan, connection, window_of(bundle, first), first, last)
            scheduler.note_arrivals(connection, plan.context.version)
            scheduler.load(connection)
        overlay.seal()
        while scheduler.step(last):
            pass
        with overlay.begin() as connection:
            settle(connection, plan.context.campaign, last)
            if trace is not None:
                write_trace(connection, plan, bundle, trace, last)
            return _summary(connection, plan, first, last)
    finally:
        overlay.close()


def _summary(connection: Connection, plan: Plan, since: int, until: int) -> Summary:
    number = plan.context.campaign
    found = tuple(violations(connection, until, only=number))
    failure = lifecycle.reason_of(connection, plan.context.campaign_id)
    return Summary(since, until, counts_of(connection, number), found, failure)


def _in_use(
    bundle: Bundle, audiences: Mapping[str, AudienceFile], contact: ContactRules
) -> dict[str, AudienceFile]:
    """The audiences that a rehearsal reads: the campaign's, and the whitelist with what it depends on."""
    whitelist = contact.whitelist if contact.whitelist in audiences else None
    named = () if whitelist is None else update_order(audiences, whitelist)
    return {**{id: audiences[id] for id in named}, **bundle.audiences}


def _settings(
    overlay: Overlay,
    connection: Connection,
    bundle: Bundle,
    zone: ZoneInfo,
    contact: ContactRules,
    others: list[int],
) -> PlanSettings:
    """What the plans of a rehearsal are compiled with: they read through the overlay."""
    settings = PlanSettings(zone, contact, live=False)
    flow = flow_of(bundle.campaign, {id: number for number, id in enumerate(bundle.campaign.nodes)})
    influence = influence_of(flow, Cuts.NONE)
    if influence.writes or others:
        settings = replace(settings, tags=overlay.own_tags(connection))
    if (influence.contacts or others) and contact.limits:
        settings = replace(settings, contacts=overlay.contacts(others))
    return settings


def _go_on(
    connection: Connection,
    scheduler: Scheduler,
    others: list[int],
    span: tuple[int, int],
    future_events: int,
) -> None:
    """Let campaigns that are in progress go on in the rehearsal; events that lay ahead come at their time."""
    since, until = span
    take_over(connection, others, since)
    scheduler.load(connection)
    note_events_ahead(connection, scheduler.codes, since, until, future_events)
    scheduler.follow(connection, until)


def _publish(
    connection: Connection, bundle: Bundle, scheduler: Scheduler, settings: PlanSettings, now: int
) -> Plan:
    keys = lifecycle.new_version(connection, bundle, now, settings.contact)
    plan = plan_of(bundle, keys, connection, settings)
    lifecycle.write_paths(connection, plan)
    scheduler.add(bundle, plan)
    return plan
