"""A ten-node journey through the engine, beside the same as hand-written SQL and as a loop over people.

On SQLite and PostgreSQL, and with `--citus` the engine alone on a cluster, too. With more than 300,000 people
the engine alone is measured, on SQLite; `--full` does that for 100,000, a million and ten million, and shows
how time and memory grow.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from typing import NamedTuple
from zoneinfo import ZoneInfo

from benchmarks._by_hand import run_by_hand
from benchmarks._by_hand_postgresql import run_by_hand_postgresql
from benchmarks._databases import Target, server
from benchmarks._journey import START, bundle, fill
from benchmarks._one_by_one import run_one_by_one
from benchmarks._report import Report, peak_memory
from engine.run.clock import VirtualClock
from engine.run.engine import Engine
from engine.run.settings import EngineSettings
from engine.store.database import Database
from tests.citus import Citus
from tests.postgres import Postgres

ZONE = ZoneInfo("Asia/Shanghai")
LOOP_PEOPLE = 5_000
PLAIN_PEOPLE = 300_000
"""Up to so many people everything beside the engine is measured too."""
GROWTH = (100_000, 1_000_000, 10_000_000)
RUNS = 3
"""Of the engine and of what is written by hand, in turn; the figure is the median's."""
NOT_COUNTED = ("message", "ix_message_sending")
"""Messages are what the journey is for; the figure is about what the journey itself costs."""


class Run(NamedTuple):
    """visits: a second. taken: seconds. memory: the process's peak while it ran, in bytes."""

    visits: float
    taken: float
    memory: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--full", action="store_true", help="100,000, a million and ten million people")
    parser.add_argument("--citus", metavar="URL", help="also on the cluster of this coordinator")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        run = run_engine(Path(options.measure))
        sys.stdout.write(json.dumps(run))
        return
    report = Report("waves")
    if options.full or options.people > PLAIN_PEOPLE:
        for people in GROWTH if options.full else (options.people,):
            measure_growth(report, people)
    else:
        measure_sqlite(report, options.people)
        with server() as postgres:
            if postgres is not None:
                measure_postgresql(report, postgres, options.people)
        if options.citus:
            measure_citus(report, options.citus, options.people)
    report.machine()


def measure_sqlite(report: Report, people: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder / "untouched.db", people)
        runs: list[Run] = []
        by_hand: list[float] = []
        for number in range(RUNS):
            ours, theirs = (folder / f"{who}{number}.db" for who in ("ours", "theirs"))
            shutil.copy(folder / "untouched.db", ours)
            runs.append(_in_a_process(ours))
            shutil.copy(folder / "untouched.db", theirs)
            by_hand.append(run_by_hand(theirs))
        grown = _bytes(folder / "ours0.db") - _bytes(folder / "untouched.db")
        report.line("sqlite bytes a person", grown / people, "bytes", 160)
        report.line("peak memory", max(run.memory for run in runs) / 2**20, "MiB", 1024)
        _compare(report, "sqlite", [run.visits for run in runs], by_hand, fast=800_000, part=0.7)
        fill(folder / "few.db", LOOP_PEOPLE)
        report.line("sqlite one by one visits/s", run_one_by_one(folder / "few.db"), "visits/s")


def measure_postgresql(report: Report, postgres: Postgres, people: int) -> None:
    visits: list[float] = []
    by_hand: list[float] = []
    for _ in range(RUNS):
        with postgres.database() as url:
            fill(url, people)
            visits.append(run_engine(url).visits)
        with postgres.database() as url:
            fill(url, people)
            by_hand.append(run_by_hand_postgresql(url))
    _compare(report, "postgresql", visits, by_hand, fast=250_000)
    with postgres.database() as url:
        fill(url, LOOP_PEOPLE)
        report.line("postgresql one by one visits/s", run_one_by_one(url), "visits/s")


def measure_citus(report: Report, url: str, people: int) -> None:
    """Machines that are all this computer share its processors and its disk: what it says is what dividing
    costs."""
    cluster = Citus(url)
    visits: list[float] = []
    try:
        for _ in range(RUNS):
            with cluster.database() as database:
                fill(database, people)
                visits.append(run_engine(database).visits)
    finally:
        cluster.stop()
    report.line("citus visits/s", median(visits), "visits/s")


def _compare(
    report: Report,
    dialect: str,
    visits: list[float],
    by_hand: list[float],
    *,
    fast: float,
    part: float | None = None,
) -> None:
    """fast: visits a second to reach. part: at least so much of what is written by hand."""
    engine, hand = median(visits), median(by_hand)
    report.line(f"{dialect} visits/s", engine, "visits/s", fast, at_most=False)
    report.line(f"{dialect} by hand visits/s", hand, "visits/s")
    report.line(f"{dialect}, of by hand", engine / hand, "", part, at_most=False)


def measure_growth(report: Report, people: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "waves.db"
        fill(path, people)
        before = _bytes(path)
        run = _in_a_process(path)
        report.line(f"sqlite visits/s, {people:,} people", run.visits, "visits/s", 800_000, at_most=False)
        report.line(f"sqlite seconds, {people:,} people", run.taken, "s")
        report.line(
            f"sqlite bytes a person, {people:,} people", (_bytes(path) - before) / people, "bytes", 160
        )
        target = 1024 if people <= 1_000_000 else None
        report.line(f"peak memory, {people:,} people", run.memory / 2**20, "MiB", target)


def _in_a_process(path: Path) -> Run:
    """So that the memory is the engine's own, without what filling took."""
    command = [sys.executable, "-m", "benchmarks.waves", "--measure", str(path)]
    found = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    return Run(*json.loads(found))


def run_engine(target: Target) -> Run:
    """The engine itself, on the real store with durable commits."""
    with Database.open(target) as database:
        engine = Engine(database, EngineSettings(ZONE), VirtualClock(START))
        engine.publish(bundle())
        begun = time.perf_counter()
        engine.run_until_idle()
        taken = time.perf_counter() - begun
        memory = peak_memory()
        if broken := engine.check():
            raise SystemExit("\n".join(f"{one.where}: {one.message}" for one in broken))
        visits = sum(node.arrived for node in engine.counts("c_bench").nodes.values())
        engine.close()
    return Run(visits / taken, taken, memory)


def _bytes(path: Path) -> int:
    """Bytes of all tables and indexes that count."""
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        rows: Iterable[tuple[str, int]]
        try:
            rows = connection.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name").fetchall()
        except sqlite3.OperationalError:  # built without dbstat: the whole file, messages too
            return path.stat().st_size
    return sum(size for name, size in rows if name not in NOT_COUNTED)


if __name__ == "__main__":
    main()
