"""Rehearsing a campaign: the real engine on a virtual clock, its tables laid over the workspace's data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, select, true
from sqlalchemy.engine import URL

from engine.audience.updates import update_order
from engine.channels.simulated import load_results, settle
from engine.i18n import N_, Message
from engine.plan.contact import Cuts
from engine.plan.graph import flow_of
from engine.plan.influence import influence_of
from engine.plan.plan import Plan
from engine.plan.temporary import make_temporary
from engine.report.check import Violation, violations
from engine.report.counts import Counts, counts_of
from engine.report.trace import write_trace
from engine.run import lifecycle
from engine.run.answers import Refused
from engine.run.changed import Changed, change
from engine.run.compiling import PlanSettings, plan_of
from engine.run.entering import window_of
from engine.run.overlay import Overlay, participant
from engine.run.overlay_data import (
    arrivals_between,
    note_events_ahead,
    note_participants,
    update_all,
    update_one,
)
from engine.run.reactions import Reactions
from engine.run.scheduler import Scheduler
from engine.run.settings import EngineSettings
from engine.run.takeover import in_progress, take_over
from engine.shapes.time import from_milliseconds, to_milliseconds
from engine.store.list_clock import clock_of
from engine.store.tables.people import person
from engine.store.times import FIRST_YEAR
from engine.workspace.audience import AudienceFile
from engine.workspace.bundle import Bundle
from engine.workspace.catalog import Catalog

LONGEST = timedelta(days=365)
REPORT_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class Summary:
    """What a simulation came to. `violations` is empty unless the engine itself is broken.

    failure: why the campaign ended abnormally, or None. notes: what was given in vain: a whitelist that
    exempts nobody, results of components that the campaign does not have.
    """

    since: int
    until: int
    counts: Counts
    violations: tuple[Violation, ...]
    failure: Message | None = None
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class People:
    """Who enters, of those who would: the members of an audience, or people by their own ids."""

    audience: str | None = None
    persons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """What a rehearsal is given besides the campaign and the data.

    since: default the campaign's start, else the present. until: included; default a year later. results: a
    results file for the campaign's simulated channels. reactions: what happens without one. people: the only
    ones who enter; None: everybody. changed: other values of a person. wave: the most people of a wave.
    with_running: the database's other campaigns in progress go on meanwhile; else the campaign runs alone.
    """

    since: datetime | None = None
    until: datetime | None = None
    results: Path | None = None
    reactions: Reactions = field(default_factory=Reactions)
    people: People | None = None
    changed: Changed | None = None
    wave: int | None = None
    with_running: bool = False


def simulate(
    bundle: Bundle,
    database: Path | str | URL,
    settings: EngineSettings,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    results: Path | None = None,
    trace: Path | None = None,
    wave: int | None = None,
    with_running: bool = False,
) -> Summary:
    """Run a campaign on the data of a workspace's database, which stays as it is.

    database: a SQLite file or a URL. trace: a folder for the trace files. The others: see `Given`.

    Raises `NotRunnable`, `RuleError`, `BadResults`, `Refused`.
    """
    given = Given(since=since, until=until, results=results, wave=wave, with_running=with_running)
    with rehearse(bundle, database, settings, given) as rehearsed, rehearsed.begin() as connection:
        if trace is not None:
            write_trace(connection, rehearsed.plan, bundle, trace, rehearsed.last)
        return rehearsed.summary(connection)


def _nothing(_moment: int) -> None:
    """Nobody wants to know how far it is."""


@contextmanager
def rehearse(
    bundle: Bundle,
    database: Path | str | URL,
    settings: EngineSettings,
    given: Given,
    progress: Callable[[int], None] = _nothing,
) -> Iterator[Rehearsed]:
    """Run a campaign as `simulate` does; what it came to can be asked until the context ends.

    progress: called between two waves with the moment (ms) up to which everything has happened.

    Raises `NotRunnable`, `RuleError`, `BadResults`, `Refused`.
    """
    start = bundle.campaign.attributes.start
    began = given.since or (datetime.now(UTC) if start is None else datetime.fromisoformat(start))
    if began.astimezone(UTC).year <= FIRST_YEAR:  # its zone may be behind UTC
        raise Refused(Message(N_("Rehearse a time after {year}."), year=FIRST_YEAR))
    last = to_milliseconds(given.until or began + LONGEST)
    overlay = Overlay(database)
    try:
        rehearsal = _Rehearsal(overlay, bundle, settings, given, to_milliseconds(began), last)
        scheduler, plan = rehearsal.prepare()
        reported = monotonic()
        while scheduler.step(last):
            if monotonic() - reported > REPORT_EVERY_S:
                reported = monotonic()
                progress(min(scheduler.next_due() or last, last))
        with overlay.begin() as connection:
            settle(connection, plan.context.campaign, last)
        yield Rehearsed(overlay, bundle, settings, plan, rehearsal.first, last, tuple(rehearsal.notes))
    finally:
        overlay.close()


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A rehearsal that has happened, from `first` to `last` (ms, both included)."""

    overlay: Overlay
    bundle: Bundle
    settings: EngineSettings
    plan: Plan
    first: int
    last: int
    notes: tuple[Message, ...]

    def begin(self) -> AbstractContextManager[Connection]:
        """A transaction in which it can be looked at."""
        return self.overlay.begin()

    def summary(self, connection: Connection) -> Summary:
        """What it came to."""
        number = self.plan.context.campaign
        doubt = self.settings.doubt(connection)
        return Summary(
            since=self.first,
            until=self.last,
            counts=counts_of(connection, number),
            violations=tuple(violations(connection, self.last, only=number)),
            failure=lifecycle.reason_of(connection, self.plan.context.campaign_id),
            notes=(*self.notes, *([] if doubt is None else [doubt])),
        )


class _Overlaid:
    """The overlay as the scheduler's store: what is written is seen at once."""

    def __init__(self, overlay: Overlay, zone: ZoneInfo) -> None:
        self.write = self.wave = self.read = overlay.begin
        self._zone = zone

    def update_audience(
        self, files: Mapping[str, AudienceFile], id: str, moment: datetime, catalog: Catalog
    ) -> None:
        with self.write() as connection:
            for one in update_order(files, id):
                if files[one].cards is not None:
                    update_one(connection, files[one], moment, self._zone, catalog)


@dataclass(slots=True)
class _Rehearsal:
    """A rehearsal from `first` to `last` (ms, both included). notes: what the results file says in vain."""

    overlay: Overlay
    bundle: Bundle
    settings: EngineSettings
    given: Given
    first: int
    last: int
    notes: list[Message] = field(default_factory=list)

    def prepare(self) -> tuple[Scheduler, Plan]:
        """Publish the campaign in the overlay, with all that is to happen; nothing has happened yet."""
        settings, first, last, given = self.settings, self.first, self.last, self.given
        with self.overlay.begin() as connection:
            make_temporary(connection, read_only=True)
            clock_of(settings.zone, connection).prepare(connection)
            others = in_progress(connection, self.bundle.campaign.attributes.id) if given.with_running else []
            compiled = self._plan_settings(connection, others)
            if given.changed is not None:
                change(connection, self.overlay.schema, given.changed)
        store = _Overlaid(self.overlay, settings.zone)
        scheduler = Scheduler(store, compiled, settings.audiences, first, given.wave, settings.catalog)
        if others:
            with self.overlay.begin_snapshot() as connection:
                self._go_on(connection, scheduler, others)
        with self.overlay.begin() as connection:
            plan = self._publish(connection, scheduler, self._own_settings(compiled))
            moment = from_milliseconds(first)
            update_all(connection, self._in_use(), moment, settings.zone, self._definitions())
            if given.people is not None:
                note_participants(connection, given.people.audience, given.people.persons)
            self._write_results(connection, plan)
            arrivals_between(plan, connection, window_of(self.bundle, first), first, last)
            scheduler.note_arrivals(connection, plan.context.version)
            scheduler.load(connection)
        self.overlay.seal()
        return scheduler, plan

    def _plan_settings(self, connection: Connection, others: list[int]) -> PlanSettings:
        """What the plans of a rehearsal are compiled with: they read through the overlay."""
        contact, campaign = self.settings.contact, self.bundle.campaign
        compiled = PlanSettings(self.settings.zone, contact, live=False)
        flow = flow_of(campaign, {id: number for number, id in enumerate(campaign.nodes)})
        influence = influence_of(flow, Cuts.NONE)
        if influence.writes or others or self.given.changed is not None:
            compiled = replace(compiled, tags=self.overlay.own_tags(connection))
        if (influence.contacts or others) and contact.limits:
            compiled = replace(compiled, contacts=self.overlay.contacts(others))
        return compiled

    def _own_settings(self, compiled: PlanSettings) -> PlanSettings:
        """What the campaign itself is compiled with: results and chances are meant for no other one."""
        given = self.given
        return replace(
            compiled,
            scripted=given.results is not None or given.reactions.scripted,
            chances=given.reactions.chances,
            participants=None if given.people is None else participant,
        )

    def _write_results(self, connection: Connection, plan: Plan) -> None:
        """Say what will become of the campaign's messages, where that is not the usual."""
        nodes = {node.id: node.number for node in plan.flow.nodes.values()}
        if self.given.results is not None:
            self.notes += load_results(connection, self.given.results, nodes)
            return
        among: ColumnElement[bool] = true()
        if self.given.people is not None:
            among = person.c.id.in_(select(participant.c.person))
        self.given.reactions.write(connection, plan.context.campaign_id, nodes, among)

    def _go_on(self, connection: Connection, scheduler: Scheduler, others: list[int]) -> None:
        """Let campaigns in progress go on in the rehearsal; events that lay ahead come at their time."""
        take_over(connection, others, self.first)
        scheduler.load(connection)
        scheduler.date_all(connection)
        ahead = self.settings.future_events
        note_events_ahead(connection, scheduler.codes, self.first, self.last, ahead)
        scheduler.follow(connection, self.last, scheduler.codes)

    def _publish(self, connection: Connection, scheduler: Scheduler, compiled: PlanSettings) -> Plan:
        keys = lifecycle.new_version(connection, self.bundle, self.first, compiled.contact)
        plan = plan_of(self.bundle, keys, connection, compiled)
        lifecycle.write_paths(connection, plan)
        scheduler.versions.add(self.bundle, plan)
        return plan

    def _in_use(self) -> dict[str, AudienceFile]:
        """The audiences that are read: the campaign's, and the whitelist with what it depends on."""
        audiences, whitelist = self.settings.audiences, self.settings.contact.whitelist
        named = () if whitelist is None or whitelist not in audiences else update_order(audiences, whitelist)
        chosen = "" if self.given.people is None else self.given.people.audience or ""
        asked = update_order(audiences, chosen) if chosen in audiences else ()
        return {**{id: audiences[id] for id in (*named, *asked)}, **self.bundle.audiences}

    def _definitions(self) -> Catalog:
        """What the cards of those audiences name: the campaign's own, and the whitelist's."""
        own, workspace = self.bundle.catalog, self.settings.catalog
        return workspace.model_copy(
            update={
                "tables": {**workspace.tables, **own.tables},
                "rfm_models": {**workspace.rfm_models, **own.rfm_models},
                "aipl": own.aipl or workspace.aipl,
            }
        )
