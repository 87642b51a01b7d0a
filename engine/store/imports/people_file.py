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
from engine.store.tables.people import OLDEST, identity, person, person_id
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

Address = tuple[str, str]
"""Type and value."""


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
    """The rows of an open people.csv, converted; iterate for (external id, values, addresses, line)."""

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
        self._convert = [(index, *_converter(field)) for index, field in self._fields]

    @property
    def columns(self) -> list[str]:
        """The columns of `person` that the values of a row go to."""
        return [slot for _, field in self._fields for slot in field.slots]

    def __iter__(self) -> Iterator[tuple[str, list[Any], list[Address], int]]:
        reject = self._session.on_reject(FILE)
        for line, cells in self._file.rows():
            try:
                external = key(cells[self._key], "person_id")
                yield external, self._values(cells), self._row_addresses(cells), line
            except BadValue as error:
                reject(line, error.message)

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

    def _row_addresses(self, cells: Sequence[str]) -> list[Address]:
        found = []
        for index, type_ in self._addresses:
            if cell := cells[index]:
                if len(cell) > MAX_KEY:
                    raise BadValue(Message(N_("An address is longer than {max} characters."), max=MAX_KEY))
                found.append((type_, cell))
        return found

    def store(self, chunk: Sequence[tuple[str, list[Any], list[Address], int]]) -> None:
        """Write one transaction's rows; of rows of the same person the last counts."""
        session = self._session
        latest = {external: (values, addresses, line) for external, values, addresses, line in chunk}
        with session.database.write() as connection:
            known = people(connection, latest)
            first = next_person(connection)
            new = [external for external in latest if external not in known]
            ids = {external: first + n for n, external in enumerate(new)}
            bulk_insert(
                connection,
                person,
                ["id", "external_id", "hash", "import_id", *self.columns],
                [
                    (ids[external], external, person_hash(external), session.import_id, *latest[external][0])
                    for external in new
                ],
            )
            bulk_update(
                connection,
                person,
                self.columns,
                "id",
                [(*latest[external][0], known[external]) for external in known],
            )
            self._forget_addresses(connection, list(known.values()))
            ids.update(known)
            self._store_addresses(
                connection,
                [(ids[external], addresses, line) for external, (_, addresses, line) in latest.items()],
            )
        session.result.counts["people"] += len(new)
        session.result.counts["people_updated"] += len(known)

    def _forget_addresses(self, connection: Connection, ids: Sequence[int]) -> None:
        """What an earlier people.csv said of these people; ids.csv's addresses stay."""
        types = [type_ for _, type_ in self._addresses]
        if not types or not ids:
            return
        for start in range(0, len(ids), 500):
            some = ids[start : start + 500]
            old = person_id.c.person.in_(some) & person_id.c.type.in_(types) & (person_id.c.time == OLDEST)
            gone = connection.execute(
                delete(person_id)
                .where(old)
                .returning(person_id.c.type, person_id.c.value, person_id.c.person)
            ).all()
            for row in gone:
                same = (identity.c.type == row.type) & (identity.c.value == row.value)
                connection.execute(delete(identity).where(same & (identity.c.person == row.person)))

    def _store_addresses(
        self, connection: Connection, rows: Sequence[tuple[int, list[Address], int]]
    ) -> None:
        base = self._session.import_id << 40
        columns = ("person", "type", "value", "time", "seq")
        addresses = [
            (person, type_, value, OLDEST, base + line)
            for person, found, line in rows
            for type_, value in found
        ]
        bulk_insert(connection, person_id, columns, addresses, on_conflict="nothing")
        by_value = sorted((type_, value, person) for person, found, _ in rows for type_, value in found)
        bulk_insert(connection, identity, ("type", "value", "person"), by_value, on_conflict="nothing")


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
