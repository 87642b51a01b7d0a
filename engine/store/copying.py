"""PostgreSQL's COPY, for `engine.store.dialect`: many rows into a table, or into a staging table first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError

STAGING = "staging"


def copy_rows(connection: Connection, into: str, names: str, rows: Sequence[tuple[object, ...]]) -> int:
    """Append the rows to a table (`into`, `names`: quoted). Raises what SQLAlchemy raises on an insert."""
    import psycopg

    sql = f"COPY {into} ({names}) FROM STDIN"
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    try:
        with driver.cursor() as cursor, cursor.copy(sql.encode()) as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as error:
        raise DBAPIError.instance(sql, None, error, psycopg.Error, dialect=connection.dialect) from error
    return len(rows)


@contextmanager
def staged(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[object, ...]]
) -> Iterator[None]:
    """The rows in the temporary table `STAGING`, whose columns are as those of `table`, inside the block."""
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(quote(name) for name in columns)
    source = f"SELECT {names} FROM {quote(table.name)} WITH NO DATA"
    connection.exec_driver_sql(f"CREATE TEMPORARY TABLE {STAGING} ON COMMIT DROP AS {source}")
    copy_rows(connection, STAGING, names, rows)
    connection.exec_driver_sql(f"ANALYZE {STAGING}")
    yield
    connection.exec_driver_sql(f"DROP TABLE {STAGING}")
