"""Import of a whole data folder."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, delete, exists, func, insert, select, update

from engine.files.memory import collection_paused
from engine.i18n import N_, Message
from engine.shapes.time import to_milliseconds
from engine.store.database import Database
from engine.store.dialect import analyze
from engine.store.fields import DataFields, DataSchema, SchemaConflict
from engine.store.imports import other_files
from engine.store.imports.events_file import FILE as EVENTS
from engine.store.imports.events_file import import_events
from engine.store.imports.people_file import FILE as PEOPLE
from engine.store.imports.people_file import import_people
from engine.store.imports.result import ImportRefused, ImportResult
from engine.store.imports.schema_file import read_schema
from engine.store.imports.session import Progress, Session
from engine.store.imports.tags_file import FILE as TAGS
from engine.store.imports.tags_file import import_tags
from engine.store.lists import new_list, put_in_force
from engine.store.tables.people import LIVE_IMPORT, event, import_run, person, person_id, tag_value

FILES = (PEOPLE, EVENTS, TAGS, other_files.IDS, other_files.COUPONS, other_files.SUPPRESSED)


def import_folder(
    database: Database,
    folder: Path,
    catalogue: DataSchema | None = None,
    *,
    now: datetime | None = None,
    progress: Progress = lambda _file, _rows: None,
    last: Callable[[int], AbstractContextManager[Connection]] | None = None,
) -> ImportResult:
    """Take the data of a folder into the database, row by row; what cannot be taken is listed.

    Types come from the folder's `schema.json`, else from `catalogue`, else from what the database has. It is
    written in many short transactions; people that it creates count in audiences when all is in. last: given
    the import's number, the transaction in which that happens. One at a time: what an import left behind that
    was cut off is discarded. Raises `ImportRefused`, with nothing written, where the folder has no data or
    its types contradict the data.
    """
    started = to_milliseconds(now or datetime.now(UTC))
    result = _begin(database, folder, catalogue or DataSchema(), started)
    session = Session(database, folder, result, started, progress)
    # Rows are no cyclic garbage; looking for it takes a fifth of the time.
    with closing(session), collection_paused():
        import_people(session)
        import_events(session)
        import_tags(session)
        other_files.import_ids(session)
        other_files.import_coupons(session)
        other_files.import_suppressed(session)
        lists = other_files.import_audiences(session)
    with database.write() if last is None else last(result.import_id) as connection:
        for id_, new in lists.items():
            put_in_force(connection, id_, new_list(connection) if new is None else new, started)
        finished = to_milliseconds(now or datetime.now(UTC))
        done = update(import_run).where(import_run.c.id == result.import_id)
        connection.execute(done.values(state="complete", finished_at=finished))
        for table in (person, person_id, tag_value, event):
            analyze(connection, table.name)
    order = {
        file: number for number, file in enumerate(dict.fromkeys(reject.file for reject in result.rejects))
    }
    result.rejects.sort(key=lambda reject: (order[reject.file], reject.line or 0))
    return result


def _begin(database: Database, folder: Path, catalogue: DataSchema, now: int) -> ImportResult:
    """Make room for the folder's data and note that its import runs. Raises `ImportRefused`."""
    if not any((folder / name).is_file() for name in FILES) and not (folder / other_files.AUDIENCES).is_dir():
        text = N_("There is no data in {folder}: no people.csv, events.csv or other file of a data folder.")
        raise ImportRefused(Message(text, folder=str(folder)))
    schema = read_schema(folder / "schema.json").or_else(catalogue)
    with database.write() as connection:
        try:
            DataFields.load(connection).declare(connection, schema)
        except SchemaConflict as error:
            raise ImportRefused(error.message) from error
        discard_unfinished(connection)
        new = int(connection.execute(select(func.max(import_run.c.id))).scalar_one()) + 1
        run = {"id": new, "state": "running", "source": folder.name, "started_at": now}
        connection.execute(insert(import_run), run)
    return ImportResult(new)


def discard_unfinished(connection: Connection) -> None:
    """Take back the people and events of imports that were cut off; what they changed of others stays.

    A person with an event from elsewhere stays as one whom an event created.
    """
    unfinished = list(connection.scalars(select(import_run.c.id).where(import_run.c.state == "running")))
    if not unfinished:
        return
    connection.execute(delete(event).where(event.c.import_id.in_(unfinished)))
    created = person.c.import_id.in_(unfinished)
    seen = exists().where(event.c.person == person.c.id)
    connection.execute(update(person).where(created, seen).values(import_id=LIVE_IMPORT))
    gone = select(person.c.id).where(created)
    for table in (tag_value, person_id):
        connection.execute(delete(table).where(table.c.person.in_(gone)))
    connection.execute(delete(person).where(created))
    connection.execute(update(import_run).where(import_run.c.id.in_(unfinished)).values(state="abandoned"))
