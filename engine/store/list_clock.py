"""The wall clock of one zone where rows of people lie on several machines: the rows of the helper tables go
along with the statement, as lists. A subquery of a subquery would not be taken there.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Date,
    Integer,
    case,
    cast,
    func,
    literal,
    literal_column,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.elements import Grouping

from engine.store.distribution import is_distributed
from engine.store.times import DAY, Ms, WallClock, end_of_daily_at, local_rows, month_rows, shift_rows


class ListClock(WallClock):
    """The same as `WallClock`, whose tables need not be prepared."""

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__(zone)
        self._at, self._offset = _lists(zone, "shift")
        self._start, self._offset_from, self._fixed = _lists(zone, "local")

    def prepare(self, connection: Connection) -> None:
        """Nothing is to be prepared."""

    def _offset_at(self, moment: Ms) -> Ms:
        return self._offset[_place(moment, self._at)]

    def _changes_near(self, moment: Ms) -> ColumnElement[bool]:
        return _place(moment - 2 * DAY, self._at) != _place(moment + (2 * DAY - 1), self._at)

    def _usual_end_of_daily(self, moment: Ms, start: time, end: time) -> Ms:
        return end_of_daily_at(moment, self._offset_at(moment), start, end)

    def _moment_in_table(self, local: Ms) -> Ms:
        part = _place(local, self._start)
        return func.coalesce(self._fixed[part], local - self._offset_from[part])

    def _months_later(self, day: Ms, months: int) -> Ms:
        # As the table: of a month that is shorter the last day, and none behind its end.
        began = cast(literal_column("'1970-01-01'"), Date)
        later = cast(began + cast(day, Integer) + func.make_interval(0, months), Date) - began
        return case((later < month_rows()[-1][0], cast(later, BigInteger)))


def clock_of(zone: ZoneInfo, connection: Connection) -> WallClock:
    """The wall clock of a zone in statements of a connection."""
    return ListClock(zone) if is_distributed(connection) else WallClock(zone)


def _place(number: Ms, rising: ColumnElement[list[int]]) -> ColumnElement[int]:
    """The place in a list of the last number that is not greater, from 1 on."""
    return func.width_bucket(number, rising, type_=BigInteger())


@cache
def _lists(zone: ZoneInfo, which: str) -> tuple[ColumnElement[list[int]], ...]:
    """The columns of the helper tables' rows: always the same parameters, which a statement has but once."""
    rows: Iterable[tuple[int | None, ...]] = shift_rows(zone) if which == "shift" else local_rows(zone)
    return tuple(_list(column) for column in zip(*rows, strict=True))


def _list(numbers: Iterable[int | None]) -> ColumnElement[list[int]]:
    # In brackets, which PostgreSQL wants in front of those of an index.
    return Grouping(literal(list(numbers), ARRAY(BigInteger)))
