"""How a month is laid out: its weeks, and a lane in each for every campaign that is on in it."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from engine.workspace.calendar import Planned

WEEK = 7


class Bar(NamedTuple):
    """A campaign in one week: its lane from the top, and the first and last day that it covers (Monday 0)."""

    one: Planned
    lane: int
    first: int
    last: int
    begins: bool
    ends: bool


def month_days(month: date) -> list[date]:
    """The days of the whole weeks (Monday first) that a month touches."""
    first = month.replace(day=1)
    begin = first - timedelta(days=first.weekday())
    last = first.replace(day=monthrange(first.year, first.month)[1])
    weeks = ((last - begin).days // WEEK) + 1
    return [begin + timedelta(days=number) for number in range(weeks * WEEK)]


def week_bars(planned: Sequence[Planned], monday: date) -> list[Bar]:
    """The campaigns of a week, each in the first lane that is free for as long as it is on."""
    sunday = monday + timedelta(days=WEEK - 1)
    ends_of_lanes: list[int] = []
    bars: list[Bar] = []
    for one in planned:
        last_day = one.last if one.last is not None else max(sunday, one.first)
        if one.first > sunday or last_day < monday:
            continue
        first = max(0, (one.first - monday).days)
        last = min(WEEK - 1, (last_day - monday).days)
        lane = next((n for n, end in enumerate(ends_of_lanes) if end < first), len(ends_of_lanes))
        if lane == len(ends_of_lanes):
            ends_of_lanes.append(last)
        else:
            ends_of_lanes[lane] = last
        begins = one.first >= monday
        ends = one.last is not None and one.last <= sunday
        bars.append(Bar(one, lane, first, last, begins, ends))
    return bars


def on_day(planned: Sequence[Planned], day: date) -> list[Planned]:
    """The campaigns of a day: those that let people in first, by time."""
    there = [one for one in planned if one.on(day)]
    return sorted(
        there, key=lambda one: (day not in one.moments, one.moments.get(day, ()), one.name.casefold())
    )


def add_months(month: date, months: int) -> date:
    """The first day of the month so many months later; the calendar's first or last month beyond it."""
    number = min(max(month.year * 12 + month.month - 1 + months, 1900 * 12), 2999 * 12 + 11)
    return date(number // 12, number % 12 + 1, 1)
