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
from engine.store.wires import Wires

PREPARED_BY = "prepared by"
PATIENCE = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""For how long a server that does not answer any more is believed to be there: without this, hours. A long
statement is no silence, for TCP is answered meanwhile. Seconds, and milliseconds the last."""


class StoreError(MessageError):
    """The database cannot be used; `message` says why in words."""


def cannot_open(url: URL, error: Exception) -> StoreError:
    """What is told where a database does not let itself be opened."""
    return _cannot_open(name_of(url), trouble_of(error) or str(getattr(error, "orig", error)))


def turns_away(url: URL) -> bool:
    """Whether a PostgreSQL server is there that takes no connections yet, or no more: it starts, looks
    through what a crash has left, or ends."""
    from psycopg import pq
    from psycopg.conninfo import make_conninfo

    asked = url.translate_connect_args(username="user", database="dbname")
    asked.pop("password", None)
    given = {name: value for name, value in url.query.items() if isinstance(value, str) and name != "options"}
    return pq.PGconn.ping(make_conninfo(**asked, **given).encode()) == pq.Ping.REJECT


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
        began: told of each transaction of `write` as it begins, and whether it is a wave.
    """

    def __init__(self, url: URL, writer: Engine, reader: Engine) -> None:
        self.url = url
        self.writer = writer
        self.reader = reader
        self.found_empty = False
        self.prepare: Callable[[Connection], None] | None = None
        self.began: Callable[[Connection, bool], None] | None = None
        self._write_lock = threading.RLock()
        self._writing: Connection | None = None
        self._wires = Wires()
        self._given_up: Message | None = None
        if self.dialect == "postgresql":
            for engine in (writer, reader):
                self._wires.watch(engine)

    @classmethod
    def open(cls, target: Path | str) -> Database:
        """Connect to a file (made if it does not exist) or a database URL, and migrate the schema.

        Raises `StoreError` where it is no database, or one of a newer version; `ArgumentError` for a URL that
        is none, or of a kind of database that is neither SQLite nor PostgreSQL.
        """
        database = cls.unmigrated(target)
        try:
            database.migrate()
        except BaseException:
            database.close()
            raise
        return database

    @classmethod
    def unmigrated(cls, target: Path | str) -> Database:
        """The same, with the schema as it is: others may be using it. Raises `StoreError`,
        `ArgumentError`."""
        url = url_of(target)
        found_empty = is_file(url) and _make(Path(str(url.database)))
        writer, reader = (_sqlite if url.get_backend_name() == "sqlite" else _server)(url)
        database = cls(url, writer, reader)
        database.found_empty = found_empty
        return database

    def migrate(self) -> None:
        """Bring the schema up to date. Raises `StoreError` where it is no database, or of a newer version."""
        try:
            with self.write() as connection:
                if text_encoding(connection) != "UTF8":
                    raise _not_utf8(self.url)
                wait_for_migrations(connection)
                migrate.upgrade(connection)
        except migrate.NewerDatabase as error:
            message = Message(
                N_(
                    "This database is of a newer version (schema {revision}). Update this program to open it."
                ),
                revision=error.revision,
            )
            raise StoreError(message) from error
        except (SqlDatabaseError, UnicodeDecodeError) as error:
            raise cannot_open(self.url, error) from error

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.writer.dialect.name

    @contextmanager
    def write(self, *, wave: bool = False) -> Iterator[Connection]:
        """The writing connection in a transaction: committed at the end, rolled back on an exception.

        One at a time: another thread waits; inside a `write` the same thread goes on in its transaction. It
        is always the same connection, so temporary tables stay; or one that `prepare` has prepared. wave: it
        runs a wave; other processes may run others beside it.
        """
        with self._write_lock:
            if self._writing is not None:
                yield self._writing
                return
            if self._given_up is not None:
                raise StoreError(self._given_up)
            with self.writer.connect() as connection:
                if self.prepare is not None and connection.info.get(PREPARED_BY) is not self.prepare:
                    with connection.begin():
                        self.prepare(connection)
                    connection.info[PREPARED_BY] = self.prepare
                with connection.begin():
                    if self.began is not None:
                        self.began(connection, wave)
                    self._writing = connection
                    try:
                        yield connection
                    finally:
                        self._writing = None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A reading connection in a transaction: one snapshot throughout, never waiting for the writer."""
        if self._given_up is not None:
            raise StoreError(self._given_up)
        with self.reader.connect() as connection, connection.begin():
            yield connection

    def cut(self) -> None:
        """End all connections to a server at once: whoever waits for its answer gets an error, and a
        transaction that is open is undone. The next call connects anew."""
        self._wires.cut()

    def give_up(self, why: Message) -> None:
        """Cut all connections, and make no others: from now on reading and writing raise `StoreError`."""
        self._given_up = why
        self.cut()

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
            **PATIENCE,
            # Statements are built once and run again and again, many hundreds of them.
            "prepare_threshold": 2,
        },
        hide_parameters=True,  # errors are logged and shown, and addresses are people's
        **options,
    )
