"""One engine to a database: a lock that ends with the process, however that ends."""

from __future__ import annotations

import sqlite3
import time
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from engine.files.holding import Hold, is_held
from engine.i18n import N_, Message
from engine.run import lease
from engine.run.answers import Refused
from engine.run.lease import Renewals, Sighting, last_seen
from engine.store.database import Database, StoreError, is_file, name_of

SUFFIX = ".lock"
_ENGINE_LOCK = 0x63616E7661735F32
"""The number of the advisory lock of a PostgreSQL database's engine."""
_HELD = f"""FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND classid = {_ENGINE_LOCK >> 32} AND objid = {_ENGINE_LOCK & 0xFFFFFFFF}"""
"""Where PostgreSQL says who has the lock: a number of 64 bits stands there in two halves."""
_LOCKED_BY = "locked by"
_LOCK_NOT_AVAILABLE = "55P03"
RETAKE_MS = 5_000
"""How long a connection that replaces a lost one waits for the server to notice the loss."""


_NOT_LEADING = N_("This server does not lead at present: another one does, or the database was away.")


class NotLeading(StoreError):  # noqa: N818 - an answer
    """Somebody else leads, or did meanwhile, or nobody knows as yet."""


class DatabaseLock(Protocol):
    """One engine's hold on a database, until `release` or the end of the process."""

    def prepare(self, connection: Connection) -> None:
        """Lock it for a new writing connection too. Raises `Refused` where another engine has it by now."""

    @property
    def leads(self) -> bool:
        """Whether nobody else can have it by now, as far as is known without asking."""

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

    @property
    def leads(self) -> bool:
        return True

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
    """Locks a PostgreSQL database by an advisory lock of the writing connection: both end together.

    renewals: of the lease, once this lock's owner leads. From then on a connection that replaces a lost one
    is refused where somebody else has led meanwhile, even if nobody does now: what is in memory is old.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.renewals: Renewals | None = None
        self._released = False
        try:
            with database.write() as connection:
                self._take(connection, wait_ms=1)
        except DBAPIError as error:
            raise _cannot(str(error.orig)) from error

    def lead(self, holder: str, lasts: float) -> Renewals:
        """Begin to lead, by a lease that is renewed from now on. lasts: seconds."""
        began = time.monotonic()  # the others count from a later moment
        with self._database.write() as connection:
            number = lease.begin(connection, holder, lasts)
        self.renewals = Renewals(self._database.url, number, lasts, began)
        return self.renewals

    @property
    def leads(self) -> bool:
        return self.renewals is None or self.renewals.left > 0

    def prepare(self, connection: Connection) -> None:
        if self.renewals is None:
            self._take(connection, RETAKE_MS)
            return
        self._refuse_if_led(connection)
        try:
            with connection.begin_nested():
                self._take(connection, wait_ms=1)
        except Refused:
            # Of the connection that was lost, which the server does not know yet, or of somebody who has
            # taken the lock and does not lead so far: he finds out, and nothing of his is lost.
            end_holder(connection)
            try:
                self._take(connection, RETAKE_MS)
            except Refused as error:
                raise NotLeading(Message(_NOT_LEADING)) from error
        try:
            self._refuse_if_led(connection)
        except NotLeading:
            self._let_go(connection)
            raise

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

    def _refuse_if_led(self, connection: Connection) -> None:
        renewals = self.renewals
        if renewals is not None and lease.number_of(connection) != renewals.number:
            renewals.lost.set()
        if not self.leads:  # or not until it is renewed
            raise NotLeading(Message(_NOT_LEADING))

    def _let_go(self, connection: Connection) -> None:
        if connection.info.pop(_LOCKED_BY, None) is self:
            connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_ENGINE_LOCK})")

    def release(self) -> None:
        renewals, released = self.renewals, self._released
        self._released = True
        if released:
            return
        if renewals is not None:
            renewals.close()
        with suppress(DBAPIError, StoreError), self._database.write() as connection:  # a lost one has let go
            if renewals is not None and connection.info.get(_LOCKED_BY) is self:
                lease.end(connection, renewals.number)
            self._let_go(connection)


def sight(connection: Connection) -> Sighting:
    """What somebody who does not lead sees of who does."""
    backend = connection.exec_driver_sql(f"SELECT pid {_HELD}").scalar()
    return last_seen(connection)._replace(backend=backend)


def end_holder(connection: Connection, backend: int | None = None) -> bool:
    """End the connection that has the lock, whatever is open on it: that is undone. backend: only if it is
    this one. Whether there was one."""
    only = "" if backend is None else f" AND pid = {backend:d}"
    return bool(connection.exec_driver_sql(f"SELECT pg_terminate_backend(pid) {_HELD}{only}").first())


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
