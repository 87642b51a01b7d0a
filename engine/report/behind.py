"""The people behind a number of a report, a page at a time, out of the rows that the counters counted.

Whoever was erased since, and what retention has deleted, is still counted but no longer listed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from heapq import merge
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, exists, func, select, true, tuple_

from engine.plan.places import ARRIVE, EXITED, LEFT, MERGED
from engine.report.effect import counted_entry
from engine.report.lines import NO_LINES, lines_of
from engine.report.rows import entry_of, shown_reason, shown_receipt
from engine.store.people import is_named
from engine.store.tables.people import person
from engine.store.tables.runs import entry, goal, message, token, token_watched, visit
from engine.store.versions import HELD_BACK, PathMeaning, node_names, paths_of, versions_of

PAGE = 50
"""People of one page."""


class What(StrEnum):
    """Which number: people who entered, are inside or through, or were held back; visits of a component by
    what came of them; people down a line; messages and receipts of a component; goals of AB tests; the
    campaign's goal, of those who entered and of those who were held back."""

    ENTERED = "entered"
    INSIDE = "inside"
    FINISHED = "finished"
    ARRIVED = "arrived"
    PASSED = "passed"
    WAITING = "waiting"
    LEFT = "left"
    MERGED = "merged"
    EXITED = "exited"
    HELD_BACK = "held_back"
    CONVERTED = "converted"
    CONTROL_CONVERTED = "control_converted"
    LINE = "line"
    MESSAGES = "messages"
    RECEIPT = "receipt"
    JUDGED = "judged"
    ACHIEVED = "achieved"


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a report. place: the component or line that it stands at, by its id. state, reason,
    receipt: of messages, None: any; port: the group of a test, None: any. cycle: None: of all."""

    what: What
    place: str = ""
    state: str | None = None
    reason: str | None = None
    receipt: str | None = None
    port: str | None = None
    cycle: int | None = None


class Behind(NamedTuple):
    """Somebody behind a number: own id, which entry, and when it happened (ms); None where it has not yet."""

    person: str
    entry: int
    at: int | None


class BadCursorError(Exception):
    """This is not where a page of people begins."""


class _Row(NamedTuple):
    person: int
    entry: int
    at: int | None


_Cursor = tuple[int, int]
_Source = Callable[[_Cursor], Iterator[_Row]]
"""Rows behind a place, in order of person and entry."""


def people_behind(
    connection: Connection, campaign: int, number: Number, now: int, after: str = "", limit: int = PAGE
) -> tuple[list[Behind], str]:
    """A page of the people behind a number, and where the next one begins, "" at the last.

    now: receipts that have come by then count (ms). Raises `BadCursorError`.
    """
    cursor = _cursor(after)
    search = _Search(connection, campaign, number, now, limit)
    rows = search.rows(cursor)
    page = list(islice(rows, limit))
    if len(page) == limit:  # several rows of one entry stay together
        last = page[-1][:2]
        for row in rows:
            if row[:2] != last:
                return _named(connection, page), f"{last[0]}-{last[1]}"
            page.append(row)
    return _named(connection, page), ""


def _cursor(after: str) -> _Cursor:
    key, dash, nth = after.partition("-")
    if not after:
        return -1, 0
    if not (dash and key.isdecimal() and nth.isdecimal() and len(after) < 40):
        raise BadCursorError(after)
    return int(key), int(nth)


def _named(connection: Connection, rows: Sequence[_Row]) -> list[Behind]:
    keys = {row.person for row in rows}
    query = select(person.c.id, person.c.external_id).where(person.c.id.in_(keys), is_named())
    names: dict[int, str] = dict(connection.execute(query).all()) if keys else {}
    return [Behind(names[row.person], row.entry, row.at) for row in rows if row.person in names]


class _Search:
    """Finds the rows behind one number."""

    def __init__(self, connection: Connection, campaign: int, number: Number, now: int, limit: int) -> None:
        self._connection, self._campaign = connection, campaign
        self._number, self._now, self._limit = number, now, limit
        self._names = node_names(connection, campaign)
        self._node = next((n for n, id in self._names.items() if id == number.place), -1)
        is_line = number.what is What.LINE
        self._lines = lines_of(connection, versions_of(connection, campaign)) if is_line else NO_LINES

    def rows(self, cursor: _Cursor) -> Iterator[_Row]:
        match self._number.what:
            case What.WAITING:
                return self._waiting(cursor, lambda path: path.node == self._node)
            case What.INSIDE:
                return self._distinct(self._waiting(cursor, lambda _path: True))
            case What.FINISHED:
                return self._finished(cursor)
            case What.MESSAGES | What.RECEIPT:
                return self._messages(cursor)
            case What.JUDGED | What.ACHIEVED:
                return self._goals(cursor)
            case What.CONVERTED | What.CONTROL_CONVERTED:
                return self._conversions(cursor)
            case _:
                return self._visits(cursor, self._is_behind)

    def _is_behind(self, path: PathMeaning) -> bool:
        """Whether whoever took a path is behind the number."""
        what, node = self._number.what, self._node
        if what is What.ENTERED:
            return path.enters
        if what is What.HELD_BACK:
            return path.held_back
        if what is What.LINE:
            return self._number.place in self._lines.of(path.version, path.links)
        outcomes = {step for number, step in path.steps if number == node}
        if what is What.PASSED:
            return bool(outcomes - {ARRIVE, LEFT, MERGED, EXITED, HELD_BACK})
        return _STEP[what] in outcomes

    # ---- where the rows are

    def _paths(self) -> list[PathMeaning]:
        return paths_of(self._connection, versions_of(self._connection, self._campaign))

    def _visits(self, cursor: _Cursor, chosen: Callable[[PathMeaning], bool]) -> Iterator[_Row]:
        paths = [path for path in self._paths() if chosen(path)]
        return self._merged(
            visit, visit.c.at, [and_(visit.c.version == p.version, visit.c.path == p.number) for p in paths],
            cursor,
        )  # fmt: skip

    def _finished(self, cursor: _Cursor) -> Iterator[_Row]:
        """Where an entry has one token at a time, it is finished when that one ends; else that is noted."""
        paths = self._paths()
        tracked = {path.version for path in paths if path.tokens > 1}
        ended = self._visits(
            cursor, lambda path: not (path.tokens or path.held_back or path.version in tracked)
        )
        held_back = [(path.version, path.number) for path in paths if path.held_back]
        kept_out = exists(
            select(visit.c.person).where(
                tuple_(visit.c.version, visit.c.path).in_(held_back),
                visit.c.person == entry.c.person,
                visit.c.entry == entry.c.entry,
                visit.c.version == entry.c.version,
            )
        )
        mine = and_(
            entry.c.campaign == self._campaign,
            entry.c.live == 0,
            entry.c.version.in_(sorted(tracked)),
            ~kept_out if held_back else true(),
        )
        return merge(ended, self._merged(entry, None, [mine] if tracked else [], cursor), key=_place)

    def _waiting(self, cursor: _Cursor, chosen: Callable[[PathMeaning], bool]) -> Iterator[_Row]:
        """Whoever waits stands in one of two tables, ordered by when it goes on: all are sorted anew."""
        places = sorted({(path.version, path.place) for path in self._paths() if chosen(path)})
        streams = [
            self._merged(
                table,
                table.c.due,
                [and_(table.c.version == v, table.c.place == p) for v, p in places],
                cursor,
            )
            for table in (token, token_watched)
        ]
        return merge(*streams, key=_place)

    def _messages(self, cursor: _Cursor) -> Iterator[_Row]:
        wanted, m = self._number, message.c
        where = [m.campaign == self._campaign, m.node == self._node]
        if wanted.state is not None:
            where.append(m.state == wanted.state)
        if wanted.reason is not None:
            where.append(shown_reason() == wanted.reason)
        if wanted.receipt is not None:
            where.append(shown_receipt(self._now) == wanted.receipt)
        return self._merged(message, m.planned_at, [and_(*where)], cursor)

    def _goals(self, cursor: _Cursor) -> Iterator[_Row]:
        g = goal.c
        where = [g.campaign == self._campaign, g.node == self._node]
        if self._number.port is not None:
            where.append(g.port == self._number.port)
        if self._number.what is What.ACHIEVED:
            where.append(g.achieved == 1)
        return self._merged(goal, g.judged_at, [and_(*where)], cursor)

    def _conversions(self, cursor: _Cursor) -> Iterator[_Row]:
        e = entry.c
        held_back = int(self._number.what is What.CONTROL_CONVERTED)
        mine = and_(
            e.campaign == self._campaign,
            e.converted_at.is_not(None),
            func.coalesce(e.held_back, 0) == held_back,
            counted_entry(self._connection, self._campaign, self._number.cycle),
        )
        return self._merged(entry, e.converted_at, [mine], cursor)

    # ---- how they are read

    def _merged(
        self,
        table: Table,
        at: ColumnElement[int] | None,
        wheres: Sequence[ColumnElement[bool]],
        cursor: _Cursor,
    ) -> Iterator[_Row]:
        """Rows of a table that meet one of the conditions, in order: each is a range of its primary key."""
        streams = [self._stream(table, at, where, cursor) for where in wheres]
        return merge(*streams, key=_place)

    def _stream(
        self, table: Table, at: ColumnElement[int] | None, where: ColumnElement[bool], cursor: _Cursor
    ) -> Iterator[_Row]:
        """Read by the page, and only as far as somebody asks."""
        moment = entry.c.entered_at if at is None else at
        while True:
            query: Select[Any] = select(table.c.person, table.c.entry, moment).where(
                where, tuple_(table.c.person, table.c.entry) > tuple_(*cursor)
            )
            if self._number.cycle is not None:
                if table is not entry:
                    query = query.join_from(table, entry, entry_of(table, self._campaign))
                query = query.where(entry.c.cycle == self._number.cycle)
            ordered = query.order_by(table.c.person, table.c.entry).limit(self._limit + 1)
            rows = [_Row(*row) for row in self._connection.execute(ordered)]
            if len(rows) <= self._limit:
                yield from rows
                return
            # What is of the last entry may go on behind the page.
            last = rows[-1][:2]
            whole = [row for row in rows if row[:2] != last]
            if not whole:
                everything = query.where(table.c.person == last[0], table.c.entry == last[1])
                yield from (_Row(*row) for row in self._connection.execute(everything))
                cursor = last
                continue
            yield from whole
            cursor = whole[-1][:2]

    @staticmethod
    def _distinct(rows: Iterator[_Row]) -> Iterator[_Row]:
        """The first row of each entry."""
        before: tuple[int, int] | None = None
        for row in rows:
            if row[:2] != before:
                before = row[:2]
                yield row


_STEP = {What.ARRIVED: ARRIVE, What.LEFT: LEFT, What.MERGED: MERGED, What.EXITED: EXITED}


def _place(row: _Row) -> tuple[int, int]:
    return row[:2]
