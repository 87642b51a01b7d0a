"""The data as it stands during a run, and everything that the run has done so far."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from tests.engine.interpreter.case import Address, Case, Event, Json
from tests.engine.interpreter.clock import Clock, ms
from tests.engine.interpreter.conditions import Value, holds, several, typed


@dataclass(eq=False)
class Entry:
    """One person entering the campaign, at `entered`, or held back from it. tokens: how many of it are
    inside. groups: AB test → group taken."""

    person: str
    number: int
    cycle: int
    event: Event | None = None
    audiences: frozenset[str] = frozenset()
    tokens: int = 1
    groups: dict[str, str] = field(default_factory=dict)
    entered: int = 0
    held_back: bool = False


@dataclass(eq=False)
class Visit:
    """An entry at a node; `source` is the node that it came from, `left` None while it is held."""

    entry: Entry
    node: str
    arrived: int
    source: str
    left: int | None = None
    outcome: str = "waiting"


@dataclass(eq=False)
class Message:
    """A message to one address. `sent`: when it was handed over; `known` and `answer`: what comes of it.

    `state` is planned, failed, skipped or, once handed over, sending. `held`: the end of the quiet time that
    holds it, or when the send window opens; `outside`: how often it came outside of that. `receipt_at` is
    None where no receipt comes.
    """

    entry: Entry
    node: str
    kind: str
    type: str
    address: str
    planned: int
    text: str = ""
    marketing: bool = False
    signature: str = ""
    state: str = "planned"
    reason: str = ""
    held: int = 0
    outside: int = 0
    sent: int | None = None
    known: int = 0
    answer: tuple[str, str] = ("sent", "")
    receipt: str = ""
    receipt_at: int | None = None

    def at(self, now: int) -> tuple[str, str]:
        """State and reason, as they show at a moment."""
        return self.answer if self.state == "sending" and self.known <= now else (self.state, self.reason)

    def receipt_by(self, now: int) -> str:
        return self.receipt if self.receipt_at is not None and self.receipt_at <= now else ""


class World:
    """People, addresses, tags, events and audiences; visits, messages and whatever else a run leaves."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.clock = Clock(case.settings["time_zone"])
        self.since = ms(case.since)
        self.start = ms(case.campaign["start"]) if case.campaign.get("start") else None
        self.end = ms(case.campaign["end"]) if case.campaign.get("end") else None
        self.nodes: dict[str, Json] = case.campaign["nodes"]
        self.moments: set[int] = set()
        self.visits: list[Visit] = []
        self.entries: list[Entry] = []
        self.messages: list[Message] = []
        self.tag_writes: list[tuple[int, str, str, str, str]] = []
        self.goals: list[tuple[Entry, str, str, int, bool]] = []
        self.tested: Counter[str] = Counter()
        self.best: dict[str, str] = {}
        self.skipped: list[int] = []
        self.passed: defaultdict[str, set[str]] = defaultdict(set)
        self.generated: list[tuple[str, str]] = []
        self.codes: defaultdict[str, list[str]] = defaultdict(list)
        self.issued: Counter[tuple[str, str]] = Counter()
        self.suppressed = set(case.suppressed)
        self.members: dict[str, set[str]] = {}
        self._read()

    def _read(self) -> None:
        """The data in the order in which an import takes it."""
        case = self.case
        rows = {person.id: person for person in case.people}
        by_key: dict[tuple[str, str], Event] = {}
        for event in case.events:
            by_key.setdefault((event.person, event.id), event)  # delivered twice, it counts once
        self.events = sorted(by_key.values(), key=lambda event: event.time)
        self.events_of: defaultdict[str, list[Event]] = defaultdict(list)
        for event in self.events:
            self.events_of[event.person].append(event)
        everybody = dict.fromkeys([*rows, *(event.person for event in case.events)])
        self.turn = {person: place for place, person in enumerate(everybody)}
        self.attributes = {who: rows[who].attributes if who in rows else {} for who in everybody}
        self.tags: dict[str, dict[str, Any]] = {who: {} for who in everybody}
        for who, tag, value in case.tags:
            if self.tag_type(tag) == "multi":
                self.tags[who].setdefault(tag, set()).update(several(value))
            else:
                self.tags[who][tag] = value
        first = [Address(p.id, type, value) for p in case.people for type, value in p.ids.items() if value]
        times = [-2] * len(first) + [ms(row.time) if row.time else -1 for row in case.ids]
        by_age = sorted(enumerate([*first, *case.ids]), key=lambda pair: (times[pair[0]], pair[0]))
        self.ids: defaultdict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        for _, row in reversed(by_age):
            self.ids[row.person, row.type].setdefault(row.value, row.follower)
        for coupon, code in dict.fromkeys(case.coupons):
            self.codes[coupon].append(code)

    def wake(self, moment: int) -> None:
        """Something may happen at a moment: the run stops there."""
        self.moments.add(moment)

    def addresses(self, who: str, type: str) -> dict[str, str]:
        """A person's addresses of a type, newest first → the follower cell."""
        return self.ids[who, type]

    def tag_type(self, tag: str) -> str:
        return str(self.case.catalog["tags"][tag]["type"])

    def field_of(self, who: str, name: str) -> Value | None:
        """A person's `tag:…` or `attr:…` as a condition sees it."""
        prefix, _, key = name.partition(":")
        if prefix == "attr":
            return typed(self.attributes[who].get(key), self.case.catalog["attributes"][key])
        value = self.tags[who].get(key)
        if isinstance(value, set):
            return frozenset(value) or None
        return typed(value, self.tag_type(key))

    def person_matches(self, tree: Json, who: str, now: int) -> bool:
        return holds(tree, lambda name: self.field_of(who, name), now, self.clock)

    def event_matches(self, tree: Json | None, event: Event) -> bool:
        """A condition over an event's attributes; relative times are relative to its own time."""
        types = self.case.catalog["events"][event.code]["attributes"]
        return tree is None or holds(
            tree, lambda name: typed(event.attributes.get(name), types[name]), event.time, self.clock
        )

    def matching(self, who: str, wanted: Json, after: int, until: int) -> list[Event]:
        """A person's events of a code, under a condition, in (after, until]."""
        return [
            event
            for event in self.events_of[who]
            if event.code == wanted["event"]
            and after < event.time <= until
            and self.event_matches(wanted.get("where"), event)
        ]
