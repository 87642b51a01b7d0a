"""What a rehearsal finds in its overlay when it begins: arrivals, events that lie ahead, audiences."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, literal, select

from engine.audience.updates import members_now, update_order
from engine.components.behaviour import EnterOnEvent
from engine.plan.plan import Plan
from engine.plan.temporary import incoming
from engine.run.entering import Window
from engine.run.overlay import below, participant
from engine.shapes.time import to_milliseconds
from engine.store.dialect import bulk_insert
from engine.store.lists import new_list, put_in_force
from engine.store.people import key_of
from engine.store.tables.people import audience, audience_member, event
from engine.store.tables.runs import arrival
from engine.workspace.audience import AudienceFile
from engine.workspace.catalog import Catalog


def arrivals_between(plan: Plan, connection: Connection, window: Window, since: int, until: int) -> None:
    """Let every matching event of the span (both ends included, ms) arrive; for simulations."""
    trigger = plan.flow.trigger.behaviour
    if not isinstance(trigger, EnterOnEvent):
        return
    query = select(literal(plan.context.version), event.c.time, event.c.person, event.c.source_id).where(
        event.c.code == trigger.event,
        event.c.time >= max(since, window.start),
        event.c.time <= until,
    )
    if window.end is not None:
        query = query.where(event.c.time < window.end)
    if trigger.where is not None:
        query = query.where(plan.context.conditions.of_event(trigger.where, trigger.event, event))
    connection.execute(insert(arrival).from_select(["version", "due", "person", "event"], query))


def note_events_ahead(
    connection: Connection, codes: Collection[str], since: int, until: int, ahead: int
) -> None:
    """Fill `incoming` with the events of the span (both ends included, ms) that running campaigns have not
    followed, for their time lay more than `ahead` ms ahead when they were received."""
    query = select(event.c.person, event.c.source_id, event.c.code, event.c.time).where(
        event.c.code.in_(sorted(codes)),
        event.c.time >= since,
        event.c.time <= until,
        event.c.time > event.c.received_at + ahead,
    )
    connection.execute(insert(incoming).from_select(["person", "source_id", "code", "time"], query))


def update_all(
    connection: Connection,
    files: Mapping[str, AudienceFile],
    now: datetime,
    zone: ZoneInfo,
    catalog: Catalog,
) -> None:
    """Store in an overlay who is in each of the audiences when it begins: events of that very moment have not
    arrived yet. A list that the overlay has already stays as it is."""
    known = set(connection.scalars(select(audience.c.id)))
    for id in dict.fromkeys(one for top in files for one in update_order(files, top)):
        if files[id].cards is not None or id not in known:
            update_one(connection, files[id], now, zone, catalog, including_now=False)


def update_one(
    connection: Connection,
    file: AudienceFile,
    now: datetime,
    zone: ZoneInfo,
    catalog: Catalog,
    *,
    including_now: bool = True,
) -> None:
    """Store in an overlay who is in an audience: a rule is judged, a list taken over from below."""
    key = new_list(connection)
    if file.cards is None:
        copy_list(connection, file.id, key)
    else:
        people = members_now(connection, file, now, zone, catalog=catalog, including_now=including_now)
        query = select(literal(key), *people.subquery().c)
        connection.execute(insert(audience_member).from_select(["list", "person"], query))
    put_in_force(connection, file.id, key, to_milliseconds(now))


def note_participants(connection: Connection, audience_id: str | None, persons: Collection[str]) -> None:
    """Say who alone enters: the members that an audience has in the overlay, or people by their own ids."""
    if audience_id is not None:
        in_force = select(audience.c.list).where(audience.c.id == audience_id).scalar_subquery()
        members = select(audience_member.c.person).where(audience_member.c.list == in_force)
        connection.execute(insert(participant).from_select(["person"], members))
        return
    keys = {key for one in persons if (key := key_of(connection, one)) is not None}
    bulk_insert(connection, participant, ("person",), [(key,) for key in sorted(keys)])


def copy_list(connection: Connection, id: str, key: int) -> None:
    """Take over the members that an audience has in the database below, as the overlay's list `key`."""
    base, source = below(audience_member), below(audience)
    in_force = select(source.c.list).where(source.c.id == id).scalar_subquery()
    query = select(literal(key), base.c.person).where(base.c.list == in_force)
    connection.execute(insert(audience_member).from_select(["list", "person"], query))
