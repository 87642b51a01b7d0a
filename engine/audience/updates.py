"""Estimates and updates of audiences: who is in them now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Select, func, insert, select, update

from engine.audience.cards import RuleContext, members
from engine.audience.errors import RuleError
from engine.audience.moments import FixedMoment
from engine.i18n import N_, Message
from engine.shapes.conditions import leaves
from engine.shapes.time import to_milliseconds
from engine.store.database import Database
from engine.store.dialect import bulk_insert, temporary_tables
from engine.store.fields import DataFields
from engine.store.lists import discard, new_list, put_in_force
from engine.store.tables.people import audience, audience_member
from engine.store.times import WallClock
from engine.workspace.audience import AudienceFile, BehaviourCard

_CHUNK = 20_000


def estimate(
    database: Database, file: AudienceFile, now: datetime, zone: ZoneInfo, *, including_now: bool = False
) -> int:
    """How many people the audience would hold now; nothing is saved. Raises `RuleError`."""
    with database.read() as connection:
        people = members_now(connection, file, now, zone, including_now=including_now).subquery()
        return int(connection.execute(select(func.count()).select_from(people)).scalar_one())


def members_now(
    connection: Connection, file: AudienceFile, now: datetime, zone: ZoneInfo, *, including_now: bool = False
) -> Select[int]:
    """The query for the people in an audience, to be run on this connection. Raises `RuleError`.

    `including_now`: whether events at this very instant count; at the start of a simulation they have not
    arrived.
    """
    _need_members(connection, file)
    clock = WallClock(zone)
    if _has_relative_events(file):
        with temporary_tables(connection):
            clock.prepare(connection)
    fields = DataFields.load(connection)
    return members(file, RuleContext(fields, FixedMoment(now, zone), clock, including_now))


def _has_relative_events(file: AudienceFile) -> bool:
    """Whether a condition on events has a time relative to the event's own."""
    wheres = [
        card.where for card in file.cards or () if isinstance(card, BehaviourCard) and card.where is not None
    ]
    return any(
        leaf.op in ("in_last", "not_in_last", "in_next") for where in wheres for _, leaf in leaves(where)
    )


def update_order(files: Mapping[str, AudienceFile], id: str) -> list[str]:
    """The audience and all that it depends on, each behind those that it depends on. Raises `RuleError`."""
    order: list[str] = []
    _visit(files, id, (), order)
    return order


def _visit(files: Mapping[str, AudienceFile], id: str, above: tuple[str, ...], order: list[str]) -> None:
    if id in order:
        return
    if id not in files:
        raise RuleError(Message(N_("There is no audience “{id}”."), id=id))
    if id in above:
        raise RuleError(Message(N_("The audience “{name}” contains itself."), name=files[id].name))
    for other in files[id].audiences:
        _visit(files, other, (*above, id), order)
    order.append(id)


def update_audience(
    database: Database,
    files: Mapping[str, AudienceFile],
    id: str,
    now: datetime,
    zone: ZoneInfo,
    *,
    including_now: bool = False,
) -> int:
    """Store who is in the audience now, after those that it depends on; returns its size.

    Reads on a connection of its own, writes in chunks and changes over at once: until then the earlier
    members stand. A list keeps the people who were imported. Raises `RuleError`; the state is then `failed`.
    """
    for one in update_order(files, id):
        if files[one].cards is not None:
            _update(database, files[one], now, zone, including_now)
    with database.read() as connection:
        if files[id].cards is None:
            _need_members(connection, files[id])
        return int(connection.execute(select(audience.c.size).where(audience.c.id == id)).scalar_one())


def _update(
    database: Database, file: AudienceFile, now: datetime, zone: ZoneInfo, including_now: bool
) -> None:
    with database.write() as connection:
        _set_state(connection, file.id, "running")
    new = stored = None
    try:
        with database.read() as reading:
            query = members_now(reading, file, now, zone, including_now=including_now)
            for chunk in _chunks(reading, query):
                with database.write() as connection:
                    new = new_list(connection) if new is None else new
                    rows = [(new, person) for person in chunk]
                    bulk_insert(connection, audience_member, ("list", "person"), rows)
                stored = new
        with database.write() as connection:
            new = new_list(connection) if new is None else new
            put_in_force(connection, file.id, new, to_milliseconds(now))
    except BaseException:
        with database.write() as connection:
            _set_state(connection, file.id, "failed")
            if stored is not None:
                discard(connection, stored)
        raise


def _chunks(connection: Connection, query: Select[int]) -> Iterator[list[int]]:
    rows = connection.execution_options(yield_per=_CHUNK).execute(query)
    for some in rows.scalars().partitions(_CHUNK):
        yield list(some)


def _set_state(connection: Connection, id: str, state: str) -> None:
    changed = connection.execute(update(audience).where(audience.c.id == id).values(state=state))
    if not changed.rowcount:
        connection.execute(insert(audience), {"id": id, "size": 0, "state": state})


def _need_members(connection: Connection, file: AudienceFile) -> None:
    """Refuse to count on audiences that have no members stored."""
    needed = {file.id} if file.cards is None else set(file.audiences)
    query = select(audience.c.id).where(audience.c.id.in_(needed), audience.c.list.is_not(None))
    if missing := needed - set(connection.scalars(query)):
        name = file.name if file.id in missing else min(missing)
        text = N_("The audience “{name}” has no members yet. Update it, or import its list of people.")
        raise RuleError(Message(text, name=name))
