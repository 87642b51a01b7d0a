"""How statements and connections differ between SQLite and PostgreSQL; functions of SQL are in
`engine.store.functions`. A statement is written once and runs on both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    FromClause,
    Insert,
    Select,
    Table,
    func,
    insert,
    select,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from engine.store.copying import STAGING, copy_rows, staged
from engine.store.functions import greatest

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


def lock_table(connection: Connection, name: str) -> None:
    """Let no other process write to a table until this transaction ends; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        quoted = connection.dialect.identifier_preparer.quote(name)
        connection.exec_driver_sql(f"LOCK TABLE {quoted} IN SHARE ROW EXCLUSIVE MODE")


INSERT_PARAMETERS = 250
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

    together = max(1, INSERT_PARAMETERS // len(columns))
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
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    key: str | Sequence[str],
    rows: Sequence[tuple[object, ...]],
) -> None:
    """Update many rows by one key column or several; each row holds the values of `columns`, then the key."""
    if not rows or not columns:
        return
    quote = connection.dialect.identifier_preparer.quote
    keys = (key,) if isinstance(key, str) else tuple(key)
    if _copies(connection, rows):
        with staged(connection, table, [*columns, *keys], rows):
            assigned = ", ".join(f"{quote(name)} = {STAGING}.{quote(name)}" for name in columns)
            same = " AND ".join(f"{quote(table.name)}.{quote(n)} = {STAGING}.{quote(n)}" for n in keys)
            sql = f"UPDATE {quote(table.name)} SET {assigned} FROM {STAGING} WHERE {same}"
            connection.exec_driver_sql(sql)
        return
    mark = _mark(connection)
    assigned = ", ".join(f"{quote(name)} = {mark}" for name in columns)
    same = " AND ".join(f"{quote(name)} = {mark}" for name in keys)
    sql = f"UPDATE {quote(table.name)} SET {assigned} WHERE {same}"
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


def interrupt(connection: Connection) -> None:
    """Stop the query that another thread runs on this connection; it fails there."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        driver.interrupt()
    else:
        driver.cancel()


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


def add_index(connection: Connection, table: str, column: str) -> None:
    """Index a column that `add_column` added, unless it is indexed already."""
    quote = connection.dialect.identifier_preparer.quote
    name = quote(f"ix_{table}_{column}")
    connection.exec_driver_sql(f"CREATE INDEX IF NOT EXISTS {name} ON {quote(table)} ({quote(column)})")


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


def is_among(dialect: Dialect, column: ColumnElement[int], query: Select[int]) -> ColumnElement[bool]:
    """Whether an indexed column holds one of the few numbers that a query finds: each is looked up.

    Of a join PostgreSQL may think that the table has next to no rows, for its statistics lag behind; it then
    reads the query's rows anew for every row of the table.
    """
    if dialect.name == "sqlite":
        return column.in_(query)
    return column == func.any(func.array(query.scalar_subquery()))


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


def upsert_least(
    dialect: Dialect, table: Table, columns: Sequence[str], rows: Select[*tuple[Any, ...]], column: str
) -> Insert:
    """`INSERT … SELECT` that gives a row which is there already the smaller value of a column."""
    make: Any = sqlite.insert if dialect.name == "sqlite" else postgresql.insert
    statement = make(table).from_select(list(columns), rows)
    least = (func.min if dialect.name == "sqlite" else func.least)(
        table.c[column], statement.excluded[column]
    )
    lowered: Insert = statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns), set_={column: least}
    )
    return lowered


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
