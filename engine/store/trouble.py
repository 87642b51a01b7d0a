"""What a database that refuses is suffering from, in words that say what to do."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import OperationalError

from engine.i18n import N_, Message

_FULL = N_(
    "The disk that holds the database is full. Make room there: nothing accepted is lost, and the engine "
    "tries again by itself."
)
_LOCKED = N_(
    "Another program has locked the database. Close it: nothing accepted is lost, and the engine tries again "
    "by itself."
)
_DAMAGED = N_(
    "The database is damaged ({reason}). Nothing is sent. Stop the engine and put back a backup of the "
    "workspace's folder .engine."
)
_READ_ONLY = N_("The database cannot be written: allow this user to write to its file and folder.")
NOT_NOW = N_("The database cannot do this now: {reason}")
"""What the reason says may be nobody's business but the server's: names, addresses, statements."""

# The low byte of SQLite's code is the error's kind; PostgreSQL's states have a class and a number.
_SQLITE = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_IOERR: NOT_NOW,
    sqlite3.SQLITE_CANTOPEN: NOT_NOW,
    sqlite3.SQLITE_NOMEM: NOT_NOW,
    sqlite3.SQLITE_PROTOCOL: NOT_NOW,
}
_POSTGRESQL = {
    "53100": _FULL,
    "55P03": _LOCKED,
    "25006": _READ_ONLY,
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
}
_POSTGRESQL_CLASSES = ("08", "40", "53", "57", "58")
"""Connection, a transaction that yields to another, resources, an operator's intervention, the system."""


def is_full(error: BaseException) -> bool:
    """Whether the disk that holds the database is what an exception is about."""
    message = trouble_of(error)
    return message is not None and message.text == _FULL


def trouble_of(error: BaseException) -> Message | None:
    """What an exception of SQLAlchemy's or a driver's says of the database; None where the fault is ours.

    What it is told for can be tried again: the transaction left nothing. An `OperationalError` by itself says
    nothing: SQLite's are also those of a statement that is wrong, or whose numbers have no room.
    """
    if isinstance(error, UnicodeDecodeError):  # what SQLite read of a damaged file and quotes in its answer
        return Message(_DAMAGED, reason=str(error))
    refusal = getattr(error, "orig", None) or error
    code = getattr(refusal, "sqlite_errorcode", None)
    text: str | None
    if isinstance(code, int):
        text = _SQLITE.get(code & 0xFF)
    else:
        state = getattr(refusal, "sqlstate", None)
        lost = getattr(error, "connection_invalidated", False)
        if not isinstance(state, str):
            # The driver's own, not an answer of the database: there was nobody to give one.
            text = NOT_NOW if lost or isinstance(error, OperationalError) else None
        else:
            text = _POSTGRESQL.get(state)
            if text is None and (lost or state[:2] in _POSTGRESQL_CLASSES):
                text = NOT_NOW
    return None if text is None else Message(text, reason=str(refusal).strip())
