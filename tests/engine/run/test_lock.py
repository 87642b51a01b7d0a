"""One engine to a database, and what is told where it cannot be held."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

import dev
from engine.run import lock as locks
from engine.run.answers import Refused
from engine.run.engine import Engine
from engine.run.lock import SUFFIX, FileLock, lock
from engine.run.settings import EngineSettings
from engine.store.database import Database, server_engine, url_of
from tests.databases import Target
from tests.engine.run.drafting import ZONE
from tests.postgres import Postgres

HOLD = """
import sys
from engine.run.lock import lock
from engine.store.database import Database
held = lock(Database.open(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_engine_is_refused_until_the_first_lets_go(target: Target) -> None:
    with Database.open(target) as one, Database.open(target) as other:
        first = lock(one)
        for database in (other, one):
            with pytest.raises(Refused, match="Another engine already runs"):
                lock(database)
        assert first is not None
        first.release()
        second = lock(other)
        assert second is not None
        second.release()


def test_the_lock_ends_with_the_process(target: Target) -> None:
    command = [sys.executable, "-c", HOLD, str(target)]
    with Database.open(target) as database:
        with subprocess.Popen(command, cwd=dev.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
            assert other.stdout is not None
            assert other.stdout.readline() == b"held\n"
            with pytest.raises(Refused, match="Another engine already runs"):
                lock(database)
            other.kill()
        held = None
        for _ in range(1000):  # a server notices the end of a connection a moment later
            try:
                held = lock(database)
                break
            except Refused:
                continue
        assert held is not None
        held.release()


def lose(database: Database) -> None:
    """The writing connection is lost, as when its server ends it."""
    with pytest.raises(DBAPIError), database.write() as connection:
        connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")


def test_a_writing_connection_that_replaces_a_lost_one_holds_the_database(postgres: Postgres) -> None:
    with postgres.database() as url, Database.open(url) as one, Database.open(url) as other:
        engine = Engine(one, EngineSettings(ZONE))
        lose(one)
        engine.campaigns()
        with one.write():
            pass
        with pytest.raises(Refused, match="Another engine already runs"):
            Engine(other, EngineSettings(ZONE))
        engine.close()


def test_an_engine_that_lost_its_database_to_another_writes_nothing(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "RETAKE_MS", 1)
    with postgres.database() as url, Database.open(url) as one, Database.open(url) as other:
        first = Engine(one, EngineSettings(ZONE))
        lose(one)
        second = Engine(other, EngineSettings(ZONE))
        with pytest.raises(Refused, match="Another engine already runs"):
            first.post_events([])
        second.close()
        first.post_events([])
        first.close()


def test_two_databases_of_a_server_can_be_held_at_once(postgres: Postgres) -> None:
    with (
        postgres.database() as url,
        postgres.database() as further,
        Database.open(url) as one,
        Database.open(further) as two,
    ):
        for each in [lock(one), lock(two)]:
            assert each is not None
            each.release()


def test_a_refusal_does_not_tell_the_password(postgres: Postgres) -> None:
    with postgres.database() as url:
        secret = url_of(url).set(password="s3cret").render_as_string(hide_password=False)
        with Database.open(secret) as one, Database.open(secret) as other:
            assert lock(one) is not None
            with pytest.raises(Refused) as raised:
                lock(other)
    assert "s3cret" not in str(raised.value)


def test_a_server_that_does_not_answer_is_not_taken_for_another_engine(tmp_path: Path) -> None:
    url = url_of(f"postgresql:///shop?host={tmp_path}")
    with pytest.raises(Refused, match="The database cannot do this now: "):
        lock(Database(url, server_engine(url), server_engine(url)))


def test_a_lock_that_cannot_be_written_is_not_taken_for_another_engine(tmp_path: Path) -> None:
    (tmp_path / f"engine.db{SUFFIX}").mkdir()
    with pytest.raises(Refused, match="The database cannot do this now: unable to open"):
        FileLock(tmp_path / "engine.db")
