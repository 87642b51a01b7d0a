"""people.csv: one row a person, with attributes and addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, delete

from engine.i18n import N_, Message
from engine.store.dialect import bulk_insert, bulk_update
from engine.store.fields import DataField, DataSchema, FieldType
from engine.store.imports.reading import CsvFile
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

Address = tuple[str, str, int, int]
"""Type, value, time and order."""

PersonRow = tuple[str, tuple[Any, ...], list[Address]]
"""External id; external id, hash and the values of the attributes' columns; addresses."""


def import_people(session: Session) -> None:
    """Create and update the people of people.csv. Raises `SchemaConflict`."""
    file = session.open(FILE, ["person_id"], _known)
    if file is None:
        return
    _declare(session, file.header)
    rows = PeopleRows(session, file)
    for chunk in session.chunks(FILE, rows):
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
    """The rows of an open people.csv, checked and converted one by one, stored in chunks."""

    def __init__(self, session: Session, file: CsvFile) -> None:
        self._session = session
        self._file = file
        self._key = file.header.index("person_id")
        self._fields: list[tuple[int, DataField]] = []
        self._addresses: list[tuple[int, str]] = []
        for index, column in enumerate(file.header):
            if column.startswith(ADDRESS) and column != ADDRESS:
                self._addresses.append((index, column.removeprefix(ADDRESS)))
            elif column.startswith(ATTRIBUTE) and (
                field := session.fields.attribute(column[len(ATTRIBUTE) :])
            ):
                self._fields.append((index, field))
        self._columns = [slot for _, field in self._fields for slot in field.slots]
        self._convert = [(index, *_converter(field)) for index, field in self._fields]

    def __iter__(self) -> Iterator[PersonRow]:
        reject = self._session.on_reject(FILE)
        place, base = self._key, self._session.import_id << 40
        for line, cells in self._file.rows():
            try:
                external = key(cells[place], "person_id")
                values, addresses = self._values(cells), self._row_addresses(cells, base + line)
            except BadValue as error:
                reject(line, error.message)
            else:
                yield external, (external, person_hash(external), *values), addresses

    def _values(self, cells: Sequence[str]) -> list[Any]:
        values: list[Any] = []
        for index, nothing, convert in self._convert:
            cell = cells[index]
            if not cell:
                values += nothing
            elif convert is not None:
                values += convert(cell)
            elif len(cell) <= MAX_TEXT:
                values.append(cell)
            else:
                raise BadValue(Message(N_("A value is longer than {max} characters."), max=MAX_TEXT))
        return values

    def _row_addresses(self, cells: Sequence[str], seq: int) -> list[Address]:
        found = []
        for index, type_ in self._addresses:
            if cell := cells[index]:
                if len(cell) > MAX_KEY:
                    raise BadValue(Message(N_("An address is longer than {max} characters."), max=MAX_KEY))
                found.append((type_, cell, OLDEST, seq))
        return found

    def store(self, chunk: Sequence[PersonRow]) -> None:
        """Write one transaction's rows; of rows of the same person the last counts."""
        latest = {row[0]: row for row in chunk}
        with self._session.database.write() as connection:
            known = people(connection, latest)
            old = [(known[external], *latest[external][1:]) for external in known]
            new = [row for row in latest.values() if row[0] not in known] if known else list(latest.values())
            numbered = [(id, *row[1:]) for id, row in enumerate(new, next_person(connection))]
            columns = ("id", "import_id", "external_id", "hash", *self._columns)
            run = self._session.import_id
            bulk_insert(connection, person, columns, [(id, run, *values) for id, values, _ in numbered])
            bulk_update(connection, person, self._columns, "id", [(*values[2:], id) for id, values, _ in old])
            self._forget_addresses(connection, list(known.values()))
            addresses = [(id, *address) for id, _, found in numbered + old for address in found]
            columns = ("person", "type", "value", "time", "seq")
            bulk_insert(connection, person_id, columns, addresses, on_conflict="nothing")
        self._session.result.counts["people"] += len(new)
        self._session.result.counts["people_updated"] += len(old)

    def _forget_addresses(self, connection: Connection, ids: Sequence[int]) -> None:
        """What an earlier people.csv said of these people; ids.csv's addresses stay."""
        types = [type_ for _, type_ in self._addresses]
        for start in range(0, len(ids) if types else 0, 500):
            some = person_id.c.person.in_(ids[start : start + 500])
            earlier = person_id.c.type.in_(types) & (person_id.c.time == OLDEST)
            connection.execute(delete(person_id).where(some & earlier))


def _converter(field: DataField) -> tuple[list[None], Callable[[str], list[Any]] | None]:
    """What an empty cell gives, and how to convert another one; None for a text, which stays as it is."""
    match field.type:
        case "number":
            return [None, None], lambda cell: [scaled(cell), cell]
        case "time":
            return [None, None], lambda cell: [milliseconds(cell), cell]
        case "multi":
            return [None, None], _multi
        case _:
            return [None], None


def _multi(cell: str) -> list[Any]:
    if len(cell) > MAX_TEXT:
        raise BadValue(Message(N_("A value is longer than {max} characters."), max=MAX_TEXT))
    values = multi(cell)
    return [packed(values), joined(values)] if values else [None, None]
