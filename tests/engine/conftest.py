"""What makes databases cheap where hundreds of them are opened, one after the other."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.util import LRUCache

_COMPILED: LRUCache[object, object] = LRUCache(5_000)


def _is_alike(one: Dialect, other: object) -> bool:
    return type(one) is type(other)


def _kind(dialect: Dialect) -> int:
    return hash(type(dialect))


# SQLAlchemy compiles each statement once for each engine, of which every test makes some. Here it does so
# once a process, and most tests cost a third less. Databases of one kind are of one version here: their SQL
# is alike.
_shared = property(lambda _engine: _COMPILED, lambda _engine, _own: None)
Engine._compiled_cache = _shared  # type: ignore[assignment]
for _dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):  # parts of the cache's keys
    _dialect.__eq__ = _is_alike  # type: ignore[method-assign, assignment]
    _dialect.__hash__ = _kind  # type: ignore[method-assign, assignment]
