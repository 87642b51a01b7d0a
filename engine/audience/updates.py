"""Estimates and updates of audiences: who is in them now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import chain
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, Select, and_, bindparam, delete, func, insert, select, update

from engine.audience.cards import members
from engine.audience.context import RuleContext
from engine.audience.errors import RuleError
from engine.audience.moments import FixedMoment
from engine.i18n import N_, Message, MessageError
from engine.shapes.conditions import Condition, leaves
from engine.shapes.time import to_milliseconds
from engine.store.database import Database
from engine.store.dialect import bulk_insert, temporary_tables
from engine.store.fields import DataFields
from engine.store.list_clock import clock_of
from engine.store.lists import discard, new_list, put_in_force
from engine.store.reasons import dump
from engine.store.tables.people import audience, audience_member
from engine.store.trouble import trouble_of
from engine.workspace.audience import (
    AiplCard,
    AudienceFile,
    BehaviourCard,
    Card,
    MetricsCard,
    RfmCard,
)
from engine.workspace.catalog import Catalog

NO_DEFINITIONS = Catalog()
_CHUNK = 20_000
_STATE = select(audience.c.state, audience.c.reason).where(audience.c.id == bindparam("id"))


def estimate(
    database: Database,
    file: AudienceFile,
    now: datetime,
    zone: ZoneInfo,
    *,
    catalog: Catalog = NO_DEFINITIONS,
    including_now: bool = False,
) -> int:
    """How many people the audience would hold now; nothing is saved. Raises `RuleError`."""
    with database.read() as connection:
        return count_now(connection, file, now, zone, catalog=catalog, including_now=including_now)


def count_now(
    connection: Connection,
    file: AudienceFile,
    now: datetime,
    zone: ZoneInfo,
    *,
    catalog: Catalog = NO_DEFINITIONS,
    including_now: bool = True,
) -> int:
    """`estimate` on a connection that reads."""
    query = members_now(connection, file, now, zone, catalog=catalog, including_now=including_now)
    return int(connection.execute(select(func.count()).select_from(query.subquery())).scalar_one())


def members_now(
    connection: Connection,
    file: AudienceFile,
    now: datetime,
    zone: ZoneInfo,
    *,
    catalog: Catalog = NO_DEFINITIONS,
    including_now: bool = False,
) -> Select[int]:
    """The query for the people in an audience, to be run on this connection. Raises `RuleError`.

    `catalog`: defines what its cards name. `including_now`: whether events at this very instant count; at the
    start of a simulation they have not arrived.
    """
    _need_members(connection, file)
    return members(
        file, rule_context(connection, file, now, zone, catalog=catalog, including_now=including_now)
    )


def rule_context(
    connection: Connection,
    file: AudienceFile,
    now: datetime,
    zone: ZoneInfo,
    *,
    catalog: Catalog,
    including_now: bool,
) -> RuleContext:
    """What the audience's rule is compiled against on this connection, which is prepared for it."""
    clock = clock_of(zone, connection)
    if _has_relative_events(file, catalog):
        with temporary_tables(connection):
            clock.prepare(connection)
    fields = DataFields.load(connection)
    return RuleContext(fields, FixedMoment(now, zone), clock, including_now, catalog)


def _has_relative_events(file: AudienceFile, catalog: Catalog) -> bool:
    """Whether a condition on events has a time relative to the event's own."""
    wheres = chain.from_iterable(_on_events(card, catalog) for card in file.cards or ())
    relative = ("in_last", "not_in_last", "in_next")
    return any(leaf.op in relative for where in wheres if where is not None for _, leaf in leaves(where))


def _on_events(card: Card, catalog: Catalog) -> Iterator[Condition | None]:
    """The conditions on events that a card holds, or the definition that it names."""
    match card:
        case BehaviourCard():
            yield card.where
        case MetricsCard() if (table := catalog.tables.get(card.table)) is not None:
            yield from (card.filter, table.where)
        case RfmCard() if (model := catalog.rfm_models.get(card.model)) is not None:
            yield model.where
        case AiplCard():
            yield from (each.where for cards in catalog.aipl.values() for each in cards)


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
    catalog: Catalog = NO_DEFINITIONS,
    including_now: bool = False,
) -> int:
    """Store who is in the audience now, after those that it depends on; returns its size.

    Reads on a connection of its own, writes in chunks and changes over at once: until then the earlier
    members stand. A list keeps the people who were imported. Raises `RuleError`; the state is then `failed`.
    """
    for one in update_order(files, id):
        if files[one].cards is not None:
            _update(database, files[one], now, zone, catalog, including_now)
    with database.read() as connection:
        if files[id].cards is None:
            _need_members(connection, files[id])
        return int(connection.execute(select(audience.c.size).where(audience.c.id == id)).scalar_one())


def _update(
    database: Database,
    file: AudienceFile,
    now: datetime,
    zone: ZoneInfo,
    catalog: Catalog,
    including_now: bool,
) -> None:
    with database.write() as connection:
        before = connection.execute(_STATE, {"id": file.id}).first()
        _set_state(connection, file.id, "running")
    new = stored = None
    try:
        with database.read() as reading:
            query = members_now(reading, file, now, zone, catalog=catalog, including_now=including_now)
            for chunk in _chunks(reading, query):
                with database.write() as connection:
                    new = new_list(connection) if new is None else new
                    rows = [(new, person) for person in chunk]
                    bulk_insert(connection, audience_member, ("list", "person"), rows)
                stored = new
        with database.write() as connection:
            new = new_list(connection) if new is None else new
            put_in_force(connection, file.id, new, to_milliseconds(now))
    except BaseException as error:
        with database.write() as connection:
            if trouble_of(error) is None:
                _set_state(connection, file.id, "failed", _reason(error))
            else:  # whoever wants the update tries again
                _set_back(connection, file.id, before)
            if stored is not None:
                discard(connection, stored)
        raise


def _chunks(connection: Connection, query: Select[int]) -> Iterator[list[int]]:
    rows = connection.execution_options(yield_per=_CHUNK).execute(query)
    for some in rows.scalars().partitions(_CHUNK):
        yield list(some)


def _reason(error: BaseException) -> str:
    if isinstance(error, MessageError):
        return dump(error.message)
    text = N_("An unexpected error in the engine, whose log says more: {reason}")
    return dump(Message(text, reason=f"{type(error).__name__}: {error}"))


def _set_state(connection: Connection, id: str, state: str, reason: str | None = None) -> None:
    values = {"state": state, "reason": reason}
    changed = connection.execute(update(audience).where(audience.c.id == id).values(values))
    if not changed.rowcount:
        connection.execute(insert(audience), {"id": id, "size": 0, **values})


def _set_back(connection: Connection, id: str, before: Row[str, str | None] | None) -> None:
    """Let an audience be as it was before its update, unless only the answer to the last commit was lost."""
    running = and_(audience.c.id == id, audience.c.state == "running")
    if before is None:
        connection.execute(delete(audience).where(running))
    elif before.state != "running":  # else it is another one's that was cut off: the next start sees to it
        connection.execute(update(audience).where(running).values(state=before.state, reason=before.reason))


def _need_members(connection: Connection, file: AudienceFile) -> None:
    """Refuse to count on audiences that have no members stored, or on the audience itself."""
    if file.id in file.audiences:
        text = N_("“{name}” would contain itself. Choose another audience.")
        raise RuleError(Message(text, name=file.name))
    needed = {file.id} if file.cards is None else set(file.audiences)
    query = select(audience.c.id).where(audience.c.id.in_(needed), audience.c.list.is_not(None))
    if missing := needed - set(connection.scalars(query)):
        name = file.name if file.id in missing else min(missing)
        text = N_("The audience “{name}” has no members yet. Update it, or import its list of people.")
        raise RuleError(Message(text, name=name))
