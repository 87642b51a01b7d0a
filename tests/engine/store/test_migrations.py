"""Databases of every earlier schema come up to date with everything that is in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, Table, create_engine, insert, select

from engine.store import migrate
from engine.store.database import Database
from engine.store.schema import METADATA
from engine.store.tables import people, runs
from tests.postgres import Postgres

ROWS = 3


@pytest.fixture
def empty(request: pytest.FixtureRequest, dialect: str, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without tables."""
    if dialect == "sqlite":
        yield f"sqlite:///{tmp_path / 'engine.db'}"
    else:
        server: Postgres = request.getfixturevalue("postgres")
        with server.database(encoding="UTF8") as url:
            yield url


def fill(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """Put rows into every table that the database has; they differ in every column."""
    metadata = MetaData()
    metadata.reflect(connection)
    filled = {}
    for table in metadata.sorted_tables:
        if table.name != "alembic_version":
            rows = [{column.name: value(column, number) for column in table.c} for number in range(1, ROWS)]
            connection.execute(insert(table), rows)
            filled[table.name] = stored(connection, table)
    return filled


def value(column: Any, number: int) -> object:
    return f"{column.name} ❤ {number}" if column.type.python_type is str else number


def stored(connection: Connection, table: Table) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(select(table)).mappings()]


@pytest.mark.parametrize("revision", migrate.revisions())
def test_an_earlier_database_comes_up_to_date_with_its_data(empty: str, revision: str) -> None:
    assert people is not None
    assert runs is not None
    engine = create_engine(empty)
    with engine.begin() as connection:
        migrate.upgrade(connection, revision)
        before = fill(connection)
    engine.dispose()
    with Database.open(empty) as database, database.read() as connection:
        assert migrate.current(connection) == migrate.revisions()[-1]
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        for name, rows in before.items():
            now = stored(connection, METADATA.tables[name])
            kept = [{column: row[column] for column in rows[0] if column in row} for row in now]
            assert all(row in kept for row in rows), name
