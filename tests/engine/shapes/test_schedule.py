"""Recurring grids: known runs, and every grid against a day-by-day oracle."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue, TypeAdapter, ValidationError

from engine.i18n import use_language
from engine.shapes.schedule import Every, EveryDay, EveryHour, EveryMonth, EveryWeek, runs, words
from engine.shapes.time import add_months, at_wall_clock, clock, instant

ADAPTER: TypeAdapter[Every] = TypeAdapter(Every)


def first_runs(every: dict[str, JsonValue], start: str, zone: str, count: int) -> list[str]:
    found = islice(runs(ADAPTER.validate_python(every), instant(start), ZoneInfo(zone)), count)
    return [run.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M") for run in found]


def test_daily_begins_at_the_first_time_at_or_after_the_start() -> None:
    every: dict[str, JsonValue] = {"unit": "day", "interval": 2, "time": "09:00"}
    assert first_runs(every, "2026-12-01T09:00:00+08:00", "Asia/Shanghai", 2) == [
        "2026-12-01 09:00",
        "2026-12-03 09:00",
    ]
    assert first_runs(every, "2026-12-01T09:00:01+08:00", "Asia/Shanghai", 2) == [
        "2026-12-02 09:00",
        "2026-12-04 09:00",
    ]


def test_daily_in_the_gap_and_the_overlap() -> None:
    every: dict[str, JsonValue] = {"unit": "day", "interval": 1, "time": "02:30"}
    assert first_runs(every, "2026-03-28T00:00:00Z", "Europe/Berlin", 3) == [
        "2026-03-28 02:30",
        "2026-03-29 03:00",
        "2026-03-30 02:30",
    ]
    october = list(
        islice(
            runs(ADAPTER.validate_python(every), instant("2026-10-25T00:00:00Z"), ZoneInfo("Europe/Berlin")),
            2,
        )
    )
    assert october == [instant("2026-10-25T00:30:00Z"), instant("2026-10-26T01:30:00Z")]


def test_hourly_is_a_local_minute_and_then_exact_hours() -> None:
    every: dict[str, JsonValue] = {"unit": "hour", "interval": 1, "minute": 30}
    assert first_runs(every, "2026-03-28T23:45:00Z", "Europe/Berlin", 3) == [
        "2026-03-29 01:30",
        "2026-03-29 03:30",
        "2026-03-29 04:30",
    ]
    kathmandu = list(
        islice(
            runs(
                EveryHour(unit="hour", interval=5, minute=0),
                instant("2026-01-01T00:00:00Z"),
                ZoneInfo("Asia/Kathmandu"),
            ),
            2,
        )
    )
    assert kathmandu == [instant("2026-01-01T00:15:00Z"), instant("2026-01-01T05:15:00Z")]


def test_weeks_count_from_the_first_runs_week() -> None:
    every: dict[str, JsonValue] = {"unit": "week", "interval": 2, "time": "09:00", "weekdays": [5, 1]}
    # 2026-12-01 is a Tuesday: the first run is that week's Friday, its Monday is over.
    assert first_runs(every, "2026-12-01T00:00:00+08:00", "Asia/Shanghai", 4) == [
        "2026-12-04 09:00",
        "2026-12-14 09:00",
        "2026-12-18 09:00",
        "2026-12-28 09:00",
    ]
    # Friday 10:00 is over too: the first run is the next Monday, and its week counts.
    assert first_runs(every, "2026-12-04T10:00:00+08:00", "Asia/Shanghai", 3) == [
        "2026-12-07 09:00",
        "2026-12-11 09:00",
        "2026-12-21 09:00",
    ]


def test_a_shorter_month_runs_on_its_last_day_once() -> None:
    every: dict[str, JsonValue] = {
        "unit": "month",
        "interval": 1,
        "time": "09:00",
        "days_of_month": [29, 31, 1, 30],
    }
    assert first_runs(every, "2026-01-30T10:00:00+08:00", "Asia/Shanghai", 6) == [
        "2026-01-31 09:00",
        "2026-02-01 09:00",
        "2026-02-28 09:00",
        "2026-03-01 09:00",
        "2026-03-29 09:00",
        "2026-03-30 09:00",
    ]
    every |= {"interval": 3, "days_of_month": [31]}
    assert first_runs(every, "2026-01-01T00:00:00+08:00", "Asia/Shanghai", 3) == [
        "2026-01-31 09:00",
        "2026-04-30 09:00",
        "2026-07-31 09:00",
    ]


days = st.lists(st.integers(1, 31), min_size=1, max_size=4).map(tuple)
schedules = st.one_of(
    st.builds(EveryHour, unit=st.just("hour"), interval=st.integers(1, 30), minute=st.integers(0, 59)),
    st.builds(
        EveryDay,
        unit=st.just("day"),
        interval=st.integers(1, 9),
        time=st.sampled_from(["00:00", "02:30", "23:59"]),
    ),
    st.builds(
        EveryWeek,
        unit=st.just("week"),
        interval=st.integers(1, 5),
        time=st.sampled_from(["00:00", "02:30", "23:59"]),
        weekdays=st.lists(st.integers(1, 7), min_size=1, max_size=4).map(tuple),
    ),
    st.builds(
        EveryMonth,
        unit=st.just("month"),
        interval=st.integers(1, 14),
        time=st.sampled_from(["00:30", "12:00"]),
        days_of_month=days,
    ),
)
zones = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/Sao_Paulo", "Pacific/Apia", "Australia/Lord_Howe"]
).map(ZoneInfo)
FROM = datetime(2009, 1, 1, tzinfo=UTC)
starts = st.integers(0, 10 * 365 * 86_400).map(lambda seconds: FROM + timedelta(seconds=seconds))


def oracle(every: Every, start: datetime, zone: ZoneInfo, count: int) -> list[datetime]:
    """Walks through every day (or hour) and asks whether it belongs to the grid."""
    if isinstance(every, EveryHour):
        run = start.replace(second=0, microsecond=0)
        while run < start or run.astimezone(zone).minute != every.minute:
            run += timedelta(minutes=1)
        return [run + n * timedelta(hours=every.interval) for n in range(count)]
    day = start.astimezone(zone).date() - timedelta(days=1)
    first: date | None = None
    found: list[datetime] = []
    while len(found) < count:
        run = at_wall_clock(day, clock(every.time), zone)
        if fits(every, day, first) and run >= start:
            first = first or day
            found.append(run)
        day += timedelta(days=1)
    return found


def fits(every: EveryDay | EveryWeek | EveryMonth, day: date, first: date | None) -> bool:
    if isinstance(every, EveryDay):
        return first is None or (day - first).days % every.interval == 0
    if isinstance(every, EveryWeek):
        if first is None:
            return day.isoweekday() in every.weekdays
        weeks = (day - (first - timedelta(days=first.weekday()))).days // 7
        return day.isoweekday() in every.weekdays and weeks % every.interval == 0
    months = 0 if first is None else (day.year - first.year) * 12 + day.month - first.month
    last = (add_months(day, 1, 1) - timedelta(days=1)).day
    return months % every.interval == 0 and day.day in {min(wanted, last) for wanted in every.days_of_month}


@settings(max_examples=60)
@given(schedules, starts, zones)
def test_every_grid_is_the_day_by_day_one(every: Every, start: datetime, zone: ZoneInfo) -> None:
    found = list(islice(runs(every, start, zone), 12))
    assert found == oracle(every, start, zone, 12)
    assert all(one < other for one, other in pairwise(found))


@settings(max_examples=60)
@given(schedules, starts, zones, st.integers(0, 11))
def test_asking_for_later_runs_gives_the_same_grid(
    every: Every, start: datetime, zone: ZoneInfo, index: int
) -> None:
    grid = list(islice(runs(every, start, zone), 14))
    assert list(islice(runs(every, start, zone, after=grid[index]), 2)) == grid[index + 1 : index + 3]
    just_before = grid[index] - timedelta(milliseconds=1)
    assert next(runs(every, start, zone, after=just_before)) == grid[index]


@given(schedules)
def test_far_ahead_is_near_and_the_calendar_ends(every: Every) -> None:
    zone = ZoneInfo("Europe/Berlin")
    far = datetime(9990, 1, 1, tzinfo=UTC)
    assert next(runs(every, datetime(1990, 1, 1, tzinfo=UTC), zone, after=far)) > far
    end = datetime(9999, 12, 25, tzinfo=UTC)
    assert len(list(islice(runs(every, datetime(1990, 1, 1, tzinfo=UTC), zone, after=end), 1_000))) <= 200


@pytest.mark.parametrize(
    "raw",
    [
        {"unit": "hour", "interval": 1, "time": "09:00"},
        {"unit": "day", "interval": 1, "time": "09:00", "weekdays": [1]},
        {"unit": "day", "interval": 0, "time": "09:00"},
        {"unit": "week", "interval": 1, "time": "09:00", "weekdays": []},
        {"unit": "week", "interval": 1, "time": "09:00", "weekdays": [0]},
        {"unit": "month", "interval": 1, "time": "09:00", "days_of_month": [32]},
        {"unit": "minute", "interval": 5},
        {"unit": "day", "interval": "1", "time": "09:00"},
        {"interval": 1, "time": "09:00"},
        [],
        None,
    ],
)
def test_unknown_combinations_are_refused(raw: object) -> None:
    with pytest.raises(ValidationError):
        ADAPTER.validate_python(raw)


def test_in_words() -> None:
    with use_language("en"):
        every = ADAPTER.validate_python({"unit": "week", "interval": 2, "time": "09:00", "weekdays": [5, 1]})
        assert str(words(every)) == "Every 2 weeks on Mon, Fri at 09:00"
        assert str(words(EveryHour(unit="hour", interval=1, minute=5))) == "Every hour at minute 05"
