"""When a campaign's audiences enter: at once, at a time, or in cycles (components, sections 3 and 12)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, Connection, bindparam, func, insert, select

from engine.components.behaviour import EnterAudiences
from engine.files.errors import FileError
from engine.plan.graph import NotRunnable
from engine.run.entering import Grid, Window, audiences_of
from engine.shapes.schedule import runs
from engine.shapes.time import from_milliseconds, to_milliseconds
from engine.store.tables.people import audience
from engine.store.tables.runs import cycle, skipped_cycle
from engine.store.versions import stored_bundle
from engine.workspace.audience import AudienceFile

_MILLISECOND = timedelta(milliseconds=1)


_CAMPAIGNS: BindParameter[int] = bindparam("campaigns", expanding=True)
_LATER = cycle.alias("later")
_LAST = select(cycle).where(
    cycle.c.campaign.in_(_CAMPAIGNS),
    cycle.c.cycle
    == select(func.max(_LATER.c.cycle)).where(_LATER.c.campaign == cycle.c.campaign).scalar_subquery(),
)
_SKIPPED = (
    select(skipped_cycle.c.campaign, func.max(skipped_cycle.c.planned))
    .where(skipped_cycle.c.campaign.in_(_CAMPAIGNS))
    .group_by(skipped_cycle.c.campaign)
)


@dataclass(frozen=True, slots=True)
class Cycles:
    """The cycles that a campaign has had.

    number, at: the last one's, 0 and None before the first. open: not everybody has entered it yet. planned:
    the last moment of the grid that was run or skipped, or None.
    """

    number: int = 0
    at: int | None = None
    open: bool = False
    planned: int | None = None

    @classmethod
    def load(cls, connection: Connection, campaign: int) -> Cycles:
        return cls.load_all(connection, [campaign])[campaign]

    @classmethod
    def load_all(cls, connection: Connection, campaigns: Collection[int]) -> dict[int, Cycles]:
        """Those of several campaigns, by campaign."""
        asked = {"campaigns": list(campaigns)}
        skipped: dict[int, int] = dict(connection.execute(_SKIPPED, asked).all())
        found = {campaign: cls(planned=skipped.get(campaign)) for campaign in campaigns}
        for last in connection.execute(_LAST, asked):
            planned = last.at if last.planned is None else last.planned
            planned = max(planned, skipped.get(last.campaign, planned))
            found[last.campaign] = cls(last.cycle, last.at, not last.done, planned)
        return found


@dataclass(frozen=True, slots=True)
class Run:
    """A cycle that is to come: its moment on the grid, and when it really begins."""

    planned: int
    at: int


def next_run(
    trigger: EnterAudiences, cycles: Cycles, window: Window, grid: Grid, zone: ZoneInfo, resumed_at: int
) -> Run | None:
    """The next cycle; None where there is none.

    Who enters at once or at a time does so in one cycle of the campaign, unless a later version says a later
    time. Of the runs that fell into a stop one happens, at the restart.
    """
    if trigger.every is None:
        planned = window.start if trigger.at is None else to_milliseconds(trigger.at)
        had = cycles.number and (trigger.at is None or cycles.planned is None or planned <= cycles.planned)
        if had or not window.holds(planned):
            return None
        at = max(planned, resumed_at)
        return Run(planned, at) if window.holds(at) else None
    if trigger.max_cycles is not None and cycles.number >= trigger.max_cycles:
        return None
    first = max(window.start, grid.since)
    last = max(cycles.planned or first - 1, first - 1)
    ahead = runs(trigger.every, from_milliseconds(grid.anchor), zone, from_milliseconds(last))
    run = _next(ahead)
    if run is None or not window.holds(run):
        return None
    if run >= resumed_at:
        return Run(run, run)
    if not window.holds(resumed_at):
        return None
    while (following := _next(ahead)) is not None and following <= resumed_at:
        run = following
    return Run(run, resumed_at)


def _next(ahead: Iterator[datetime]) -> int | None:
    found = next(ahead, None)
    return None if found is None else to_milliseconds(found)


def unchanged_audience(
    connection: Connection, trigger: EnterAudiences, cycles: Cycles, campaign: int, version: int
) -> str | None:
    """The audience for whose sake the version's next cycle is skipped: not updated since it entered last; or
    None."""
    if not cycles.number or trigger.every is None or trigger.repeat_unchanged:
        return None
    entered = _entered(connection, trigger.audiences, campaign, version)
    for id in trigger.audiences:
        updated = connection.execute(select(audience.c.updated_at).where(audience.c.id == id)).scalar()
        if updated is None or updated <= entered.get(id, updated - 1):
            return id
    return None


def _entered(
    connection: Connection, audiences: Collection[str], campaign: int, version: int
) -> dict[str, int]:
    """When each of the version's audiences entered last, those that did: earlier versions may have others."""
    query = select(cycle.c.version, func.max(cycle.c.at)).where(cycle.c.campaign == campaign)
    found: dict[str, int] = {}
    for key, at in connection.execute(query.group_by(cycle.c.version)).all():
        try:
            of = audiences if key == version else audiences_of(stored_bundle(connection, key))
        except (FileError, NotRunnable):
            continue
        for id in of:
            found[id] = max(at, found.get(id, at))
    return found


def skip(connection: Connection, campaign: int, planned: int, unchanged: str) -> None:
    """Note that a cycle was left out."""
    row = {"campaign": campaign, "planned": planned, "audience": unchanged}
    connection.execute(insert(skipped_cycle), row)


def begin(connection: Connection, campaign: int, version: int, number: int, run: Run) -> None:
    """Note that a cycle has begun."""
    row = {"campaign": campaign, "cycle": number, "version": version, "at": run.at, "planned": run.planned}
    connection.execute(insert(cycle), {**row, "after": 0, "done": 0})


def update_before(
    connection: Connection,
    trigger: EnterAudiences,
    files: Mapping[str, AudienceFile],
    at: int,
    zone: ZoneInfo,
) -> tuple[int, str] | None:
    """The first update of an audience that must have run when people enter at `at`: moment and audience."""
    moments = (
        (last_update_due(connection, files[id], at, zone), id)
        for id in trigger.audiences
        if files[id].cards is not None
    )
    return min(((moment, id) for moment, id in moments if moment is not None), default=None)


def next_update(
    connection: Connection, file: AudienceFile, zone: ZoneInfo, since: int, tried: int
) -> int | None:
    """When an audience is to be updated next, or None: at `since` where it never was, then by its schedule.

    Of the moments before `since`, when the engine began to work, the last one stands for all. tried: when it
    was last tried to update it (ms).
    """
    updated = connection.execute(select(audience.c.updated_at).where(audience.c.id == file.id)).scalar()
    if file.cards is None:
        return None
    if updated is None and tried < since:
        return since
    if isinstance(file.update, str):  # by hand
        return None
    grid = since if updated is None else updated
    due = None
    for run in runs(file.update, from_milliseconds(grid), zone, from_milliseconds(max(grid, tried))):
        moment = to_milliseconds(run)
        if due is None or moment <= since:
            due = moment
        if moment > since:
            break
    return due


def last_update_due(connection: Connection, file: AudienceFile, at: int, zone: ZoneInfo) -> int | None:
    """The moment of the update that an audience with a rule must have had at `at`, but has not; or None.

    Of the moments of its grid since its last update only the last one up to `at` matters. One that was never
    updated is updated at `at`.
    """
    stored = connection.execute(
        select(audience.c.list, audience.c.updated_at).where(audience.c.id == file.id)
    ).first()
    if stored is None or stored.list is None or stored.updated_at is None:
        return at
    if isinstance(file.update, str):  # by hand
        return None
    since = from_milliseconds(stored.updated_at)
    due = None
    for run in runs(file.update, since, zone, since):
        moment = to_milliseconds(run)
        if moment > at:
            break
        due = moment
    return due
