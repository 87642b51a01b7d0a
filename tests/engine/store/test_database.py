"""Connections, migrations, and databases that cannot be opened."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError

from engine.store import migrate
from engine.store.database import Database, StoreError
from engine.store.schema import METADATA
from engine.store.tables import identity, operations, people, runs, sending
from engine.store.tables.people import person
from tests.postgres import Postgres

NEWER = text("UPDATE alembic_version SET version_num = '9999'")
ROW = {"id": 1, "external_id": "a", "hash": 1, "import_id": 0}


@pytest.mark.not_on_citus("the key of external ids is another one there")
def test_migrations_make_what_the_tables_declare(databases: Database) -> None:
    """From empty: the same tables, columns, keys and indexes as the metadata."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    assert people is not None
    assert runs is not None
    assert operations is not None
    assert sending is not None
    assert identity is not None
    with databases.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        inspector = inspect(connection)
        for table in METADATA.tables.values():
            keys = inspector.get_pk_constraint(table.name)["constrained_columns"]
            assert keys == [column.name for column in table.primary_key.columns], table.name


def test_an_open_database_is_up_to_date_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Database.open(tmp_path / "engine.db").close()
    monkeypatch.setattr(migrate, "MIGRATIONS", tmp_path)  # nothing there to run
    Database.open(tmp_path / "engine.db").close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    """It holds people's addresses, and so do SQLite's side files."""
    with Database.open(tmp_path / "engine.db") as database, database.read():
        modes = {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    assert modes == {0o600}


def test_a_newer_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "engine.db"
    with Database.open(path) as database, database.write() as connection:
        connection.execute(NEWER)
    with pytest.raises(StoreError, match="newer version"):
        Database.open(path)
    path_bytes = path.read_bytes()
    with pytest.raises(StoreError):
        Database.open(path)
    assert path.read_bytes() == path_bytes


def test_a_newer_database_of_a_server_is_refused(postgres: Postgres) -> None:
    with postgres.database() as url:
        with Database.open(url) as database, database.write() as connection:
            connection.execute(NEWER)
        with pytest.raises(StoreError, match="newer version"):
            Database.open(url)


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "engine.db"
    path.write_bytes(b"no database at all" * 1000)
    with pytest.raises(StoreError, match=r"engine\.db"):
        Database.open(path)


def test_a_failed_write_leaves_nothing(databases: Database) -> None:
    with pytest.raises(IntegrityError), databases.write() as connection:
        connection.execute(person.insert(), [ROW, ROW])
    with databases.read() as connection:
        assert connection.execute(select(person)).all() == []


def test_a_reader_sees_one_snapshot_and_cannot_write(databases: Database) -> None:
    with databases.read() as reading:
        assert reading.execute(select(person)).all() == []
        with databases.write() as connection:
            connection.execute(person.insert(), ROW)
        assert reading.execute(select(person)).all() == []
        with pytest.raises(DBAPIError, match=r"read-?only"):
            reading.execute(person.insert(), ROW)
    with databases.read() as reading:
        assert len(reading.execute(select(person)).all()) == 1


def test_writers_take_turns_and_a_nested_write_joins(databases: Database) -> None:
    inside = threading.Event()
    seen: list[int] = []

    def other() -> None:
        inside.wait()
        with databases.write() as connection:
            seen.append(len(connection.execute(select(person)).all()))

    thread = threading.Thread(target=other)
    thread.start()
    with databases.write() as outer:
        inside.set()
        with databases.write() as inner:
            assert inner is outer
            inner.execute(person.insert(), ROW)
    thread.join()
    assert seen == [1]


def test_what_is_committed_is_on_the_disk(tmp_path: Path) -> None:
    with Database.open(tmp_path / "engine.db") as database, database.write() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("synchronous", "foreign_keys", "page_size")
        }
        assert pragmas == {"synchronous": 2, "foreign_keys": 1, "page_size": 8192}
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_a_server_is_used_as_the_engine_needs_it(postgres: Postgres) -> None:
    """A generic plan scans, compiled plans cost more than they save, and a commit is on the disk."""
    wanted = {"plan_cache_mode": "force_custom_plan", "jit": "off", "synchronous_commit": "on"}
    with postgres.database() as url, Database.open(url) as database:
        for connect in (database.read, database.write):
            with connect() as connection:
                found = {name: connection.exec_driver_sql(f"SHOW {name}").scalar() for name in wanted}
            assert found == wanted


def test_a_database_that_does_not_keep_utf8_is_refused(postgres: Postgres) -> None:
    with postgres.database(encoding="LATIN1") as url, pytest.raises(StoreError, match="encoding UTF8"):
        Database.open(url)


@pytest.mark.parametrize("url", ["mysql://root@localhost/x", "postgresql://host:nine/x", "://"])
def test_what_is_no_url_of_a_database_is_refused(url: str) -> None:
    with pytest.raises(ArgumentError):
        Database.open(url)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_server_that_does_not_answer_is_named_without_its_password(tmp_path: Path, scheme: str) -> None:
    url = f"{scheme}://anna:s3cret@/shop?host={tmp_path}&password=s3cret"
    with pytest.raises(StoreError) as raised:
        Database.open(url)
    assert "postgresql:///shop" in str(raised.value)
    assert "s3cret" not in str(raised.value)
