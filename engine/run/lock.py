"""One engine to a database: a lock that ends with the process, however that ends."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from engine.files.holding import Hold, is_held
from engine.i18n import N_, Message
from engine.run.answers import Refused
from engine.store.database import Database, StoreError, is_file, name_of

SUFFIX = ".lock"
_ENGINE_LOCK = 0x63616E7661735F32
"""The number of the advisory lock of a PostgreSQL database's engine."""
_LOCKED_BY = "locked by"
_LOCK_NOT_AVAILABLE = "55P03"
RETAKE_MS = 5_000
"""How long a connection that replaces a lost one waits for the server to notice the loss."""


class DatabaseLock(Protocol):
    """One engine's hold on a database, until `release` or the end of the process."""

    def prepare(self, connection: Connection) -> None:
        """Lock it for a new writing connection too. Raises `Refused` where another engine has it by now."""

    def check(self) -> None:
        """Raises `StoreError` where what was locked is there no more."""

    def release(self) -> None:
        """Let others have it."""


def lock(database: Database) -> DatabaseLock | None:
    """Lock a database; None for one in memory, which nobody else can reach.

    Raises `Refused` where another engine has locked it, or where it cannot be locked.
    """
    if database.dialect == "sqlite":
        return FileLock(Path(str(database.url.database))) if is_file(database.url) else None
    return ServerLock(database)


class FileLock:
    """Locks a SQLite database by a file beside it."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._file = _identity(database)
        try:
            self._hold = Hold(database.with_name(database.name + SUFFIX))
        except sqlite3.OperationalError as error:
            raise _refusal(database, error) from error

    def prepare(self, connection: Connection) -> None:
        """The lock is the file's, whoever writes."""

    def check(self) -> None:
        if _identity(self._database) != self._file:  # what SQLite goes on to write would be lost
            text = N_(
                "The database's file {path} is gone, or is another one now. Nothing is sent. Stop the engine "
                "and put the file back."
            )
            raise StoreError(Message(text, path=str(self._database)))

    def release(self) -> None:
        self._hold.release()


class ServerLock:
    """Locks a PostgreSQL database by an advisory lock of the writing connection: both end together."""

    def __init__(self, database: Database) -> None:
        self._database = database
        try:
            with database.write() as connection:
                self._take(connection, wait_ms=1)
        except DBAPIError as error:
            raise _cannot(str(error.orig)) from error

    def prepare(self, connection: Connection) -> None:
        self._take(connection, RETAKE_MS)

    def check(self) -> None:
        """A server keeps its databases."""

    def _take(self, connection: Connection, wait_ms: int) -> None:
        holder = connection.info.get(_LOCKED_BY)
        if holder is self:
            return
        if holder is not None:  # the server would give a session its own lock once more
            raise _another(name_of(self._database.url))
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {wait_ms}")
        try:
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({_ENGINE_LOCK})")
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise
            raise _another(name_of(self._database.url)) from error
        connection.info[_LOCKED_BY] = self

    def release(self) -> None:
        with suppress(DBAPIError), self._database.write() as connection:  # a lost one has let go
            if connection.info.pop(_LOCKED_BY, None) is self:
                connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_ENGINE_LOCK})")


def _identity(file: Path) -> tuple[int, int] | None:
    """What tells a file from any other, whatever its name; None where there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _refusal(database: Path, error: sqlite3.OperationalError) -> Refused:
    if is_held(error):
        return _another(str(database))
    return _cannot(str(error))


def _another(name: str) -> Refused:
    message = N_("Another engine already runs on this workspace ({name}). Stop it first, or publish to it.")
    return Refused(Message(message, name=name))


def _cannot(reason: str) -> Refused:
    return Refused(Message(N_("The database cannot do this now: {reason}"), reason=reason))
