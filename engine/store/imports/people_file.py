"""people.csv: one row a person, with attributes and addresses."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete

from engine.i18n import N_, Message
from engine.shapes.conditions import FieldType
from engine.store.dialect import bulk_insert, bulk_update
from engine.store.fields import DataField, DataSchema
from engine.store.imports.reading import Row
from engine.store.imports.session import Session, key, next_person, people
from engine.store.tables.people import OLDEST, person, person_id
from engine.store.values import (
    MAX_KEY,
    MAX_TEXT,
    BadValue,
    joined,
    milliseconds,
    multi,
    packed,
    person_hash,
    scaled,
    shown,
)

FILE = "people.csv"
ATTRIBUTE, ADDRESS = "attr:", "id:"


class PeopleColumns(NamedTuple):
    """Some rows of people.csv, column by column: several times as fast as row by row."""

    lines: Sequence[int]
    externals: Sequence[str]
    hashes: Sequence[int]
    values: Sequence[Sequence[Any]]
    """One for each column of `person`."""
    addresses: Sequence[Sequence[str]]
    """One for each type; empty where a person has none."""


def import_people(session: Session) -> None:
    """Create and update the people of people.csv. Raises `SchemaConflict`."""
    file = session.open(FILE, ["person_id"], _known)
    if file is None:
        return
    _declare(session, file.header)
    rows = PeopleRows(session, file.header)
    for chunk in session.chunks(FILE, file.rows()):
        rows.store(chunk)
    file.close()


def _known(column: str) -> bool:
    return any(column.startswith(prefix) and len(column) > len(prefix) for prefix in (ATTRIBUTE, ADDRESS))


def _declare(session: Session, header: Sequence[str]) -> None:
    types: dict[str, FieldType] = {}
    for name in (column.removeprefix(ATTRIBUTE) for column in header if column.startswith(ATTRIBUTE)):
        if name and session.fields.attribute(name) is None:
            types[name] = "text"
            session.assumed(Message(N_("The attribute “{name}”"), name=shown(name)))
    session.declare(DataSchema(attributes=types))


class PeopleRows:
    """The rows of an open people.csv: checked, converted and stored in chunks."""

    def __init__(self, session: Session, header: Sequence[str]) -> None:
        self._session = session
        self._key = header.index("person_id")
        self._fields: list[tuple[int, DataField]] = []
        self._types: dict[str, int] = {}
        for index, column in enumerate(header):
            if column.startswith(ADDRESS) and column != ADDRESS:
                self._types[column.removeprefix(ADDRESS)] = index
            elif column.startswith(ATTRIBUTE) and (
                field := session.fields.attribute(column[len(ATTRIBUTE) :])
            ):
                self._fields.append((index, field))
        self._columns = [slot for _, field in self._fields for slot in field.slots]

    def store(self, rows: Sequence[Row]) -> None:
        """Write one transaction's rows; of rows of the same person the last counts."""
        people_ = self._checked(rows)
        with self._session.database.write() as connection:
            known = people(connection, people_.externals)
            first = next_person(connection)
            ids: Sequence[int] = range(first, first + len(people_.externals))
            if known:
                fresh = iter(ids)
                ids = [
                    known[external] if external in known else next(fresh) for external in people_.externals
                ]
            columns = ("id", "import_id", "external_id", "hash", *self._columns)
            run = repeat(self._session.import_id)
            records = list(zip(ids, run, people_.externals, people_.hashes, *people_.values, strict=False))
            old = [record for record in records if record[0] < first] if known else []
            bulk_insert(
                connection, person, columns, [r for r in records if r[0] >= first] if old else records
            )
            bulk_update(connection, person, self._columns, "id", [(*r[4:], r[0]) for r in old])
            self._forget_addresses(connection, list(known.values()))
            self._store_addresses(connection, ids, people_)
        self._session.result.counts["people"] += len(records) - len(old)
        self._session.result.counts["people_updated"] += len(old)

    def _checked(self, rows: Sequence[Row]) -> PeopleColumns:
        """The good rows by columns; the others are rejected."""
        try:
            people_ = self._by_columns(rows)
        except BadValue:
            people_ = self._by_columns([row for row in rows if self._is_good(row)])
        if len(set(people_.externals)) < len(rows):
            latest = dict(zip(people_.externals, people_.lines, strict=True))
            by_line = dict(rows)
            people_ = self._by_columns([(line, by_line[line]) for line in latest.values()])
        return people_

    def _is_good(self, row: Row) -> bool:
        try:
            self._by_columns([row])
        except BadValue as error:
            self._session.result.reject(FILE, row[0], error.message)
            return False
        return True

    def _by_columns(self, rows: Sequence[Row]) -> PeopleColumns:
        """Raises `BadValue` where any value is bad."""
        if not rows:
            return PeopleColumns((), (), (), [()] * len(self._columns), [()] * len(self._types))
        lines, table = zip(*rows, strict=True)
        cells = list(zip(*table, strict=True))
        externals = cells[self._key]
        key(min(externals, key=len), "person_id")
        key(max(externals, key=len), "person_id")
        values: list[Sequence[Any]] = []
        for index, field in self._fields:
            values += _converted(field, cells[index])
        addresses = [cells[index] for index in self._types.values()]
        if any(len(max(column, key=len)) > MAX_KEY for column in addresses):
            raise BadValue(Message(N_("An address is longer than {max} characters."), max=MAX_KEY))
        return PeopleColumns(lines, externals, list(map(person_hash, externals)), values, addresses)

    def _forget_addresses(self, connection: Connection, ids: Sequence[int]) -> None:
        """What an earlier people.csv said of these people; ids.csv's addresses stay."""
        types = list(self._types)
        for start in range(0, len(ids) if types else 0, 500):
            some = person_id.c.person.in_(ids[start : start + 500])
            earlier = person_id.c.type.in_(types) & (person_id.c.time == OLDEST)
            connection.execute(delete(person_id).where(some & earlier))

    def _store_addresses(self, connection: Connection, ids: Sequence[int], people_: PeopleColumns) -> None:
        base = self._session.import_id << 40
        rows = [
            (id, type_, value, OLDEST, base + line)
            for type_, column in zip(self._types, people_.addresses, strict=True)
            for id, value, line in zip(ids, column, people_.lines, strict=True)
            if value
        ]
        columns = ("person", "type", "value", "time", "seq")
        bulk_insert(connection, person_id, columns, rows, on_conflict="nothing")


def _converted(field: DataField, cells: Sequence[str]) -> list[Sequence[Any]]:
    """The columns of `person` for one of the file's; an empty cell is no value. Raises `BadValue`."""
    if len(max(cells, key=len)) > MAX_TEXT:
        raise BadValue(Message(N_("A value is longer than {max} characters."), max=MAX_TEXT))
    texts = [cell or None for cell in cells]
    match field.type:
        case "number":
            return [[scaled(cell) if cell else None for cell in cells], texts]
        case "time":
            return [[milliseconds(cell) if cell else None for cell in cells], texts]
        case "multi":
            sets = [multi(cell) for cell in cells]
            return [
                [packed(found) if found else None for found in sets],
                [joined(found) or None for found in sets],
            ]
        case _:
            return [texts]
