"""events.csv: `event_id,person_id,event,time,attributes` (a JSON object, or empty)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Any, NamedTuple, NoReturn

from sqlalchemy import Connection

from engine.i18n import N_, Message
from engine.shapes.conditions import FieldType
from engine.store.dialect import bulk_insert
from engine.store.fields import DataField, DataFields, DataSchema
from engine.store.imports.session import Session, create_missing, key, long_text, people
from engine.store.tables.people import event
from engine.store.values import (
    SEPARATOR,
    BadValue,
    joined,
    milliseconds,
    multi,
    packed,
    scaled,
    shown,
    storable,
)

FILE = "events.csv"
COLUMNS = ("event_id", "person_id", "event", "time", "attributes")
MAX_ATTRIBUTES = 1024 * 1024
"""Characters of one event's attributes."""
MAX_DECLARED_BY_DATA = 50
"""Undeclared attributes of one event that get a column; others are kept, but no condition sees them."""


class _Number(str):
    """A JSON number, kept as it was written."""

    __slots__ = ()


class NewEvent(NamedTuple):
    """An event that was read and checked, ready to be stored."""

    source_id: str
    person: str
    """External id."""
    code: str
    time: int
    attributes: str | None
    """The JSON object as given."""
    values: dict[str, Any]


class FittingEvent(NamedTuple):
    """An event with the values of its columns, in the order of its fields."""

    event: NewEvent
    values: list[Any]


class Stored(NamedTuple):
    """What became of events that were to be stored."""

    events: int
    """How many were new."""
    people: int
    """How many people were created."""
    refused: list[tuple[int, Message]]
    """Position and reason of those that were not stored."""


def read_event(source_id: str, external: str, code: str, time: str, attributes: str) -> NewEvent:
    """Check an event as text. Raises `BadValue`."""
    return new_event(source_id, external, code, milliseconds(time), attributes)


def new_event(source_id: str, external: str, code: str, time: int, attributes: str) -> NewEvent:
    """Check an event whose time is known (ms). Raises `BadValue`."""
    key(source_id, "event_id")
    key(external, "person_id")
    key(code, "event")
    return NewEvent(source_id, external, code, time, attributes or None, _parsed(attributes))


def fitting(
    fields: DataFields, events: Iterable[NewEvent]
) -> tuple[list[FittingEvent], list[tuple[int, Message]]]:
    """The events whose values have the types of their attributes; position and reason of the others."""
    refused: list[tuple[int, Message]] = []
    good: list[FittingEvent] = []
    for position, new in enumerate(events):
        try:
            good.append(FittingEvent(new, _values(new.values, fields.event_attributes(new.code))))
        except BadValue as error:
            refused.append((position, error.message))
    return good, refused


def write_events(
    connection: Connection,
    fields: DataFields,
    events: Iterable[FittingEvent],
    people: Mapping[str, int],
    received: int,
    import_id: int,
    *,
    on_conflict: str = "",
) -> int:
    """Write events of people (external id → id) that were received at a time (ms); how many were written.

    on_conflict: for those that the database has already, see `bulk_insert`.
    """
    rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for new, values in events:
        fixed = (people[new.person], new.source_id, new.code, new.time, received, import_id, new.attributes)
        rows[new.code].append((*fixed, *values))
    written = 0
    for code, some in rows.items():
        slots = [slot for field in fields.event_attributes(code).values() for slot in field.slots]
        columns = ("person", "source_id", "code", "time", "received_at", "import_id", "attributes", *slots)
        some.sort(key=itemgetter(0, 1))
        written += bulk_insert(connection, event, columns, some, on_conflict=on_conflict)
    return written


def store_events(
    connection: Connection, fields: DataFields, events: Iterable[NewEvent], received: int, import_id: int
) -> Stored:
    """Write events that were received at a time (ms); the people exist or are created.

    Their codes and attributes are declared. An event that the database has already counts once; one that does
    not fit the types of its attributes is not stored.
    """
    good, refused = fitting(fields, events)
    externals = [new.person for new, _ in good]
    known = people(connection, externals)
    created = create_missing(connection, externals, known, import_id)
    stored = write_events(connection, fields, good, known, received, import_id, on_conflict="nothing")
    return Stored(stored, created, refused)


def declare_events(session: Session, events: Iterable[NewEvent]) -> None:
    """Make room for events and attributes that nothing declares, as text."""
    fields = session.fields
    found: dict[str, set[str]] = defaultdict(set)
    for new in events:
        found[new.code].update(new.values)
    schema: dict[str, dict[str, FieldType]] = {}
    for code, names in found.items():
        if code not in fields.events:
            session.note(Message(N_("The event “{name}” is not declared."), name=shown(code)))
            schema[code] = {}
        known = fields.event_attributes(code)
        for name in sorted(names - known.keys() - {""})[: max(0, MAX_DECLARED_BY_DATA - len(known))]:
            what = Message(
                N_("The attribute “{name}” of the event “{event}”"), name=shown(name), event=shown(code)
            )
            session.assumed(what)
            schema.setdefault(code, {})[name] = "text"
    if schema:
        session.declare(DataSchema(events=schema))


def import_events(session: Session) -> None:
    """Store the events of events.csv; people whom only an event names are created."""
    file = session.open(FILE, COLUMNS[:4], lambda column: column == "attributes")
    if file is None:
        return
    reject = session.on_reject(FILE)
    places = [file.header.index(name) if name in file.header else None for name in COLUMNS]
    for chunk in session.chunks(FILE, file.rows()):
        events: list[NewEvent] = []
        lines: list[int] = []
        for line, cells in chunk:
            try:
                events.append(read_event(*("" if place is None else cells[place] for place in places)))
                lines.append(line)
            except BadValue as error:
                reject(line, error.message)
        declare_events(session, events)
        with session.database.write() as connection:
            stored = store_events(connection, session.fields, events, session.now, session.import_id)
        for position, message in stored.refused:
            reject(lines[position], message)
        session.result.counts["people_by_event"] += stored.people
        session.result.counts["events"] += stored.events
        session.result.counts["events_repeated"] += len(events) - len(stored.refused) - stored.events
    file.close()


def _parsed(text: str) -> dict[str, Any]:
    if not text:
        return {}
    if len(text) > MAX_ATTRIBUTES:
        raise BadValue(Message(N_("The attributes are longer than {max} characters."), max=MAX_ATTRIBUTES))
    try:
        value = _DECODER.decode(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise BadValue(Message(N_("The attributes are no JSON object: {value}"), value=shown(text)))
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


_DECODER = json.JSONDecoder(
    parse_float=_Number, parse_int=_Number, parse_constant=_no_constant, object_pairs_hook=_object
)


def _values(given: Mapping[str, Any], fields: Mapping[str, DataField]) -> list[Any]:
    """The values of an event's columns, in the order of its fields."""
    row: list[Any] = []
    for name, field in fields.items():
        value = given.get(name)
        if value is None or value == "":
            row += [None] * len(field.slots)
            continue
        try:
            row += _columns(field, value)
        except BadValue as error:
            raise BadValue(Message("{name}: {reason}", name=name, reason=error.message)) from None
    return row


def _columns(field: DataField, value: Any) -> list[Any]:
    if field.type == "multi":
        parts = _parts(value)
        return [packed(parts), joined(parts)] if parts else [None, None]
    text = as_text(value)
    match field.type:
        case "number":
            return [scaled(text), text]
        case "time":
            return [milliseconds(text), text]
        case _:
            return [long_text(text)]


def as_text(value: Any) -> str:
    """A JSON value as it stands in a text: a number as it was written."""
    if isinstance(value, str):  # a number, too: as it was written
        text = value
    elif isinstance(value, bool):
        text = "true" if value else "false"
    else:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    if not storable(text):
        raise BadValue(Message(N_("The text holds a character that cannot be stored.")))
    return text


def _parts(value: Any) -> tuple[str, ...]:
    if isinstance(value, list):
        texts = [as_text(part) for part in value]
        if any(SEPARATOR in text for text in texts):
            raise BadValue(
                Message(N_("A value of a multi-value field holds “{separator}”."), separator=SEPARATOR)
            )
        return multi(long_text(SEPARATOR.join(texts)))
    return multi(long_text(as_text(value)))
