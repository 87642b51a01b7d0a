"""Import of a whole data folder."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from engine.files.memory import collection_paused
from engine.i18n import N_, Message
from engine.shapes.time import to_milliseconds
from engine.store.database import Database
from engine.store.fields import DataSchema
from engine.store.imports import other_files
from engine.store.imports.events_file import FILE as EVENTS
from engine.store.imports.events_file import import_events
from engine.store.imports.people_file import FILE as PEOPLE
from engine.store.imports.people_file import import_people
from engine.store.imports.result import ImportRefused, ImportResult
from engine.store.imports.runs import all_or_nothing, begin, complete, said_when_full
from engine.store.imports.schema_file import read_schema
from engine.store.imports.session import Progress, Session
from engine.store.imports.tags_file import FILE as TAGS
from engine.store.imports.tags_file import import_tags
from engine.store.lists import new_list, put_in_force

FILES = (PEOPLE, EVENTS, TAGS, other_files.IDS, other_files.COUPONS, other_files.SUPPRESSED)


@said_when_full()
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
    was cut off is taken back, and so is this one where it fails, or `progress` raises to cancel it. Raises
    `ImportRefused`, with nothing written, where the folder has no data or its types contradict the data.
    """
    started = to_milliseconds(now or datetime.now(UTC))
    schema = _schema(folder, catalogue or DataSchema())
    result = begin(database, folder.name, schema, started)
    session = Session(database, folder, result, started, progress)
    # Rows are no cyclic garbage; looking for it takes a fifth of the time.
    with all_or_nothing(session), closing(session), collection_paused():
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
            complete(connection, result, to_milliseconds(now or datetime.now(UTC)))
    order = {
        file: number for number, file in enumerate(dict.fromkeys(reject.file for reject in result.rejects))
    }
    result.rejects.sort(key=lambda reject: (order[reject.file], reject.line or 0))
    return result


def _schema(folder: Path, catalogue: DataSchema) -> DataSchema:
    """The types of the folder's data. Raises `ImportRefused`, also where there is none."""
    if not any((folder / name).is_file() for name in FILES) and not (folder / other_files.AUDIENCES).is_dir():
        text = N_("There is no data in {folder}: no people.csv, events.csv or other file of a data folder.")
        raise ImportRefused(Message(text, folder=str(folder)))
    return read_schema(folder / "schema.json").or_else(catalogue)
