"""One campaign of which everybody is due at the same moment: the leader alone, and workers beside it.

Workers are processes of their own on loopback. All people wait; the time counts from the moment at which they
are due until nobody is on the way any more. `--quick` takes fewer people.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update

from benchmarks._databases import server
from benchmarks._journey import bundle_of, fill
from benchmarks._report import Report
from benchmarks._shared_server import ROOT
from engine.run.clock import RealClock
from engine.run.engine import Engine
from engine.run.lock import ServerLock
from engine.run.settings import EngineSettings
from engine.store.database import Database
from engine.store.tables.operations import worker
from engine.store.tables.runs import agenda, token, visit
from engine.workspace.account import SIMULATED_ID
from engine.workspace.bundle import Bundle

WORKERS = (0, 1, 2, 4)
READY_S = 15.0
"""How long after the start everybody is due: workers are there by then."""
LEASE_S = 5.0
SETTINGS = EngineSettings(ZoneInfo("UTC"))


def waiting() -> Bundle:
    """Everybody waits for an hour; then a group by chance, a message and a tag."""
    halves = [{"id": f"g_{n}", "name": f"Half {n}", "percent": 50} for n in (1, 2)]
    sms = {"platform": SIMULATED_ID, "sms_type": "notification", "signature": "S", "template": "m_sms"}
    nodes: dict[str, tuple[str, dict[str, Any]]] = {
        "n_0": ("target_audience", {"audiences": ["a_all"], "mode": "now"}),
        "n_1": ("wait_until", {"mode": "duration", "amount": 1, "unit": "hour"}),
        "n_2": ("random_grouping", {"groups": halves}),
        "n_3": ("text_sms", sms),
        "n_4": ("tag", {"assignments": [{"tag": "level", "value": "reached"}]}),
        "n_5": ("end", {}),
    }
    links = [
        ("n_start", "out", "n_0"), ("n_0", "out", "n_1"), ("n_1", "out", "n_2"), ("n_2", "group:g_1", "n_3"),
        ("n_2", "group:g_2", "n_4"), ("n_3", "out", "n_4"), ("n_4", "out", "n_5"),
    ]  # fmt: skip
    return bundle_of("c_workers", nodes, links)


@contextmanager
def workers(url: str, count: int) -> Iterator[None]:
    """So many processes that work on the database."""
    command = [sys.executable, str(ROOT / "main.py"), "worker", "--db", url]
    processes = [
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(count)
    ]
    try:
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


def prepare(url: str, people: int) -> None:
    """Everybody has entered and waits."""
    fill(url, people)
    with Database.open(url) as database:
        engine = Engine(database, SETTINGS, RealClock())
        engine.publish(waiting())
        engine.run_until_idle(RealClock().now())
        engine.close()


def run(url: str, count: int) -> float:
    """Visits a second."""
    due = RealClock().now() + int(READY_S * 1_000)
    with ExitStack() as stack:
        database = stack.enter_context(Database.open(url))
        with database.write() as connection:
            for table in (token, agenda):
                connection.execute(update(table).values(due=due))
        lock = ServerLock(database)
        lock.lead("leader", LEASE_S)
        engine = Engine(database, SETTINGS, RealClock(), held=lock)
        stack.callback(engine.close)
        engine.start()
        seen = stack.enter_context(Database.unmigrated(url))
        stack.enter_context(workers(url, count))
        before = _count(seen, visit)
        while _count(seen, worker) < count:
            time.sleep(0.1)
        late = RealClock().now() > due
        while _count(seen, token):
            time.sleep(0.02)
        seconds = (RealClock().now() - due) / 1_000
        visits = _count(seen, visit) - before
    if late:
        raise SystemExit(f"{count} workers were not there in {READY_S} s")
    return visits / seconds


def _count(database: Database, table: Any) -> int:
    with database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200_000)
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    people = 20_000 if arguments.quick else arguments.people
    report = Report("workers")
    with server() as postgres:
        if postgres is None:
            return
        with postgres.database() as url:
            prepare(url, people)
            for count in WORKERS:
                with postgres.database(copy_of=url) as copy:
                    report.line(f"{people} people, {count} workers", run(copy, count), "visits/s")
    report.machine()


if __name__ == "__main__":
    main()
