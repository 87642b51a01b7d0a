"""Time (components, rules 9 and 12): moments are milliseconds since 1970 UTC, walls are HH:MM."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.engine.interpreter.case import Json

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def ms(moment: datetime | str) -> int:
    moment = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return (moment.astimezone(UTC) - EPOCH) // timedelta(milliseconds=1)


def iso(moment: int | None) -> str:
    if moment is None:
        return ""
    return (EPOCH + timedelta(milliseconds=moment)).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment % 1000:03d}Z"


def in_month(year: int, month: int, day: int) -> date:
    """That day of the month, at most its last; `month` counts on beyond 12 and back below 1."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return date(year, month, min(day, monthrange(year, month)[1]))


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


class Clock:
    """The wall clock of a time zone."""

    def __init__(self, zone: str) -> None:
        self.zone = ZoneInfo(zone)

    def local(self, moment: int) -> datetime:
        return (EPOCH + timedelta(milliseconds=moment)).astimezone(self.zone)

    def today(self, moment: int) -> date:
        return self.local(moment).date()

    def at(self, day: date, wall: str | time) -> int:
        """When it is `wall` on that day: the first time, or the first instant after a gap."""
        wall = time.fromisoformat(wall) if isinstance(wall, str) else wall
        local = datetime.combine(day, wall.replace(fold=0), self.zone)
        moment = ms(local)
        if self.local(moment).replace(tzinfo=None) == local.replace(tzinfo=None):
            return moment
        low, high = ms(local.replace(fold=1)), moment  # either side of the change
        before = self.local(low).utcoffset()
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.local(middle).utcoffset() == before else (low, middle)
        return high

    def plus(self, moment: int, duration: Json, times: int = 1) -> int:
        """So much later (with `times` -1: earlier)."""
        amount, unit = duration["amount"] * times, duration["unit"]
        if unit in ("minute", "hour"):
            return int(moment + amount * (MINUTE if unit == "minute" else HOUR))
        local = self.local(moment)
        if unit == "month":
            return self.at(in_month(local.year, local.month + amount, local.day), local.time())
        return self.at(local.date() + timedelta(days=amount * (7 if unit == "week" else 1)), local.time())

    def next(self, moment: int, wall: str) -> int:
        """The first time, not before `moment`, that it is `wall`."""
        days = (self.today(moment) + timedelta(days=days) for days in (-1, 0, 1, 2))
        return min(found for day in days if (found := self.at(day, wall)) >= moment)

    def grid(self, every: Json, anchor: int) -> Iterator[int]:
        """The runs of a schedule, from the first match at or after `anchor` on."""
        if every["unit"] == "hour":
            run = -(-anchor // MINUTE) * MINUTE
            while self.local(run).minute != every["minute"]:
                run += MINUTE
            while True:
                yield run
                run += every["interval"] * HOUR
        day, first = self.today(anchor) - timedelta(days=1), None
        while True:
            if (first is not None or self.at(day, every["time"]) >= anchor) and _on(every, day, first or day):
                first = first or day
                yield self.at(day, every["time"])
            day += timedelta(days=1)


def _on(every: Json, day: date, first: date) -> bool:
    """Whether a schedule whose first run is on `first` runs on `day`."""
    match every["unit"]:
        case "day":
            return bool((day - first).days % every["interval"] == 0)
        case "week":
            weeks = (monday(day) - monday(first)).days // 7
            return day.isoweekday() in every["weekdays"] and weeks % every["interval"] == 0
        case _:
            months = (day.year - first.year) * 12 + day.month - first.month
            days = [in_month(day.year, day.month, wanted).day for wanted in every["days_of_month"]]
            return day.day in days and months % every["interval"] == 0
