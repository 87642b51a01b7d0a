"""Running one campaign version: waves of at most `WAVE` people, each in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select

from engine.components.behaviour import DrawCoupon
from engine.plan.context import front, wave
from engine.plan.graph import Flow
from engine.plan.plan import PlacePlan, Plan, Range
from engine.store.tables.runs import agenda, cycle
from engine.store.times import NEVER

WAVE = 10_000

Transactions = Callable[[], AbstractContextManager[Connection]]
"""Begins a transaction of the writing connection; commits at the end, rolls back on an exception."""

_CLEAR_WAVE = delete(wave)


class _Found(NamedTuple):
    """Rows at the front of a place: the earliest, and how many waves they take."""

    due: int
    batches: int


class WaveRunner:
    """Runs the due rows of one version.

    `waves` yields after each committed wave: whoever drives it decides what comes in between.
    """

    def __init__(self, plan: Plan, transactions: Transactions, size: int = WAVE) -> None:
        self._plan = plan
        self._begin = transactions
        self._size = size
        flow = plan.flow
        self._pool_of: dict[int, str] = {}
        for place in plan.places:
            if isinstance(place.place.node.behaviour, DrawCoupon):
                self._pool_of[place.place.index] = place.place.node.behaviour.coupon
        self._rivals = {index: self._leading_to_pool(index, flow) for index in self._pool_of}
        self._upstream = {
            place.place.index: [
                other.place.index
                for other in plan.places
                if flow.leads_to(other.place.node.id, place.place.node.id)
            ]
            for place in plan.places
            if place.place.joins and self._pool_of
        }

    def _leading_to_pool(self, index: int, flow: Flow) -> list[int]:
        """Other places from which people may still come to the pool of the place."""
        nodes = self._plan.layout.influence.pools[self._pool_of[index]]
        return [
            other.place.index
            for other in self._plan.places
            if other.place.index != index
            and any(other.place.node.id == node or flow.leads_to(other.place.node.id, node) for node in nodes)
        ]

    def waves(self, horizon: int) -> Iterator[None]:
        """Run everything due by `horizon` (ms), in the order that the campaign needs."""
        if self._plan.layout.influence.in_order:
            yield from self._in_order(horizon)
            return
        moved = True
        while moved:
            moved = False
            for place in self._plan.places:
                limit = horizon
                if place.place.index in self._pool_of:
                    limit = self._pool_limit(place, horizon)
                elif place.place.index in self._upstream:
                    limit = self._join_limit(place, horizon)
                for _ in self._place(place, limit, horizon):
                    moved = True
                    yield
            moved = moved and bool(self._pool_of)

    # ---- a place at a time

    def _place(self, place: PlacePlan, limit: int, horizon: int) -> Iterator[None]:
        """All rows of a place that are due by `limit`; what they lead to may be due by `horizon`."""
        while True:
            with self._begin() as connection:
                bounds = place.bounds(connection, {"horizon": limit, "skip": 0}).first()
                if bounds is None:
                    return
                last = place.bounds(connection, {"horizon": limit, "skip": self._size - 1}).first()
                if last is None:
                    self._run(connection, place, place.upto, {"high": limit}, horizon)
                elif bounds.due < last.due:
                    self._run(connection, place, place.upto, {"high": last.due - 1}, horizon)
                else:
                    self._run(
                        connection, place, place.exact, {"high": last.due, "last": last.person}, horizon
                    )
            yield

    def _run(
        self, connection: Connection, place: PlacePlan, rows: Range, which: dict[str, int], horizon: int
    ) -> None:
        connection.execute(_CLEAR_WAVE)
        rows.take(connection, which)
        rows.drop(connection, which)
        self._effects(connection, place, horizon)

    def _effects(self, connection: Connection, place: PlacePlan, horizon: int) -> None:
        self._count(connection, place)
        parameters = {"horizon": horizon}
        for statement in place.effects:
            statement(connection, parameters)
        for index in (place.place.index, *place.feeds):
            self.note_next(connection, self._plan.places[index])

    def _count(self, connection: Connection, place: PlacePlan) -> None:
        """Raise the counters of the paths that the wave takes."""
        first, last, *numbers = tuple(place.tally(connection).one())
        if first != last:
            self._plan.count_paths(connection)
            return
        for path, n in zip(place.place.paths, numbers, strict=True):
            if n:
                self._plan.raise_counter(connection, {"path": path.number, "hour": first, "n": n})

    def note_next(self, connection: Connection, place: PlacePlan) -> None:
        """Write into the agenda when the place has something to do."""
        due = place.next_due(connection).scalar()
        mine = (agenda.c.version == self._plan.context.version) & (agenda.c.place == place.place.index)
        connection.execute(delete(agenda).where(mine))
        if due is not None:
            version = self._plan.context.version
            connection.execute(insert(agenda).values(version=version, place=place.place.index, due=due))

    # ---- people who compete for a pool of codes

    def _pool_limit(self, place: PlacePlan, horizon: int) -> int:
        """Up to when the place may run: nobody who is not there yet can come to the pool any earlier."""
        index = place.place.index
        with self._begin() as connection:
            mine: int | None = place.next_due(connection).scalar()
            if mine is None or mine > horizon:
                return -NEVER
            others = [
                (due, other)
                for other in self._rivals[index]
                if (due := self._plan.places[other].next_due(connection).scalar()) is not None
            ]
        first = min(others, default=(NEVER, NEVER))
        if first < (mine, index):
            return -NEVER
        if len(self._plan.layout.influence.pools[self._pool_of[index]]) > 1:
            return mine
        return min(horizon, max(mine, first[0] - 1))

    def _join_limit(self, place: PlacePlan, horizon: int) -> int:
        """Up to when a joined node may run while a pool holds people back who may come to it."""
        with self._begin() as connection:
            moments = [
                self._plan.places[other].next_due(connection).scalar()
                for other in self._upstream[place.place.index]
            ]
        return min([horizon, *(int(moment) - 1 for moment in moments if moment is not None)])

    # ---- one person's rows in order of time

    def _in_order(self, horizon: int) -> Iterator[None]:
        while True:
            with self._begin() as connection:
                found = self._build_front(connection, horizon)
            if not found:
                return
            free = [index for index in found if index not in self._pool_of]
            if not free:  # everybody is about to draw a code: those who come first, in one go
                first = min(found, key=lambda index: (found[index].due, index))
                yield from self._place(self._plan.places[first], found[first].due, horizon)
            for index in sorted(free):
                place = self._plan.places[index]
                for batch in range(found[index].batches):
                    with self._begin() as connection:
                        self._run(connection, place, place.front, {"batch": batch}, horizon)
                    yield

    def _build_front(self, connection: Connection, horizon: int) -> dict[int, _Found]:
        connection.execute(delete(front))
        self._plan.front(connection, {"horizon": horizon, "size": self._size})
        rows = connection.execute(
            select(front.c.place, func.min(front.c.due), func.max(front.c.batch) + 1).group_by(front.c.place)
        )
        return {place: _Found(due, batches) for place, due, batches in rows}

    # ---- people who enter from audiences

    def enter(self, at: int, lists: list[int], number: int) -> Iterator[None]:
        """Let the union of the audience lists enter at `at`, as cycle `number` (a row of `cycle`)."""
        enter = self._plan.enter_audience
        trigger = self._plan.places[0]
        which = (cycle.c.campaign == self._plan.context.campaign) & (cycle.c.cycle == number)
        again = int(number > 1)
        parameters = {
            "at": at,
            "again": again,
            "size": self._size,
            **{f"list_{i}": key for i, key in enumerate(lists)},
        }
        while True:
            with self._begin() as connection:
                after = connection.execute(select(cycle.c.after).where(which)).scalar_one()
                connection.execute(_CLEAR_WAVE)
                enter(connection, {**parameters, "after": after})
                count, last = connection.execute(select(func.count(), func.max(wave.c.person))).one()
                if count:
                    self._effects(connection, trigger, at)
                done = count < self._size
                changed = {"after": last if count else after, "done": int(done)}
                connection.execute(cycle.update().where(which).values(**changed))
            yield
            if done:
                return
