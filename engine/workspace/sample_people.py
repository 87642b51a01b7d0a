"""The sample workspace's people: invented, the same every time, with their events up to a given day."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

PEOPLE = 10_000
CODES = 12_000
COUPONS = ("cp_welcome", "cp_second_order")
NEWSLETTER = "a_newsletter"

_CITIES = (
    "Shanghai",
    "Beijing",
    "Shenzhen",
    "Guangzhou",
    "Chengdu",
    "Hangzhou",
    "Wuhan",
    "Singapore",
    "London",
)
_CITY_WEIGHTS = (20, 17, 13, 12, 10, 9, 8, 6, 5)
_FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林"
_GIVEN_F = ("芳", "娜", "静", "敏", "丽娟", "雪", "婷", "慧", "欣怡", "子涵", "佳", "琳")
_GIVEN_M = ("伟", "强", "磊", "洋", "勇", "军", "杰", "涛", "浩然", "宇轩", "明", "超")
_FIRST_F = ("Emma", "Olivia", "Ava", "Sophia", "Mia", "Grace", "Chloe", "Ruby", "Alice", "Hannah")
_FIRST_M = ("Liam", "Noah", "Oliver", "James", "Lucas", "Henry", "Leo", "Jack", "Oscar", "Daniel")
_LAST = ("Smith", "Brown", "Taylor", "Wilson", "Davies", "Evans", "Walker", "Clark", "Hall", "Turner")
_INTERESTS = ("books", "cooking", "fashion", "games", "music", "sport", "travel")
_ORDERS = (0, 1, 2, 3, 4, 6, 9)
_ORDER_WEIGHTS = (30, 31, 16, 10, 6, 5, 2)
_DAYS = 420

SCHEMA = {
    "attributes": {
        "age": "number",
        "city": "text",
        "first_name": "text",
        "gender": "text",
        "name": "text",
        "registered_at": "time",
    },
    "tags": {"interests": "multi", "level": "text", "source": "text"},
    "events": {
        "login": {"device": "text"},
        "order": {"amount": "number", "category": "text", "quantity": "number"},
        "register": {"source": "text"},
    },
}
"""What the data has, as `schema.json` and the catalogue say it."""


class _Person(NamedTuple):
    number: int
    first_name: str
    name: str
    gender: str
    age: int
    city: str
    source: str
    interests: tuple[str, ...]
    registered: datetime
    orders: list[tuple[datetime, str, int, str]]
    logins: list[tuple[datetime, str]]

    @property
    def id(self) -> str:
        return f"P{self.number:05d}"

    @property
    def level(self) -> str:
        spent = sum(float(amount) for _, amount, _, _ in self.orders)
        return "VIP" if spent >= 500 else "Gold" if spent >= 200 else "Silver" if spent else "Bronze"


def write_people(folder: Path, until: date, zone: ZoneInfo) -> None:
    """Write a data folder: everything that happened did so before the beginning of `until` in `zone`."""
    end = datetime(until.year, until.month, until.day, tzinfo=zone).astimezone(UTC)
    chance = random.Random("campaign canvas")
    people = [_person(number, end, chance) for number in range(1, PEOPLE + 1)]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "audiences").mkdir(exist_ok=True)
    _write(folder / "schema.json", [json.dumps(SCHEMA, indent=2) + "\n"])
    _write(folder / "people.csv", _people_rows(people, zone))
    _write(folder / "events.csv", _event_rows(people, zone))
    _write(folder / "tags.csv", _tag_rows(people))
    codes = (f"{coupon},{coupon[3:6].upper()}-{n:05d}\n" for coupon in COUPONS for n in range(1, CODES + 1))
    _write(folder / "coupons.csv", ["coupon,code\n", *codes])
    readers = [f"{person.id}\n" for person in people if "books" in person.interests and person.number % 2]
    _write(folder / "audiences" / f"{NEWSLETTER}.csv", ["person_id\n", *readers])


def _person(number: int, end: datetime, chance: random.Random) -> _Person:
    gender = chance.choice(("female", "male"))
    if chance.random() < 0.6:
        given = chance.choice(_GIVEN_F if gender == "female" else _GIVEN_M)
        first, name = given, chance.choice(_FAMILY) + given
    else:
        first = chance.choice(_FIRST_F if gender == "female" else _FIRST_M)
        name = f"{first} {chance.choice(_LAST)}"
    registered = end - timedelta(days=1 + _DAYS * chance.random() ** 1.3, seconds=chance.randrange(3600))
    span = (end - registered).total_seconds()
    interests = tuple(sorted(chance.sample(_INTERESTS, chance.choice((1, 1, 2, 3)))))
    orders = [
        _order(registered + timedelta(seconds=span * chance.random() ** 1.5), interests, chance)
        for _ in range(chance.choices(_ORDERS, _ORDER_WEIGHTS)[0])
    ]
    logins = [
        (registered + timedelta(seconds=span * chance.random()), chance.choice(("app", "web")))
        for _ in range(chance.choice((0, 1, 1, 2, 3)))
    ]
    city = chance.choices(_CITIES, _CITY_WEIGHTS)[0]
    source = chance.choice(("web", "app", "store"))
    return _Person(
        number,
        first,
        name,
        gender,
        chance.randrange(18, 71),
        city,
        source,
        interests,
        registered,
        orders,
        logins,
    )


def _order(
    time: datetime, interests: tuple[str, ...], chance: random.Random
) -> tuple[datetime, str, int, str]:
    amount = f"{min(chance.lognormvariate(3.6, 0.7), 2000):.2f}"
    return time, amount, chance.choice((1, 1, 1, 2, 3)), chance.choice(interests)


def _write(path: Path, lines: Iterator[str] | list[str]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(lines)


def _time(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat(timespec="seconds")


def _people_rows(people: list[_Person], zone: ZoneInfo) -> Iterator[str]:
    yield "person_id,id:member,id:mobile,id:email,attr:first_name,attr:name,attr:gender,attr:age,attr:city,"
    yield "attr:registered_at\n"
    for person in people:
        number = f"{person.number:05d}"
        # Not everybody has told every address.
        mobile = f"+86139000{number}" if person.number % 50 else ""
        email = f"person{number}@example.com" if person.number % 7 else ""
        yield f"{person.id},M{number},{mobile},{email},{person.first_name},{person.name},{person.gender},"
        yield f"{person.age},{person.city},{_time(person.registered, zone)}\n"


def _event_rows(people: list[_Person], zone: ZoneInfo) -> Iterator[str]:
    yield "event_id,person_id,event,time,attributes\n"
    events: list[tuple[datetime, str, str, dict[str, object]]] = []
    for person in people:
        events.append((person.registered, person.id, "register", {"source": person.source}))
        events += [(time, person.id, "login", {"device": device}) for time, device in person.logins]
        for time, amount, quantity, category in person.orders:
            attributes = {"amount": float(amount), "quantity": quantity, "category": category}
            events.append((time, person.id, "order", attributes))
    events.sort(key=lambda row: row[:3])
    for number, (time, person_id, code, attributes) in enumerate(events, start=1):
        cell = json.dumps(attributes).replace('"', '""')
        yield f'e{number},{person_id},{code},{_time(time, zone)},"{cell}"\n'


def _tag_rows(people: list[_Person]) -> Iterator[str]:
    yield "person_id,tag,value\n"
    for person in people:
        yield f"{person.id},level,{person.level}\n"
        yield f"{person.id},interests,{'|'.join(person.interests)}\n"
        if person.number % 3:
            yield f"{person.id},source,{person.source}\n"
