"""Rules of every kind of card, over a million people and five million events."""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from benchmarks._databases import Target, new_database, server
from benchmarks._report import Report, peak_memory
from engine.audience import looking
from engine.audience.updates import estimate, update_audience
from engine.shapes.time import to_milliseconds
from engine.store.database import Database
from engine.store.dialect import analyze, bulk_insert
from engine.store.fields import DataFields, DataSchema
from engine.store.tables.people import event, person, tag_value
from engine.workspace.audience import AUDIENCE, AudienceFile
from engine.workspace.catalog import CATALOG, Catalog

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
_DAY = 86_400_000
_CHUNK = 20_000
SMALL = 10_000
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


CARDS: dict[str, dict[str, Any]] = {
    "metrics": {
        "card": "metrics",
        "table": "orders",
        "where": {
            "all": [
                {"field": "orders", "op": ">=", "value": 4},
                {"field": "largest", "op": ">", "value": 150},
            ]
        },
    },
    "rfm": {"card": "rfm", "model": "rfm", "types": [1, 3]},
    "aipl, stages": {"card": "aipl", "stages": ["P", "L"]},
    "aipl, a move": {
        "card": "aipl",
        "from": "A",
        "to": "L",
        "range": {"last": {"amount": 6, "unit": "month"}},
    },
    "audience": {"card": "audience", "audience": "a_rule"},
}
"""A card of each further kind, by what it is called."""


def catalog() -> Catalog:
    """What those cards name."""
    year = {"last": {"amount": 12, "unit": "month"}}
    orders = {"join": None, "card": "behaviour", "event": "order"}
    scale = {"compare": "mean"}
    return CATALOG.adapter.validate_python(
        {
            "tables": {"orders": {"event": "order", "metrics": {"orders": "count", "largest": "max:amount"}}},
            "rfm_models": {
                "rfm": {
                    "name": "Orders",
                    "event": "order",
                    "amount": "amount",
                    "recency": {"bounds": [30, 90, 180, 360], **scale},
                    "frequency": {"bounds": [2, 3, 4, 5], **scale},
                    "money": {"bounds": [200, 400, 600, 800], **scale},
                }
            },
            "aipl": {
                "A": [orders],
                "P": [{**orders, "range": year}],
                "L": [{**orders, "range": year, "op": ">=", "value": 3}],
            },
        }
    )


def of_card(card: dict[str, Any]) -> AudienceFile:
    cards = [{"join": None, **card}]
    return AUDIENCE.adapter.validate_python({"id": "a_card", "name": "Card", "cards": cards})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--full", action="store_true", help="10 million people, 50 million events")
    options = parser.parse_args()
    people = 10_000_000 if options.full else options.people
    report = Report("audience")
    with new_database("sqlite", None) as target:
        small(report, target)
    with new_database("sqlite", None) as target:
        measure(report, "sqlite", target, people, 5 * people / 1_000_000)
    with server() as postgres:
        if postgres is not None:
            with new_database("postgresql", postgres) as target:
                measure(report, "postgresql", target, people // SMALLER, None)
    report.line("memory", peak_memory() / 2**20, "MiB")
    report.machine()


def small(report: Report, where: Target) -> None:
    """As many people as the sample workspace has: while one types."""
    with Database.open(where) as database:
        fill(database, SMALL)
        start = time.perf_counter()
        estimate(database, rule(), NOW, ZONE)
        report.line(f"sqlite estimate, {SMALL:,} people", time.perf_counter() - start, "s", 0.3)


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
        questions(report, dialect, database, target)


def questions(report: Report, dialect: str, database: Database, target: float | None) -> None:
    """A card of each further kind, and what else is asked of a rule."""
    defined = catalog()
    for name, card in CARDS.items():
        start = time.perf_counter()
        estimate(database, of_card(card), NOW, ZONE, catalog=defined)
        report.line(f"{dialect} estimate, {name}", time.perf_counter() - start, "s", target)
    if target is None:  # the smaller database: cards are enough
        return
    asked: dict[str, Callable[[Connection], object]] = {
        "sample": lambda c: looking.sample(c, rule(), NOW, ZONE, defined),
        "overlap": lambda c: looking.overlap(c, (rule(), of_card(CARDS["rfm"])), NOW, ZONE, defined),
        "people of each RFM type": lambda c: looking.rfm_types(c, defined.rfm_models["rfm"], NOW, ZONE),
        "people in each AIPL stage": lambda c: looking.aipl_stages(c, defined, NOW, ZONE),
    }
    for name, ask in asked.items():
        start = time.perf_counter()
        with database.read() as connection:
            ask(connection)
        report.line(f"{dialect} {name}", time.perf_counter() - start, "s", None)


if __name__ == "__main__":
    main()
