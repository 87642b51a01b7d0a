"""Random conditions."""

from __future__ import annotations

import random
from collections.abc import Mapping

from tests.engine.interpreter.case import Json
from tests.engine.interpreter.clock import DAY, HOUR, iso, ms
from tests.engine.random_cases import stock

DURATIONS = ("minute", "hour", "day", "week", "month")
OPERATORS = {
    "text": (
        "is", "is_not", "contains", "not_contains", "starts_with", "not_starts_with", "ends_with",
        "not_ends_with", "empty", "not_empty",
    ),
    "number": ("=", "!=", ">", ">=", "<", "<=", "between", "empty", "not_empty"),
    "multi": ("has_all", "has_any", "has_none", "empty", "not_empty"),
    "time": ("before", "after", "between", "in_last", "not_in_last", "in_next", "empty", "not_empty"),
}  # fmt: skip
PERSON = {f"tag:{name}": type for name, type in stock.TAGS.items()} | {
    f"attr:{name}": type for name, type in stock.ATTRIBUTES.items()
}


TRIGGERS = (
    "now", "once", "hour", "day", "week", "month",
    "every_time", "every_time", "after_exit", "after_exit", "first",
)  # fmt: skip
"""How people enter: modes of Target Audience, units of its schedule, re-entry modes of Behavior Event."""
FOCUSES = ("anything", "best", "receipts", "quiet", "coupons", "audiences", "fatigue", "anything")
"""What a case has more of than chance would give."""


class Chance:
    """The random numbers of a case, and its time: `since` is shortly before the clocks change.

    `length` is how long it takes until most has happened. Triggers and focuses take turns: 88 seeds in a row
    hold each pair of them once.
    """

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.zone, change = self.rng.choice(stock.CHANGES)
        self.change = ms(change)
        self.since = self.change - self.rng.randint(0, 80) * HOUR - self.rng.choice([0, 0, HOUR // 2, 1])
        self.trigger, self.focus = TRIGGERS[seed % len(TRIGGERS)], FOCUSES[seed % len(FOCUSES)]
        self.length = {"hour": 2, "day": 6, "week": 22, "month": 70}.get(self.trigger, 4) * DAY
        self.start: int | None = None
        self.end: int | None = None

    def duration(self, units: tuple[str, ...] = DURATIONS) -> Json:
        unit = self.rng.choice(units)
        return {"amount": self.rng.choice([1, 2, 30] if unit == "minute" else [1, 1, 2, 3]), "unit": unit}

    def moment(self, before: int = 3 * DAY, after: int = 5 * DAY) -> int:
        """A moment near the start of the run or the change of the clocks."""
        if self.rng.random() < 0.3:
            return self.change + self.rng.choice([-HOUR, -HOUR // 2, -1, 0, HOUR // 2, HOUR])
        return self.since + self.rng.randint(-before // HOUR, after // HOUR) * HOUR

    def fixed(self, early: float = 0.3, *, entering: bool = False) -> str:
        """A fixed time as the structure rules want it: past (this often), or inside the campaign's span, at
        whose very end nobody enters."""
        if self.rng.random() < early:
            return iso(self.since - self.rng.randint(0, 48) * HOUR)
        moment = max(self.moment(0, 3 * DAY), self.since + 1, self.start or 0)
        return iso(moment if self.end is None else min(moment, self.end - int(entering)))

    def tree(self, types: Mapping[str, str], depth: int = 2) -> Json:
        if depth and self.rng.random() < 0.35:
            items = [self.tree(types, depth - 1) for _ in range(self.rng.randint(1, 3))]
            return {self.rng.choice(["all", "any"]): items}
        name = self.rng.choice(sorted(types))
        return self.leaf(name, types[name])

    def leaf(self, name: str, type: str) -> Json:
        op = self.rng.choice(OPERATORS[type])
        leaf: Json = {"field": name, "op": op}
        return leaf if op in ("empty", "not_empty") else {**leaf, "value": self._value(name, type, op)}

    def text(self, name: str) -> str:
        of = {"city": stock.CITIES, "level": stock.LEVELS, "word": stock.WORDS}
        return self.rng.choice(of[name.rpartition(":")[2]])

    def number(self) -> int | float:
        return self.rng.choice([0, 1, 2, 3, 2.5, -1])

    def _value(self, name: str, type: str, op: str) -> object:
        rng = self.rng
        match type:
            case "text" if op in ("is", "is_not"):
                return self.text(name) if rng.random() < 0.5 else [self.text(name) for _ in range(2)]
            case "text":
                text = self.text(name)
                return rng.choice([text, text[:2], text[-1:]])
            case "multi":
                return rng.sample(stock.INTERESTS, rng.randint(1, 2))
            case "number":
                numbers = sorted([self.number(), self.number()])
                return numbers if op == "between" else numbers[0]
            case _ if op in ("in_last", "not_in_last", "in_next"):
                return self.duration()
            case _:
                moments = [iso(moment) for moment in sorted([self.moment(), self.moment()])]
                return moments if op == "between" else moments[0]
