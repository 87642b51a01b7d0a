"""One engine to a database: a lock that ends with the process, however that ends."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Protocol

from sqlalchemy import NullPool
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError

from engine.i18n import N_, Message
from engine.run.answers import Refused
from engine.store.database import is_file, name_of, server_engine

SUFFIX = ".lock"
_ENGINE_LOCK = 0x63616E7661735F32
"""The advisory lock of a PostgreSQL database that its engine holds."""


class Hold(Protocol):
    """A database that one engine holds, until `release` or the end of the process."""

    def release(self) -> None:
        """Let others have it."""


def hold(url: URL) -> Hold | None:
    """Hold a database; None for one in memory, which nobody else can reach.

    Raises `Refused` where another engine holds it, or where it cannot be held.
    """
    if url.get_backend_name() == "sqlite":
        return HeldFile(Path(str(url.database))) if is_file(url) else None
    return HeldServer(url)


class HeldFile:
    """Holds a SQLite database by a lock on a file beside it."""

    def __init__(self, database: Path) -> None:
        try:
            self._connection = sqlite3.connect(
                database.with_name(database.name + SUFFIX),
                timeout=0,
                isolation_level=None,
                check_same_thread=False,
            )
        except sqlite3.OperationalError as error:
            raise _refusal(database, error) from error
        try:
            self._connection.execute("PRAGMA journal_mode=DELETE")
            self._connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            self._connection.close()
            raise _refusal(database, error) from error

    def release(self) -> None:
        self._connection.close()


class HeldServer:
    """Holds a PostgreSQL database by an advisory lock, on a connection that does nothing else."""

    def __init__(self, url: URL) -> None:
        engine = server_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        try:
            self._connection = engine.connect()
        except OperationalError as error:
            raise _cannot(str(error.orig)) from error
        taken = self._connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({_ENGINE_LOCK})").scalar_one()
        if not taken:
            self._connection.close()
            raise _another(name_of(url))

    def release(self) -> None:
        self._connection.close()


def _refusal(database: Path, error: sqlite3.OperationalError) -> Refused:
    # The low byte is the error's kind, whatever its extended code.
    if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
        return _another(str(database))
    return _cannot(str(error))


def _another(name: str) -> Refused:
    message = N_("Another engine already runs on this workspace ({name}). Stop it first, or publish to it.")
    return Refused(Message(message, name=name))


def _cannot(reason: str) -> Refused:
    return Refused(Message(N_("The database cannot do this now: {reason}"), reason=reason))
