"""What an event costs does not grow with the events and people that there are, counted in SQLite's steps."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from engine.run.answers import IncomingEvent
from engine.run.ingest import STORED
from engine.run.queries import Queries
from engine.shapes.time import to_milliseconds as ms
from engine.store.database import Database
from engine.store.dialect import analyze, bulk_insert
from engine.store.imports.session import FIND
from engine.store.tables.people import event, person
from engine.store.values import person_hash
from tests.databases import Target, explained, plan_of
from tests.engine.run.drafting import HOUR, NOW, Running, bundle, database, populate

EVERY = 10
"""Steps of SQLite's virtual machine between two calls of a progress handler."""

LARGE = 1_000, 20_000
WHERE = {"field": "amount", "op": ">", "value": 1}
NODES: dict[str, tuple[str, dict[str, Any]]] = {
    "n_order": ("behavior_event", {"event": "order", "where": WHERE, "re_entry": "once"}),
    "n_seen": (
        "event_judgment",
        {
            "judge_after": {"amount": 1, "unit": "day"},
            "conditions": [{"join": None, "event": "order", "where": None}],
            "early": True,
            "other": True,
        },
    ),
    "n_end": ("end", {}),
}
LINKS = ["n_order out n_seen", "n_seen out n_end", "n_seen other n_end"]


@contextmanager
def counting(database: Database) -> Iterator[list[int]]:
    """Counts the steps of the writing connection, in the only element, inside the block."""
    steps = [0]

    def progress() -> int:
        steps[0] += EVERY
        return 0

    with database.write() as connection:
        driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
        driver.set_progress_handler(progress, EVERY)
    yield steps
    driver.set_progress_handler(None, EVERY)


def fill(store: Database, people: int, *, statistics: bool) -> None:
    """Many people, each with two events."""
    keys = range(1_000, 1_000 + people)
    columns = ("person", "source_id", "code", "time", "received_at")
    with store.write() as connection:
        rows = [(key, f"x{key}", person_hash(f"x{key}"), 1) for key in keys]
        bulk_insert(connection, person, ("id", "external_id", "hash", "import_id"), rows)
        for nth in (1, 2):
            events = [(key, f"x{key}-{nth}", "order", ms(NOW) - HOUR, ms(NOW) - HOUR) for key in keys]
            bulk_insert(connection, event, columns, events)
        for name in ("person", "event") if statistics else ():
            analyze(connection, name)


def steps_of_events(folder: Path, people: int, *, statistics: bool) -> int:
    """What it costs that somebody enters by an event and is released by another one."""
    folder.mkdir()
    with Running(database(folder)) as run:
        fill(run.database, people, statistics=statistics)
        run.engine.publish(bundle(NODES, LINKS))
        for round in ("first", "counted"):  # statements are compiled in the first one
            with counting(run.database) as steps:
                for nth in ("enters", "goes on"):
                    now = run.clock.now() + 1
                    who = f"x{1_000 + len(round)}"
                    one = IncomingEvent(f"{round} {nth}", who, "order", now, {"amount": 2})
                    assert run.engine.post_events([one]).accepted == 1
                    run.engine.run_until_idle(now)
                    run.clock.set(now)
        assert run.engine.counts("c_1").nodes["n_end"].arrived == 2
        return steps[0]


@pytest.mark.parametrize("statistics", [False, True])
def test_an_event_costs_the_same_among_many_events(tmp_path: Path, statistics: bool) -> None:
    few, many = (steps_of_events(tmp_path / str(n), n, statistics=statistics) for n in LARGE)
    assert many < few * 1.2


@pytest.mark.not_on_citus("plans are made machine by machine")
def test_events_are_looked_up_through_keys(target: Target, tmp_path: Path) -> None:
    with Running(populate(target, tmp_path)) as run, run.database.write() as connection:
        plans = [plan_of(connection, STORED), plan_of(connection, FIND.params(ids='["p1"]'))]
        plans.append(explained(connection, Queries(connection.dialect).watching.sql))
        for plan in plans:
            for large in ("event", "person", "token_watched"):
                assert f"SCAN {large}" not in plan, plan
                assert f"Seq Scan on {large}" not in plan, plan
