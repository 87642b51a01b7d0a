"""Comparison of exact decimals with columns of scaled integers."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, false, literal

from engine.store.schema import NUMBER_SCALE

_GREATEST = 2**63 - 1


def compare(
    column: ColumnElement[Any], op: str, values: Sequence[Decimal], *, scale: int = NUMBER_SCALE
) -> ColumnElement[bool]:
    """`column op value` where the column holds numbers times `scale`; `between` takes two values.

    A value that falls between two integers of that scale is rounded to the side that keeps the answer exact.
    """
    if op == "between":
        low, high = values
        return and_(compare(column, ">=", [low], scale=scale), compare(column, "<=", [high], scale=scale))
    numerator, denominator = values[0].as_integer_ratio()
    floor, lost = divmod(numerator * scale, denominator)
    ceiling = floor + bool(lost)
    match op:
        case "=":
            return false() if lost or abs(floor) > _GREATEST else column == _clamped(floor)
        case ">":
            return column > _clamped(floor)
        case ">=":
            return column >= _clamped(ceiling)
        case "<":
            return column < _clamped(ceiling)
        case "<=":
            return column <= _clamped(floor)
        case _:
            raise ValueError(op)


def holds(number: Decimal, op: str, values: Sequence[Decimal]) -> bool:
    """`number op value` for a number that is known."""
    match op:
        case "=":
            return number == values[0]
        case "!=":
            return number != values[0]
        case ">":
            return number > values[0]
        case ">=":
            return number >= values[0]
        case "<":
            return number < values[0]
        case "<=":
            return number <= values[0]
        case _:
            return values[0] <= number <= values[1]


def _clamped(value: int) -> ColumnElement[int]:
    return literal(max(-_GREATEST, min(_GREATEST, value)), BigInteger())
