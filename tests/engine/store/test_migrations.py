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
from engine.store.tables import identity, people, runs, sending
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
    assert identity is not None
    assert people is not None
    assert runs is not None
    assert sending is not None
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


def test_what_was_claimed_is_planned_from_then_on(empty: str) -> None:
    engine = create_engine(empty)
    with engine.begin() as connection:
        migrate.upgrade(connection, "0008")
        fill(connection)
        key = "1, 1, 1, '', '', 0, 1"
        connection.exec_driver_sql("DELETE FROM message WHERE campaign > 1")
        connection.exec_driver_sql("UPDATE message SET state = 'claimed'")
        connection.exec_driver_sql("DELETE FROM message_counter")
        into = "INSERT INTO message_counter (version, cycle, node, reason, receipt, shard, hour, state, n)"
        for state, n in (("claimed", 2), ("planned", 3), ("sent", 4)):
            connection.exec_driver_sql(f"{into} VALUES ({key}, '{state}', {n})")
        connection.exec_driver_sql(f"{into} VALUES (2, {key[3:]}, 'claimed', 5)")
    engine.dispose()
    with Database.open(empty) as database, database.read() as connection:
        message, counter = METADATA.tables["message"], METADATA.tables["message_counter"]
        assert [row["state"] for row in stored(connection, message)] == ["planned"]
        counts = {(row["version"], row["state"]): row["n"] for row in stored(connection, counter)}
        assert counts == {(1, "planned"): 5, (1, "sent"): 4, (2, "planned"): 5}
