"""What the importers of the single files share: the run, its schema, and people by their external ids."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Text, bindparam, func, select

from engine.i18n import N_, Message
from engine.store.database import Database
from engine.store.dialect import bulk_insert
from engine.store.fields import DataFields, DataSchema
from engine.store.functions import is_in
from engine.store.imports.reading import CsvFile, OnReject
from engine.store.imports.result import ImportResult
from engine.store.tables.people import person
from engine.store.values import MAX_KEY, MAX_TEXT, BadValue, person_hash, shown

CHUNK = 10_000
"""Rows of one transaction: larger ones keep the engine's own writes waiting, smaller ones cost more."""

Progress = Callable[[str, int], None]
"""Told the file's name and the rows done so far."""

T = TypeVar("T")
FIND = select(person.c.external_id, func.coalesce(person.c.merged_into, person.c.id)).where(
    is_in(person.c.external_id, bindparam("ids", type_=Text, required=True))
)
"""External id and id of those of the people in `ids` (see `id_list`) who exist; of who was merged, whose."""


class Session:
    """One import.

    Attributes:
        now: when it was started, in milliseconds; the time of receipt of its events.
        fields: what the database has room for.
        last_before: the id of the last person who was there before.
        lists: numbers of lists of members that are written and not in force yet.
    """

    def __init__(
        self, database: Database, folder: Path, result: ImportResult, now: int, progress: Progress
    ) -> None:
        self.database = database
        self.folder = folder
        self.result = result
        self.now = now
        self._progress = progress
        self._files: list[CsvFile] = []
        self.lists: list[int] = []
        with database.read() as connection:
            self.fields = DataFields.load(connection)
            self.last_before = next_person(connection) - 1

    @property
    def import_id(self) -> int:
        return self.result.import_id

    def on_reject(self, file: str) -> OnReject:
        def reject(line: int | None, message: Message, row: Sequence[str] = ()) -> None:
            self.result.reject(file, line, message, row)

        return reject

    def open(
        self, name: str, required: Sequence[str], known: Callable[[str], bool] = lambda _column: False
    ) -> CsvFile | None:
        """A file of the folder, or None where there is none or its header cannot be used.

        Columns that are neither required nor known are said to be left out.
        """
        path = self.folder / name
        if not path.is_file():
            return None
        file = CsvFile(path, self.on_reject(name))
        self._files.append(file)
        if problem := _header_problem(file.header, required):
            self.result.reject(name, 1, problem)
            file.close()
            return None
        for column in file.header:
            if column not in required and not known(column):
                message = Message(N_("The column {name} is not known: it is left out."), name=shown(column))
                self.result.reject(name, 1, message)
        return file

    def close(self) -> None:
        """Close the files that are still open, as after a failure."""
        for file in self._files:
            file.close()

    def chunks(self, name: str, rows: Iterable[T]) -> Iterator[list[T]]:
        """The rows in lists of one transaction each, telling the progress."""
        rows = iter(rows)
        done = 0
        while chunk := list(islice(rows, CHUNK)):
            yield chunk
            done += len(chunk)
            self._progress(name, done)

    def declare(self, schema: DataSchema) -> None:
        """Make room for fields. Raises `SchemaConflict`."""
        with self.database.write() as connection:
            self.fields.declare(connection, schema)

    def note(self, message: Message) -> None:
        self.result.notes.append(message)

    def assumed(self, kind: Message) -> None:
        """Say that a type was not declared."""
        self.result.notes.append(Message(N_("{what} is not declared: taken as text."), what=kind))


def people(connection: Connection, external_ids: Iterable[str]) -> dict[str, int]:
    """The person ids of those of the external ids that exist."""
    return dict(connection.execute(FIND, {"ids": id_list(external_ids)}).all())


def id_list(external_ids: Iterable[str]) -> str:
    """External ids as the parameter `ids` of `FIND`."""
    return json.dumps(list(dict.fromkeys(external_ids)), ensure_ascii=False)


def create_missing(
    connection: Connection, external_ids: Iterable[str], known: dict[str, int], import_id: int
) -> int:
    """Create those of the people who are not known yet, and add them to `known`; how many they are."""
    missing = [external for external in dict.fromkeys(external_ids) if external not in known]
    if missing:
        known.update(create_people(connection, missing, import_id))
    return len(missing)


def create_people(connection: Connection, external_ids: Sequence[str], import_id: int) -> dict[str, int]:
    """Create people who are known by their external id only; their ids, in the same order."""
    first = next_person(connection)
    rows = [
        (first + n, external, person_hash(external), import_id) for n, external in enumerate(external_ids)
    ]
    bulk_insert(connection, person, ("id", "external_id", "hash", "import_id"), rows)
    return {external: first + n for n, external in enumerate(external_ids)}


def next_person(connection: Connection) -> int:
    """The id of the next new person; the caller holds the one writing connection."""
    return int(connection.execute(select(func.coalesce(func.max(person.c.id), 0))).scalar_one()) + 1


def key(text: str, what: str) -> str:
    """A text that stands in an index. Raises `BadValue` where it is empty or long."""
    if not text:
        raise BadValue(Message(N_("{what} is empty."), what=what))
    if len(text) > MAX_KEY:
        raise BadValue(
            Message(
                N_("{what} is longer than {max} characters: {value}"),
                what=what,
                max=MAX_KEY,
                value=shown(text),
            )
        )
    return text


def long_text(text: str) -> str:
    """A text value. Raises `BadValue` where it is too long."""
    if len(text) > MAX_TEXT:
        raise BadValue(
            Message(N_("The value is longer than {max} characters: {value}"), max=MAX_TEXT, value=shown(text))
        )
    return text


def _header_problem(header: Sequence[str], required: Sequence[str]) -> Message | None:
    if not header or header == [""]:
        return Message(N_("The file has no header."))
    if len(set(header)) < len(header):
        return Message(N_("A column stands twice in the header."))
    if missing := [name for name in required if name not in header]:
        return Message(N_("The header lacks the column {name}."), name=missing[0])
    return None
