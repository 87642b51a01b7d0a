"""people.csv: one row a person, with attributes and addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete

from engine.i18n import N_, Message
from engine.shapes.conditions import FieldType
from engine.store.dialect import bulk_insert, bulk_update
from engine.store.fields import DataField, DataSchema
from engine.store.functions import is_one_of
from engine.store.imports.before import attributes_of, ids_of, note
from engine.store.imports.reading import Row
from engine.store.imports.session import Session, key, next_person, people
from engine.store.tables.people import OLDEST, person, person_id
from engine.store.values import (
    MAX_KEY,
    MAX_TEXT,
    SEPARATOR,
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

Tidy = Callable[[Sequence[str]], Sequence[str]]
"""Brings the cells of a column into the form that is stored. Raises `BadValue`."""


class Ways(NamedTuple):
    """How rows of people are read and written; the defaults are those of people.csv.

    Attributes:
        file: what rejects name. tidy: of the columns that have to be tidied, by their index.
        time: of the addresses. several: types of which a person may have more than one; of the others the
            new address takes the place of the earlier ones. Everything that is not given is as in people.csv,
            whose addresses take the place of its own earlier ones only.
        keep: an empty cell changes nothing, instead of emptying the value.
    """

    file: str = FILE
    tidy: Mapping[int, Tidy] = {}
    time: int = OLDEST
    several: frozenset[str] | None = None
    keep: bool = False


AS_GIVEN = Ways()


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
    """The rows of an open people.csv, or of a table with its header: checked, converted, stored in chunks."""

    def __init__(self, session: Session, header: Sequence[str], ways: Ways = AS_GIVEN) -> None:
        self._session = session
        self._ways = ways
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

    def store(self, rows: Sequence[Row]) -> Mapping[str, int]:
        """Write one transaction's rows; of rows of the same person the last counts.

        Returns the ids of the people who were written, by their external ids.
        """
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
            self._update(connection, {record[0]: tuple(record[4:]) for record in old})
            self._store_addresses(connection, ids, people_, sorted(set(known.values())))
        # Of people.csv a row of somebody of the same file updates; tables tell the two apart.
        is_table = self._ways is not AS_GIVEN
        again = sum(record[0] > self._session.last_before for record in old) if is_table else 0
        counts = self._session.result.counts
        counts["people"] += len(records) - len(old)
        counts["people_updated"] += len(old) - again
        if again:
            counts["people_repeated"] += again
        return dict(zip(people_.externals, ids, strict=True))

    def _update(self, connection: Connection, values: Mapping[int, tuple[Any, ...]]) -> None:
        """Write the attributes of people who are known, and note what they were before."""
        if not values or not self._columns:
            return
        before = attributes_of(connection, values, self._columns)
        if self._ways.keep:
            values = {id: self._kept(before[id], row) for id, row in values.items()}
        bulk_update(connection, person, self._columns, "id", [(*row, id) for id, row in values.items()])
        named = self._columns
        changes = {
            (id, ""): (dict(zip(named, before[id], strict=True)), dict(zip(named, row, strict=True)))
            for id, row in values.items()
            if id <= self._session.last_before
        }
        note(connection, self._session.import_id, "attributes", changes)

    def _kept(self, before: tuple[Any, ...], row: tuple[Any, ...]) -> tuple[Any, ...]:
        """The row, with what was there before where a cell is empty."""
        return tuple(old if new is None else new for old, new in zip(before, row, strict=True))

    def _checked(self, rows: Sequence[Row]) -> PeopleColumns:
        """The good rows by columns; the others are rejected."""
        try:
            people_ = self._by_columns(rows)
        except BadValue:
            people_ = self._by_columns([row for row in rows if self._is_good(row)])
        if len(set(people_.externals)) < len(rows):
            latest = dict(zip(people_.externals, people_.lines, strict=True))
            if repeated := len(people_.externals) - len(latest):
                self._session.result.counts["people_repeated"] += repeated
            by_line = dict(rows)
            people_ = self._by_columns([(line, by_line[line]) for line in latest.values()])
        return people_

    def _is_good(self, row: Row) -> bool:
        try:
            self._by_columns([row])
        except BadValue as error:
            self._session.result.reject(self._ways.file, row[0], error.message, row[1])
            return False
        return True

    def _by_columns(self, rows: Sequence[Row]) -> PeopleColumns:
        """Raises `BadValue` where any value is bad."""
        if not rows:
            return PeopleColumns((), (), (), [()] * len(self._columns), [()] * len(self._types))
        lines, table = zip(*rows, strict=True)
        cells: list[Sequence[str]] = list(zip(*table, strict=True))
        for index, tidy in self._ways.tidy.items():
            cells[index] = tidy(cells[index])
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

    def _store_addresses(
        self, connection: Connection, ids: Sequence[int], people_: PeopleColumns, known: Sequence[int]
    ) -> None:
        """Write the addresses, also of people who are known, and note those that they had before."""
        base = self._session.import_id << 40
        rows = [
            (id, type_, value, self._ways.time, base + line)
            for type_, column in zip(self._types, people_.addresses, strict=True)
            for id, cell, line in zip(ids, column, people_.lines, strict=True)
            for value in self._addresses(type_, cell)
        ]
        old = [id for id in known if id <= self._session.last_before]
        types = list(self._types)
        before = ids_of(connection, old, types) if old and types else {}
        self._forget_addresses(connection, known, rows)
        columns = ("person", "type", "value", "time", "seq")
        several = self._ways.several is not None
        bulk_insert(
            connection,
            person_id,
            columns,
            list({row[:3]: row for row in rows}.values()) if several else rows,
            on_conflict="replace" if several else "nothing",
            unless_newer="time" if several else "",
        )
        if old and types:
            after = ids_of(connection, old, types)
            places = before.keys() | after.keys()
            changes = {place: (before.get(place, []), after.get(place, [])) for place in places}
            note(connection, self._session.import_id, "ids", changes)

    def _addresses(self, type_: str, cell: str) -> Iterable[str]:
        if not cell:
            return ()
        if self._ways.several is not None and type_ in self._ways.several and SEPARATOR in cell:
            return multi(cell)
        return (cell,)

    def _forget_addresses(
        self, connection: Connection, known: Sequence[int], rows: Iterable[tuple[int, str, str, int, int]]
    ) -> None:
        """Those in whose place the new ones come; of people.csv its own earlier ones, not ids.csv's."""
        several = self._ways.several
        for type_ in self._types if known else ():
            if several is None:
                forgotten: Iterable[int] = known
            elif type_ in several:
                continue
            else:
                given = {row[0] for row in rows if row[1] == type_}
                forgotten = [id for id in known if id in given or not self._ways.keep]
            mine = delete(person_id).where(
                is_one_of(person_id.c.person, forgotten), person_id.c.type == type_
            )
            connection.execute(mine.where(person_id.c.time == OLDEST) if several is None else mine)


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
