"""The CDNOW purchases (Fader and Hardie) as a data folder: real input for tests and the showcase.

People have made-up addresses; an order's id is its line number, so that identical lines stay apart.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

ZONE = "Asia/Shanghai"
COUPON = "cp_second_order"
CODES = 30_000
EVENT = "order"

SOURCE = Path(__file__).parents[3] / "shared" / "data" / "cdnow" / "CDNOW_master.txt"
"""Where the purchases lie beside a checkout; they are not part of this program."""

_SCHEMA = '{"attributes": {}, "tags": {}, "events": {"order": {"amount": "number", "quantity": "number"}}}\n'


class Order(NamedTuple):
    """A purchase; `amount` as it was written."""

    line: int
    person: str
    day: date
    quantity: str
    amount: str


class Cdnow(NamedTuple):
    """A data folder that was written. `invented`: the purchases were not there, others stand for them."""

    folder: Path
    invented: bool
    people: int
    orders: int


def write_cdnow(folder: Path, source: Path = SOURCE) -> Cdnow:
    """Write people.csv, events.csv, coupons.csv and schema.json for the purchases of `source`.

    Without that file, for an invented set of the same shape: the same every time.
    """
    invented = not source.is_file()
    orders = list(_invented() if invented else _read(source))
    people = dict.fromkeys(order.person for order in orders)
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "schema.json", [_SCHEMA])
    _write(folder / "people.csv", _people(people))
    _write(folder / "events.csv", _events(orders))
    codes = (f"{COUPON},SECOND-{n:05d}\n" for n in range(1, CODES + 1))
    _write(folder / "coupons.csv", ["coupon,code\n", *codes])
    return Cdnow(folder, invented, len(people), len(orders))


def write_tables(folder: Path, source: Path = SOURCE) -> Cdnow:
    """Write the purchases as they are published, and customers.csv with made-up addresses: tables to import.

    Without that file, an invented set in the same shape.
    """
    invented = not source.is_file()
    orders = list(_invented() if invented else _read(source))
    people = dict.fromkeys(order.person for order in orders)
    lines = (
        f" {order.person} {order.day:%Y%m%d} {order.quantity:>2} {order.amount:>7}\n" for order in orders
    )
    _write(folder / source.name, [" customer_id  date number_of_cds  dollar_value\n", *lines])
    addresses = (f"{person},+86138000{person},person{person}@example.com\n" for person in people)
    _write(folder / "customers.csv", ["customer_id,mobile,email\n", *addresses])
    return Cdnow(folder, invented, len(people), len(orders))


def _write(path: Path, lines: Iterator[str] | list[str]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(lines)


def _people(people: dict[str, None]) -> Iterator[str]:
    yield "person_id,id:member,id:mobile,id:email\n"
    for person in people:
        yield f"{person},{person},+86138000{person},person{person}@example.com\n"


def _events(orders: list[Order]) -> Iterator[str]:
    yield "event_id,person_id,event,time,attributes\n"
    zone = ZoneInfo(ZONE)
    for order in orders:
        time = datetime(order.day.year, order.day.month, order.day.day, tzinfo=zone).isoformat()
        attributes = f'"{{""amount"": {order.amount}, ""quantity"": {order.quantity}}}"'
        yield f"{order.line},{order.person},{EVENT},{time},{attributes}\n"


def _read(source: Path) -> Iterator[Order]:
    with source.open(encoding="ascii") as file:
        for line, text in enumerate(file, start=1):
            if line > 1 and text.strip():
                person, day, quantity, amount = text.split()
                yield Order(line, person, date(int(day[:4]), int(day[4:6]), int(day[6:])), quantity, amount)


def _invented() -> Iterator[Order]:
    """As many people; first orders in the first quarter of 1997, half of the people never come back."""
    chance = random.Random(1997)
    line, last = 1, date(1998, 6, 30)
    for number in range(1, 23_571):
        day = date(1997, 1, 1) + timedelta(days=chance.randrange(84))
        while day <= last:
            line += 1
            amount = f"{min(chance.lognormvariate(3.2, 0.8), 1500):.2f}"
            yield Order(line, f"{number:05d}", day, str(1 + int(chance.expovariate(0.7))), amount)
            if chance.random() < 0.36:
                break
            day += timedelta(days=int(chance.expovariate(1 / 120)))
