"""Everything that differs between SQLite and PostgreSQL; no other module asks which database it talks to.

Functions that make SQL return expressions which SQLAlchemy compiles for the database at hand: a statement is
written once and runs on both.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    Dialect,
    FromClause,
    Insert,
    Select,
    Table,
    Text,
    bindparam,
    insert,
    select,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from engine.store.copying import STAGING, copy_rows, staged

SQLITE_PRAGMAS = (
    # Of a new file; must stand before the journal mode. Larger pages, fewer of them to log and to split.
    "PRAGMA page_size=8192",
    # FULL: a rolled-back "sent" would be a duplicate message.
    "PRAGMA journal_mode=WAL",
    # Pages that wave after wave changes are copied back into the file less often.
    "PRAGMA wal_autocheckpoint=5000",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=10000",
    "PRAGMA cache_size=-65536",
    "PRAGMA temp_store=MEMORY",
)

POSTGRESQL_OPTIONS = (
    # A generic plan would turn the scheduler's idle probe into a sequential scan.
    "plan_cache_mode=force_custom_plan",
    # A wave's statements run for milliseconds; compiling them takes hundreds.
    "jit=off",
    # As with SQLite: a rolled-back "sent" would be a duplicate message.
    "synchronous_commit=on",
    # What is read again and again is in memory or on a disk without arms: looking a wave's people up by key
    # beats reading a table as a whole.
    "random_page_cost=1.1",
    "work_mem=64MB",
    "timezone=UTC",
)

_MIGRATION_LOCK = 0x63616E7661735F31
"""Advisory locks of a PostgreSQL database are named by a number."""


def text_encoding(connection: Connection) -> str:
    """How the database keeps its texts; SQLite and its kin as UTF-8."""
    if connection.dialect.name == "sqlite":
        return "UTF8"
    return str(connection.exec_driver_sql("SHOW server_encoding").scalar_one())


def wait_for_migrations(connection: Connection) -> None:
    """Let no other process change the schema until this transaction ends; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")


class _TextTest(FunctionElement[bool]):
    """A test of one text (first argument) by another that is not null (second argument)."""

    type = Boolean()
    inherit_cache = True


class contains(_TextTest):  # noqa: N801 - an SQL function, named like SQLAlchemy's own
    """Whether the first text holds the second; case-sensitive, without wildcards."""

    name = "contains"
    inherit_cache = True


class starts_with(_TextTest):  # noqa: N801
    """Whether the first text starts with the second; case-sensitive, without wildcards."""

    name = "starts_with"
    inherit_cache = True


class ends_with(_TextTest):  # noqa: N801
    """Whether the first text ends with the second; case-sensitive, without wildcards."""

    name = "ends_with"
    inherit_cache = True


class among(_TextTest):  # noqa: N801
    """Whether the text (first argument) is in a list, given as one JSON array (second argument).

    One parameter, however long the list: SQLite takes 32,766 parameters a statement, a rule may hold more.
    """

    name = "among"
    inherit_cache = True


def text_list(values: Iterable[str]) -> ColumnElement[str]:
    """The second argument of `among`."""
    return bindparam(None, json.dumps(list(values), ensure_ascii=False), unique=True)


class _texts(FunctionElement[str]):  # noqa: N801
    """The texts of a JSON array, as a list to be IN."""

    name = "texts"
    type = Text()
    inherit_cache = True


def is_in(column: ColumnElement[str], texts: ColumnElement[str]) -> ColumnElement[bool]:
    """`among` for columns with an index, which is used then: a function's answer is compared with 1."""
    return column.op("IN", is_comparison=True)(_texts(texts))


@compiles(_texts, "sqlite")
def _texts_sqlite(element: _texts, compiler: SQLCompiler, **kw: Any) -> str:
    return f"(SELECT value FROM json_each({compiler.process(element.clauses, **kw)}))"


@compiles(_texts, "postgresql")
def _texts_postgresql(element: _texts, compiler: SQLCompiler, **kw: Any) -> str:
    return f"(SELECT jsonb_array_elements_text(CAST({compiler.process(element.clauses, **kw)} AS jsonb)))"


def _arguments(element: FunctionElement[Any], compiler: SQLCompiler, kw: dict[str, Any]) -> tuple[str, str]:
    first, second = (compiler.process(clause, **kw) for clause in element.clauses)
    return first, second


@compiles(contains, "sqlite")
def _contains_sqlite(element: contains, compiler: SQLCompiler, **kw: Any) -> str:
    first, second = _arguments(element, compiler, kw)
    return f"(instr({first}, {second}) > 0)"


@compiles(contains, "postgresql")
def _contains_postgresql(element: contains, compiler: SQLCompiler, **kw: Any) -> str:
    first, second = _arguments(element, compiler, kw)
    return f"(strpos({first}, {second}) > 0)"


@compiles(starts_with, "sqlite")
def _starts_with_sqlite(element: starts_with, compiler: SQLCompiler, **kw: Any) -> str:
    first, second = _arguments(element, compiler, kw)
    return f"(instr({first}, {second}) = 1)"


@compiles(starts_with, "postgresql")
def _starts_with_postgresql(element: starts_with, compiler: SQLCompiler, **kw: Any) -> str:
    first, second = _arguments(element, compiler, kw)
    return f"starts_with({first}, {second})"


@compiles(ends_with)
def _ends_with(element: ends_with, compiler: SQLCompiler, **kw: Any) -> str:
    first, second = _arguments(element, compiler, kw)
    # Compared as "the last length(second) characters": right() does not exist in SQLite, and a negative
    # start of substr() counts from the front in PostgreSQL.
    start = f"length({first}) - length({second}) + 1"
    return f"(length({first}) >= length({second}) AND substr({first}, {start}) = {second})"


@compiles(among, "sqlite")
def _among_sqlite(element: among, compiler: SQLCompiler, **kw: Any) -> str:
    first, second = _arguments(element, compiler, kw)
    return f"({first} IN (SELECT value FROM json_each({second})))"


@compiles(among, "postgresql")
def _among_postgresql(element: among, compiler: SQLCompiler, **kw: Any) -> str:
    first, second = _arguments(element, compiler, kw)
    return f"({first} IN (SELECT jsonb_array_elements_text(CAST({second} AS jsonb))))"


class least(FunctionElement[int]):  # noqa: N801
    """The smallest of several numbers; none of them may be null (SQLite and PostgreSQL differ there)."""

    name = "least"
    type = BigInteger()
    inherit_cache = True


class greatest(FunctionElement[int]):  # noqa: N801
    """The greatest of several numbers; none of them may be null."""

    name = "greatest"
    type = BigInteger()
    inherit_cache = True


class json_list(FunctionElement[str]):  # noqa: N801
    """A JSON array of the texts, as text; a null among them stays null."""

    name = "json_list"
    type = Text()
    inherit_cache = True


@compiles(least)
@compiles(greatest)
def _extreme(element: FunctionElement[int], compiler: SQLCompiler, **kw: Any) -> str:
    return f"{element.name}({', '.join(compiler.process(clause, **kw) for clause in element.clauses)})"


@compiles(least, "sqlite")
@compiles(greatest, "sqlite")
def _extreme_sqlite(element: FunctionElement[int], compiler: SQLCompiler, **kw: Any) -> str:
    name = "min" if element.name == "least" else "max"
    return f"{name}({', '.join(compiler.process(clause, **kw) for clause in element.clauses)})"


@compiles(json_list, "sqlite")
def _json_list_sqlite(element: json_list, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_array({', '.join(compiler.process(clause, **kw) for clause in element.clauses)})"


@compiles(json_list, "postgresql")
def _json_list_postgresql(element: json_list, compiler: SQLCompiler, **kw: Any) -> str:
    # json_build_array would write a space behind each comma, SQLite writes none.
    texts = [f"CAST({compiler.process(clause, **kw)} AS text)" for clause in element.clauses]
    items = " || ',' || ".join(f"coalesce(CAST(to_json({text}) AS text), 'null')" for text in texts)
    return f"('[' || {items} || ']')" if texts else "'[]'"


_INSERT_PARAMETERS = 250
"""Of one statement of a bulk insert: with several rows a statement, a row costs a third less."""

_COPY_FROM = 500
"""Rows from which on PostgreSQL's COPY is worth its staging table."""


def bulk_insert(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    rows: Sequence[tuple[object, ...]],
    *,
    on_conflict: str = "",
    unless_newer: str = "",
) -> int:
    """Insert many rows of plain driver values (`columns` in the order of the rows' values).

    `on_conflict` is "" (an existing key is an error), "nothing" (the existing row stays) or "replace" (the
    given columns of the existing row take the new values). Tuples go through the driver: several times as
    fast as SQLAlchemy's dictionaries. No two rows may have the same key where it is "replace"; `unless_newer`
    names a column that keeps an existing row from being replaced where it is greater there.
    Returns how many rows were inserted or replaced.
    """
    if not rows:
        return 0
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(quote(name) for name in columns)
    into = f"INSERT INTO {quote(table.name)} ({names})"
    tail = _on_conflict(quote, table, columns, on_conflict, unless_newer)
    if _copies(connection, rows):
        if not tail:
            return copy_rows(connection, quote(table.name), names, rows)
        with staged(connection, table, columns, rows):
            return connection.exec_driver_sql(f"{into} SELECT {names} FROM {STAGING}{tail}").rowcount
    marks = f"({', '.join([_mark(connection)] * len(columns))})"

    def insert(values: Sequence[tuple[object, ...]], rows_each: int) -> int:
        sql = f"{into} VALUES {', '.join([marks] * rows_each)}{tail}"
        result = connection.exec_driver_sql(sql, values if isinstance(values, list) else list(values))
        return result.rowcount

    together = max(1, _INSERT_PARAMETERS // len(columns))
    whole = len(rows) - len(rows) % together
    done = 0
    if whole:
        starts = range(0, whole, together)
        done += insert([tuple(chain.from_iterable(rows[n : n + together])) for n in starts], together)
    if rest := rows[whole:]:
        done += insert(rest, 1)
    return done


def _mark(connection: Connection) -> str:
    return "?" if connection.dialect.name == "sqlite" else "%s"


def _on_conflict(
    quote: Callable[[str], str], table: Table, columns: Sequence[str], on_conflict: str, unless_newer: str
) -> str:
    if not on_conflict:
        return ""
    keys = [column.name for column in table.primary_key.columns]
    target = f" ON CONFLICT ({', '.join(quote(key) for key in keys)})"
    changed = [f"{quote(c)} = excluded.{quote(c)}" for c in columns if c not in keys]
    if on_conflict != "replace" or not changed:
        return f"{target} DO NOTHING"
    tail = f"{target} DO UPDATE SET {', '.join(changed)}"
    if unless_newer:
        tail += f" WHERE {quote(table.name)}.{quote(unless_newer)} <= excluded.{quote(unless_newer)}"
    return tail


def _copies(connection: Connection, rows: Sequence[tuple[object, ...]]) -> bool:
    return connection.dialect.name == "postgresql" and len(rows) >= _COPY_FROM


def bulk_update(
    connection: Connection, table: Table, columns: Sequence[str], key: str, rows: Sequence[tuple[object, ...]]
) -> None:
    """Update many rows by one key column; each row holds the values of `columns`, then the key."""
    if not rows or not columns:
        return
    quote = connection.dialect.identifier_preparer.quote
    if _copies(connection, rows):
        with staged(connection, table, [*columns, key], rows):
            assigned = ", ".join(f"{quote(name)} = {STAGING}.{quote(name)}" for name in columns)
            same = f"{quote(table.name)}.{quote(key)} = {STAGING}.{quote(key)}"
            sql = f"UPDATE {quote(table.name)} SET {assigned} FROM {STAGING} WHERE {same}"
            connection.exec_driver_sql(sql)
        return
    mark = _mark(connection)
    assigned = ", ".join(f"{quote(name)} = {mark}" for name in columns)
    sql = f"UPDATE {quote(table.name)} SET {assigned} WHERE {quote(key)} = {mark}"
    connection.exec_driver_sql(sql, list(rows))


def server_place(connection: Connection, table: str) -> dict[str, str | None] | None:
    """What tells this database from a restored or copied one by the server that holds it; None for a file.

    system and timeline: the server's; they change with another server, and with a recovery to an earlier
    moment. They are None where this user may not read them. database and table: of the database and of one
    table in it; they change when a dump is read in.
    """
    if connection.dialect.name == "sqlite":
        return None
    ids = "SELECT d.oid::text, c.oid::text FROM pg_database AS d, pg_class AS c"
    here = f"{ids} WHERE d.datname = current_database() AND c.oid = to_regclass(%s)"
    database, own = connection.exec_driver_sql(here, (table,)).one()
    system = timeline = None
    allowed = "has_function_privilege('pg_control_system()', 'execute')"
    allowed += " AND has_function_privilege('pg_control_checkpoint()', 'execute')"
    if connection.exec_driver_sql(f"SELECT {allowed}").scalar_one():
        control = "SELECT s.system_identifier::text, c.timeline_id::text"
        control += " FROM pg_control_system() AS s, pg_control_checkpoint() AS c"
        system, timeline = connection.exec_driver_sql(control).one()
    return {"system": system, "timeline": timeline, "database": database, "table": own}


@contextmanager
def temporary_tables(connection: Connection) -> Iterator[None]:
    """Let a reading connection fill temporary tables inside the block; SQLite's may also make them."""
    if connection.dialect.name != "sqlite":
        yield
        return
    reading = connection.exec_driver_sql("PRAGMA query_only").scalar_one()
    connection.exec_driver_sql("PRAGMA query_only=OFF")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA query_only={reading}")


def analyze(connection: Connection, table: str) -> None:
    """Give the planner statistics of a table; without them SQLite scans the big one of two."""
    quoted = connection.dialect.identifier_preparer.quote(table)
    if connection.dialect.name == "sqlite":  # a sample is enough to choose an index by, and instant
        connection.exec_driver_sql("PRAGMA analysis_limit=1000")
    connection.exec_driver_sql(f"ANALYZE {quoted}")


def add_column(connection: Connection, table: str, column: str, type_: Any) -> None:
    """Add a nullable column; instant on both databases, whatever the table's size."""
    quote = connection.dialect.identifier_preparer.quote
    sql_type = connection.dialect.type_compiler_instance.process(type_)
    connection.exec_driver_sql(f"ALTER TABLE {quote(table)} ADD COLUMN {quote(column)} {sql_type}")


def bulk_delete(
    connection: Connection, table: Table, columns: Sequence[str], keys: Sequence[tuple[object, ...]]
) -> None:
    """Delete the rows with any of the keys, each a value for every one of `columns`."""
    if not keys:
        return
    quote = connection.dialect.identifier_preparer.quote
    if _copies(connection, keys):
        with staged(connection, table, columns, keys):
            same = " AND ".join(f"{quote(table.name)}.{quote(n)} = {STAGING}.{quote(n)}" for n in columns)
            connection.exec_driver_sql(f"DELETE FROM {quote(table.name)} USING {STAGING} WHERE {same}")
        return
    same = " AND ".join(f"{quote(name)} = {_mark(connection)}" for name in columns)
    connection.exec_driver_sql(f"DELETE FROM {quote(table.name)} WHERE {same}", list(keys))


def insert_or_fail(table: Table) -> Insert:
    """An insert in a transaction that is rolled back as a whole where it fails.

    SQLite then keeps no journal of the single statement.
    """
    return insert(table).prefix_with("OR FAIL", dialect="sqlite")


def look_up(
    dialect: Dialect, source: FromClause, table: Table, key: ColumnElement[int]
) -> tuple[FromClause, ReadOnlyColumnCollection[str, Any]]:
    """The rows of a source joined with a table's row of a key, if there is one; and the columns of that.

    Each is looked up on its own: PostgreSQL would rather read a table as a whole that is ten times as long.
    In SQLite an outer join sees to it that the rows of the source are not written down before.
    """
    (primary,) = table.primary_key.columns
    if dialect.name == "sqlite":
        return source.outerjoin(table, primary == key), table.c
    found = select(table).where(primary == key).limit(1).lateral()
    return source.outerjoin(found, true()), found.c


def upsert_adding(
    dialect: Dialect,
    table: Table,
    columns: Sequence[str],
    rows: Select[*tuple[Any, ...]],
    number: str,
    *,
    latest: str | None = None,
) -> Insert:
    """`INSERT … SELECT` that adds `number` to the row where there is one already; for counters.

    `latest` names a column that keeps the greater of the two values.
    """
    make: Any = sqlite.insert if dialect.name == "sqlite" else postgresql.insert
    statement = make(table).from_select(list(columns), rows)
    changed = {number: table.c[number] + statement.excluded[number]}
    if latest is not None:
        changed[latest] = greatest(table.c[latest], statement.excluded[latest])
    added: Insert = statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns), set_=changed
    )
    return added


def upsert_replacing(
    dialect: Dialect,
    table: Table,
    columns: Sequence[str],
    rows: Select[*tuple[Any, ...]],
    replaced: Iterable[str],
) -> Insert:
    """`INSERT … SELECT` that gives a row which is there already the new values of the columns `replaced`.

    It finds the rows by their key, where the planner may choose to scan for an `UPDATE … FROM`.
    """
    make: Any = sqlite.insert if dialect.name == "sqlite" else postgresql.insert
    statement = make(table).from_select(list(columns), rows)
    changed: Insert = statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={name: statement.excluded[name] for name in replaced},
    )
    return changed


class holds_any(_TextTest):  # noqa: N801
    """Whether the text (first argument) contains one of a list of texts (second argument, as for `among`)."""

    name = "holds_any"
    inherit_cache = True


class holds_all(_TextTest):  # noqa: N801
    """Whether the text (first argument) contains all of a list of texts (second argument, as for `among`)."""

    name = "holds_all"
    inherit_cache = True


@compiles(holds_any)
def _holds_any(element: holds_any, compiler: SQLCompiler, **kw: Any) -> str:
    first, second = _arguments(element, compiler, kw)
    items, found = _items_in(compiler, first, second)
    return f"EXISTS (SELECT 1 FROM {items} WHERE {found})"


@compiles(holds_all)
def _holds_all(element: holds_all, compiler: SQLCompiler, **kw: Any) -> str:
    first, second = _arguments(element, compiler, kw)
    items, found = _items_in(compiler, first, second)
    return f"NOT EXISTS (SELECT 1 FROM {items} WHERE NOT {found})"


def _items_in(compiler: SQLCompiler, text: str, items: str) -> tuple[str, str]:
    if compiler.dialect.name == "sqlite":
        return f"json_each({items}) AS item", f"(instr({text}, item.value) > 0)"
    source = f"jsonb_array_elements_text(CAST({items} AS jsonb)) AS item(value)"
    return source, f"(strpos({text}, item.value) > 0)"
