"""Bad events, a full disk, a lock, damage: each is said clearly, nothing is lost, and the engine goes on."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete
from sqlalchemy.exc import DBAPIError

from engine.run.answers import IncomingEvent, Status
from engine.shapes.time import to_milliseconds as ms
from engine.store.database import Database, StoreError
from engine.store.imports.events_file import MAX_ATTRIBUTES
from engine.store.tables.people import audience
from engine.store.trouble import trouble_of
from tests.engine.run.drafting import (
    EVERYBODY,
    HOUR,
    MINUTE,
    NOW,
    SMS,
    WAIT,
    Running,
    bundle,
    database,
    write_people,
)

ORDERS: dict[str, tuple[str, dict[str, Any]]] = {
    "n_order": ("behavior_event", {"event": "order"}),
    "n_wait": ("wait_until", WAIT),
    "n_end": ("end", {}),
}
ORDER_LINKS = ["n_order out n_wait", "n_wait out n_end"]
LIMIT_S = 60.0


def until(what: Callable[[], bool]) -> None:
    """Wait for what another thread does."""
    give_up = time.monotonic() + LIMIT_S
    while not what():
        assert time.monotonic() < give_up
        threading.Event().wait(0.01)


def event(id: str = "e1", person: str = "p1", code: str = "order", **changed: Any) -> IncomingEvent:
    return IncomingEvent(id, person, code, changed.pop("time", ms(NOW)), changed)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (event(amount="many"), "amount: “many” is no number"),
        (event(amount=[1, 2]), "is no number"),
        (event(amount=10**15), "more than 12 digits"),
        (event(note="x" * MAX_ATTRIBUTES), "longer than"),
        (event(note="a\0b"), "cannot be stored"),
        (event(note="\ud800"), "cannot be stored"),
        (event(id="e\0"), "cannot be stored"),
        (event(id="\udfff"), "cannot be stored"),
        (event(id=""), "event_id is empty"),
        (event(person="p" * 201), "person_id is longer"),
        (event(code="\0"), "cannot be stored"),
    ],
)
def test_a_bad_event_is_refused_and_the_others_go_in(tmp_path: Path, bad: IncomingEvent, said: str) -> None:
    with Running(database(tmp_path)) as run:
        run.engine.publish(bundle(ORDERS, ORDER_LINKS))
        receipt = run.engine.post_events([event("first", "p2"), bad, event("last", "p3")])
        assert receipt.accepted == 2
        (rejected,) = receipt.rejected
        assert rejected.index == 1
        assert said in str(rejected.message)
        run.engine.run_until_idle(ms(NOW))
        assert run.engine.counts("c_1").entries == 2
        assert run.engine.check() == []


@pytest.mark.parametrize("moment", [-2_208_988_800_000, 0, 32_503_679_999_999])
def test_times_far_away_are_kept_and_let_nobody_in(tmp_path: Path, moment: int) -> None:
    with Running(database(tmp_path)) as run:
        run.engine.publish(bundle(ORDERS, ORDER_LINKS))
        assert run.engine.post_events([event(time=moment)]).accepted == 1
        run.advance(HOUR)
        assert run.engine.counts("c_1").entries == 0


def test_bad_rows_of_an_import_are_named_and_the_others_let_people_in(tmp_path: Path) -> None:
    now = NOW.isoformat()
    rows = [
        ["e1", "p1", "order", now, '{"amount": 5}'],
        ["e2", "p2", "order", now, '{"amount": "many"}'],
        ["e3", "p2", "order", "yesterday", ""],
        ["e4", "p2", "order", now, "{" + "x" * 100],
        ["e5", "p3", "unheard of", now, ""],
        ["e1", "p1", "order", now, '{"amount": 5}'],
    ]
    with Running(database(tmp_path)) as run:
        run.engine.publish(bundle(ORDERS, ORDER_LINKS))
        write_people(tmp_path / "more", 3, events=rows)
        result = run.engine.import_data(tmp_path / "more")
        assert sorted(line for _, line, _ in result.rejects if line) == [3, 4, 5]
        assert (result.counts["events"], result.counts["events_repeated"]) == (2, 1)
        run.engine.run_until_idle(ms(NOW))
        assert run.engine.counts("c_1").entries == 1


def test_a_campaign_whose_audience_vanishes_lets_nobody_in_and_the_others_go_on(tmp_path: Path) -> None:
    nodes = {"n_who": ("target_audience", EVERYBODY), "n_sms": ("text_sms", SMS), "n_end": ("end", {})}
    links = ["n_who out n_sms", "n_sms out n_end"]
    with Running(database(tmp_path)) as run:
        run.engine.publish(bundle(nodes, links))
        run.engine.publish(bundle(ORDERS, ORDER_LINKS, id="c_2"))
        with run.database.write() as connection:
            connection.execute(delete(audience))
        run.engine.post_events([event()])
        run.engine.run_until_idle(ms(NOW))
        assert run.engine.campaign("c_1").status is Status.COMPLETED
        assert run.engine.counts("c_1").entries == 0
        assert run.engine.counts("c_2").entries == 1


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
    with Running(database(tmp_path, people=2000)) as run:
        run.engine.publish(bundle(nodes, ["n_who out n_sms", "n_sms out n_wait", "n_wait out n_end"]))
        fill(run)
        run.engine.start()
        until(lambda: run.engine.status().problem is not None)
        assert "is full" in str(run.engine.status().problem)
        assert run.engine.campaign("c_1").status is Status.IN_PROGRESS
        with run.engine._gate.turn():
            make_room(run)
        until(lambda: run.engine.campaign("c_1").status is Status.COMPLETED)
        until(lambda: run.engine.status().problem is None)
        assert run.engine.counts("c_1").messages == {"n_sms": {"sent": 2000}}
        assert run.engine.check() == []


def test_another_program_s_lock_is_named_and_waited_out(tmp_path: Path) -> None:
    path = database(tmp_path)
    with Running(path) as run:
        run.engine.publish(bundle(ORDERS, ORDER_LINKS))
        run.engine.post_events([event()])
        with run.database.writer.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout=0")
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        run.engine.start()
        until(lambda: run.engine.status().problem is not None)
        assert "Another program has locked the database" in str(run.engine.status().problem)
        other.execute("ROLLBACK")
        other.close()
        until(lambda: run.engine.counts("c_1").entries == 1)
        until(lambda: run.engine.status().problem is None)


def damage(path: Path) -> None:
    """Flip the bytes of everything but the first page."""
    content = bytearray(path.read_bytes())
    content[4096:] = bytes(byte ^ 0xFF for byte in content[4096:])
    path.write_bytes(bytes(content))


def test_a_damaged_database_is_said_to_be_damaged(tmp_path: Path) -> None:
    path = database(tmp_path)
    damage(path)
    with pytest.raises(StoreError, match=r"engine\.db cannot be opened: database disk image is malformed"):
        Database.open(path)


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
