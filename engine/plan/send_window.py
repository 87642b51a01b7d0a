"""The campaign's send window: whether a moment lies outside of it, and until when that holds a message.

The window is on the wall clock of the workspace, or of the zone that an attribute of each person names.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Dialect, Select, Update, func, literal, select, update
from sqlalchemy.sql import Executable

from engine.campaign.send_window import SendWindow
from engine.plan.context import Context
from engine.plan.prepared import Prepared
from engine.plan.steps import Step
from engine.plan.temporary import outgoing
from engine.shapes.time import clock
from engine.store.fields import DataField
from engine.store.functions import greatest
from engine.store.list_clock import ListClock
from engine.store.tables.people import person
from engine.store.times import NEVER, Clock
from engine.store.zones import OwnClock, fill_names, fill_zones, zone_name


def apply_send_window(context: Context) -> Iterator[Step | Executable]:
    """Hold the outgoing messages whose moment lies outside the window until it opens, or until what holds
    them already ends, whichever is later."""
    window = context.window
    if window is None:
        return
    own = None if window.zone is None else context.fields.attribute(window.zone)
    if own is None:
        yield _hold(window, context.clock)
        return
    yield _name_zones(context, own)
    if context.distributed:
        usual = context.clock.zone.key
        at_home = _hold(window, context.clock).where(outgoing.c.zone == usual)
        yield Step(at_home, first=_ZoneByZone(window, usual, context.dialect))
    else:
        yield _hold(window, OwnClock(outgoing.c.zone))


def _hold(window: SendWindow, clocks: Clock) -> Update:
    o = outgoing.c
    opens = clocks.end_of_daily(o.now, clock(window.to), clock(window.from_))
    changes = {"fate": literal("planned"), "due": greatest(func.coalesce(o.due, -NEVER), opens)}
    return update(outgoing).values(changes).where(*_open(), opens.is_not(None))


def _open() -> list[ColumnElement[bool]]:
    """The messages that go out, now or later, for all that is known so far."""
    return [outgoing.c.fate.in_(["", "planned"]), outgoing.c.address.is_not(None)]


def _name_zones(context: Context, own: DataField) -> Step:
    """Say whose clock counts for each message: what is no zone, or missing, stands for the workspace's."""
    usual = context.clock.zone.key
    new = _zone(own, zone_name.c.filled == 0)
    wanted = select(new).select_from(outgoing).where(*_open(), new.is_not(None)).distinct()
    statement = update(outgoing).values(zone=func.coalesce(_zone(own), usual)).where(*_open())
    return Step(statement, first=ZoneFilling(wanted, usual, context.dialect))


def _zone(own: DataField, *which: ColumnElement[bool]) -> ColumnElement[Any]:
    """The zone that the person of a message names, or null. Looked up row by row: joined, the planner may
    begin with all people."""
    return (
        select(zone_name.c.name)
        .where(person.c.id == outgoing.c.person, zone_name.c.name == own.text(person), *which)
        .correlate_except(person, zone_name)
        .scalar_subquery()
    )


class _ZoneByZone:
    """Holds messages to people who are not in the workspace's zone, `usual`, zone after zone: where rows of
    people lie on several machines, no statement looks zones up for each of its rows."""

    def __init__(self, window: SendWindow, usual: str, dialect: Dialect) -> None:
        self._window, self._dialect = window, dialect
        named = select(outgoing.c.zone).where(*_open(), outgoing.c.zone != usual).distinct()
        self._named = Prepared(named, dialect)
        self._hold: dict[str, Prepared] = {}

    def __call__(self, connection: Connection) -> None:
        for (zone,) in list(self._named(connection)):
            if zone not in self._hold:
                held = _hold(self._window, ListClock(ZoneInfo(zone))).where(outgoing.c.zone == zone)
                self._hold[zone] = Prepared(held, self._dialect)
            self._hold[zone](connection)


class ZoneFilling:
    """Puts the zones of a wave that are new on the connection into its helper tables.

    wanted: finds the names that occur and are not there. usual: that of the workspace.
    """

    def __init__(self, wanted: Select[Any], usual: str, dialect: Dialect) -> None:
        self.wanted = wanted
        self._wanted = Prepared(wanted, dialect)
        self._usual = usual
        known = select(zone_name.c.filled).where(zone_name.c.name == usual)
        self._known = Prepared(known, dialect)

    def __call__(self, connection: Connection) -> None:
        if self._known(connection).first() is None:
            fill_names(connection)
            fill_zones(connection, [self._usual])
        fill_zones(connection, [name for (name,) in self._wanted(connection)])
