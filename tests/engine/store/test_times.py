"""Wall-clock arithmetic in SQL gives what `engine.shapes.time` gives."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, literal, select

from engine.shapes.time import Duration, clock, end_of_daily, first_at_or_after
from engine.shapes.time import to_milliseconds as ms
from engine.store.database import Database
from engine.store.dialect import temporary_tables
from engine.store.list_clock import ListClock
from engine.store.times import WallClock, offset_changes
from tests.databases import DIALECTS, fresh

ZONES = [
    "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Havana",
    "Africa/Casablanca", "Pacific/Apia", "Asia/Kathmandu", "America/Sao_Paulo", "UTC",
]  # fmt: skip


@pytest.fixture(scope="module", params=DIALECTS)
def connection(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Connection]:
    with (
        fresh(request, request.param, tmp_path_factory.mktemp("times")) as target,
        Database.open(target) as database,
        database.read() as connection,
        temporary_tables(connection),
    ):
        yield connection


def moments(zone: ZoneInfo, rng: random.Random) -> Iterator[datetime]:
    """Around changes of the offset, where mistakes are made, and anywhere."""
    changes = [change for change in offset_changes(zone) if change[0] < ms(datetime(2038, 1, 1, tzinfo=UTC))]
    for at, before, after in rng.sample(changes, min(12, len(changes))):
        for away in (-86_400_000, -abs(after - before), -1, 0, 1, abs(after - before), 86_399_999):
            yield datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at + away)
    for _ in range(10):
        yield datetime(1998, 1, 31, tzinfo=UTC) + timedelta(seconds=rng.randint(0, 10**9))


def clocks(connection: Connection, zone: ZoneInfo) -> list[WallClock]:
    """What reckons with the zone there, with its tables prepared."""
    made = [WallClock(zone), *([ListClock(zone)] if connection.dialect.name == "postgresql" else [])]
    for one in made:
        one.prepare(connection)
    return made


@pytest.mark.parametrize("name", ZONES)
def test_durations_and_times_of_day_agree(connection: Connection, name: str) -> None:
    zone, rng = ZoneInfo(name), random.Random(name)
    wall_clocks = clocks(connection, zone)
    for moment in moments(zone, rng):
        now = literal(ms(moment))
        duration = Duration(
            amount=rng.randint(1, 14),
            unit=rng.choice(["minute", "hour", "day", "day", "week", "month", "month"]),
        )
        wall = time(rng.choice([0, 0, 2, 2, 3, 9, 23]), rng.choice([0, 30, 59]))
        expected = (ms(duration.plus(moment, zone)), ms(first_at_or_after(moment, wall, zone)))
        for one in wall_clocks:
            asked = select(one.plus(now, duration), one.first_at_or_after(now, wall))
            assert tuple(connection.execute(asked).one()) == expected, (moment, duration, wall)


WALLS = [("09:00", "20:00"), ("20:00", "08:00"), ("02:15", "02:45"), ("00:00", "12:00"), ("23:30", "00:30")]


@pytest.mark.parametrize("name", ZONES)
def test_ends_of_daily_ranges_agree(connection: Connection, name: str) -> None:
    zone, rng = ZoneInfo(name), random.Random(name)
    wall_clocks = clocks(connection, zone)
    for moment in moments(zone, rng):
        opens, closes = map(clock, rng.choice(WALLS))
        expected = end_of_daily(moment, opens, closes, zone)
        for one in wall_clocks:
            found = connection.scalar(select(one.end_of_daily(literal(ms(moment)), opens, closes)))
            assert found == (None if expected is None else ms(expected)), (moment, opens, closes)
