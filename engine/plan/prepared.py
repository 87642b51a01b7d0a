"""Statements compiled once and executed with parameters straight through the driver.

A statement that SQLAlchemy builds costs a few hundred microseconds a call, one that it runs some fifty, one
that the driver runs a few; and small waves run thousands of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any, Final

from sqlalchemy import BigInteger, BindParameter, Connection, Dialect, Table, bindparam
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import Executable
from sqlalchemy.sql.compiler import SQLCompiler

from engine.store.dialect import INSERT_PARAMETERS, bulk_insert

_UNSET: Final = object()

Row = tuple[Any, ...]


def given(name: str) -> BindParameter[int]:
    """A number that is given at each call."""
    return bindparam(name, type_=BigInteger, required=True)


class Found:
    """What a statement found: rows as plain tuples. `rowcount`: how many it changed."""

    __slots__ = ("_cursor",)

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    @property
    def rowcount(self) -> int:
        n = int(self._cursor.rowcount)
        assert n >= 0, "sqlite3 does not count for a statement that begins with WITH"
        return n

    def __iter__(self) -> Iterator[Row]:
        return iter(self._cursor)

    def first(self) -> Row | None:
        """The first row, or None."""
        row: Row | None = self._cursor.fetchone()
        return row

    def one(self) -> Row:
        """The only row."""
        row = self.first()
        assert row is not None
        return row

    def scalar(self) -> Any:
        """The first value of the first row, or None."""
        row = self.first()
        return None if row is None else row[0]


class Prepared:
    """One compiled statement. `sql` is its text; values bound when it was built are part of it, others are
    given at each call by name."""

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})  # type: ignore[attr-defined]
        assert isinstance(compiled, SQLCompiler)
        self.sql = str(compiled)
        fixed = dict(compiled.params)
        self._dialect = dialect
        self._names = list(compiled.positiontup) if compiled.positional and compiled.positiontup else None
        self._fixed = {name: value for name, value in fixed.items() if not _is_open(compiled, name)}
        self._order = [(name, self._fixed.get(name, _UNSET)) for name in self._names or ()]

    def __call__(self, connection: Connection, parameters: Mapping[str, Any] | None = None) -> Found:
        """Execute in the connection's transaction. Raises `KeyError` for a parameter that is not given, and
        what SQLAlchemy would raise for what the database refuses."""
        given = parameters or {}
        values: Any
        if self._names is None:
            values = {**given, **self._fixed}
        else:
            values = tuple([given[name] if value is _UNSET else value for name, value in self._order])
        driver: Any = connection.connection.driver_connection
        with _errors(self.sql, values, self._dialect):
            return Found(driver.execute(self.sql, values))


class Filling:
    """Puts rows of plain driver values into a table of which every row is new."""

    def __init__(self, table: Table, columns: Sequence[str], dialect: Dialect) -> None:
        self._table, self._columns, self._dialect = table, columns, dialect
        marks = f"({', '.join('?' * len(columns))})"
        into = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES "
        self._together = INSERT_PARAMETERS // len(columns)
        self._one, self._several = into + marks, into + ", ".join([marks] * self._together)

    def __call__(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Raises what SQLAlchemy would raise for what the database refuses."""
        if self._dialect.name != "sqlite":
            bulk_insert(connection, self._table, self._columns, rows)
            return
        driver: Any = connection.connection.driver_connection
        each = self._together
        whole = len(rows) - len(rows) % each
        several = [tuple(chain.from_iterable(rows[n : n + each])) for n in range(0, whole, each)]
        with _errors(self._one, None, self._dialect):
            if several:
                driver.executemany(self._several, several)
            if whole < len(rows):
                driver.executemany(self._one, rows[whole:])


@contextmanager
def _errors(sql: str, values: Any, dialect: Dialect) -> Iterator[None]:
    """Errors of the driver become those of SQLAlchemy."""
    try:
        yield
    except Exception as error:
        database_error = dialect.loaded_dbapi.Error
        if not isinstance(error, database_error):
            raise
        raise DBAPIError.instance(sql, values, error, database_error, dialect=dialect) from error


def _is_open(compiled: SQLCompiler, name: str) -> bool:
    bind = compiled.binds.get(name)
    return bind is not None and bind.required
