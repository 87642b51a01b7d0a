"""Recurring times: `every`, and the grid of its runs (components, sections 3 and 12)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Annotated, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag

from engine.i18n import N_, Message
from engine.shapes.model import Items, Shape, union_tag
from engine.shapes.time import TimeOfDay, add_months, at_wall_clock, clock
from engine.shapes.words import joined

Interval = Annotated[int, Field(ge=1, le=10_000)]


def _sorted_days(days: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(set(days)))


class EveryHour(Shape):
    """Minute `minute` of the local hour, then every `interval` exact hours."""

    unit: Literal["hour"]
    interval: Interval
    minute: Annotated[int, Field(ge=0, le=59)]


class EveryDay(Shape):
    """At `time`, every `interval` days."""

    unit: Literal["day"]
    interval: Interval
    time: TimeOfDay


class EveryWeek(Shape):
    """At `time` on the `weekdays` (Monday 1), every `interval` weeks."""

    unit: Literal["week"]
    interval: Interval
    time: TimeOfDay
    weekdays: Annotated[
        Items[Annotated[int, Field(ge=1, le=7)]],
        Field(min_length=1, max_length=7),
        AfterValidator(_sorted_days),
    ]


class EveryMonth(Shape):
    """At `time` on the `days_of_month`, every `interval` months; 29-31 mean at most the last day."""

    unit: Literal["month"]
    interval: Interval
    time: TimeOfDay
    days_of_month: Annotated[
        Items[Annotated[int, Field(ge=1, le=31)]],
        Field(min_length=1, max_length=31),
        AfterValidator(_sorted_days),
    ]


def _unit(value: object) -> str | None:
    unit = value.get("unit") if isinstance(value, dict) else getattr(value, "unit", None)
    return union_tag(unit) if isinstance(unit, str) else None


Every = Annotated[
    Annotated[EveryHour, Tag(union_tag("hour"))]
    | Annotated[EveryDay, Tag(union_tag("day"))]
    | Annotated[EveryWeek, Tag(union_tag("week"))]
    | Annotated[EveryMonth, Tag(union_tag("month"))],
    Discriminator(_unit),
]
DEFAULT_EVERY = EveryDay(unit="day", interval=1, time="09:00")


def runs(every: Every, start: datetime, zone: tzinfo, after: datetime | None = None) -> Iterator[datetime]:
    """The run times, in UTC and ascending, of the grid that begins with the first one at or after `start`.

    With `after`, only those later than it, without walking the grid up to there. Ends with the calendar.
    """
    last = start - timedelta(microseconds=1) if after is None or after < start else after
    try:
        for run in _grid(every, start, zone, last):
            if run > last:
                yield run
                last = run
    except OverflowError:  # the year 10000
        return


def _grid(every: Every, start: datetime, zone: tzinfo, last: datetime) -> Iterator[datetime]:
    """Runs of the grid in order, beginning at or somewhat before the first one after `last`."""
    if isinstance(every, EveryHour):
        yield from _hours(every, start, zone, last)
        return
    wall = clock(every.time)
    today = start.astimezone(zone).date()
    first = next(
        day for day in _days_from(every, today - timedelta(days=1)) if at_wall_clock(day, wall, zone) >= start
    )
    # A gap may move a run by a day: begin two days early.
    skip = last.astimezone(zone).date() - timedelta(days=2)
    for day in _days(every, first, skip):
        yield at_wall_clock(day, wall, zone)


def _hours(every: EveryHour, start: datetime, zone: tzinfo, last: datetime) -> Iterator[datetime]:
    run = start.astimezone(UTC)
    local = run.astimezone(zone)
    if local.second or local.microsecond:
        run += timedelta(seconds=60 - local.second, microseconds=-local.microsecond)
    while run.astimezone(zone).minute != every.minute:
        run += timedelta(minutes=1)
    step = timedelta(hours=every.interval)
    run += max(0, (last - run) // step) * step
    while True:
        yield run
        run += step


def _days_from(every: EveryDay | EveryWeek | EveryMonth, day: date) -> Iterator[date]:
    """Every date at or after `day` that may begin the grid."""
    while True:
        if isinstance(every, EveryDay):
            yield day
        elif isinstance(every, EveryWeek):
            if day.isoweekday() in every.weekdays:
                yield day
        elif day in _month_days(every, day):
            yield day
        day += timedelta(days=1)


def _days(every: EveryDay | EveryWeek | EveryMonth, first: date, skip: date) -> Iterator[date]:
    """The grid's dates, ascending; whole periods before `skip` are left out."""
    if isinstance(every, EveryDay):
        start = first + timedelta(days=_periods((skip - first).days, every.interval))
        while True:
            yield start
            start += timedelta(days=every.interval)
    elif isinstance(every, EveryWeek):
        monday = first - timedelta(days=first.weekday())
        monday += timedelta(weeks=_periods((skip - monday).days // 7, every.interval))
        while True:
            week = (monday + timedelta(days=weekday - 1) for weekday in every.weekdays)
            yield from (day for day in week if day >= first)
            monday += timedelta(weeks=every.interval)
    else:
        between = (skip.year - first.year) * 12 + skip.month - first.month
        month = add_months(first, _periods(between, every.interval), 1)
        while True:
            yield from (day for day in _month_days(every, month) if day >= first)
            month = add_months(month, every.interval, 1)


def _periods(passed: int, interval: int) -> int:
    """The last multiple of `interval` that is not more than `passed`, at least 0."""
    return max(0, passed // interval * interval)


def _month_days(every: EveryMonth, month: date) -> list[date]:
    return sorted({add_months(month, 0, day) for day in every.days_of_month})


WEEKDAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))


def words(every: Every) -> Message:
    """One line such as "Every 2 weeks on Mon, Fri at 09:00"."""
    if isinstance(every, EveryHour):
        if every.interval == 1:
            return Message(N_("Every hour at minute {minute:02}"), minute=every.minute)
        return Message(
            N_("Every {interval:,} hours at minute {minute:02}"), interval=every.interval, minute=every.minute
        )
    if isinstance(every, EveryDay):
        if every.interval == 1:
            return Message(N_("Every day at {time}"), time=every.time)
        return Message(N_("Every {interval:,} days at {time}"), interval=every.interval, time=every.time)
    if isinstance(every, EveryWeek):
        days = joined(Message(WEEKDAYS[day - 1]) for day in every.weekdays)
        if every.interval == 1:
            return Message(N_("Every week on {days} at {time}"), days=days, time=every.time)
        return Message(
            N_("Every {interval:,} weeks on {days} at {time}"),
            interval=every.interval,
            days=days,
            time=every.time,
        )
    days = joined(Message.verbatim(str(day)) for day in every.days_of_month)
    if every.interval == 1:
        return Message(N_("Every month on day {days} at {time}"), days=days, time=every.time)
    return Message(
        N_("Every {interval:,} months on day {days} at {time}"),
        interval=every.interval,
        days=days,
        time=every.time,
    )
