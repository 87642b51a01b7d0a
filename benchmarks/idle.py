"""A million people who wait, and nothing to do: a tick of the engine; then a thousand due; then one event.

They wait at three nodes each of a thousand versions: 100 campaigns, as many as may be in progress, each
published ten times, with people inside on every version. The rows are written in bulk; measured are the
engine's own `step` and `post_events`. The statements of a place are compiled when something is due there
for the first time: that is measured apart, with one person who is due half an hour before the thousand.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Table, select

from benchmarks._databases import DIALECTS, Target, new_database, server, settle
from benchmarks._journey import DAY, HOUR, LIST, START, bundle_of
from benchmarks._report import Report, peak_memory
from engine.run.answers import IncomingEvent
from engine.run.clock import VirtualClock
from engine.run.engine import Engine
from engine.run.settings import EngineSettings
from engine.store.database import Database
from engine.store.dialect import analyze, bulk_insert
from engine.store.lists import put_in_force
from engine.store.tables.people import audience_member, person
from engine.store.tables.runs import (
    agenda,
    campaign,
    campaign_node,
    campaign_version,
    cycle,
    entry,
    path,
    token,
    token_watched,
)
from engine.store.values import person_hash
from engine.workspace import bundle as bundles
from engine.workspace.bundle import Bundle

ZONE = ZoneInfo("Asia/Shanghai")
CAMPAIGNS, VERSIONS = 100, 10
TICKS, TURNS, EVENTS = 1_000, 5, 25
FAR = START + 30 * DAY
HALF_HOUR = HOUR // 2
FIRST = 1_000_000_000
"""Added to a version's key: the person who goes first."""
WAITS, WATCHED = (1, 3), 2
"""Places of the holding nodes, in the order of the journey."""
TARGETS = {"sqlite": (0.1, 5.0, 2.0), "postgresql": (0.5, 25.0, 2.0)}
"""ms: an idle tick, a thousand due, an event."""

Row = tuple[Any, ...]


def small(id: str) -> Bundle:
    wait = {"mode": "duration", "amount": 30, "unit": "day"}
    judgment = {
        "judge_after": {"amount": 30, "unit": "day"},
        "conditions": [{"join": None, "event": "visit", "where": None}],
        "early": True,
        "other": True,
    }
    return bundle_of(
        id,
        {
            "n_0": ("target_audience", {"audiences": ["a_all"], "mode": "now"}),
            "n_1": ("wait_until", wait),
            "n_2": ("event_judgment", judgment),
            "n_3": ("wait_until", wait),
            "n_4": ("end", {}),
        },
        [
            ("n_start", "out", "n_0"), ("n_0", "out", "n_1"), ("n_1", "out", "n_2"), ("n_2", "out", "n_3"),
            ("n_2", "other", "n_4"), ("n_3", "out", "n_4"),
        ],
    )  # fmt: skip


def fill(target: Target, people: int) -> None:
    """One campaign is published, for one person; all other rows are copies of its, or made like them."""
    share = people // (CAMPAIGNS * VERSIONS)
    with Database.open(target) as database:
        _publish_one(database)
        with database.write() as connection:
            _copy_campaigns(connection)
        for first in range(1, CAMPAIGNS * VERSIONS + 1, 50):
            with database.write() as connection:
                _let_wait(connection, range(first, first + 50), share)
        with database.write() as connection:
            for table in (person, entry, token, token_watched, agenda):
                analyze(connection, table.name)


def _publish_one(database: Database) -> None:
    with database.write() as connection:
        bulk_insert(connection, person, ("id", "external_id", "hash", "import_id"), [_person(1)])
        bulk_insert(connection, audience_member, ("list", "person"), [(LIST, 1)])
        put_in_force(connection, "a_all", LIST, START)
    engine = Engine(database, EngineSettings(ZONE), VirtualClock(START))
    engine.publish(small("c_1"))
    while engine.step():
        pass
    engine.close()
    with database.write() as connection:
        for table in (person, entry, token, agenda):
            connection.execute(table.delete())


def _person(id: int) -> Row:
    return id, f"p{id}", person_hash(f"p{id}"), 0


def _copy_campaigns(connection: Connection) -> None:
    first = {
        table: [dict(row) for row in connection.execute(select(table)).mappings()]
        for table in (campaign, campaign_version, campaign_node, path, cycle)
    }
    for table in first:
        connection.execute(table.delete())
    numbers = range(1, CAMPAIGNS + 1)
    files = {number: small(f"c_{number}") for number in numbers}
    keys = [(number, version) for number in numbers for version in range(1, VERSIONS + 1)]
    for number in numbers:
        named = {"number": number, "id": f"c_{number}", "name": f"c_{number}", "version": number * VERSIONS}
        _copy(connection, campaign, first, named)
        _copy(connection, campaign_node, first, {"campaign": number})
        _copy(connection, cycle, first, {"campaign": number, "version": (number - 1) * VERSIONS + 1})
    for key, (number, version) in enumerate(keys, start=1):
        bundle = files[number]
        content = {"hash": bundle.hash, "bundle": bundles.write(bundle).decode()}
        _copy(
            connection,
            campaign_version,
            first,
            {"key": key, "campaign": number, "version": version, **content},
        )
        _copy(connection, path, first, {"version": key})


def _copy(
    connection: Connection, table: Table, first: Mapping[Table, list[dict[str, Any]]], changed: dict[str, Any]
) -> None:
    connection.execute(table.insert(), [row | changed for row in first[table]])


def _let_wait(connection: Connection, keys: range, share: int) -> None:
    """`share` people a version: a third at each holding node; of a few versions all at the first."""
    people: list[Row] = []
    entries: list[Row] = []
    tokens: list[Row] = []
    watched: list[Row] = []
    places: list[Row] = []
    for key in keys:
        number = (key - 1) // VERSIONS + 1
        due = START + key * HOUR if key <= TURNS else FAR
        first = due - HALF_HOUR if key <= TURNS else due
        if key <= TURNS:
            people.append(_person(FIRST + key))
            entries.append((number, FIRST + key, 1, key, 1, START))
            tokens.append((key, WAITS[0], first, FIRST + key, 1, 0, None))
        for nth in range(share):
            id = (key - 1) * share + nth + 1
            people.append(_person(id))
            entries.append((number, id, 1, key, 1, START))
            place = WAITS[0] if key <= TURNS else nth % 3 + 1
            if place == WATCHED:
                watched.append((id, key, place, 1, 0, due, START))
            else:
                tokens.append((key, place, due, id, 1, 0, None))
        places += [(key, place, first) for place in ((WAITS[0],) if key <= TURNS else (1, 2, 3))]
    key_and_time = ("version", "place", "due")
    bulk_insert(connection, person, ("id", "external_id", "hash", "import_id"), people)
    of_entry = ("campaign", "person", "entry", "version", "cycle", "entered_at")
    bulk_insert(connection, entry, of_entry, entries)
    bulk_insert(connection, token, (*key_and_time, "person", "entry", "via", "arrived"), tokens)
    of_watched = ("person", "version", "place", "entry", "via", "due", "arrived")
    bulk_insert(connection, token_watched, of_watched, watched)
    bulk_insert(connection, agenda, key_and_time, places)


def measure(report: Report, dialect: str, target: Target, people: int) -> None:
    idle, due, event = TARGETS[dialect]
    with Database.open(target) as database:
        clock = VirtualClock(START)
        begun = time.perf_counter()
        engine = Engine(database, EngineSettings(ZONE), clock)
        report.line(f"{dialect} engine opened", time.perf_counter() - begun, "s")
        report.line(f"{dialect} first tick", _milliseconds(engine.step), "ms")
        ticks = [_milliseconds(engine.step) for _ in range(TICKS)]
        report.line(f"{dialect} idle tick, {people:,} waiting", median(ticks), "ms", idle)
        firsts: list[float] = []
        turns: list[float] = []
        for turn in range(1, TURNS + 1):
            for moment, taken in ((turn * HOUR - HALF_HOUR, firsts), (turn * HOUR, turns)):
                clock.set(START + moment)
                taken.append(_milliseconds(lambda: _run_out(engine)))
        report.line(f"{dialect} the first one due at a place", median(firsts), "ms")
        report.line(f"{dialect} {people // (CAMPAIGNS * VERSIONS):,} due", median(turns), "ms", due)
        report.line(f"{dialect} {people // (CAMPAIGNS * VERSIONS):,} due, slowest", max(turns), "ms")
        firsts, taken, gone_on = _events(engine, clock.now(), people)
        report.line(f"{dialect} the first event for somebody at a place", median(firsts), "ms")
        report.line(f"{dialect} an event for a waiting person", median(taken), "ms", event)
        report.line(f"{dialect} until the person has gone on", median(gone_on), "ms")
        engine.close()


def _events(engine: Engine, now: int, people: int) -> tuple[list[float], list[float], list[float]]:
    """ms of one event each for some people at the watched node: taking it in for the first and for a second
    person there, and the wave behind the latter."""
    share = people // (CAMPAIGNS * VERSIONS)
    firsts: list[float] = []
    taken: list[float] = []
    gone_on: list[float] = []
    for nth in range(EVENTS):
        for place_in_line, into in ((0, firsts), (1, taken)):
            id = (TURNS + 10 + nth) * share + WATCHED + 3 * place_in_line
            one = IncomingEvent(f"e{nth}", f"p{id}", "visit", now)
            into.append(_milliseconds(lambda one=one: engine.post_events([one])))  # type: ignore[misc]
            ran = _milliseconds(lambda: _run_out(engine))
        gone_on.append(ran)
    assert sum(engine.counts(f"c_{n}").nodes["n_3"].arrived for n in range(1, CAMPAIGNS + 1)) == 2 * EVENTS
    return firsts, taken, gone_on


def _run_out(engine: Engine) -> None:
    while engine.step():
        pass


def _milliseconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1e3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--full", action="store_true", help="10 million people")
    options = parser.parse_args()
    people = 10_000_000 if options.full else options.people
    report = Report("idle")
    with server() as postgres:
        for dialect in DIALECTS if postgres is not None else DIALECTS[:1]:
            with new_database(dialect, postgres) as target:
                fill(target, people)
                settle(target)
                measure(report, dialect, target, people)
    report.line("peak memory", peak_memory() / 2**20, "MiB")
    report.machine()


if __name__ == "__main__":
    main()
