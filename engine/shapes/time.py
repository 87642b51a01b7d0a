"""Durations, instants and times of day as the files hold them, and wall-clock arithmetic (rules 9 and 12).

Instants are aware `datetime`s; results are in UTC. A wall-clock time that a date does not have (a DST gap)
means the first valid instant after the gap, one that it has twice means the first.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta, tzinfo
from typing import Annotated, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag

from engine.i18n import N_, Message, ntr
from engine.shapes.model import Shape, invalid, union_tag

LATEST = datetime(9999, 1, 1, tzinfo=UTC)
"""Where arithmetic ends: a sum beyond it is this instant."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_TIME_OF_DAY = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
YEARS = range(1900, 3000)
"""Of dates that people set: in every zone, and a day later, far from where arithmetic ends."""

_FIRST, _LAST = datetime(MINYEAR, 1, 1, tzinfo=UTC), datetime(MAXYEAR, 12, 31, tzinfo=UTC)


def check_date_time(text: str) -> str:
    """The text, if it is a `DateTime`; a validator's error otherwise."""
    return _checked(text, _DATE_TIME, YEARS)


def _moment(text: str) -> str:
    return _checked(text, _MOMENT, range(MINYEAR, MAXYEAR + 1))


def _checked(text: str, form: re.Pattern[str], years: range) -> str:
    try:
        if form.fullmatch(text) and datetime.fromisoformat(text).year in years:
            return text
    except ValueError:
        pass
    raise invalid(Message(N_("Enter a date and time with its offset, such as 2026-12-01T09:00:00+08:00.")))


def _time_of_day(text: str) -> str:
    if not _TIME_OF_DAY.fullmatch(text):
        raise invalid(Message(N_("Enter a time of day, such as 09:00.")))
    return text


DateTime = Annotated[str, AfterValidator(check_date_time)]
"""An instant as ISO 8601 text with offset, kept as it was written; `instant` reads it."""

Moment = Annotated[str, AfterValidator(_moment)]
"""A `DateTime` as other programs write it: of any year, with up to nine decimals of a second; three are
kept."""

TimeOfDay = Annotated[str, AfterValidator(_time_of_day)]
"""A wall-clock time, `HH:MM`; `clock` reads it."""

Unit = Literal["minute", "hour", "day", "week", "month"]
UNITS: tuple[Unit, ...] = ("minute", "hour", "day", "week", "month")


def to_milliseconds(moment: datetime) -> int:
    """An instant as the engine counts: in milliseconds since 1970 UTC; what is finer is cut off."""
    elapsed: int = (moment - EPOCH) // _MILLISECOND
    return elapsed


def from_milliseconds(moment: int) -> datetime:
    """The instant, in UTC, of milliseconds since 1970; the first or last one of all where it lies beyond."""
    try:
        return EPOCH + moment * _MILLISECOND
    except OverflowError:
        return _LAST if moment > 0 else _FIRST


def utc_text(moment: int) -> str:
    """Milliseconds since 1970 as text, such as `2026-11-23T08:00:00.000Z`."""
    return from_milliseconds(moment).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def instant(text: str) -> datetime:
    """The instant, in UTC, that a `DateTime` names."""
    return datetime.fromisoformat(text).astimezone(UTC)


def clock(text: str) -> time:
    """The wall-clock time that a `TimeOfDay` names."""
    return time(int(text[:2]), int(text[3:]))


class Duration(Shape):
    """A length of time: minutes and hours are exact, days, weeks and months are calendar steps."""

    amount: Annotated[int, Field(ge=1, le=1_000_000)]
    unit: Unit

    def plus(self, moment: datetime, zone: tzinfo) -> datetime:
        """The instant this long after `moment`; the same wall-clock time in `zone` for calendar steps."""
        return self._moved(moment, zone, self.amount)

    def before(self, moment: datetime, zone: tzinfo) -> datetime:
        """The instant this long before `moment`."""
        return self._moved(moment, zone, -self.amount)

    def _moved(self, moment: datetime, zone: tzinfo, amount: int) -> datetime:
        try:
            if self.unit == "minute":
                return moment.astimezone(UTC) + timedelta(minutes=amount)
            if self.unit == "hour":
                return moment.astimezone(UTC) + timedelta(hours=amount)
            local = moment.astimezone(zone)
            return at_wall_clock(self._day(local.date(), amount), local.time(), zone)
        except OverflowError:
            return LATEST if amount > 0 else datetime.min.replace(tzinfo=UTC)

    def _day(self, day: date, amount: int) -> date:
        if self.unit == "month":
            return add_months(day, amount)
        return day + timedelta(days=amount * (7 if self.unit == "week" else 1))

    @property
    def words(self) -> Message:
        """Such as "3 days"."""
        return DurationWords(self.amount, self.unit)


class DurationWords(Message):
    """An amount and its unit, in the singular or plural of the language in which it is shown."""

    __slots__ = ()

    def __init__(self, amount: int, unit: Unit) -> None:
        super().__init__("{amount} {unit}", amount=amount, unit=unit)

    def __str__(self) -> str:
        amount = self.params["amount"]
        assert isinstance(amount, int)
        match self.params["unit"]:
            case "minute":
                return ntr("{n} minute", "{n} minutes", amount)
            case "hour":
                return ntr("{n} hour", "{n} hours", amount)
            case "day":
                return ntr("{n} day", "{n} days", amount)
            case "week":
                return ntr("{n} week", "{n} weeks", amount)
            case _:
                return ntr("{n} month", "{n} months", amount)


def add_months(day: date, months: int, wanted_day: int | None = None) -> date:
    """The date `months` later, on `wanted_day` (default: the same day), at most the month's last day."""
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    if not 1 <= year <= 9999:
        raise OverflowError("date value out of range")
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(wanted_day or day.day, last))


def at_wall_clock(day: date, wall: time, zone: tzinfo) -> datetime:
    """The instant, in UTC, at which the clocks of `zone` first show `wall` on `day` (rule 9 for gaps)."""
    local = datetime.combine(day, wall.replace(fold=0), tzinfo=zone)
    moment = local.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return moment
    return _end_of_gap(local.replace(fold=1).astimezone(UTC), moment, zone)


def _end_of_gap(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The instant at which the offset changes, to the second, between `before` and `after`."""
    offset = before.astimezone(zone).utcoffset()
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if (before + timedelta(seconds=middle)).astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return (before + timedelta(seconds=high)).replace(microsecond=0)


def first_at_or_after(moment: datetime, wall: time, zone: tzinfo) -> datetime:
    """The first instant, not before `moment`, at which it is `wall` in `zone`."""
    today = moment.astimezone(zone).date()
    for days in (-1, 0, 1):  # yesterday's may stand at the end of a gap that swallows midnight
        found = at_wall_clock(today + timedelta(days=days), wall, zone)
        if found >= moment:
            return found
    return at_wall_clock(today + timedelta(days=2), wall, zone)


def end_of_daily(moment: datetime, start: time, end: time, zone: tzinfo) -> datetime | None:
    """When the range [start, end) of every day in `zone` ends that `moment` lies in, or None.

    It lasts over midnight where `end` is earlier than `start`.
    """
    today = moment.astimezone(zone).date()
    for days in (-1, 0, 1):  # tomorrow's may have begun where clocks that go back show today's end again
        day = today + timedelta(days=days)
        ends = at_wall_clock(day + timedelta(days=end < start), end, zone)
        if at_wall_clock(day, start, zone) <= moment < ends:
            return ends
    return None


class FixedTime(Shape):
    """A date-time where otherwise a duration stands."""

    at: DateTime

    @property
    def words(self) -> Message:
        """Such as "2026-12-01 09:00"."""
        return Message.verbatim(self.at[:16].replace("T", " "))


def _judge_after_form(value: object) -> str:
    fixed = "at" in value if isinstance(value, dict) else isinstance(value, FixedTime)
    return union_tag("at" if fixed else "duration")


JudgeAfter = Annotated[
    Annotated[Duration, Tag(union_tag("duration"))] | Annotated[FixedTime, Tag(union_tag("at"))],
    Discriminator(_judge_after_form),
]
"""When to judge: a duration from arrival, or a date-time."""
