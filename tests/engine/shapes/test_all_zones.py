"""A daily time fires exactly once per local date (components, rule 9), and daily ranges end as that says.

In every zone, around every change of its offset from 2000 to 2037, in Python and in SQL.

The oracle reckons with whole milliseconds over a zone's list of offsets and shares no code with the engine.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from itertools import groupby, islice, pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import TZPATH, ZoneInfo, available_timezones

import pytest
from sqlalchemy import BigInteger, Column, Connection, MetaData, Table, Text, select

from engine.shapes.schedule import EveryDay, runs
from engine.shapes.time import end_of_daily, first_at_or_after, from_milliseconds, to_milliseconds
from engine.store.database import Database
from engine.store.dialect import bulk_insert
from engine.store.times import WallClock, local_month, zone_local, zone_shift
from engine.store.zones import ZONES, OwnClock, fill_names, fill_zones
from tests.databases import DIALECTS, fresh

MINUTE = 60_000
DAY = 24 * 60 * MINUTE
EPOCH = date(1970, 1, 1)
FIRST, LAST = date(2000, 1, 1), date(2038, 1, 1)
AROUND = 2
"""Days before and behind a change that are looked at: no gap is longer than a day."""


@dataclass(frozen=True)
class Clock:
    """The wall clock of one or more zones.

    starts, offsets: from `starts[n]` on (ms UTC) the clock shows UTC plus `offsets[n]`.
    """

    name: str
    starts: tuple[int, ...]
    offsets: tuple[int, ...]

    @property
    def changes(self) -> tuple[int, ...]:
        """Moments of the changes; for a zone without any, one moment that stands for all."""
        return self.starts[1:] or (_midnight(date(2026, 3, 29)),)

    def first(self, local: int) -> int:
        """The moment that a local time means: its first, or the end of the gap that swallows it."""
        near = range(
            bisect_right(self.starts, local - 2 * DAY) - 1, bisect_right(self.starts, local + 2 * DAY)
        )
        for n in near:
            moment = local - self.offsets[n]
            if self.starts[n] <= moment and (n + 1 == len(self.starts) or moment < self.starts[n + 1]):
                return moment
        return next(
            self.starts[n]
            for n in near[1:]
            if self.starts[n] + self.offsets[n - 1] <= local < self.starts[n] + self.offsets[n]
        )

    def shows(self, moment: int) -> int:
        return moment + self.offsets[bisect_right(self.starts, moment) - 1]


def _midnight(day: date) -> int:
    return (day - EPOCH).days * DAY


def _data(name: str) -> bytes:
    """The compiled zone; two names of one zone have the same."""
    for folder in TZPATH:
        path = Path(folder, name)
        if path.is_file():
            return path.read_bytes()
    return (files("tzdata") / "zoneinfo" / name).read_bytes()


NOONS = [datetime.combine(FIRST, time(12)) + timedelta(days=days) for days in range((LAST - FIRST).days)]


def _offset(seconds: int, zone: ZoneInfo) -> timedelta | None:
    return datetime.fromtimestamp(seconds, zone).utcoffset()


def _clock(name: str) -> Clock:
    zone = ZoneInfo(name)
    at_noon = list(map(zone.utcoffset, NOONS))
    starts, offsets = [-(2**60)], [at_noon[0]]
    for noon, before, after in zip(NOONS, at_noon, at_noon[1:], strict=False):
        if after == before:
            continue
        # A day and the offsets' range on each side: these are seconds UTC, noon is a local time.
        low = int(noon.replace(tzinfo=UTC).timestamp()) - 86_400
        high = low + 3 * 86_400
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if _offset(middle, zone) == before else (low, middle)
        starts.append(high * 1000)
        offsets.append(after)
    return Clock(name, tuple(starts), tuple(_milliseconds(offset) for offset in offsets))


def _milliseconds(offset: timedelta | None) -> int:
    assert offset is not None
    return offset // timedelta(milliseconds=1)


@cache
def clocks() -> tuple[Clock, ...]:
    """Every clock that some zone has, once."""
    data = {_data(name): name for name in sorted(available_timezones(), reverse=True)}
    found = {(clock.starts, clock.offsets): clock for clock in map(_clock, sorted(data.values()))}
    return tuple(found.values())


@dataclass(frozen=True)
class Case:
    """A time of day around a change. fires: its moments on the dates from `first` on, ascending."""

    clock: Clock
    change: int
    wall: int
    first: date
    fires: tuple[int, ...]

    def following(self, moment: int) -> int:
        return self.fires[bisect_left(self.fires, moment)]

    def moments(self) -> Iterator[int]:
        """At the change and at every firing: what lies between two of them can only be as they are."""
        yield from (self.change - 1, self.change)
        for fire in self.fires[1:3]:
            yield from (fire, fire + 1)

    def __str__(self) -> str:
        return f"{self.clock.name}, {from_milliseconds(self.change)}, {self.wall // 60}:{self.wall % 60:02}"


def walls_at(clock: Clock, change: int) -> set[int]:
    """The minutes of the day at both edges of the local times that the change leaves out or repeats."""
    edges = (clock.shows(change - MINUTE) + MINUTE, clock.shows(change))
    return {edge // MINUTE % 1440 + minute for edge in edges for minute in (-1, 0, 1)}


def cases(clock: Clock, *, everything: bool = False) -> Iterator[Case]:
    for change in clock.changes:
        walls = walls_at(clock, change) | ({0, *range(7, 1440, 15)} if everything else {0, 1439})
        middle = date.fromordinal(EPOCH.toordinal() + clock.shows(change) // DAY)
        dates = [middle + timedelta(days=days) for days in range(-AROUND, AROUND + 1)]
        for wall in sorted({wall % 1440 for wall in walls}):
            fires = tuple(clock.first(_midnight(day) + wall * MINUTE) for day in dates)
            yield Case(clock, change, wall, dates[0], fires)


def time_of(wall: int) -> time:
    return time(*divmod(wall, 60))


def check_runs(case: Case) -> None:
    """The grid has the firing of every date, and nothing else."""
    zone = ZoneInfo(case.clock.name)
    every = EveryDay(unit="day", interval=1, time=f"{time_of(case.wall):%H:%M}")
    # On a date that never was, midnight means the next date's midnight: the two are one run.
    expected = [fire for fire, _ in groupby(case.fires)]
    start = from_milliseconds(expected[0])
    found = list(islice(runs(every, start, zone), len(expected)))
    assert [to_milliseconds(run) for run in found] == expected, case
    assert next(runs(every, start, zone, from_milliseconds(case.fires[1]))) == from_milliseconds(
        case.following(case.fires[1] + 1)
    ), case


def check_first(case: Case) -> None:
    zone, wall = ZoneInfo(case.clock.name), time_of(case.wall)
    for moment in case.moments():
        found = to_milliseconds(first_at_or_after(from_milliseconds(moment), wall, zone))
        assert found == case.following(moment), (str(case), moment)


def test_the_oracle_knows_what_a_gap_and_an_overlap_are() -> None:
    by_name = {clock.name: clock for clock in map(_clock, ("Europe/Berlin", "Pacific/Apia"))}
    berlin, apia = by_name["Europe/Berlin"], by_name["Pacific/Apia"]

    def fires(clock: Clock, local: str) -> str:
        moment = clock.first(to_milliseconds(datetime.fromisoformat(f"{local}Z")))
        return f"{from_milliseconds(moment):%Y-%m-%d %H:%M}"

    assert fires(berlin, "2026-03-29T01:59") == "2026-03-29 00:59"
    assert fires(berlin, "2026-03-29T02:30") == "2026-03-29 01:00"
    assert fires(berlin, "2026-10-25T02:30") == "2026-10-25 00:30"
    assert fires(berlin, "2026-10-25T03:00") == "2026-10-25 02:00"
    assert fires(apia, "2011-12-30T09:00") == fires(apia, "2011-12-31T00:00") == "2011-12-30 10:00"


def test_every_zone_is_there() -> None:
    assert len(available_timezones()) > 400
    assert sum(len(clock.starts) - 1 for clock in clocks()) > 5_000


def test_a_date_has_one_firing() -> None:
    for clock in clocks():
        for case in cases(clock):
            for day, (fire, following) in enumerate(pairwise(case.fires)):
                date_ = case.first + timedelta(days=day)
                never_was = clock.shows(fire) // DAY * DAY > _midnight(date_)
                assert fire < following or (never_was and case.wall == 0), case


def test_runs_of_every_day() -> None:
    for clock in clocks():
        for case in cases(clock):
            check_runs(case)


def test_the_next_time_of_day() -> None:
    for clock in clocks():
        for case in cases(clock):
            check_first(case)


_ROWS = Table(
    "zone_case",
    MetaData(),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("moment", BigInteger),
    Column("hour", BigInteger),
    Column("minute", BigInteger),
    Column("expected", BigInteger),
    prefixes=["TEMPORARY"],
)


@pytest.fixture(scope="module", params=DIALECTS)
def connection(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Connection]:
    with (
        fresh(request, request.param, tmp_path_factory.mktemp("zones")) as target,
        Database.open(target) as database,
        database.write() as connection,
    ):
        yield connection


def check_sql(connection: Connection, clock: Clock, *, everything: bool = False) -> None:
    """All cases of a clock as one wave: every row with its own moment and its own time of day."""
    found = [
        (moment, *divmod(case.wall, 60), case.following(moment))
        for case in cases(clock, everything=everything)
        for moment in case.moments()
    ]
    columns = ("id", "moment", "hour", "minute", "expected")
    for table in (_ROWS, zone_shift, zone_local, local_month):  # deleted rows would stay in PostgreSQL's way
        table.drop(connection, checkfirst=True)
    _ROWS.create(connection)
    bulk_insert(connection, _ROWS, columns, [(id, *row) for id, row in enumerate(found)])
    wall_clock = WallClock(ZoneInfo(clock.name))
    wall_clock.prepare(connection)
    wall = cast("Any", SimpleNamespace(hour=_ROWS.c.hour, minute=_ROWS.c.minute))
    reckoned = wall_clock.first_at_or_after(_ROWS.c.moment, wall)
    wrong = select(_ROWS, reckoned.label("found")).where(reckoned.is_distinct_from(_ROWS.c.expected)).limit(3)
    assert not connection.execute(wrong).all(), clock.name


def test_the_next_time_of_day_in_sql(connection: Connection) -> None:
    for clock in clocks():
        check_sql(connection, clock)


RECENT = to_milliseconds(datetime(2019, 1, 1, tzinfo=UTC))
RANGES = ((540, 1200), (1200, 480), (135, 165), (0, 720), (1410, 30))
"""Of every day, in minutes."""
_MOMENTS = Table(
    "zone_moment",
    MetaData(),
    Column("zone", Text),
    Column("moment", BigInteger),
    Column("expected", BigInteger),
    prefixes=["TEMPORARY"],
)


def ranges_around(clock: Clock, start: int, end: int) -> Iterator[tuple[int, int | None]]:
    """Moments around the recent changes of a clock, each with the end of the range that it lies in."""
    for change in (change for change in clock.changes if change >= RECENT):
        middle = (clock.shows(change) // DAY) * DAY
        spans = [
            (clock.first(day + start * MINUTE), clock.first(day + (end < start) * DAY + end * MINUTE))
            for day in range(middle - 4 * DAY, middle + 5 * DAY, DAY)
        ]
        edges = [edge for span in spans[3:6] for edge in span]
        for moment in {change, *edges, *(edge - 1 for edge in (change, *edges))}:
            yield moment, next((last for first, last in spans if first <= moment < last), None)


@pytest.mark.parametrize(("start", "end"), RANGES)
def test_daily_ranges(start: int, end: int) -> None:
    for clock in clocks():
        zone = ZoneInfo(clock.name)
        for moment, expected in ranges_around(clock, start, end):
            found = end_of_daily(from_milliseconds(moment), time_of(start), time_of(end), zone)
            assert expected == (None if found is None else to_milliseconds(found)), (clock.name, moment)


@pytest.mark.parametrize(("start", "end"), RANGES)
def test_daily_ranges_in_sql_with_all_zones_at_once(connection: Connection, start: int, end: int) -> None:
    found = [(clock.name, *one) for clock in clocks() for one in ranges_around(clock, start, end)]
    for table in (_MOMENTS, *reversed(ZONES.sorted_tables)):
        table.drop(connection, checkfirst=True)
    ZONES.create_all(connection)
    _MOMENTS.create(connection)
    bulk_insert(connection, _MOMENTS, _MOMENTS.c.keys(), found)
    fill_names(connection)
    fill_zones(connection, {name for name, *_ in found})
    reckoned = OwnClock(_MOMENTS.c.zone).end_of_daily(_MOMENTS.c.moment, time_of(start), time_of(end))
    wrong = select(_MOMENTS, reckoned.label("found")).where(reckoned.is_distinct_from(_MOMENTS.c.expected))
    assert not connection.execute(wrong.limit(3)).all()


@pytest.mark.full
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("part", range(8))
def test_every_quarter_of_an_hour(connection: Connection, part: int) -> None:
    """Also at the odd minutes of every quarter of an hour."""
    for clock in clocks()[part::8]:
        for case in cases(clock, everything=True):
            check_runs(case)
            check_first(case)
        check_sql(connection, clock, everything=True)
