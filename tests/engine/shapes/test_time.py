"""Wall-clock arithmetic over real time zones, against a slow oracle."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from engine.components.registry import component
from engine.i18n import use_language
from engine.shapes.time import (
    LATEST,
    UNITS,
    DateTime,
    Duration,
    TimeOfDay,
    at_wall_clock,
    clock,
    first_at_or_after,
    instant,
)

BERLIN = ZoneInfo("Europe/Berlin")
SHANGHAI = ZoneInfo("Asia/Shanghai")
ZONES = (
    "UTC",
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",  # half-hour offsets, changes at one minute past midnight until 2011
    "America/Sao_Paulo",  # gaps at midnight
    "Asia/Beirut",
    "Australia/Lord_Howe",  # half an hour of daylight saving
    "Africa/Casablanca",  # four changes a year
    "Pacific/Apia",  # a date that never was
    "Antarctica/Troll",  # two hours of daylight saving
    "Asia/Kathmandu",
)


@cache
def change_days(name: str) -> tuple[date, ...]:
    """The local dates around which the zone's offset changes, 1995 to 2030."""
    zone = ZoneInfo(name)
    noon = datetime(1995, 1, 1, 12, tzinfo=UTC)
    days = []
    for _ in range(35 * 365):
        after = noon + timedelta(days=1)
        if noon.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            days += [noon.astimezone(zone).date(), after.astimezone(zone).date()]
        noon = after
    return tuple(days) or (date(2026, 6, 1),)


@st.composite
def zoned_days(draw: st.DrawFn) -> tuple[ZoneInfo, date]:
    name = draw(st.sampled_from(ZONES))
    near_change = st.sampled_from(change_days(name))
    return ZoneInfo(name), draw(near_change | st.dates(date(1995, 1, 1), date(2030, 12, 31)))


walls = st.times(max_value=time(23, 59)).map(lambda t: t.replace(second=0, microsecond=0))


def slow_wall_clock(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The first instant that shows `wall` on `day`, else the first at which the clocks are past it."""
    wanted = datetime.combine(day, wall)
    first = wanted.replace(tzinfo=UTC) - timedelta(hours=16)
    minutes = [first + timedelta(minutes=n) for n in range(32 * 60)]
    shown = [moment.astimezone(zone).replace(tzinfo=None) for moment in minutes]
    exact = [moment for moment, local in zip(minutes, shown, strict=True) if local == wanted]
    return exact[0] if exact else next(m for m, local in zip(minutes, shown, strict=True) if local > wanted)


@settings(max_examples=60)
@given(zoned_days(), walls)
def test_a_wall_clock_time_is_its_first_instant_or_the_end_of_the_gap(
    zoned: tuple[ZoneInfo, date], wall: time
) -> None:
    zone, day = zoned
    assert at_wall_clock(day, wall, zone) == slow_wall_clock(day, wall, zone)


@pytest.mark.parametrize(
    ("zone", "day", "wall", "expected"),
    [
        ("Europe/Berlin", date(2026, 3, 29), "02:30", "2026-03-29T01:00:00Z"),  # gap 02:00-03:00
        ("Europe/Berlin", date(2026, 10, 25), "02:30", "2026-10-25T00:30:00Z"),  # twice: the first
        ("America/Sao_Paulo", date(2018, 11, 4), "00:00", "2018-11-04T03:00:00Z"),  # midnight is missing
        ("Pacific/Apia", date(2011, 12, 30), "09:00", "2011-12-30T10:00:00Z"),  # the whole day is missing
        ("Australia/Lord_Howe", date(2026, 10, 4), "02:15", "2026-10-03T15:30:00Z"),
    ],
)
def test_known_changes(zone: str, day: date, wall: str, expected: str) -> None:
    assert at_wall_clock(day, clock(wall), ZoneInfo(zone)) == instant(expected)


def test_the_time_of_a_date_that_never_was_is_still_met_when_it_is_over() -> None:
    midnight_after = instant("2011-12-30T10:00:00Z")  # Samoa went from the 29th to the 31st
    assert first_at_or_after(midnight_after, clock("09:00"), ZoneInfo("Pacific/Apia")) == midnight_after


@settings(max_examples=100)
@given(zoned_days(), walls, st.integers(0, 24 * 60), st.integers(0, 59_999))
def test_first_at_or_after_is_never_early_and_leaves_no_day_out(
    zoned: tuple[ZoneInfo, date], wall: time, minutes: int, milliseconds: int
) -> None:
    zone, day = zoned
    moment = datetime.combine(day, time(), tzinfo=UTC) + timedelta(minutes=minutes, milliseconds=milliseconds)
    found = first_at_or_after(moment, wall, zone)
    around = [day + timedelta(days=n) for n in range(-3, 4)]
    assert found == min(at for at in (at_wall_clock(d, wall, zone) for d in around) if at >= moment)


@settings(max_examples=100)
@given(zoned_days(), walls, st.integers(1, 400), st.sampled_from(("day", "week", "month")))
def test_calendar_steps_keep_the_wall_clock(
    zoned: tuple[ZoneInfo, date], wall: time, amount: int, unit: str
) -> None:
    zone, day = zoned
    moment = at_wall_clock(day, wall, zone)
    start = moment.astimezone(zone)
    later = Duration.model_validate({"amount": amount, "unit": unit}).plus(moment, zone).astimezone(zone)
    if unit == "month":
        months = start.year * 12 + start.month - 1 + amount
        assert (later.year, later.month - 1) == divmod(months, 12)
        assert later.day == start.day or (later + timedelta(days=1)).day in (1, 2)
    else:
        days = amount * (7 if unit == "week" else 1)
        expected = slow_or_plain(start.date() + timedelta(days=days), start.time(), zone)
        assert later == expected


def slow_or_plain(day: date, wall: time, zone: ZoneInfo) -> datetime:
    plain = datetime.combine(day, wall.replace(fold=0), tzinfo=zone)
    back = plain.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    return plain if back == plain.replace(tzinfo=None) else slow_wall_clock(day, wall, zone)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "expected"),
    [
        ("2026-01-31T09:00:00+01:00", 1, "month", "2026-02-28T09:00:00+01:00"),
        ("2028-01-31T09:00:00+01:00", 1, "month", "2028-02-29T09:00:00+01:00"),
        ("2026-01-31T09:00:00+01:00", 2, "month", "2026-03-31T09:00:00+02:00"),
        ("2026-03-28T02:30:00+01:00", 1, "day", "2026-03-29T03:00:00+02:00"),
        ("2026-03-28T12:00:00+01:00", 24, "hour", "2026-03-29T13:00:00+02:00"),
        ("2026-03-28T12:00:00+01:00", 1, "day", "2026-03-29T12:00:00+02:00"),
        ("2026-10-24T02:30:00+02:00", 1, "week", "2026-10-31T02:30:00+01:00"),
        ("2026-12-01T09:00:00.125+01:00", 90, "minute", "2026-12-01T10:30:00.125+01:00"),
    ],
)
def test_durations(start: str, amount: int, unit: str, expected: str) -> None:
    length = Duration.model_validate({"amount": amount, "unit": unit})
    assert length.plus(instant(start), BERLIN) == instant(expected)


def test_a_sum_beyond_the_calendar_is_the_latest_instant() -> None:
    now = instant("2026-12-01T09:00:00+08:00")
    for unit in UNITS:
        assert Duration(amount=1_000_000, unit=unit).plus(now, SHANGHAI) <= LATEST
    assert Duration(amount=1_000_000, unit="month").plus(now, SHANGHAI) == LATEST
    assert Duration(amount=1_000_000, unit="month").before(now, SHANGHAI) < now


# Section 6, Wait Until: each row one of its examples.
@pytest.mark.parametrize(
    ("config", "arrival", "leave"),
    [
        ({"mode": "duration", "amount": 3, "unit": "day"}, "2026-11-10T21:00", "2026-11-13T21:00"),
        ({"mode": "at", "at": "2026-11-12T08:00:00+08:00"}, "2026-11-10T21:00", "2026-11-12T08:00"),
        ({"mode": "at", "at": "2026-11-09T08:00:00+08:00"}, "2026-11-10T21:00", "2026-11-10T21:00"),
        ({"mode": "next_time", "time": "12:00"}, "2026-11-10T09:00", "2026-11-10T12:00"),
        ({"mode": "next_time", "time": "12:00"}, "2026-11-10T21:00", "2026-11-11T12:00"),
        ({"mode": "next_time", "time": "12:00"}, "2026-11-10T12:00", "2026-11-10T12:00"),
        (
            {"mode": "after_days_at", "amount": 7, "unit": "day", "time": "12:00"},
            "2026-11-10T21:00",
            "2026-11-18T12:00",
        ),
        (
            {"mode": "after_days_at", "amount": 7, "unit": "day", "time": "12:00"},
            "2026-11-10T09:00",
            "2026-11-17T12:00",
        ),
        (
            {"mode": "after_days_at", "amount": 1, "unit": "month", "time": "12:00"},
            "2026-01-31T09:00",
            "2026-02-28T12:00",
        ),
    ],
)
def test_wait_until_examples(config: dict[str, object], arrival: str, leave: str) -> None:
    parsed = component("wait_until").parse(config).config  # type: ignore[arg-type]
    assert parsed is not None
    assert parsed.leave(instant(f"{arrival}:00+08:00"), SHANGHAI) == instant(f"{leave}:00+08:00")


@pytest.mark.parametrize(
    "text", ["2026-12-01T09:00:00+08:00", "1997-04-01T00:00:00Z", "2026-12-01T09:00:00.5-03:30"]
)
def test_a_date_time_stays_as_it_was_written(text: str) -> None:
    assert TypeAdapter(DateTime).validate_python(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-01T09:00:00",
        "2026-12-01",
        "2026-02-30T09:00:00Z",
        "2026-12-01 09:00:00Z",
        "2026-12-01T24:00:00Z",
        "2026-12-01T09:00:00+25:00",
        "0001-01-01T00:00:00+14:00",
        "２026-12-01T09:00:00Z",
        "2026-12-01T09:00:00Z\n",
        "",
        7,
        None,
    ],
)
def test_what_is_no_date_time(text: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(DateTime).validate_python(text, strict=True)


@pytest.mark.parametrize("text", ["9:00", "24:00", "12:60", "12:00:00", "", "１2:00"])
def test_what_is_no_time_of_day(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(TimeOfDay).validate_python(text)


def test_lengths_in_words() -> None:
    with use_language("en"):
        assert str(Duration(amount=1, unit="hour").words) == "1 hour"
        assert str(Duration(amount=3, unit="day").words) == "3 days"
