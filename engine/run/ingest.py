"""Taking posted events in: each once, durably, with what could not be taken listed."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from sqlalchemy import Connection, delete, insert, select

from engine.i18n import N_, Message
from engine.plan.context import incoming
from engine.run.answers import EventsReceipt, IncomingEvent, RejectedEvent
from engine.shapes.time import utc_text
from engine.store.fields import DataFields
from engine.store.imports.events_file import NewEvent, read_event, store_events
from engine.store.tables.people import LIVE_IMPORT, event, person
from engine.store.values import BadValue, storable


def take_in(
    connection: Connection,
    fields: DataFields,
    events: Sequence[IncomingEvent],
    now: int,
    oldest: int | None = None,
) -> EventsReceipt:
    """Store events as received `now` (ms). `incoming` then lists those that are new.

    Those from before `oldest` (ms) are refused: they would be deleted soon, and count again when sent again.
    """
    rejected: list[RejectedEvent] = []
    read: dict[tuple[str, str], tuple[int, NewEvent]] = {}
    repeated: list[int] = []
    for index, one in enumerate(events):
        try:
            new = _read(one, oldest)
        except BadValue as error:
            rejected.append(RejectedEvent(index, one.id, error.message))
            continue
        if (new.person, new.source_id) in read:
            repeated.append(index)
        else:
            read[new.person, new.source_id] = (index, new)
    connection.execute(delete(incoming))
    if read:
        keys = [{"person": person, "source_id": id} for person, id in read]
        connection.execute(insert(incoming), keys)
        known = _known(connection)
        fresh = [pair for key, pair in read.items() if key not in known]
        repeated += [index for key, (index, _) in read.items() if key in known]
        stored = store_events(connection, fields, [new for _, new in fresh], now, LIVE_IMPORT)
        refused = {position for position, _ in stored.refused}
        rejected += [
            RejectedEvent(fresh[position][0], fresh[position][1].source_id, message)
            for position, message in stored.refused
        ]
        accepted = [new for position, (_, new) in enumerate(fresh) if position not in refused]
        connection.execute(delete(incoming))
        if accepted:
            rows = [{"person": new.person, "source_id": new.source_id} for new in accepted]
            connection.execute(insert(incoming), rows)
        rejected.sort(key=lambda one: one.index)
        return EventsReceipt(len(accepted), len(repeated), tuple(rejected), tuple(repeated))
    return EventsReceipt(0, len(repeated), tuple(rejected), tuple(repeated))


def list_imported(connection: Connection, import_id: int, codes: Collection[str]) -> None:
    """Let `incoming` list the events of an import that have one of the codes."""
    connection.execute(delete(incoming))
    query = (
        select(person.c.external_id, event.c.source_id)
        .join(person, person.c.id == event.c.person)
        .where(event.c.code.in_(codes), event.c.import_id == import_id)
    )
    connection.execute(insert(incoming).from_select(["person", "source_id"], query))


def _read(one: IncomingEvent, oldest: int | None) -> NewEvent:
    if oldest is not None and one.time < oldest:
        raise BadValue(
            Message(
                N_("It happened longer ago than events are kept here (since {time})."), time=utc_text(oldest)
            )
        )
    moment = utc_text(one.time)
    attributes = json.dumps(dict(one.attributes), ensure_ascii=False) if one.attributes else ""
    if "\\u0000" in attributes or not all(map(storable, (one.id, one.person, one.event, attributes))):
        raise BadValue(Message(N_("Remove the invisible character that cannot be stored.")))
    return read_event(one.id, one.person, one.event, moment, attributes)


def _known(connection: Connection) -> set[tuple[str, str]]:
    """Those in `incoming` that the database has already."""
    query = (
        select(incoming.c.person, incoming.c.source_id)
        .join(person, person.c.external_id == incoming.c.person)
        .join(event, (event.c.person == person.c.id) & (event.c.source_id == incoming.c.source_id))
    )
    return {(row.person, row.source_id) for row in connection.execute(query)}
