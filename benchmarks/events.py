"""From an event to the message that it causes, at 1,000 events a second: quiet, and while many enter in bulk.

The engine runs in a thread of its own on the real clock. Whoever receives events hands over what has come in
meanwhile; an event has arrived when its millisecond has come, and is done when its message is committed. Then
events in bulk, which no running campaign listens to, in durable batches.
"""

from __future__ import annotations

import argparse
import threading
import time
from bisect import bisect_left
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from benchmarks._databases import DIALECTS, Target, new_database, server, settle
from benchmarks._journey import bundle_of, fill
from benchmarks._report import Report, peak_memory
from engine.run.answers import IncomingEvent
from engine.run.clock import RealClock
from engine.run.engine import Engine
from engine.run.settings import EngineSettings
from engine.store.database import Database
from engine.store.tables.runs import campaign, message_counter
from engine.workspace.account import SIMULATED_ID
from engine.workspace.bundle import Bundle

ZONE = ZoneInfo("Asia/Shanghai")
RATE = 1_000
BULK_CAMPAIGNS = 8
BATCH, BATCHES = 1_000, 50
QUIET_TARGET_MS, BUSY_TARGET_MS, BULK_TARGET = 50, 150, 25_000
GIVE_UP_S = 60.0
LOOK_S = 0.0005
"""How soon the thread looks again where nothing was due."""
SMS: dict[str, Any] = {
    "platform": SIMULATED_ID, "sms_type": "notification", "signature": "S", "template": "m_sms",
}  # fmt: skip


def on_event(id: str = "c_event") -> Bundle:
    return bundle_of(
        id,
        {
            "n_0": ("behavior_event", {"event": "visit"}),
            "n_1": ("text_sms", SMS),
            "n_2": ("end", {}),
        },
        [("n_start", "out", "n_0"), ("n_0", "out", "n_1"), ("n_1", "out", "n_2")],
    )


def in_bulk(id: str) -> Bundle:
    """Everybody enters, half of them get a message."""
    halves = [{"id": f"g_{n}", "name": f"Half {n}", "percent": 50} for n in (1, 2)]
    return bundle_of(
        id,
        {
            "n_0": ("target_audience", {"audiences": ["a_all"], "mode": "now"}),
            "n_1": ("random_grouping", {"groups": halves}),
            "n_2": ("text_sms", SMS),
            "n_3": ("end", {}),
        },
        [
            ("n_start", "out", "n_0"), ("n_0", "out", "n_1"), ("n_1", "group:g_1", "n_2"),
            ("n_1", "group:g_2", "n_3"), ("n_2", "out", "n_3"),
        ],
    )  # fmt: skip


class Observed:
    """Runs an engine in a thread, and notes after each wave how many messages the event campaign has."""

    def __init__(self, engine: Engine, database: Database, version: int) -> None:
        self.engine = engine
        self._database = database
        self._count = select(func.coalesce(func.sum(message_counter.c.n), 0)).where(
            message_counter.c.version == version
        )
        self.counted: list[int] = [0]
        self.at: list[float] = [time.perf_counter()]
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._closing.is_set():
            if not self.engine.step():
                time.sleep(LOOK_S)
                continue
            with self._database.read() as connection:
                count = int(connection.execute(self._count).scalar_one())
            if count > self.counted[-1]:
                self.counted.append(count)
                self.at.append(time.perf_counter())


def phase(observed: Observed, name: str, seconds: int, people: int) -> list[float]:
    """ms from arrival to message of every event of a phase, ascending."""
    before = observed.counted[-1]
    total = seconds * RATE
    begun, clock = time.perf_counter(), RealClock()
    sent = 0
    while sent < total:
        come = min(total, int((time.perf_counter() - begun) * RATE) + 1)
        if come == sent:
            time.sleep(LOOK_S)
            continue
        now = clock.now()
        observed.engine.post_events(
            [IncomingEvent(f"{name}{n}", f"p{n % people + 1}", "visit", now) for n in range(sent, come)]
        )
        sent = come
    give_up = time.perf_counter() + GIVE_UP_S
    while observed.counted[-1] < before + total:
        if time.perf_counter() > give_up:
            raise SystemExit(f"{name}: {observed.counted[-1] - before} of {total} events have a message")
        time.sleep(0.01)
    done = [observed.at[bisect_left(observed.counted, before + n + 1)] for n in range(total)]
    return sorted((moment - begun - n / RATE) * 1e3 for n, moment in enumerate(done))


def measure(report: Report, dialect: str, target: Target, people: int, seconds: int) -> None:
    fill(target, people)
    settle(target)
    with Database.open(target) as database:
        engine = Engine(database, EngineSettings(ZONE))
        engine.publish(on_event())
        with database.read() as connection:
            version = connection.execute(select(campaign.c.version)).scalar_one()
        observed = Observed(engine, database, version)
        try:
            phase(observed, "warm", 1, people)
            quiet = phase(observed, "quiet", seconds, people)
            _percentiles(report, f"{dialect} quiet", quiet, QUIET_TARGET_MS)
            for n in range(BULK_CAMPAIGNS):
                engine.publish(in_bulk(f"c_bulk_{n}"))
            busy = phase(observed, "busy", seconds, people)
            still = sum(one.campaign.startswith("c_bulk") and one.inside >= 0 and one.finished < people
                        for one in engine.campaigns())  # fmt: skip
            _percentiles(report, f"{dialect} under a bulk wave", busy, BUSY_TARGET_MS)
            report.line(f"{dialect} bulk campaigns still entering at the end", still, "campaigns")
        finally:
            observed.close()
            engine.close()
    with Database.open(target) as database:
        engine = Engine(database, EngineSettings(ZONE))
        for status in engine.campaigns():
            if status.status == "in_progress":
                engine.stop(status.campaign)
        report.line(f"{dialect} bulk ingest", ingest(engine, people), "events/s", BULK_TARGET, at_most=False)
        engine.close()


def ingest(engine: Engine, people: int) -> float:
    """Events a second, in batches that are durable when the call returns."""
    now = RealClock().now()
    batches = [
        [IncomingEvent(f"bulk{n}", f"p{n % people + 1}", "visit", now) for n in range(first, first + BATCH)]
        for first in range(0, BATCH * BATCHES, BATCH)
    ]
    begun = time.perf_counter()
    for batch in batches:
        engine.post_events(batch)
    return BATCH * BATCHES / (time.perf_counter() - begun)


def _percentiles(report: Report, case: str, latencies: list[float], target: float) -> None:
    report.line(f"{case}, p50", latencies[len(latencies) // 2], "ms")
    report.line(f"{case}, p99", latencies[len(latencies) * 99 // 100], "ms", target)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200_000)
    parser.add_argument("--seconds", type=int, default=10, help="of each phase")
    parser.add_argument("--full", action="store_true", help="a million people, a minute a phase")
    options = parser.parse_args()
    people, seconds = (1_000_000, 60) if options.full else (options.people, options.seconds)
    report = Report("events")
    with server() as postgres:
        for dialect in DIALECTS if postgres is not None else DIALECTS[:1]:
            with new_database(dialect, postgres) as target:
                measure(report, dialect, target, people, seconds)
    report.line("peak memory", peak_memory() / 2**20, "MiB")
    report.machine()


if __name__ == "__main__":
    main()
