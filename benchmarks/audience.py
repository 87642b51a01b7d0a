"""A rule with a behaviour card and a tag card, over a million people and five million events."""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks._databases import Target, new_database, server
from benchmarks._report import Report, peak_memory
from engine.audience.updates import estimate, update_audience
from engine.shapes.time import to_milliseconds
from engine.store.database import Database
from engine.store.dialect import analyze, bulk_insert
from engine.store.fields import DataFields, DataSchema
from engine.store.tables.people import event, person, tag_value
from engine.workspace.audience import AUDIENCE, AudienceFile

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
_DAY = 86_400_000
_CHUNK = 20_000
SMALLER = 5
"""PostgreSQL gets a fifth of the people: filling it takes longer than what is measured."""

Row = tuple[Any, ...]


def fill(database: Database, people: int) -> None:
    """People with a level (nine of ten) and five orders each within the last two years."""
    schema = DataSchema(tags={"level": "text"}, events={"order": {"amount": "number"}})
    # Nothing here is measured: an index made at the end costs a fifth of one kept up with random times.
    by_time = next(index for index in event.indexes if index.name == "ix_event_time")
    with database.write() as connection:
        fields = DataFields.load(connection)
        fields.declare(connection, schema)
        by_time.drop(connection)
    amount = fields.event_attributes("order")["amount"]
    chance = random.Random(5)
    event_columns = ("person", "source_id", "code", "time", "received_at", *amount.slots)
    for start in range(1, people + 1, _CHUNK):
        ids = range(start, min(start + _CHUNK, people + 1))
        with database.write() as connection:
            rows: list[Row] = [(id, f"p{id}", chance.randrange(2**31 - 1), 0) for id in ids]
            bulk_insert(connection, person, ("id", "external_id", "hash", "import_id"), rows)
            levels: list[Row] = [
                ("level", id, chance.choice(("A", "B", "C", "VIP"))) for id in ids if id % 10
            ]
            bulk_insert(connection, tag_value, ("tag", "person", "value"), levels)
            bulk_insert(connection, event, event_columns, list(_orders(ids, chance)))
    with database.write() as connection:
        by_time.create(connection)
        for table in (person, tag_value, event):
            analyze(connection, table.name)


def _orders(ids: range, chance: random.Random) -> Iterator[Row]:
    now = to_milliseconds(NOW)
    for id in ids:
        for n in range(5):
            cents = chance.randrange(100, 20_000)
            moment = now - chance.randrange(730 * _DAY)
            yield id, f"{id}-{n}", "order", moment, moment, cents * 10_000, f"{cents / 100}"


def rule() -> AudienceFile:
    """An average order of at least 100 in the last year, and level VIP."""
    orders: dict[str, Any] = {
        "join": None,
        "card": "behaviour",
        "event": "order",
        "range": {"last": {"amount": 12, "unit": "month"}},
    }
    orders |= {"measure": "avg:amount", "op": ">=", "value": 100}
    level = {"field": "tag:level", "op": "is", "value": ["VIP"]}
    cards = [orders, {"join": "and", "card": "tags", "condition": level}]
    value = {"format": "audience", "version": 1, "id": "a_rule", "name": "Rule", "cards": cards}
    return AUDIENCE.adapter.validate_python(value)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--full", action="store_true", help="10 million people, 50 million events")
    options = parser.parse_args()
    people = 10_000_000 if options.full else options.people
    report = Report("audience")
    with new_database("sqlite", None) as target:
        measure(report, "sqlite", target, people, 5 * people / 1_000_000)
    with server() as postgres:
        if postgres is not None:
            with new_database("postgresql", postgres) as target:
                measure(report, "postgresql", target, people // SMALLER, None)
    report.line("memory", peak_memory() / 2**20, "MiB")
    report.machine()


def measure(report: Report, dialect: str, where: Target, people: int, target: float | None) -> None:
    with Database.open(where) as database:
        start = time.perf_counter()
        fill(database, people)
        report.line(f"{dialect} filling", time.perf_counter() - start, "s")
        start = time.perf_counter()
        size = estimate(database, rule(), NOW, ZONE)
        case = f"{people:,} people, {5 * people:,} events"
        report.line(f"{dialect} estimate, {case}", time.perf_counter() - start, "s", target)
        report.line(f"{dialect} members", size, "people")
        start = time.perf_counter()
        update_audience(database, {"a_rule": rule()}, "a_rule", NOW, ZONE)
        report.line(f"{dialect} update, stored", time.perf_counter() - start, "s", target)


if __name__ == "__main__":
    main()
