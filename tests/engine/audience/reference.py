"""Conditions and cards one person at a time, in plain Python, straight from the component reference."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from engine.shapes.time import Duration

Value = str | Decimal | Fraction | datetime | frozenset[str]


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


@dataclass(frozen=True)
class World:
    """What rules are judged in: everybody, the stored lists, the definitions of the catalogue, and the time.

    including_now: whether events at this very instant have arrived.
    """

    everybody: Sequence[Person]
    lists: Mapping[str, set[str]]
    catalog: Mapping[str, Any]
    now: datetime
    zone: ZoneInfo
    including_now: bool = False

    def done(self, person: Person, wanted: Mapping[str, Any]) -> list[Event]:
        """The events of a kind, in the range and with the conditions, that the person has done."""
        return [
            event
            for event in person.events
            if event.code == wanted["event"]
            and self._in_range(wanted.get("range"), event.time)
            and (wanted.get("where") is None or self._fits(wanted["where"], event))
            and (wanted.get("filter") is None or self._fits(wanted["filter"], event))
        ]

    def _fits(self, tree: Mapping[str, Any], event: Event) -> bool:
        return matches(tree, event.attributes.get, event.time, self.zone)

    def _in_range(self, range_: Any, time: datetime) -> bool:
        done = time < self.now or (self.including_now and time == self.now)
        if range_ is None:
            return done
        if "last" in range_:
            return Duration(**range_["last"]).before(self.now, self.zone) <= time < self.now
        return done and _instant(range_["from"]) <= time <= _instant(range_["to"])


def in_audience(cards: Sequence[Mapping[str, Any]], person: Person, world: World) -> bool:
    found = False
    for card in cards:
        one = _card(card, person, world)
        joined = {"and": found and one, "or": found or one, "minus": found and not one}
        found = one if card["join"] is None else joined[card["join"]]
    return found


def _card(card: Mapping[str, Any], person: Person, world: World) -> bool:
    match card["card"]:
        case "tags":
            return matches(card["condition"], person.get, world.now, world.zone)
        case "audience":
            return person.id in world.lists[card["audience"]]
        case "metrics":
            return _metrics(card, person, world)
        case "rfm":
            return rfm_type(world.catalog["rfm_models"][card["model"]], person, world) in card["types"]
        case "aipl":
            return _aipl(card, person, world)
    value = _measured(card["measure"], world.done(person, card))
    return value is not None and number(card["op"], value, card["value"])


def _measured(measure: str, events: Sequence[Event]) -> Fraction | None:
    """A measure over events; None where there is nothing to take an average or an extreme of."""
    kind, _, name = measure.partition(":")
    if kind == "count":
        return Fraction(len(events))
    given = [Fraction(event.attributes[name]) for event in events if name in event.attributes]  # type: ignore[arg-type]
    if kind == "sum":
        return sum(given, Fraction(0))
    if not given:
        return None
    return {"avg": sum(given, Fraction(0)) / len(given), "max": max(given), "min": min(given)}[kind]


def _metrics(card: Mapping[str, Any], person: Person, world: World) -> bool:
    table = world.catalog["tables"][card["table"]]
    events = world.done(person, {**table, "filter": card.get("filter")})
    if card.get("where") is None:
        return bool(events)
    figures = {name: _measured(measure, events) for name, measure in table["metrics"].items()}
    return matches(card["where"], figures.get, world.now, world.zone)


def _score(scale: Mapping[str, Any], reached: Callable[[Any], bool]) -> int:
    return 1 + sum(reached(bound) for bound in scale["bounds"])


def _scores(model: Mapping[str, Any], person: Person, world: World) -> dict[str, int] | None:
    """Recency, frequency and money; None for who did nothing in the period."""
    events = world.done(person, model)
    if not events:
        return None
    last = max(event.time for event in events)
    spent = _measured(f"sum:{model['amount']}", events)
    assert spent is not None

    to = (model.get("range") or {}).get("to")
    end = world.now if to is None else min(world.now, _instant(to))

    def within(days: int) -> bool:
        return last >= Duration(amount=days, unit="day").before(end, world.zone)

    return {
        "recency": _score(model["recency"], within),
        "frequency": _score(model["frequency"], lambda bound: len(events) >= bound),
        "money": _score(model["money"], lambda bound: spent >= Fraction(Decimal(str(bound)))),
    }


def rfm_type(model: Mapping[str, Any], person: Person, world: World) -> int | None:
    mine = _scores(model, person, world)
    if mine is None:
        return None
    all_scores = [one for other in world.everybody if (one := _scores(model, other, world)) is not None]
    high = {}
    for name, score in mine.items():
        threshold = model[name]["compare"]
        if threshold == "mean":
            high[name] = score >= Fraction(sum(one[name] for one in all_scores), len(all_scores))
        else:
            high[name] = score >= Fraction(Decimal(str(threshold)))
    order = [(r, f, m) for m in (True, False) for r in (True, False) for f in (True, False)]
    return 1 + order.index((high["recency"], high["frequency"], high["money"]))


def stage(person: Person, world: World) -> str | None:
    rules = world.catalog["aipl"]
    return next((one for one in "LPIA" if one in rules and in_audience(rules[one], person, world)), None)


def _aipl(card: Mapping[str, Any], person: Person, world: World) -> bool:
    if "stages" in card:
        return stage(person, world) in card["stages"]
    range_, now = card["range"], world.now
    if "last" in range_:
        begin = replace(world, now=Duration(**range_["last"]).before(now, world.zone), including_now=False)
        end = world
    else:
        first, last = _instant(range_["from"]), _instant(range_["to"])
        begin = replace(world, now=min(first, now), including_now=False)
        end = world if last >= now else replace(world, now=last, including_now=True)
    return (stage(person, begin), stage(person, end)) == (card["from"], card["to"])


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
