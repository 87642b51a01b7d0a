"""One engine to a database: a lock on a file beside it, which ends with the process, however that ends."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from engine.i18n import N_, Message
from engine.run.answers import Refused

SUFFIX = ".lock"


class Exclusive:
    """Holds a SQLite database for one engine, until `release` or the end of the process."""

    def __init__(self, database: Path) -> None:
        """Raises `Refused` where another engine holds it, or nothing can be written beside it."""
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


def _refusal(database: Path, error: sqlite3.OperationalError) -> Refused:
    # The low byte is the error's kind, whatever its extended code.
    if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
        message = N_(
            "Another engine already runs on this workspace ({name}). Stop it first, or publish to it."
        )
        return Refused(Message(message, name=str(database)))
    return Refused(Message(N_("The database cannot do this now: {reason}"), reason=str(error)))
