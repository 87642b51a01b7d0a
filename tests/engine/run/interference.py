"""Getting in an engine's way from outside: at calls of the database driver, and around its transactions.

The engine knows nothing of it: connections are of classes that ask first, and transactions are known by who
begins them.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, event

from engine.plan.places import Stage
from engine.store.database import Database

Ask = Callable[[Any, str], None]
"""Called before each call of the driver (`call`), and before and after each `commit` (`committed`), with the
driver's connection; what it raises is what the call raises."""

_asked: Ask | None = None


def _ask(connection: Any, what: str = "call") -> None:
    if _asked is not None:
        _asked(connection, what)


class _SqliteCursor(sqlite3.Cursor):
    def execute(self, *args: Any) -> Any:
        _ask(self.connection)
        return super().execute(*args)

    def executemany(self, *args: Any) -> Any:
        _ask(self.connection)
        return super().executemany(*args)


class _SqliteConnection(sqlite3.Connection):
    def cursor(self, *_: Any) -> Any:
        return super().cursor(_SqliteCursor)

    def execute(self, *args: Any) -> Any:
        _ask(self)
        return super().execute(*args)

    def executemany(self, *args: Any) -> Any:
        _ask(self)
        return super().executemany(*args)

    def commit(self) -> None:
        _ask(self, "commit")
        super().commit()
        _ask(self, "committed")


class _ServerCursor(psycopg.Cursor[Any]):
    def execute(self, *args: Any, **options: Any) -> Any:
        _ask(self.connection)
        return super().execute(*args, **options)

    def executemany(self, *args: Any, **options: Any) -> Any:
        _ask(self.connection)
        return super().executemany(*args, **options)

    def copy(self, *args: Any, **options: Any) -> Any:
        _ask(self.connection)
        return super().copy(*args, **options)


class _ServerConnection(psycopg.Connection[Any]):
    def commit(self) -> None:
        _ask(self, "commit")
        super().commit()
        _ask(self, "committed")


@contextmanager
def watched(ask: Ask) -> Iterator[None]:
    """Ask at every driver call of the connections that are opened inside the block."""
    global _asked

    def connect(dialect: Any, _record: Any, args: Any, options: dict[str, Any]) -> Any:
        if dialect.name == "sqlite":
            options["factory"] = _SqliteConnection
            return None
        return _ServerConnection.connect(*args, **options, cursor_factory=_ServerCursor)

    _asked = ask
    event.listen(Engine, "do_connect", connect)
    try:
        yield
    finally:
        _asked = None
        event.remove(Engine, "do_connect", connect)


# ---- transactions

_FUNCTIONS = {
    ("engine/run/engine.py", "publish"): "publish",
    ("engine/run/engine.py", "stop"): "stop",
    ("engine/run/engine.py", "restart"): "restart",
    ("engine/run/engine.py", "post_events"): "event ingest",
    ("engine/run/engine.py", "__init__"): "engine start",
    ("engine/run/data.py", "last"): "import's end",
    ("engine/run/errands.py", "_enter"): "cycle start",
    ("engine/run/scheduler.py", "_finish"): "finish",
    ("engine/run/waves.py", "enter"): "entering",
    ("engine/audience/updates.py", "_update"): "audience update",
    ("engine/store/imports/folder.py", "import_folder"): "import",
    ("engine/store/imports/people_file.py", "import_people"): "import chunk",
    ("engine/store/imports/events_file.py", "import_events"): "import chunk",
    ("engine/store/database.py", "open"): "migration",
    ("engine/channels/sending/claims.py", "_refill"): "claim",
    ("engine/channels/sending/sender.py", "_start"): "attempt",
    ("engine/channels/sending/sender.py", "_write_down"): "result",
}
"""Who begins a transaction, by the innermost of these functions, and what that is called."""


@contextmanager
def transactions_told(tell: Callable[[str, str], None]) -> Iterator[None]:
    """Tell the name of each writing transaction of the databases that are opened inside the block: `before`
    its commit and `after` it."""
    write = Database.write

    @contextmanager
    def named(self: Database, *, wave: bool = False) -> Iterator[Connection]:
        if self._writing is not None:
            with write(self, wave=wave) as connection:
                yield connection
            return
        name = name_of_caller()
        with write(self, wave=wave) as connection:
            yield connection
            tell(name, "before")
        tell(name, "after")

    Database.write = named  # type: ignore[method-assign]
    try:
        yield
    finally:
        Database.write = write  # type: ignore[method-assign]


def name_of_caller() -> str:
    """What the present transaction is for."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        if code.co_filename.endswith("engine/run/retention.py"):
            return "retention chunk"
        if code.co_filename.endswith("engine/run/waves.py") and code.co_name in ("_place", "_in_order"):
            place = frame.f_locals.get("place")
            held_back = place is not None and place.place.stage is Stage.OUTBOX
            return "hand-over" if held_back else "wave"
        for (path, function), name in _FUNCTIONS.items():
            if function == code.co_name and code.co_filename.endswith(path):
                return name
        frame = frame.f_back
    return "other"
