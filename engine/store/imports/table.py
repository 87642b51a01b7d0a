"""Import of one table, whatever its format, by a mapping of its columns."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from engine.files.memory import collection_paused
from engine.i18n import N_, Message
from engine.shapes.conditions import FieldType
from engine.shapes.time import to_milliseconds
from engine.store.database import Database
from engine.store.fields import DataSchema
from engine.store.imports.events_file import NewEvent, declare_events, read_event, store_events
from engine.store.imports.formats import TableFormat, format_of_file, open_table
from engine.store.imports.identities import Identities, Rules
from engine.store.imports.learned import Learned
from engine.store.imports.people_file import PeopleRows, Tidy, Ways
from engine.store.imports.reading import Row, pass_over
from engine.store.imports.rejects import RejectFile
from engine.store.imports.result import ImportRefused, ImportResult
from engine.store.imports.runs import all_or_nothing, begin, complete, said_when_full
from engine.store.imports.session import Session
from engine.store.imports.tags_file import TagRow, store_tags
from engine.store.imports.tidying import addresses, numbers, stripped, times
from engine.store.values import SEPARATOR, BadValue, shown
from engine.workspace.mapping import (
    ATTRIBUTE,
    EVENT,
    EVENT_ID,
    ID,
    IGNORE,
    PERSON,
    TAG,
    TIME,
    MappingFile,
)

JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
Progress = Callable[[int, int], None]
"""Told how much of the file is done, and of how much; may raise to cancel the import."""
Merge = Callable[[Connection, Sequence[tuple[int, int]], int], None]
"""Given pairs of people (kept, merged) and the time (ms): merges them. See `engine.run.merging`."""


class TableOrder(NamedTuple):
    """What is to be imported: a file, what its columns are, and what else has to be known of the workspace.

    Attributes:
        zone: of times without an offset. schema: the types that the catalogue gives. rules: of identities.
        rejects: given the import's number, where rows that are not taken are written; None: nowhere.
    """

    path: Path
    mapping: MappingFile
    zone: ZoneInfo
    schema: DataSchema = DataSchema()
    rules: Rules = Rules()
    rejects: Callable[[int], Path] | None = None


def format_of(order: TableOrder) -> TableFormat:
    """How the file is read: as the mapping says, and what it does not say as the file looks."""
    said = order.mapping
    return format_of_file(order.path, said.encoding, said.delimiter, said.sheet, headed=said.headed)


@said_when_full()
def import_table(
    database: Database,
    order: TableOrder,
    merge: Merge,
    *,
    now: datetime | None = None,
    progress: Progress = lambda _done, _total: None,
    begun: Callable[[int], None] = lambda _id: None,
    last: Callable[[int], AbstractContextManager[Connection]] | None = None,
) -> ImportResult:
    """Take a table into the database; what cannot be taken is listed.

    It is written in many short transactions, and counts when all is in: what was cut off, cancelled (by
    `progress`, which raises) or fails is taken back. begun: told the import's number. last: given it, the
    last transaction. Raises `ImportRefused`, with nothing written.
    """
    format = format_of(order)
    before = _state_of(order.path)
    header = _header(order, format)
    started = to_milliseconds(now or datetime.now(UTC))
    result = begin(database, order.path.name, _declared(order), started)
    begun(result.import_id)
    session = Session(database, order.path.parent, result, started, lambda _file, _rows: None)
    with (
        all_or_nothing(session),
        RejectFile(None if order.rejects is None else order.rejects(result.import_id), header) as rejects,
        collection_paused(),
    ):
        result.keep = rejects.write
        rows = (PeopleTable if order.mapping.kind == "people" else EventsTable)(session, order, header)
        with closing(open_table(order.path, format, session.on_reject(order.path.name))) as table:
            for chunk in session.chunks(order.path.name, table.rows()):
                rows.store(chunk)
                progress(min(table.done, table.total), table.total)
        if _state_of(order.path) != before:
            text = N_("{file} was changed while it was read. Import it once nothing writes it any more.")
            raise ImportRefused(Message(text, file=order.path.name))
        with database.write() if last is None else last(result.import_id) as connection:
            if pairs := rows.identities.merges(connection):
                merge(connection, pairs, started)
                result.counts["people_merged"] += len(pairs)
            complete(connection, result, to_milliseconds(now or datetime.now(UTC)))
    result.learned = rows.learned
    return result


def _state_of(path: Path) -> tuple[int, int, int] | None:
    """What differs once a file has been written again; None where it is gone."""
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_ino, state.st_size, state.st_mtime_ns


def _header(order: TableOrder, format: TableFormat) -> list[str]:
    """The names of the file's columns. Raises `ImportRefused`, also where the mapping is of others."""
    table = open_table(order.path, format, pass_over)
    table.close()
    wanted = [column.column for column in order.mapping.columns if column.to != IGNORE]
    missing = [name for name in wanted if name not in table.header]
    if missing:
        text = N_("{file} has no column “{name}”. Its columns are: {columns}.")
        columns = ", ".join(table.header[:20])
        raise ImportRefused(Message(text, file=order.path.name, name=missing[0], columns=shown(columns)))
    by_id = [column.to[len(ID) :] for column in order.mapping.columns if column.to.startswith(ID)]
    if not _has(order, PERSON) and not any(type_ in order.rules.identifying for type_ in by_id):
        text = N_("No column tells who the person is: none is their own id, and no ID is theirs alone.")
        raise ImportRefused(Message(text))
    return table.header


def _has(order: TableOrder, target: str) -> bool:
    return any(column.to == target for column in order.mapping.columns)


def _declared(order: TableOrder) -> DataSchema:
    """The types of the mapping's fields, as it says, else as the catalogue does, else text."""
    mapping, known = order.mapping, order.schema
    types = _types(mapping)
    if mapping.kind == "events":
        events = {mapping.event: types} if mapping.event and not _has(order, EVENT) else {}
        return DataSchema(events=_completed(events, known))
    return DataSchema(
        {name: type_ or known.attributes.get(name, "text") for name, type_ in types.items()},
        {name: type_ or known.tags.get(name, "text") for name, type_ in _types(mapping, TAG).items()},
    )


def _types(mapping: MappingFile, prefix: str = ATTRIBUTE) -> dict[str, FieldType | None]:
    return {
        column.to.removeprefix(prefix): column.type
        for column in mapping.columns
        if column.to.startswith(prefix)
    }


def _completed(
    events: Mapping[str, Mapping[str, FieldType | None]], known: DataSchema
) -> dict[str, dict[str, FieldType]]:
    return {
        code: {name: type_ or known.events.get(code, {}).get(name, "text") for name, type_ in types.items()}
        for code, types in events.items()
    }


class _Table:
    """What tables of people and of events have in common: who the rows are.

    Attributes: identities; learned, what the catalogue should know from now on.
    """

    def __init__(self, session: Session, order: TableOrder, header: Sequence[str]) -> None:
        self._session = session
        self._order = order
        self._file = order.path.name
        self.places: dict[str, int] = {
            column.to: header.index(column.column) for column in order.mapping.columns if column.to != IGNORE
        }
        self._types = {column.to: column.type for column in order.mapping.columns}
        ids = {to.removeprefix(ID): place for to, place in self.places.items() if to.startswith(ID)}
        self.identities = Identities(session, self._file, self.places.get(PERSON), ids, order.rules)
        self.learned = Learned(id_types=tuple(ids))
        zone = ZoneInfo(order.mapping.time_zone) if order.mapping.time_zone else order.zone
        self._times = times(zone)
        key = self.places.get(PERSON)
        self._first: dict[int, Tidy] = {} if key is None else {key: stripped}
        for type_, place in ids.items():
            self._first[place] = addresses(type_) or stripped

    def _tidy(self, type_: FieldType | None) -> Tidy | None:
        """How a field's cells are brought into the form that is stored."""
        match type_:
            case "number":
                return numbers
            case "time":
                return self._times
            case _:
                return None

    def _who(self, rows: Sequence[Row]) -> list[tuple[Row, str]]:
        """The rows, their IDs tidied, with the external ids of their people; bad ones are rejected."""
        return self.identities.named(list(self._tidied(rows, self._first)))

    def _tidied(self, rows: Sequence[Row], tidies: Mapping[int, Tidy]) -> Iterator[Row]:
        for line, cells in rows:
            new = list(cells)
            try:
                for place, tidy in tidies.items():
                    (new[place],) = tidy((new[place],))
            except BadValue as error:
                self._session.result.reject(self._file, line, error.message, cells)
                continue
            yield line, new


class PeopleTable(_Table):
    """Rows of people: one a person, with IDs, attributes and tags."""

    def __init__(self, session: Session, order: TableOrder, header: Sequence[str]) -> None:
        super().__init__(session, order, header)
        names = {to: "person_id" if to == PERSON else to for to in self.places}
        canonical = [""] * len(header)
        for to, place in self.places.items():
            canonical[place] = names[to]
        tidy: dict[int, Tidy] = {}
        if self.identities.needed:
            canonical = ["" if name == "person_id" else name for name in canonical] + ["person_id"]
        else:
            tidy |= self._first
        for to, place in self.places.items():
            if to.startswith(ATTRIBUTE):
                field = session.fields.attribute(to.removeprefix(ATTRIBUTE))
                if field is not None and (found := self._tidy(field.type)) is not None:
                    tidy[place] = found
        self._tags = {to.removeprefix(TAG): place for to, place in self.places.items() if to.startswith(TAG)}
        several = order.rules.several
        ways = Ways(self._file, tidy, session.now, several, keep=order.mapping.keep)
        self._rows = PeopleRows(session, canonical, ways)
        self._key = canonical.index("person_id")
        self.learned.attributes.update(
            {name: field.type for name in _types(order.mapping) if (field := session.fields.attribute(name))}
        )
        for tag in self._tags:
            self.learned.tags[tag] = session.fields.tag(tag) or "text"

    def store(self, rows: Sequence[Row]) -> None:
        """Write some rows."""
        if self.identities.needed:
            rows = [(line, [*cells, external]) for (line, cells), external in self._who(rows)]
        known = self._rows.store(rows)
        if self._tags:
            self._store_tags([row for row in rows if row[1][self._key].strip() in known])

    def _store_tags(self, rows: Sequence[Row]) -> None:
        found: list[TagRow] = []
        for tag, place in self._tags.items():
            type_ = self._session.fields.tag(tag)
            tidy = self._tidy(type_)
            for line, cells in rows if tidy is None else self._tidied(rows, {place: tidy}):
                if value := cells[place]:
                    found.append((line, cells[self._key].strip(), tag, value))
            self.learned.see(tag, (row[3] for row in found if row[2] == tag), several=type_ == "multi")
        store_tags(self._session, found, self._file)


class EventsTable(_Table):
    """Rows of events: one an event."""

    def __init__(self, session: Session, order: TableOrder, header: Sequence[str]) -> None:
        super().__init__(session, order, header)
        self._code = order.mapping.event or ""
        self._attributes = {
            to.removeprefix(ATTRIBUTE): place for to, place in self.places.items() if to.startswith(ATTRIBUTE)
        }
        self._wanted = _types(order.mapping)
        self._first[self.places[TIME]] = self._times
        for name, place in self._attributes.items():
            if (tidy := self._tidy(self._wanted[name])) is not None:
                self._first[place] = tidy

    def store(self, rows: Sequence[Row]) -> None:
        """Write some rows."""
        session, events, kept = self._session, list[NewEvent](), list[Row]()
        for row, external in self._who(rows):
            try:
                events.append(self._event(row[1], external))
                kept.append(row)
            except BadValue as error:
                session.result.reject(self._file, row[0], error.message, row[1])
        self._declare({new.code for new in events})
        declare_events(session, events)
        with session.database.write() as connection:
            stored = store_events(connection, session.fields, events, session.now, session.import_id)
        for position, message in stored.refused:
            session.result.reject(self._file, kept[position][0], message, kept[position][1])
        counts = session.result.counts
        counts["people_by_event"] += stored.people
        counts["events"] += stored.events
        counts["events_repeated"] += len(events) - len(stored.refused) - stored.events

    def _event(self, cells: Sequence[str], external: str) -> NewEvent:
        code = cells[self.places[EVENT]].strip() if EVENT in self.places else self._code
        given = {name: cells[place] for name, place in self._attributes.items() if cells[place]}
        time = cells[self.places[TIME]]
        id = cells[self.places[EVENT_ID]].strip() if EVENT_ID in self.places else ""
        if not id:  # the same row again is the same event
            said = json.dumps([external, code, time, given], ensure_ascii=False).encode()
            id = f"row:{blake2b(said, digest_size=12).hexdigest()}"
        return read_event(id, external, code, time, _object(given, self._wanted))

    def _declare(self, codes: set[str]) -> None:
        """Make room for the events and their attributes, with the types of the mapping."""
        new = {code: self._wanted for code in codes if code not in self.learned.events}
        if not new:
            return
        self._session.declare(DataSchema(events=_completed(new, self._order.schema)))
        for code in new:
            known = self._session.fields.event_attributes(code)
            self.learned.events[code] = {name: known[name].type for name in self._wanted}


def _object(given: Mapping[str, str], types: Mapping[str, FieldType | None]) -> str:
    """The attributes of an event as its JSON object: numbers as they were written."""
    parts = []
    for name, text in given.items():
        value: object = [part for part in text.split(SEPARATOR) if part] if types[name] == "multi" else text
        plain = types[name] == "number" and JSON_NUMBER.fullmatch(text)
        said = text if plain else json.dumps(value, ensure_ascii=False)
        parts.append(f"{json.dumps(name, ensure_ascii=False)}: {said}")
    return "{" + ", ".join(parts) + "}" if parts else ""
