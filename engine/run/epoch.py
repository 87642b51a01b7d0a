"""Whether this is still the database that the engine worked on, or one that was restored or copied.

A random value, the *epoch*, stands in the database and outside it, and is renewed while the engine works.
For a SQLite database a file of the user's data folder holds it, with the device and inode of the database's
file; for PostgreSQL the server's identity takes its place. Where they differ, messages may have been sent of
which the database knows nothing: the engine starts held. So it does with a clock that is earlier than the
last renewal: what is due again and which keys providers have forgotten would be judged by a wrong time.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from engine.files import FileError, save_bytes
from engine.files.saving import remove
from engine.i18n import N_, Message
from engine.store.database import Database
from engine.store.dialect import server_place
from engine.store.tables.operations import ONLY, epoch

FOLDER = "engines"
CORRECTION = 60_000
"""ms by which a clock may be set back while the engine is off, as computers correct theirs."""
LIFE = 10_000
"""ms for which an epoch serves: what is restored from a copy this much older is recognised."""

_STRANGE = N_(
    "The engine of this user has not worked on this database before: it comes from another computer or user."
)
_COPIED = N_("The database is a copy of {path}, or was moved here from another disk.")
_REPLACED = N_(
    "The database's file was replaced by another one: an earlier state of it may have been put back."
)
_RESTORED = N_("An earlier state of the database was put back.")
_EMPTIED = N_("The database's file was there, but empty: what an engine has sent out of it is forgotten.")
_OTHER_SERVER = N_(
    "The database was restored or copied: its server, or its place there, is not the one of before."
)
_EARLIER = N_(
    "This computer's clock is earlier than when the engine last worked here. Once it is set right, the "
    "engine goes on by itself."
)
_NOT_TOLD = N_(
    "This database user may not read the server's identity (pg_control_system, pg_control_checkpoint): "
    "a copied or restored server is not recognised."
)
_NOT_KEPT = N_("A restored or copied database is not recognised, for this cannot be noted down: {reason}")


@dataclass(frozen=True, slots=True)
class Hold:
    """Why the engine is held. `as_of`: the database is as it was at this moment (ms), or a little later.
    `until`: from this moment on nothing is to be decided; None: somebody must release the engine."""

    reason: Message
    as_of: int
    until: int | None = None


class Epoch:
    """One database's epoch. `notice`: why a restored database would not be recognised, or None."""

    def __init__(self, database: Database, folder: Path) -> None:
        """`folder`: the user's data folder, or any other that is not saved and restored with the database."""
        self._database = database
        self._folder = folder / FOLDER
        self._file = Path(database.url.database or "") if database.dialect == "sqlite" else None
        self._renewed_at = 0
        self._worked = False
        self.notice: Message | None = None

    def open(self, now: int) -> Hold | None:
        """Look at the start of the engine whether it is held. The first start makes the epoch."""
        row = self._row()
        if row is None and self._database.found_empty and (name := self._noted_here()) is not None:
            self._mark_as_strange(name, now)
            return Hold(Message(_EMPTIED), now)
        if row is None:
            self._begin(now)
            return None
        if (reason := self._difference(row)) is not None:
            return Hold(reason, row.renewed_at)
        if now < row.renewed_at - CORRECTION:
            return Hold(Message(_EARLIER), row.renewed_at, row.renewed_at - CORRECTION)
        self._renew(row, now)
        return None

    def release(self, now: int) -> None:
        """From now on it is a database of its own. The one that it was copied from keeps its epoch."""
        row = self._row()
        if row is not None and self._file is not None:
            note = self._note(row.database)
            if note is not None and note.get("path") == _place(self._file)["path"]:  # restored: nobody's now
                self._forget(row.database)
        self._begin(now)

    def worked(self) -> None:
        """Something was written or sent: the present epoch is to be renewed before long."""
        self._worked = True

    def due(self) -> int | None:
        """When it is to be renewed (ms), or None while nothing happens."""
        return self._renewed_at + LIFE if self._worked else None

    def renew(self, now: int) -> None:
        """Renew it if that is due; nearly always nothing is to be done."""
        if not self._worked or 0 <= now - self._renewed_at < LIFE:
            return
        row = self._row()
        if row is None:  # nothing could be noted down so far; perhaps it can be now
            self._begin(now)
        else:
            self._renew(row, now)

    def close(self, now: int) -> None:
        """The engine ends: what is restored from a copy of before is recognised at the next start."""
        if self._worked:
            self._renewed_at = now - LIFE
            self.renew(now)

    # ---- inside

    def _noted_here(self) -> str | None:
        """The name of a database that has stood in this place before."""
        assert self._file is not None
        here = _place(self._file)["path"]
        names = (path.stem for path in self._folder.glob("*.json"))
        return next((name for name in names if (self._note(name) or {}).get("path") == here), None)

    def _mark_as_strange(self, name: str, now: int) -> None:
        """An epoch that nobody has noted down: the next start, too, finds that something is missing."""
        row = {"id": ONLY, "database": name, "value": secrets.token_hex(16), "renewed_at": now}
        with self._database.write() as connection:
            connection.execute(insert(epoch).values(**row))

    def _row(self) -> Row[Any] | None:
        with self._database.read() as connection:
            return connection.execute(select(epoch)).first()

    def _begin(self, now: int) -> None:
        name, value = secrets.token_hex(16), secrets.token_hex(16)
        if not self._note_down(name, [value]):
            name = value = ""
        with self._database.write() as connection:
            connection.execute(delete(epoch))
            server = server_place(connection, epoch.name)
            if value:
                row = {"id": ONLY, "database": name, "value": value, "renewed_at": now}
                connection.execute(insert(epoch).values(**row, server=_json(server)))
        self._look_at_rights(server)
        self._renewed_at, self._worked = now, False

    def _renew(self, row: Row[Any], now: int) -> None:
        """The file names both values until the database has the new one: a crash in between is no restore."""
        value = secrets.token_hex(16)
        kept = self._note_down(row.database, [row.value, value])
        with self._database.write() as connection:
            if kept:
                connection.execute(update(epoch).values(value=value, renewed_at=now))
            else:
                connection.execute(delete(epoch))
        if kept:
            self._note_down(row.database, [value])
        self._renewed_at, self._worked = now, False

    def _difference(self, row: Row[Any]) -> Message | None:
        if self._file is None:
            with self._database.read() as connection:
                here = server_place(connection, epoch.name) or {}
            self._look_at_rights(here)
            before = json.loads(row.server or "{}")
            known = [key for key in here if here[key] is not None and before.get(key) is not None]
            return Message(_OTHER_SERVER) if any(here[key] != before[key] for key in known) else None
        note = self._note(row.database)
        if note is None:
            return Message(_STRANGE)
        place = _place(self._file)
        # A disk can get another number when it is connected anew; its files keep theirs.
        same_disk = note.get("device") == place["device"] or note.get("path") == place["path"]
        if note.get("inode") != place["inode"] or not same_disk:
            if note.get("path") == place["path"]:
                return Message(_REPLACED)
            return Message(_COPIED, path=str(note.get("path")))
        return None if row.value in note.get("values", ()) else Message(_RESTORED)

    def _look_at_rights(self, server: dict[str, str | None] | None) -> None:
        if server is not None and None in server.values():
            self.notice = Message(_NOT_TOLD)

    # ---- the file outside

    def _note(self, name: str) -> dict[str, Any] | None:
        try:
            found = json.loads(self._path(name).read_bytes())
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    def _note_down(self, name: str, values: list[str]) -> bool:
        if self._file is None:
            return True
        content = {"database": name, "values": values, **_place(self._file)}
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            save_bytes(self._path(name), f"{json.dumps(content, indent=2)}\n".encode(), private=True)
        except (OSError, FileError) as error:
            self.notice = Message(_NOT_KEPT, reason=str(error))
            return False
        self.notice = None
        return True

    def _forget(self, name: str) -> None:
        try:
            remove(self._path(name))
        except FileError:  # a file that nobody reads any more
            return

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json"


def _place(file: Path) -> dict[str, object]:
    found = file.stat()
    return {"path": str(file.resolve()), "device": found.st_dev, "inode": found.st_ino}


def _json(value: object) -> str | None:
    return None if value is None else json.dumps(value)
