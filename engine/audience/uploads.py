"""Uploaded lists: a CSV file of ids of one type becomes the members of an audience."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, func, insert, literal, select

from engine.audience.errors import RuleError
from engine.i18n import N_, Message
from engine.shapes.time import to_milliseconds
from engine.store.database import Database
from engine.store.dialect import bulk_insert
from engine.store.functions import is_in, text_list
from engine.store.lists import discard, new_list, put_in_force
from engine.store.tables.people import audience, audience_member, person, person_id
from engine.store.values import MAX_KEY, storable
from engine.workspace.audience import PERSON_ID, AudienceFile

_CHUNK = 5_000
_HEADERS = ("id", "ids", PERSON_ID, "value")
_ENCODINGS = ("utf-8-sig", "gb18030")
_LONGEST_CELL = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What became of a list: its ids, each once; those that nobody has; how often one was repeated; people in
    the audience now."""

    ids: int
    unknown: int
    repeated: int
    size: int


def upload(
    database: Database,
    file: AudienceFile,
    source: Path,
    now: datetime,
    *,
    add: bool = False,
    unknown: Path | None = None,
    progress: Callable[[int], None] = lambda _rows: None,
) -> Uploaded:
    """Make the people of a CSV file the audience's members, or `add` them to those that it has.

    The first column counts; a header is passed over. unknown: a file to write the ids to that nobody has.
    Raises `RuleError` where the audience is no list or the file holds no ids, `OSError`; the earlier members
    then stay.
    """
    if file.list is None:
        raise RuleError(Message(N_("“{name}” is a rule, not a list: it takes no ids."), name=file.name))
    reading = _Reading(source, file.list.id_type)
    with database.write() as connection:
        new = new_list(connection)
        # With a member from the first moment on, for the number to be taken: nobody is the person 0.
        bulk_insert(connection, audience_member, ("list", "person"), [(new, 0)])
        if add:
            _copy(connection, file.id, new)
    try:
        counted = _fill(database, reading, file.list.id_type, new, unknown, progress)
        if not counted.ids:
            raise RuleError(Message(N_("There are no ids in the first column of {file}."), file=source.name))
        with database.write() as connection:
            nobody = (audience_member.c.list == new) & (audience_member.c.person == 0)
            connection.execute(audience_member.delete().where(nobody))
            put_in_force(connection, file.id, new, to_milliseconds(now))
            size = connection.execute(select(audience.c.size).where(audience.c.id == file.id)).scalar_one()
    except BaseException:
        with database.write() as connection:
            discard(connection, new)
        raise
    return Uploaded(counted.ids, counted.unknown, reading.repeated, size)


def upload_ids(
    database: Database, file: AudienceFile, ids: Iterable[str], now: datetime, *, add: bool = False
) -> Uploaded:
    """As `upload`, of ids that are at hand."""
    with TemporaryDirectory(prefix="list-") as folder:
        source = Path(folder) / "ids.csv"
        with source.open("w", encoding="utf-8", newline="") as opened:
            csv.writer(opened).writerows([["id"], *([id] for id in ids)])
        return upload(database, file, source, now, add=add)


def ids_in(source: Path, id_type: str) -> Iterator[str]:
    """The ids that a CSV file lists, each once, to send them elsewhere. Raises `OSError`."""
    return iter(_Reading(source, id_type))


@dataclass(slots=True)
class _Counted:
    ids: int = 0
    unknown: int = 0


def _fill(
    database: Database,
    reading: _Reading,
    id_type: str,
    new: int,
    unknown: Path | None,
    progress: Callable[[int], None],
) -> _Counted:
    counted = _Counted()
    nobodys = None if unknown is None else unknown.open("w", encoding="utf-8", newline="")
    writer = None if nobodys is None else csv.writer(nobodys)
    try:
        ids = iter(reading)
        while chunk := list(islice(ids, _CHUNK)):
            with database.write() as connection:
                found = _people(connection, id_type, chunk)
                rows = [(new, one) for one in sorted({one for _, one in found})]
                bulk_insert(connection, audience_member, ("list", "person"), rows, on_conflict="nothing")
            missing = set(chunk).difference(value for value, _ in found)
            if not counted.ids and chunk[0] in missing and _is_heading(chunk[0]):
                missing.remove(chunk.pop(0))
            if writer is not None:
                writer.writerows([id] for id in chunk if id in missing)
            counted.ids += len(chunk)
            counted.unknown += len(missing)
            progress(counted.ids)
    finally:
        if nobodys is not None:
            nobodys.close()
    return counted


def _people(connection: Connection, id_type: str, ids: Sequence[str]) -> list[tuple[str, int]]:
    """Who has each of the ids; an address may be several people's."""
    if id_type == PERSON_ID:
        # Whoever turned out to be somebody else stands for that person.
        whom = func.coalesce(person.c.merged_into, person.c.id)
        query = select(person.c.external_id, whom).where(is_in(person.c.external_id, text_list(ids)))
    else:
        query = select(person_id.c.value, person_id.c.person).where(
            person_id.c.type == id_type, is_in(person_id.c.value, text_list(ids))
        )
    return [(value, one) for value, one in connection.execute(query)]


def _copy(connection: Connection, id: str, new: int) -> None:
    in_force = select(audience.c.list).where(audience.c.id == id).scalar_subquery()
    members = select(literal(new), audience_member.c.person).where(audience_member.c.list == in_force)
    connection.execute(insert(audience_member).from_select(["list", "person"], members))


class _Reading:
    """The ids of a file, each once; `repeated` counts the others."""

    def __init__(self, source: Path, id_type: str) -> None:
        self._source = source
        self._headers = {*_HEADERS, id_type.casefold(), f"id:{id_type}".casefold()}
        self.repeated = 0

    def __iter__(self) -> Iterator[str]:
        seen: set[str] = set()
        self.repeated = 0
        with self._source.open(encoding=_encoding(self._source), errors="replace", newline="") as file:
            for number, id in enumerate(_first_cells(file)):
                if not id or (number == 0 and id.casefold() in self._headers):
                    continue
                if id in seen:
                    self.repeated += 1
                    continue
                seen.add(id)
                yield id


def _is_heading(first: str) -> bool:
    """Whether the first line, which is nobody's id, reads like the name of a column."""
    return "@" not in first and not any(char.isdigit() for char in first)


def _first_cells(file: Iterator[str]) -> Iterator[str]:
    csv.field_size_limit(_LONGEST_CELL)
    rows = csv.reader(file)
    while True:
        try:
            row = next(rows, None)
        except csv.Error:  # one cell of megabytes, or a stray character: no id
            continue
        if row is None:
            return
        cell = row[0].strip() if row else ""
        yield cell if len(cell) <= MAX_KEY and storable(cell) else ""


def _encoding(source: Path) -> str:
    """UTF-8, or where the beginning is not, what Chinese spreadsheets write."""
    with source.open("rb") as file:
        start = file.read(1024 * 1024)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    for encoding in _ENCODINGS:
        try:
            # The last character may be cut off in the middle.
            start.rsplit(b"\n", 1)[0].decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return _ENCODINGS[-1]
