"""A database after a long campaign: people through or inside, each with the visits of one journey, written in
bulk as the waves of the benchmark `waves` write them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select

from benchmarks._databases import Target, new_database, server
from benchmarks._journey import DAY, START, bundle, fill
from engine.run.clock import VirtualClock
from engine.run.engine import Engine
from engine.run.settings import EngineSettings
from engine.store.database import Database
from engine.store.tables.runs import counter, message_counter

Row = dict[str, Any]
ZONE = ZoneInfo("Asia/Shanghai")
CAMPAIGN = "c_bench"
VISITS_A_PERSON = 6
HOURS = 90 * 24
"""So many hours have counters, as of a campaign that lets people in for three months."""


SMALLER = 10
"""PostgreSQL is measured with so many times fewer people: it takes its time to let them through."""


def on_each_database(people: int, measure: Callable[[str, Target, int], None]) -> None:
    """Measure after the journey on each database that there is: its dialect, itself, its people."""
    with new_database("sqlite", None) as target:
        run_journey(target, people)
        measure("sqlite", target, people)
    with server() as postgres:
        if postgres is not None:
            with new_database("postgresql", postgres) as target:
                run_journey(target, people // SMALLER)
                measure("postgresql", target, people // SMALLER)


def run_journey(target: Path | str, people: int) -> None:
    """Let everybody go through the journey, for good."""
    fill(target, people)
    with Database.open(target) as database:
        clock = VirtualClock(START)
        engine = Engine(database, EngineSettings(ZONE), clock)
        engine.publish(bundle())
        engine.run_until_idle(START + 30 * DAY)
        engine.close()
        spread(database)


def spread(database: Database) -> None:
    """Spread what was counted in a few hours over three months, as many rows as that makes."""
    with database.write() as connection:
        for table in (counter, message_counter):
            rows = [dict(row) for row in connection.execute(select(table)).mappings()]
            connection.execute(table.delete())
            connection.execute(insert(table), _over_hours(rows))


def _over_hours(rows: list[Row]) -> list[Row]:
    sums: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        share, rest = divmod(row["n"], HOURS)
        for n in range(HOURS):
            spread = {**row, "hour": row["hour"] + n, "n": share + (rest if n == 0 else 0)}
            key = tuple(value for name, value in spread.items() if name != "n")
            known = sums.setdefault(key, {**spread, "n": 0})
            known["n"] += spread["n"]
    return list(sums.values())
