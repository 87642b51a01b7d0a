"""Comparison of exact decimals with columns of scaled integers, and with their sums and averages."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, case, cast, false, func, literal, literal_column

from engine.store.schema import NUMBER_SCALE

_GREATEST = 2**63 - 1
_PART = 10**9
"""Sums are taken in two parts, multiples of this and the rest: numbers have room in 64 bits, sums do not."""
_MOST = 4 * 10**18
"""Greater than any number that is stored, and than the difference of two, and still in 64 bits."""


def compare(
    column: ColumnElement[Any], op: str, values: Sequence[Decimal | Fraction], *, scale: int = NUMBER_SCALE
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


def compare_sum(column: ColumnElement[Any], op: str, values: Sequence[Decimal]) -> ColumnElement[bool]:
    """`compare` for the sum of the column over a group of fewer than 10**9 rows; 0 where there is none."""
    if op == "between":
        low, high = values
        return and_(compare_sum(column, ">=", [low]), compare_sum(column, "<=", [high]))
    wanted = Fraction(values[0]) * NUMBER_SCALE
    parts = _clamp(wanted // _PART, _MOST)
    return compare(_beyond(column, parts), op, [wanted - parts * _PART], scale=1)


def compare_average(column: ColumnElement[Any], op: str, values: Sequence[Decimal]) -> ColumnElement[bool]:
    """`compare` for the average of the column over a group of fewer than 10**9 rows, where there is any.

    Nothing is divided. What the numbers have more than the value's integer part is summed, and compared with
    as many times its fraction.
    """
    if op == "between":
        low, high = values
        return and_(compare_average(column, ">=", [low]), compare_average(column, "<=", [high]))
    most = Fraction(_MOST, 2)
    wanted = max(-most, min(most, Fraction(values[0]) * NUMBER_SCALE))
    whole = wanted // 1
    fraction = wanted - whole
    # Of all fractions that an average can have, this is the nearest to the value's own: only it can lie
    # between the two, the others compare with both alike.
    near = fraction.limit_denominator(_PART)
    if near != fraction:
        if op == "=":
            return false()
        op = op[0] if (near < fraction) == (op[0] == ">") else f"{op[0]}="
    left = _beyond(column - _number(whole), 0) * _number(near.denominator)
    right = func.count(column) * _number(near.numerator)
    return left.op(op, is_comparison=True)(right)


def _beyond(column: ColumnElement[Any], parts: int) -> ColumnElement[int]:
    """What the column's sum has more than so many parts; cut to -1 where less, to `_PART` where more."""
    given = func.count(column)
    # SQL's remainder has the number's sign: with a part more each, none is negative.
    rests = cast(func.coalesce(func.sum(column % _number(_PART)), 0), BigInteger) + given * _number(_PART)
    wholes = cast(func.coalesce(func.sum(column // _number(_PART)), 0), BigInteger) - given
    found = wholes + rests // _number(_PART)
    return case(
        (found < _number(parts), _number(-1)),
        (found > _number(parts), _number(_PART)),
        else_=rests % _number(_PART),
    )


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


def _clamp(value: int, most: int) -> int:
    return max(-most, min(most, value))


def _clamped(value: int) -> ColumnElement[int]:
    return literal(_clamp(value, _GREATEST), BigInteger())


def _number(value: int) -> ColumnElement[int]:
    """As a literal: SQLite computes an aggregate once, however often written, but not one of parameters."""
    return literal_column(f"({value})", BigInteger())
