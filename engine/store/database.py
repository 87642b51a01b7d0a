"""Connections to the engine's database: one writer, any number of readers, the schema brought up to date."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.exc import DatabaseError as SqlDatabaseError

from engine.i18n import N_, Message, MessageError
from engine.store import migrate
from engine.store.dialect import POSTGRESQL_OPTIONS, SQLITE_PRAGMAS, text_encoding, wait_for_migrations
from engine.store.times import make_helpers
from engine.store.trouble import trouble_of

PREPARED_BY = "prepared by"


class StoreError(MessageError):
    """The database cannot be used; `message` says why in words."""


def _cannot_open(name: str, reason: Message | str) -> StoreError:
    return StoreError(Message(N_("The database {name} cannot be opened: {reason}"), name=name, reason=reason))


def _make(file: Path) -> bool:
    """An empty file that only its owner reads, for it will hold addresses; SQLite's side files follow it.

    Whether there was an empty one before.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.exists():
            return file.stat().st_size == 0
        file.touch(mode=0o600)
    except OSError as error:
        raise _cannot_open(str(file), error.strerror or str(error)) from error
    return False


class Database:
    """The engine's database.

    Attributes:
        url: where it is.
        writer: the engine of the single writing connection; use `write()`.
        reader: the engine of the reading connections; use `read()`.
        found_empty: its file was there, with nothing in it.
        prepare: makes what a new writing connection needs, such as temporary tables, in a transaction of
            its own; a server's connection that was lost is replaced by a new one.
    """

    def __init__(self, url: URL, writer: Engine, reader: Engine) -> None:
        self.url = url
        self.writer = writer
        self.reader = reader
        self.found_empty = False
        self.prepare: Callable[[Connection], None] | None = None
        self._write_lock = threading.RLock()
        self._writing: Connection | None = None

    @classmethod
    def open(cls, target: Path | str) -> Database:
        """Connect to a file (made if it does not exist) or a database URL, and migrate the schema.

        Raises `StoreError` where it is no database, or one of a newer version; `ArgumentError` for a URL that
        is none, or of a kind of database that is neither SQLite nor PostgreSQL.
        """
        url = url_of(target)
        found_empty = is_file(url) and _make(Path(str(url.database)))
        writer, reader = (_sqlite if url.get_backend_name() == "sqlite" else _server)(url)
        database = cls(url, writer, reader)
        database.found_empty = found_empty
        try:
            with database.write() as connection:
                if text_encoding(connection) != "UTF8":
                    raise _not_utf8(url)
                wait_for_migrations(connection)
                migrate.upgrade(connection)
        except StoreError:
            database.close()
            raise
        except migrate.NewerDatabase as error:
            database.close()
            message = Message(
                N_(
                    "This database is of a newer version (schema {revision}). Update this program to open it."
                ),
                revision=error.revision,
            )
            raise StoreError(message) from error
        except (SqlDatabaseError, UnicodeDecodeError) as error:
            database.close()
            reason = trouble_of(error) or str(getattr(error, "orig", error))
            raise _cannot_open(name_of(url), reason) from error
        return database

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.writer.dialect.name

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """The writing connection in a transaction: committed at the end, rolled back on an exception.

        One at a time: another thread waits; inside a `write` the same thread goes on in its transaction. It
        is always the same connection, so temporary tables stay; or one that `prepare` has prepared.
        """
        with self._write_lock:
            if self._writing is not None:
                yield self._writing
                return
            with self.writer.connect() as connection:
                if self.prepare is not None and connection.info.get(PREPARED_BY) is not self.prepare:
                    with connection.begin():
                        self.prepare(connection)
                    connection.info[PREPARED_BY] = self.prepare
                with connection.begin():
                    self._writing = connection
                    try:
                        yield connection
                    finally:
                        self._writing = None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A reading connection in a transaction: one snapshot throughout, never waiting for the writer."""
        with self.reader.connect() as connection, connection.begin():
            yield connection

    def close(self) -> None:
        self.reader.dispose()
        self.writer.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def url_of(target: Path | str | URL) -> URL:
    """The URL of a file or a URL's text. Raises `ArgumentError` where it is no URL of a usable database."""
    if isinstance(target, URL):
        return target
    if isinstance(target, Path) or "://" not in target:
        return URL.create("sqlite", database=str(target))
    try:
        url = make_url(target)
    except ValueError as error:  # a port that is no number
        raise ArgumentError(str(error)) from error
    match url.get_backend_name():
        case "sqlite":
            return url
        case "postgresql" | "postgres":
            return url.set(drivername="postgresql+psycopg")
        case other:
            raise ArgumentError(f"neither SQLite nor PostgreSQL: {other}")


def is_file(url: URL) -> bool:
    """Whether the database is a file of this machine, not a server's and not one in memory."""
    return url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")


def name_of(url: URL) -> str:
    """A database as people may read it: a file's path, or a server's address without user and password."""
    if url.get_backend_name() == "sqlite":
        return url.database or ""
    bare = URL.create("postgresql", host=url.host, port=url.port, database=url.database)
    return bare.render_as_string()


def _not_utf8(url: URL) -> StoreError:
    text = N_("The database {name} does not keep its texts in UTF-8. Create one with the encoding UTF8.")
    return StoreError(Message(text, name=name_of(url)))


def _sqlite(url: URL) -> tuple[Engine, Engine]:
    options: dict[str, Any] = {"connect_args": {"check_same_thread": False}, "hide_parameters": True}
    writer = create_engine(url, pool_size=1, max_overflow=0, **options)
    reader = create_engine(url, pool_size=4, max_overflow=12, **options)
    for engine, begin, further in (
        (writer, "BEGIN IMMEDIATE", ()),
        (reader, "BEGIN", ("PRAGMA query_only=ON",)),
    ):
        _prepare_sqlite(engine, begin, further)
    return writer, reader


def _prepare_sqlite(engine: Engine, begin: str, further: tuple[str, ...]) -> None:
    """Transactions begin where SQLAlchemy says so, not where Python's driver guesses."""

    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in SQLITE_PRAGMAS + further:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def began(connection: Connection) -> None:
        connection.exec_driver_sql(begin)


def _server(url: URL) -> tuple[Engine, Engine]:
    writer = server_engine(url, pool_size=1, max_overflow=0)
    reader = server_engine(url, pool_size=4, max_overflow=12, isolation_level="REPEATABLE READ")

    @event.listens_for(reader, "connect")
    def connected(connection: DBAPIConnection, _record: object) -> None:
        # A read-only transaction may fill temporary tables, but not make them.
        make_helpers(connection, reader.dialect)
        connection.cursor().execute("SET default_transaction_read_only = on")
        connection.commit()

    return writer, reader


def server_engine(url: URL, settings: tuple[str, ...] = (), **options: Any) -> Engine:
    """An engine on a PostgreSQL server, whose connections plan as this program needs it.

    settings: further ones of its connections, as `name=value`. options: of `create_engine`.
    """
    ours = " ".join(f"-c {setting}" for setting in (*POSTGRESQL_OPTIONS, *settings))
    given = url.query.get("options", ())
    further = (given,) if isinstance(given, str) else given
    return create_engine(
        url.difference_update_query(["options"]),
        connect_args={
            "options": " ".join([ours, *further]),
            "application_name": "campaign-canvas",
            "client_encoding": "UTF8",
            # Statements are built once and run again and again, many hundreds of them.
            "prepare_threshold": 2,
        },
        hide_parameters=True,  # errors are logged and shown, and addresses are people's
        **options,
    )
