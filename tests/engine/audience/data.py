"""People for tests of conditions, as the reference sees them and as a data folder; the same every time."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.engine.audience.reference import Event, Person, Value

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 30, 0, 30, tzinfo=ZONE).astimezone(UTC)
"""A day after the clocks went forward: calendar steps and hours differ."""

SCHEMA: dict[str, Any] = {
    "attributes": {"city": "text", "age": "number", "born": "time", "likes": "multi"},
    "tags": {"level": "text", "score": "number", "since": "time", "interests": "multi"},
    "events": {"order": {"amount": "number", "shop": "text", "paid": "time", "items": "multi"}, "login": {}},
}
TEXTS = ("Bonn", "bonn", "Köln", "Kö%ln", "K_ln", "Bonn am Rhein", "波恩", "😀 Bonn", "é", "é", "Z", "a")
NUMBERS = ("0", "-1", "1", "1.0", "12.50", "12.5", "0.1", "0.3", "99999999999.999999", "50", "-0.000001")
GREAT = (
    ("999999999999",) * 10,
    ("-999999999999",) * 10,
    ("999999999999",) * 10 + ("-999999999999",) * 10 + ("-0.000001",),
    ("999999999999.999999",) * 2 + ("999999999999.999998",),
    ("-999999999999.999999",) * 2 + ("-999999999999.999998",),
)
"""Amounts of one person each, whose sums have no room in 64 bits, or whose averages are no decimals."""
SETS = ("a", "a|b", "b|c|a", "ab", "c", "%")
_STEPS_MS = (0, -1, 1)
_STEPS_H = (-1, -23, -24, -25, -48, -720, -8760, 23, 24, 720)
TIMES = tuple(
    NOW + step
    for step in (
        *(timedelta(milliseconds=n) for n in _STEPS_MS),
        *(timedelta(hours=n) for n in _STEPS_H),
        timedelta(days=-1, milliseconds=-1),
    )
)


def people() -> list[Person]:
    chance = random.Random(8)
    found = []
    for number in range(60):
        person = Person(f"p{number}")
        for name, type_ in SCHEMA["attributes"].items():
            if chance.random() < 0.7:
                person.attributes[name] = value(type_, chance)
        for name, type_ in SCHEMA["tags"].items():
            if chance.random() < 0.7:
                person.tags[name] = value(type_, chance)
        for _ in range(chance.choice((0, 0, 1, 1, 2, 5))):
            event = Event(chance.choice(("order", "order", "login")), chance.choice(TIMES))
            for name, type_ in SCHEMA["events"][event.code].items():
                if chance.random() < 0.8:
                    event.attributes[name] = value(type_, chance)
            person.events.append(event)
        found.append(person)
    return found + [_great(f"p{60 + n}", amounts) for n, amounts in enumerate(GREAT)]


def _great(id: str, amounts: tuple[str, ...]) -> Person:
    orders = [Event("order", NOW - timedelta(hours=1), {"amount": Decimal(amount)}) for amount in amounts]
    return Person(id, events=orders)


def value(type_: str, chance: random.Random) -> Value:
    match type_:
        case "number":
            return Decimal(chance.choice(NUMBERS))
        case "time":
            return chance.choice(TIMES)
        case "multi":
            return frozenset(chance.choice(SETS).split("|"))
        case _:
            return chance.choice(TEXTS)


def write(folder: Path, everybody: list[Person]) -> None:
    folder.mkdir()
    (folder / "schema.json").write_text(json.dumps(SCHEMA))
    lines = {"people": ["person_id,attr:city,attr:age,attr:born,attr:likes"], "tags": ["person_id,tag,value"]}
    lines["events"] = ["event_id,person_id,event,time,attributes"]
    for person in everybody:
        cells = [_cell(person.attributes.get(name)) for name in SCHEMA["attributes"]]
        lines["people"].append(",".join([person.id, *cells]))
        lines["tags"] += [f"{person.id},{name},{_cell(tag)}" for name, tag in person.tags.items()]
        for event in person.events:
            attributes = ", ".join(f'"{name}": {_json(one)}' for name, one in event.attributes.items())
            cell = f"{{{attributes}}}".replace('"', '""')
            lines["events"].append(
                f'{len(lines["events"])},{person.id},{event.code},{event.time.isoformat()},"{cell}"'
            )
    for name, rows in lines.items():
        (folder / f"{name}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def _cell(one: Value | None) -> str:
    if isinstance(one, frozenset):
        return "|".join(one)
    return one.isoformat() if isinstance(one, datetime) else "" if one is None else str(one)


def _json(one: Value) -> str:
    if isinstance(one, Decimal):
        return str(one)  # as it is: a float would lose digits
    if isinstance(one, frozenset):
        return json.dumps(sorted(one))
    return json.dumps(one.isoformat() if isinstance(one, datetime) else one)
