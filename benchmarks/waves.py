"""A ten-node journey through the engine, beside the same as hand-written SQL and as a loop over people."""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks._by_hand import run_by_hand
from benchmarks._journey import START, bundle, fill
from benchmarks._one_by_one import run_one_by_one
from benchmarks._report import Report, peak_memory
from engine.run.clock import VirtualClock
from engine.run.engine import Engine, EngineSettings
from engine.store.database import Database

ZONE = ZoneInfo("Asia/Shanghai")
LOOP_PEOPLE = 5_000
NOT_COUNTED = ("message", "ix_message_sending")
"""Messages are what the journey is for; the figure is about what the journey itself costs."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--full", action="store_true", help="a million people")
    options = parser.parse_args()
    people = 1_000_000 if options.full else options.people
    report = Report("waves")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "waves.db"
        untouched = Path(folder) / "untouched.db"
        fill(untouched, people)
        before = _bytes(untouched)
        shutil.copy(untouched, path)
        rate = run_engine(path)
        grown = _bytes(path) - before
        report.line("sqlite visits/s", rate, "visits/s", 800_000, at_most=False)
        report.line("sqlite bytes a person", grown / people, "bytes", 160)
        shutil.copy(untouched, path)
        by_hand = run_by_hand(path)
        report.line("sqlite by hand visits/s", by_hand, "visits/s")
        report.line("sqlite, of by hand", rate / by_hand, "", 0.7, at_most=False)
        path.unlink()
        fill(path, LOOP_PEOPLE)
        report.line("sqlite one by one visits/s", run_one_by_one(path), "visits/s")
    report.line("peak memory", peak_memory() / 2**20, "MiB", 1024)
    report.machine()


def run_engine(path: Path) -> float:
    """Visits a second of the engine itself, on the real store with durable commits."""
    with Database.open(path) as database:
        engine = Engine(database, EngineSettings(ZONE), VirtualClock(START))
        engine.publish(bundle())
        begun = time.perf_counter()
        engine.run_until_idle()
        taken = time.perf_counter() - begun
        if broken := engine.check():
            raise SystemExit("\n".join(f"{one.where}: {one.message}" for one in broken))
        visits = sum(node.arrived for node in engine.counts("c_bench").nodes.values())
        engine.close()
    return visits / taken


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
