"""Values, conditions (components, section 8), and what stands in a text for a value."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from operator import eq, ge, gt, le, lt
from typing import Any

from tests.engine.interpreter.case import Json
from tests.engine.interpreter.clock import Clock, ms

Value = str | Decimal | int | frozenset[str]
"""A text, a number, a moment, several texts."""

NEGATIVE = {
    "is_not": "is", "not_contains": "contains", "not_starts_with": "starts_with",
    "not_ends_with": "ends_with", "!=": "=", "has_none": "has_any", "not_in_last": "in_last",
    "empty": "not_empty",
}  # fmt: skip
"""Negative operators are the exact complements of positive ones."""


def shown(raw: Any) -> str:
    """What stands in a text: a number as it is stored, several texts sorted."""
    if raw is None:
        return ""
    if isinstance(raw, list | set | frozenset):
        return ", ".join(sorted(raw))
    return raw if isinstance(raw, str) else json.dumps(raw, ensure_ascii=False)


def several(raw: Any) -> frozenset[str]:
    """The values of a multi-value cell."""
    return frozenset(part for part in (raw if isinstance(raw, list) else str(raw).split("|")) if part)


def typed(raw: Any, type: str) -> Value | None:
    """A stored value as what it is compared as; None where there is none."""
    if raw is None or raw == "" or raw == []:
        return None
    match type:
        case "multi":
            return several(raw) or None
        case "number":
            return Decimal(shown(raw))
        case "time":
            return ms(raw)
        case _:
            return shown(raw)


def holds(tree: Json, get: Callable[[str], Value | None], now: int, clock: Clock) -> bool:
    """Whether a condition tree holds over what `get` gives for the name of a field."""
    if "all" in tree:
        return all(holds(item, get, now, clock) for item in tree["all"])
    if "any" in tree:
        return any(holds(item, get, now, clock) for item in tree["any"])
    op, value, wanted = tree["op"], get(tree["field"]), tree.get("value")
    if op in NEGATIVE:
        return not _positive(NEGATIVE[op], value, wanted, now, clock)
    return _positive(op, value, wanted, now, clock)


def _positive(op: str, value: Any, wanted: Any, now: int, clock: Clock) -> bool:
    if value is None:
        return False
    if op == "not_empty":
        return True
    many = wanted if isinstance(wanted, list) else [wanted]
    if op in ("before", "after", "in_last", "in_next") or (op == "between" and isinstance(many[0], str)):
        return _in_time(op, value, wanted, now, clock)
    match op:
        case "is":
            return value in many
        case "contains":
            return str(wanted) in str(value)
        case "starts_with":
            return str(value).startswith(wanted)
        case "ends_with":
            return str(value).endswith(wanted)
        case "has_all":
            return set(many) <= set(value)
        case "has_any":
            return not set(many).isdisjoint(value)
        case _:
            return compare(Fraction(value), op, wanted)


def _in_time(op: str, value: int, wanted: Any, now: int, clock: Clock) -> bool:
    match op:
        case "before":
            return value < ms(wanted)
        case "after":
            return value > ms(wanted)
        case "in_last":
            return clock.plus(now, wanted, -1) <= value < now
        case "in_next":
            return now <= value < clock.plus(now, wanted)
        case _:
            return ms(wanted[0]) <= value <= ms(wanted[1])


def compare(number: Fraction, op: str, wanted: Any) -> bool:
    """Exact comparison with a number of a file, or for `between` with two."""
    if op == "between":
        return compare(number, ">=", wanted[0]) and compare(number, "<=", wanted[1])
    if op == "!=":
        return not compare(number, "=", wanted)
    tests = {"=": eq, ">": gt, ">=": ge, "<": lt, "<=": le}
    return bool(tests[op](number, Fraction(str(wanted))))
