"""One import from its beginning to its end, and the list of those that were: what `import_run` holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from engine.i18n import N_, Message
from engine.store.database import Database
from engine.store.dialect import analyze
from engine.store.fields import DataFields, DataSchema, SchemaConflict
from engine.store.imports.result import ImportRefused, ImportResult
from engine.store.imports.session import Session
from engine.store.imports.undo import discard_unfinished, take_back
from engine.store.lists import discard
from engine.store.tables.people import (
    LIVE_IMPORT,
    event,
    import_before,
    import_run,
    person,
    person_id,
    tag_value,
)
from engine.store.trouble import is_full

UNDOABLE = 10
"""Of so many of the last imports it is kept what was there before."""
LISTED = 50

Last = Callable[[int], AbstractContextManager[Connection]]
"""Given the import's number: the transaction in which all that it brought begins to count."""


class KnownImport(NamedTuple):
    """An import that was; times in ms. `undoable`: what was there before is still known."""

    id: int
    state: str
    source: str
    started_at: int
    finished_at: int | None
    counts: Mapping[str, int]
    undoable: bool


def begin(database: Database, source: str, schema: DataSchema, now: int) -> ImportResult:
    """Make room for the data and note that its import runs; what broke off before is taken back.

    Raises `ImportRefused` where the types contradict those of the data.
    """
    with database.write() as connection:
        try:
            DataFields.load(connection).declare(connection, schema)
        except SchemaConflict as error:
            raise ImportRefused(error.message) from error
        discard_unfinished(connection)
        new = int(connection.execute(select(func.max(import_run.c.id))).scalar_one()) + 1
        run = {"id": new, "state": "running", "source": source, "started_at": now}
        connection.execute(insert(import_run), run)
    return ImportResult(new)


@contextmanager
def all_or_nothing(session: Session) -> Iterator[None]:
    """What is imported inside the block is taken back where the block does not come to its end.

    Where that fails, too, as with a broken database, the next import does it. Where only the answer to the
    last commit was lost, all of it counts already and may have let people in: it stays; nothing is raised.
    """
    try:
        yield
    except Exception as error:
        through = False
        with suppress(DBAPIError):
            with session.database.write() as connection:  # behind the commit of which nothing was heard
                through = _is_through(connection, session.import_id)
                for number in () if through else session.lists:
                    discard(connection, number)
            if not through:
                take_back(session.database.write, session.import_id)
        if not (through and isinstance(error, DBAPIError)):
            raise


def _is_through(connection: Connection, import_id: int) -> bool:
    state = select(import_run.c.state).where(import_run.c.id == import_id)
    return connection.execute(state).scalar() == "complete"


@contextmanager
def said_when_full() -> Iterator[None]:
    """A full disk in the words of an import: unlike what campaigns do, it is not tried again by itself."""
    try:
        yield
    except DBAPIError as error:
        if not is_full(error):
            raise
        text = N_(
            "The disk that holds the database is full: nothing was imported. Make room, then import again."
        )
        raise ImportRefused(Message(text)) from error


def complete(connection: Connection, result: ImportResult, finished: int) -> None:
    """Let all that the import brought count from now on."""
    counts = json.dumps({**result.counts, "rejected": result.rejected})
    done = update(import_run).where(import_run.c.id == result.import_id)
    connection.execute(done.values(state="complete", finished_at=finished, counts=counts, undo=1))
    old = result.import_id - UNDOABLE
    connection.execute(update(import_run).where(import_run.c.id <= old).values(undo=0))
    connection.execute(delete(import_before).where(import_before.c.import_id <= old))
    for table in (person, person_id, tag_value, event):
        analyze(connection, table.name)


def known_imports(connection: Connection) -> list[KnownImport]:
    """The last imports, the latest first."""
    c = import_run.c
    query = select(c.id, c.state, c.source, c.started_at, c.finished_at, c.counts, c.undo)
    query = query.where(c.id > LIVE_IMPORT).order_by(c.id.desc()).limit(LISTED)
    return [
        KnownImport(
            row.id,
            row.state,
            row.source,
            row.started_at,
            row.finished_at,
            json.loads(row.counts) if row.counts else {},
            row.state == "complete" and bool(row.undo),
        )
        for row in connection.execute(query)
    ]
