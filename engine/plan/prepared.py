"""Statements compiled once and executed with parameters straight through the driver.

A statement that SQLAlchemy builds costs a few hundred microseconds a call, one that it runs some fifty, one
that the driver runs a few; and small waves run thousands of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlalchemy import BigInteger, BindParameter, Connection, Dialect, bindparam
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import Executable
from sqlalchemy.sql.compiler import SQLCompiler

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
        return int(self._cursor.rowcount)

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
        try:
            return Found(driver.execute(self.sql, values))
        except Exception as error:
            database_error = self._dialect.loaded_dbapi.Error
            if not isinstance(error, database_error):
                raise
            raise DBAPIError.instance(
                self.sql, values, error, database_error, dialect=self._dialect
            ) from error


def _is_open(compiled: SQLCompiler, name: str) -> bool:
    bind = compiled.binds.get(name)
    return bind is not None and bind.required
