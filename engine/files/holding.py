"""A file that one process holds: a lock that ends with the process, however that ends."""

from __future__ import annotations

import sqlite3
from pathlib import Path


class Hold:
    """Holds a lock file until `release` or the end of the process. SQLite locks alike on every system."""

    def __init__(self, path: Path) -> None:
        """Take it, or make it. Raises `sqlite3.OperationalError`; `is_held` tells what it means."""
        self.path = path
        self._connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            self._connection.execute("PRAGMA journal_mode=MEMORY")
            self._connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error:
            self._connection.close()
            raise

    def release(self) -> None:
        """Let others have it."""
        self._connection.close()


def is_held(error: sqlite3.OperationalError) -> bool:
    """Whether somebody else holds the file, rather than that it cannot be locked at all."""
    # The low byte is the error's kind, whatever its extended code.
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
