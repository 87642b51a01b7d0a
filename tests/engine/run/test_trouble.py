"""A database that is full, locked, damaged or gone under a running engine: said, waited out, nothing lost."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from engine.run.answers import Status
from engine.run.clock import VirtualClock
from engine.shapes.time import to_milliseconds as ms
from engine.store.database import Database, StoreError
from engine.store.trouble import trouble_of
from tests.engine.run.drafting import (
    EVERYBODY,
    MINUTE,
    NOW,
    SMS,
    WAIT,
    Running,
    bundle,
    database,
)
from tests.engine.run.living import ORDER_LINKS, ORDERS, event

GUARD_S = 100.0
"""Seconds after which a test no longer waits for what never comes."""


class Watched(VirtualClock):
    """Tells whoever waits that the engine's thread has done its round and asks for the next moment."""

    def __init__(self) -> None:
        super().__init__(ms(NOW))
        self._rounds = threading.Condition()

    def wait_until(self, moment: int | None, wake: threading.Event) -> None:
        with self._rounds:
            self._rounds.notify_all()
        super().wait_until(moment, wake)

    def until(self, what: Callable[[], bool]) -> None:
        """Wait for what the engine's thread does."""
        with self._rounds:
            assert self._rounds.wait_for(what, GUARD_S)


def fill(run: Running) -> None:
    """As on a full disk: the database cannot grow."""
    with run.database.writer.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")


def make_room(run: Running) -> None:
    with run.database.writer.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")


def test_on_a_full_disk_nothing_is_taken_that_is_not_kept(tmp_path: Path) -> None:
    with Running(database(tmp_path)) as run:
        run.engine.publish(bundle(ORDERS, ORDER_LINKS))
        run.engine.post_events([event("kept")])
        fill(run)
        many = [event(f"e{n}", "p2", note="x" * 1000) for n in range(1000)]
        with pytest.raises(DBAPIError) as refused:
            run.engine.post_events(many)
        assert "is full" in str(trouble_of(refused.value))
        make_room(run)
        receipt = run.engine.post_events(many)
        assert (receipt.accepted, receipt.duplicates) == (1000, 0)
        run.engine.run_until_idle(ms(NOW))
        assert run.engine.counts("c_1").entries == 1001
        assert run.engine.check() == []


def test_the_engine_says_that_the_disk_is_full_and_goes_on_when_it_is_not(tmp_path: Path) -> None:
    nodes = {
        "n_who": ("target_audience", EVERYBODY),
        "n_sms": ("text_sms", SMS),
        "n_wait": ("wait_until", WAIT),
        "n_end": ("end", {}),
    }
    clock = Watched()
    with Running(database(tmp_path, people=2000), clock=clock) as run:
        run.engine.publish(bundle(nodes, ["n_who out n_sms", "n_sms out n_wait", "n_wait out n_end"]))
        fill(run)
        run.engine.start()
        clock.until(lambda: run.engine.status().problem is not None)
        assert "is full" in str(run.engine.status().problem)
        assert run.engine.campaign("c_1").status is Status.IN_PROGRESS
        with run.engine._access.gate.turn():
            make_room(run)
        clock.until(lambda: run.engine.campaign("c_1").status is Status.COMPLETED)
        clock.until(lambda: run.engine.status().problem is None)
        assert run.engine.counts("c_1").messages == {"n_sms": {"sent": 2000}}
        assert run.engine.check() == []


def test_another_program_s_lock_is_named_and_waited_out(tmp_path: Path) -> None:
    path = database(tmp_path)
    clock = Watched()
    with Running(path, clock=clock) as run:
        run.engine.publish(bundle(ORDERS, ORDER_LINKS))
        run.engine.post_events([event()])
        with run.database.writer.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout=0")
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        run.engine.start()
        clock.until(lambda: run.engine.status().problem is not None)
        assert "Another program has locked the database" in str(run.engine.status().problem)
        other.execute("ROLLBACK")
        other.close()
        clock.until(lambda: run.engine.counts("c_1").entries == 1)
        clock.until(lambda: run.engine.status().problem is None)


def damage(path: Path) -> None:
    """Flip the bytes of everything but the first page."""
    content = bytearray(path.read_bytes())
    content[4096:] = bytes(byte ^ 0xFF for byte in content[4096:])
    path.write_bytes(bytes(content))


def test_a_damaged_database_is_said_to_be_damaged(tmp_path: Path) -> None:
    path = database(tmp_path)
    damage(path)
    with pytest.raises(StoreError, match=r"engine\.db cannot be opened: The database is damaged"):
        Database.open(path)


def test_a_damaged_file_whose_error_is_no_text_is_said_to_be_damaged() -> None:
    assert "is damaged" in str(trouble_of(UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")))


def test_what_would_be_written_to_a_file_that_is_gone_is_refused(tmp_path: Path) -> None:
    path = database(tmp_path)
    with Running(path) as run:
        run.engine.publish(bundle(ORDERS, ORDER_LINKS))
        path.rename(tmp_path / "elsewhere")
        for refused in (lambda: run.engine.post_events([event()]), run.engine.step):
            with pytest.raises(StoreError, match="is gone"):
                refused()
            assert "is gone" in str(run.engine.status().problem)
        (tmp_path / "elsewhere").rename(path)
        assert run.engine.post_events([event()]).accepted == 1


def test_a_lock_that_only_a_writer_meets_shows_in_the_status_until_something_is_written(
    tmp_path: Path,
) -> None:
    path = database(tmp_path)
    with Running(path) as run:
        run.engine.publish(bundle(ORDERS, ORDER_LINKS))
        with run.database.writer.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout=0")
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(DBAPIError):
                run.engine.post_events([event()])
            assert "locked the database" in str(run.engine.status().problem)
            with pytest.raises(DBAPIError):  # the engine tries by itself, too
                run.engine.step()
            assert "locked the database" in str(run.engine.status().problem)
        run.engine.step()
        assert run.engine.status().problem is None


def test_damage_under_a_running_engine_shows_in_its_status(tmp_path: Path) -> None:
    path = database(tmp_path)
    with Running(path) as run:
        run.engine.publish(bundle(ORDERS, ORDER_LINKS))
        run.advance(MINUTE)
        with run.database.write() as connection:
            connection.exec_driver_sql("PRAGMA user_version=1")
        run.database.close()  # its connections: what they have read is forgotten
        damage(path)
        assert "is damaged" in str(run.engine.status().problem)
        with pytest.raises(DBAPIError):
            run.engine.post_events([event()])
