"""Wall-clock arithmetic in SQL: the same results as `engine.shapes.time`, for a whole wave at once.

A zone with one offset needs none of the helper tables. Others keep theirs as temporary tables of the
connection. Moments are milliseconds UTC; "local" is milliseconds on the wall clock, counted as if it were
UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Dialect,
    FromClause,
    Integer,
    MetaData,
    Table,
    and_,
    case,
    delete,
    exists,
    func,
    literal,
    select,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.schema import CreateTable

from engine.shapes.time import EPOCH, LATEST, Duration, to_milliseconds
from engine.store.dialect import bulk_insert

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
NEVER = 2**62
"""A moment later than all that can come, and small enough to reckon with."""
_FAR = 2**61
FIRST_YEAR, _LAST_YEAR = 1993, 2100
# Earlier changes count for nothing that runs, and would cost every zone that has long had one offset.
_STEP = timedelta(days=3)  # no zone has changed twice within six days since

_TEMPORARY = MetaData()
zone_shift = Table(
    "zone_shift",
    _TEMPORARY,
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("offset", BigInteger),
    prefixes=["TEMPORARY"],
)
zone_local = Table(
    "zone_local",
    _TEMPORARY,
    Column("start", BigInteger, primary_key=True, autoincrement=False),
    Column("offset", BigInteger),
    Column("fixed", BigInteger, doc="the moment that every local time of a gap means"),
    prefixes=["TEMPORARY"],
)
local_month = Table(
    "local_month",
    _TEMPORARY,
    Column("first", Integer, primary_key=True, autoincrement=False, doc="days since 1970 of its first day"),
    Column("month", Integer, unique=True),
    prefixes=["TEMPORARY"],
)

Ms = ColumnElement[int]


def make_helpers(connection: DBAPIConnection, dialect: Dialect) -> None:
    """Make the empty temporary tables on a driver's connection, for later transactions that only read."""
    cursor = connection.cursor()
    for table in _TEMPORARY.sorted_tables:
        cursor.execute(str(CreateTable(table).compile(dialect=dialect)))
    cursor.close()


@cache
def offset_changes(zone: ZoneInfo) -> tuple[tuple[int, int, int], ...]:
    """Every change of the zone's offset: (moment, offset before, offset behind), in ms."""
    changes: list[tuple[int, int, int]] = []
    moment, end = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC), datetime(_LAST_YEAR, 1, 1, tzinfo=UTC)
    before = _offset(moment, zone)
    while moment < end:
        following = moment + _STEP
        after = _offset(following, zone)
        if after != before:
            low, high = 0, int(_STEP.total_seconds())
            while high - low > 1:
                middle = (low + high) // 2
                same = _offset(moment + timedelta(seconds=middle), zone) == before
                low, high = (middle, high) if same else (low, middle)
            changes.append((to_milliseconds(moment + timedelta(seconds=high)), before, after))
        moment, before = following, after
    return tuple(changes)


def _offset(moment: datetime, zone: ZoneInfo) -> int:
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None
    return offset // timedelta(milliseconds=1)


def _in_day(wall: time) -> int:
    return wall.hour * HOUR + wall.minute * MINUTE


def end_of_daily_at(moment: Ms, offset: Ms, start: time, end: time) -> Ms:
    """`WallClock.end_of_daily` where the offset does not change anywhere near."""
    elapsed, first, last = (moment + offset) % DAY, _in_day(start), _in_day(end)
    midnight = moment - elapsed
    if last < first:
        return case((elapsed >= first, midnight + (DAY + last)), (elapsed < last, midnight + last))
    return case((and_(elapsed >= first, elapsed < last), midnight + last))


def shift_rows(zone: ZoneInfo) -> list[tuple[int, int]]:
    """The offset of a zone from each moment on, in order of time: rows of `zone_shift`."""
    changes = offset_changes(zone)
    first = changes[0][1] if changes else _offset(datetime(FIRST_YEAR, 1, 1, tzinfo=UTC), zone)
    return [(-_FAR, first), *((at, after) for at, _, after in changes)]


def local_rows(zone: ZoneInfo) -> list[tuple[int, int | None, int | None]]:
    """What a zone's local times mean, in order of time: rows of `zone_local`."""
    rows: list[tuple[int, int | None, int | None]] = [(-_FAR, shift_rows(zone)[0][1], None)]
    for at, before, after in offset_changes(zone):
        if after > before:  # a gap
            rows += [(at + before, None, at), (at + after, after, None)]
        else:  # of the times that exist twice the first counts
            rows.append((at + before, after, None))
    return rows


def month_rows() -> list[tuple[int, int]]:
    """When months begin, in order of time: rows of `local_month`."""
    months = range(FIRST_YEAR * 12, (_LAST_YEAR + 100) * 12)
    return [((date(n // 12, n % 12 + 1, 1) - EPOCH.date()).days, n) for n in months]


class Clock:
    """A wall clock as SQL expressions: that of the zone whose rows in the helper tables are `_mine`.

    `_constant`: its one offset, where it is known to have only one.
    """

    _shift_table: Table
    _local_table: Table
    _constant: int | None

    def _mine(self, table: FromClause) -> Iterable[ColumnElement[bool]]:
        """Which rows of a helper table are meant."""
        raise NotImplementedError

    def plus(self, moment: Ms, duration: Duration) -> Ms:
        """`Duration.plus` in SQL."""
        if duration.unit in ("minute", "hour"):
            return moment + duration.amount * (MINUTE if duration.unit == "minute" else HOUR)
        local = self._local(moment)
        if duration.unit == "month":
            day = self._months_later(local // DAY, duration.amount)
            return func.coalesce(self._moment(day * DAY + local % DAY), to_milliseconds(LATEST))
        days = duration.amount * (7 if duration.unit == "week" else 1)
        if self._constant is not None:
            return moment + days * DAY
        return self._moment(local + days * DAY)

    def first_at_or_after(self, moment: Ms, wall: time) -> Ms:
        """`engine.shapes.time.first_at_or_after` in SQL."""
        midnight = self._local(moment) // DAY * DAY
        in_day = _in_day(wall)
        if self._constant is not None:
            today = midnight + (in_day - self._constant)
            return case((today >= moment, today), else_=today + DAY)
        found = [self._moment(midnight + (day * DAY + in_day)) for day in (-1, 0, 1, 2)]
        return case(*((candidate >= moment, candidate) for candidate in found[:-1]), else_=found[-1])

    def at(self, moment: Ms, days: int, wall: time) -> Ms:
        """When it first is `wall` on the local date of `moment`, so many days later; after a gap, its end."""
        return self._moment(self._local(moment) // DAY * DAY + (days * DAY + _in_day(wall)))

    def end_of_daily(self, moment: Ms, start: time, end: time) -> Ms:
        """When the range [start, end) of every day ends that `moment` lies in, or null.

        It lasts over midnight where `end` is earlier than `start`.
        """
        if self._constant is not None:
            return end_of_daily_at(moment, literal(self._constant), start, end)
        usual = self._usual_end_of_daily(moment, start, end)
        over_midnight = end < start
        # Tomorrow's may have begun where clocks that go back show the end of today again.
        days = (-1, 0, 1) if over_midnight else (0, 1)
        ends = [(day, self.at(moment, day + over_midnight, end)) for day in days]
        exact = case(
            *((and_(self.at(moment, day, start) <= moment, moment < last), last) for day, last in ends)
        )
        return case((self._changes_near(moment), exact), else_=usual)

    def _changes_near(self, moment: Ms) -> ColumnElement[bool]:
        """Whether the offset changes within two days before or behind."""
        near = self._shift_table.alias()
        changing = select(literal(1)).where(
            *self._mine(near), near.c.at > moment - 2 * DAY, near.c.at < moment + 2 * DAY
        )
        return exists(changing.correlate_except(near))

    def _usual_end_of_daily(self, moment: Ms, start: time, end: time) -> Ms:
        """`end_of_daily` where the offset does not change near."""
        shift = self._shift_table.alias()
        usual = (
            select(end_of_daily_at(moment, shift.c.offset, start, end))
            .where(*self._mine(shift), shift.c.at <= moment)
            .order_by(shift.c.at.desc())
            .limit(1)
            .correlate_except(shift)
        )
        return usual.scalar_subquery()

    def _local(self, moment: Ms) -> Ms:
        if self._constant is not None:
            return moment + self._constant
        return moment + self._offset_at(moment)

    def _offset_at(self, moment: Ms) -> Ms:
        shift = self._shift_table
        offset = (
            select(shift.c.offset)
            .where(*self._mine(shift), shift.c.at <= moment)
            .order_by(shift.c.at.desc())
            .limit(1)
        )
        # Explicitly: SQLAlchemy correlates by itself with the next enclosing statement only.
        return offset.correlate_except(shift).scalar_subquery()

    def _moment(self, local: Ms) -> Ms:
        if self._constant is not None:
            return local - self._constant
        return self._moment_in_table(local)

    def _moment_in_table(self, local: Ms) -> Ms:
        part = self._local_table.alias()
        found = case((part.c.fixed.is_(None), local - part.c.offset), else_=part.c.fixed)
        return (
            select(found)
            .where(*self._mine(part), part.c.start <= local)
            .order_by(part.c.start.desc())
            .limit(1)
            .correlate_except(part)
            .scalar_subquery()
        )

    def _months_later(self, day: Ms, months: int) -> Ms:
        this, that, following = (local_month.alias() for _ in range(3))
        wanted, last = that.c.first + (day - this.c.first), following.c.first - literal(1)
        return (
            select(case((wanted < last, wanted), else_=last))
            .where(
                this.c.first <= day,
                that.c.month == this.c.month + months,
                following.c.month == that.c.month + 1,
            )
            .order_by(this.c.first.desc())
            .limit(1)
            .correlate_except(this, that, following)
            .scalar_subquery()
        )


class WallClock(Clock):
    """The wall clock of one zone, of which the helper tables hold nothing else."""

    _shift_table, _local_table = zone_shift, zone_local

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self._constant = None if offset_changes(zone) else shift_rows(zone)[0][1]

    def _mine(self, table: FromClause) -> Iterable[ColumnElement[bool]]:
        return ()

    def prepare(self, connection: Connection) -> None:
        """Fill the temporary tables that the expressions read, on the connection that will run them.

        They are made where the connection has none yet. Filled for this zone already, they stay: PostgreSQL
        would keep a dead copy of every row that is deleted from them.
        """
        _TEMPORARY.create_all(connection)
        shifts = shift_rows(self.zone)
        stored = select(zone_shift.c.at, zone_shift.c.offset).order_by(zone_shift.c.at)
        if [tuple(row) for row in connection.execute(stored)] == shifts:
            return
        rows: list[tuple[Table, Sequence[tuple[object, ...]]]] = [
            (zone_shift, shifts), (zone_local, local_rows(self.zone)), (local_month, month_rows()),
        ]  # fmt: skip
        for table, values in rows:
            connection.execute(delete(table))
            bulk_insert(connection, table, table.c.keys(), values)
