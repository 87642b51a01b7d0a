"""Everything that a rehearsal depends on, as plain data: what stands in the files, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass
class Person:
    """A row of people.csv. ids: type → address. attributes: name → cell; empty ones are left out."""

    id: str
    ids: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass
class Address:
    """A row of ids.csv; `time` is ISO 8601 or empty, `follower` is 0, 1 or empty."""

    person: str
    type: str
    value: str
    time: str = ""
    follower: str = ""


@dataclass
class Event:
    """A row of events.csv; `time` in milliseconds since 1970 UTC."""

    id: str
    person: str
    code: str
    time: int
    attributes: Json = field(default_factory=dict)


@dataclass
class Case:
    """A campaign, its workspace, the data and what the providers answer.

    campaign, settings, catalog and the values of audiences, messages and accounts (by id) are the files'
    objects; defaults may be left out. tags: person, tag, value. coupons: coupon, code. suppressed: type,
    address. members: the people of each uploaded list. results: rows of the results file by column. since,
    until: ISO 8601 with an offset.
    """

    campaign: Json
    settings: Json
    catalog: Json
    since: str
    until: str | None = None
    audiences: dict[str, Json] = field(default_factory=dict)
    messages: dict[str, Json] = field(default_factory=dict)
    accounts: dict[str, Json] = field(default_factory=dict)
    people: list[Person] = field(default_factory=list)
    ids: list[Address] = field(default_factory=list)
    tags: list[tuple[str, str, str]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    coupons: list[tuple[str, str]] = field(default_factory=list)
    suppressed: list[tuple[str, str]] = field(default_factory=list)
    members: dict[str, list[str]] = field(default_factory=dict)
    results: list[dict[str, str]] = field(default_factory=list)
