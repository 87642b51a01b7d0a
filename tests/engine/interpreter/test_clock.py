"""The reference's own clock, on the examples of the component reference."""

from __future__ import annotations

from itertools import islice

import pytest

from tests.engine.interpreter.case import Json
from tests.engine.interpreter.clock import Clock, iso, ms

BERLIN = Clock("Europe/Berlin")


def local(clock: Clock, moment: int) -> str:
    return clock.local(moment).strftime("%Y-%m-%d %H:%M %z")


@pytest.mark.parametrize(
    ("arrival", "amount", "leaving"),
    [("10T21:00", 7, "18 12:00"), ("10T09:00", 7, "17 12:00"), ("10T12:00", 7, "17 12:00")],
)
def test_some_days_and_then_until_a_time(arrival: str, amount: int, leaving: str) -> None:
    base = BERLIN.plus(ms(f"2026-06-{arrival}:00+02:00"), {"amount": amount, "unit": "day"})
    assert local(BERLIN, BERLIN.next(base, "12:00")) == f"2026-06-{leaving} +0200"


def test_the_next_time_may_be_right_now() -> None:
    for arrival, day in (("09:00", "10"), ("12:00", "10"), ("21:00", "11")):
        found = BERLIN.next(ms(f"2026-06-10T{arrival}:00+02:00"), "12:00")
        assert local(BERLIN, found) == f"2026-06-{day} 12:00 +0200"


def test_a_time_that_a_day_lacks_is_the_end_of_the_gap_and_one_that_it_has_twice_the_first() -> None:
    assert local(BERLIN, BERLIN.next(ms("2026-03-29T00:00:00+01:00"), "02:30")) == "2026-03-29 03:00 +0200"
    assert local(BERLIN, BERLIN.next(ms("2026-10-25T00:00:00+02:00"), "02:30")) == "2026-10-25 02:30 +0200"
    # The second 02:30 is no occurrence.
    assert local(BERLIN, BERLIN.next(ms("2026-10-25T02:30:00+01:00"), "02:30")) == "2026-10-26 02:30 +0100"
    midnight = Clock("America/Santiago")
    assert local(midnight, midnight.next(ms("2026-09-06T03:00:00Z"), "00:00")) == "2026-09-06 01:00 -0300"


def test_days_keep_the_time_of_day_and_hours_do_not() -> None:
    evening = ms("2026-03-28T20:00:00+01:00")
    assert local(BERLIN, BERLIN.plus(evening, {"amount": 1, "unit": "day"})) == "2026-03-29 20:00 +0200"
    assert local(BERLIN, BERLIN.plus(evening, {"amount": 24, "unit": "hour"})) == "2026-03-29 21:00 +0200"


def test_months_clamp_to_their_last_day() -> None:
    moment = ms("2026-01-31T09:00:00+01:00")
    assert local(BERLIN, BERLIN.plus(moment, {"amount": 1, "unit": "month"})) == "2026-02-28 09:00 +0100"
    assert local(BERLIN, BERLIN.plus(moment, {"amount": 2, "unit": "month"}, -1)) == "2025-11-30 09:00 +0100"


@pytest.mark.parametrize(
    ("every", "runs"),
    [
        ({"unit": "hour", "interval": 6, "minute": 30}, ["01 10:30", "01 16:30", "01 22:30"]),
        ({"unit": "day", "interval": 2, "time": "09:00"}, ["02 09:00", "04 09:00", "06 09:00"]),
        ({"unit": "day", "interval": 2, "time": "10:00"}, ["01 10:00", "03 10:00", "05 10:00"]),
        (
            # The 1st is a Monday: the week of the first run counts, then every other one.
            {"unit": "week", "interval": 2, "time": "09:00", "weekdays": [1, 5]},
            ["05 09:00", "15 09:00", "19 09:00"],
        ),
        (
            {"unit": "month", "interval": 1, "time": "09:00", "days_of_month": [29, 30, 31]},
            ["29 09:00", "30 09:00", "29 09:00"],
        ),
    ],
)
def test_the_grid_of_a_schedule(every: Json, runs: list[str]) -> None:
    grid = BERLIN.grid(every, ms("2026-06-01T10:00:00+02:00"))
    assert [local(BERLIN, run)[8:16] for run in islice(grid, 3)] == runs


def test_days_of_the_month_that_it_lacks_are_its_last_once() -> None:
    every = {"unit": "month", "interval": 1, "time": "09:00", "days_of_month": [29, 30, 31]}
    grid = BERLIN.grid(every, ms("2026-02-01T00:00:00+01:00"))
    assert [iso(run)[:10] for run in islice(grid, 2)] == ["2026-02-28", "2026-03-29"]
