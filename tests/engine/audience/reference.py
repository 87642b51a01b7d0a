"""Conditions and cards one person at a time, in plain Python, straight from the component reference."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from engine.shapes.time import Duration

Value = str | Decimal | datetime | frozenset[str]


@dataclass
class Event:
    code: str
    time: datetime
    attributes: dict[str, Value] = field(default_factory=dict)


@dataclass
class Person:
    id: str
    attributes: dict[str, Value] = field(default_factory=dict)
    tags: dict[str, Value] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)

    def get(self, name: str) -> Value | None:
        source = self.tags if name.startswith("tag:") else self.attributes
        return source.get(name.partition(":")[2])


NEGATIVE = {
    "is_not": "is",
    "not_contains": "contains",
    "not_starts_with": "starts_with",
    "not_ends_with": "ends_with",
    "!=": "=",
    "has_none": "has_any",
    "not_in_last": "in_last",
    "empty": "not_empty",
}


def matches(
    tree: Mapping[str, Any], get: Callable[[str], Value | None], now: datetime, zone: ZoneInfo
) -> bool:
    if "all" in tree:
        return all(matches(item, get, now, zone) for item in tree["all"])
    if "any" in tree:
        return any(matches(item, get, now, zone) for item in tree["any"])
    op, wanted, value = tree["op"], tree.get("value"), get(tree["field"])
    if op in NEGATIVE:
        return not _positive(NEGATIVE[op], value, wanted, now, zone)
    return _positive(op, value, wanted, now, zone)


def _positive(op: str, value: Any, wanted: Any, now: datetime, zone: ZoneInfo) -> bool:
    if value is None:
        return False
    if op == "not_empty":
        return True
    if op in ("has_any", "has_all"):
        texts = {wanted} if isinstance(wanted, str) else set(wanted)
        return bool(value & texts) if op == "has_any" else texts <= value
    if op == "is":
        return value in ([wanted] if isinstance(wanted, str) else wanted)
    if op in ("contains", "starts_with", "ends_with"):
        tests = {"contains": str.__contains__, "starts_with": str.startswith, "ends_with": str.endswith}
        return bool(tests[op](value, wanted))
    if op in ("in_last", "in_next"):
        step = Duration(amount=wanted["amount"], unit=wanted["unit"])
        first, end = (step.before(now, zone), now) if op == "in_last" else (now, step.plus(now, zone))
        return bool(first <= value < end)
    if isinstance(value, datetime):
        bounds = [datetime.fromisoformat(text) for text in ([wanted] if isinstance(wanted, str) else wanted)]
        return {"before": value < bounds[0], "after": value > bounds[0]}.get(
            op, bounds[0] <= value <= bounds[-1]
        )
    return number(op, Fraction(value), wanted)


def number(op: str, value: Fraction, wanted: Any) -> bool:
    bounds = [Fraction(Decimal(str(one))) for one in (wanted if isinstance(wanted, Sequence) else [wanted])]
    return {
        "=": value == bounds[0],
        "!=": value != bounds[0],
        ">": value > bounds[0],
        ">=": value >= bounds[0],
        "<": value < bounds[0],
        "<=": value <= bounds[0],
        "between": bounds[0] <= value <= bounds[-1],
    }[op]


def in_audience(
    cards: Sequence[Mapping[str, Any]],
    person: Person,
    now: datetime,
    zone: ZoneInfo,
    lists: Mapping[str, set[str]],
    including_now: bool,
) -> bool:
    found = False
    for card in cards:
        one = _card(card, person, now, zone, lists, including_now)
        joined = {"and": found and one, "or": found or one, "minus": found and not one}
        found = one if card["join"] is None else joined[card["join"]]
    return found


def _card(
    card: Mapping[str, Any],
    person: Person,
    now: datetime,
    zone: ZoneInfo,
    lists: Mapping[str, set[str]],
    including_now: bool,
) -> bool:
    if card["card"] == "tags":
        return matches(card["condition"], person.get, now, zone)
    if card["card"] == "audience":
        return person.id in lists[card["audience"]]
    events = [
        event
        for event in person.events
        if event.code == card["event"]
        and _in_range(card.get("range"), event.time, now, zone, including_now)
        and (card.get("where") is None or matches(card["where"], event.attributes.get, event.time, zone))
    ]
    kind, _, name = card["measure"].partition(":")
    if kind == "count":
        return number(card["op"], Fraction(len(events)), card["value"])
    given = [Fraction(event.attributes[name]) for event in events if name in event.attributes]  # type: ignore[arg-type]
    if kind == "sum":
        return number(card["op"], sum(given, Fraction(0)), card["value"])
    if not given:
        return False
    measured = {"avg": sum(given, Fraction(0)) / len(given), "max": max(given), "min": min(given)}[kind]
    return number(card["op"], measured, card["value"])


def _in_range(range_: Any, time: datetime, now: datetime, zone: ZoneInfo, including_now: bool) -> bool:
    done = time < now or (including_now and time == now)
    if range_ is None:
        return done
    if "last" in range_:
        return Duration(**range_["last"]).before(now, zone) <= time < now
    return done and datetime.fromisoformat(range_["from"]) <= time <= datetime.fromisoformat(range_["to"])
