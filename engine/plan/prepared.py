"""Statements compiled once and executed with parameters through the driver.

A prebuilt statement costs a few microseconds a call, one that SQLAlchemy builds anew a few hundred.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, CursorResult, Dialect
from sqlalchemy.sql import Executable
from sqlalchemy.sql.compiler import SQLCompiler

_UNSET: Final = object()


class Prepared:
    """One compiled statement. `sql` is its text; values bound when it was built are part of it, others are
    given at each call by name."""

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})  # type: ignore[attr-defined]
        assert isinstance(compiled, SQLCompiler)
        self.sql = str(compiled)
        fixed = dict(compiled.params)
        self._names = list(compiled.positiontup) if compiled.positional and compiled.positiontup else None
        self._fixed = {name: value for name, value in fixed.items() if not _is_open(compiled, name)}
        self._order = [(name, self._fixed.get(name, _UNSET)) for name in self._names or ()]

    def __call__(
        self, connection: Connection, parameters: Mapping[str, Any] | None = None
    ) -> CursorResult[*tuple[Any, ...]]:
        """Execute. Raises `KeyError` for a parameter that is not given."""
        given = parameters or {}
        if self._names is None:
            return connection.exec_driver_sql(self.sql, {**given, **self._fixed})
        values = tuple(given[name] if value is _UNSET else value for name, value in self._order)
        return connection.exec_driver_sql(self.sql, values)


def _is_open(compiled: SQLCompiler, name: str) -> bool:
    bind = compiled.binds.get(name)
    return bind is not None and bind.required
