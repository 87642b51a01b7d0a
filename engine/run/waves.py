"""Running one campaign version: waves of at most `WAVE` people, each in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from enum import Enum, auto
from typing import NamedTuple

from sqlalchemy import Connection, select, update

from engine.components.behaviour import JudgeResult
from engine.plan.context import WHOLE
from engine.plan.decide import LAST_ALLOWED
from engine.plan.influence import Contest, Order
from engine.plan.places import Place, Stage
from engine.plan.plan import PlacePlan, Plan, Range
from engine.plan.rows import FIRST, Position
from engine.plan.temporary import kin
from engine.run.turns import TurnsAtTests
from engine.store.tables.runs import cycle
from engine.store.times import HOUR, NEVER

WAVE = 10_000
BRIEF_WAVE = 1_000
"""People in a wave while events come, which wait for it to end."""

Transactions = Callable[[], AbstractContextManager[Connection]]
"""Begins a transaction of the writing connection; commits at the end, rolls back on an exception."""


class Left(Enum):
    """What of a version is left to other processes."""

    NOTHING = auto()
    WHOLE = auto()
    SHARDS = auto()


NoteWritten = Callable[[Connection, int], Left]
"""Says that somebody other than its waves writes for a version. What others may run of it."""


class _Found(NamedTuple):
    """Rows at the front of a place: the earliest, and how many waves they take."""

    due: int
    batches: int


class WaveRunner:
    """Runs the due rows of one version.

    `waves` yields after each committed wave: whoever drives it decides what comes in between, and whether the
    next one is to be `brief`. shard: whose people it runs, where the plan is of shards; call `forget` when it
    is set. place_by_place: what others write for the version between two waves makes no difference to the
    next one, if only it is forgotten what was due.
    """

    MOST = WAVE

    def __init__(
        self,
        plan: Plan,
        transactions: Transactions,
        size: int | None = None,
        note_written: NoteWritten | None = None,
    ) -> None:
        self._plan = plan
        self._note_written = note_written
        self._begin = transactions
        self._full = size or self.MOST
        self.brief = False
        self.shard = WHOLE
        self.place_by_place = False
        self._due: dict[int, int] | None = None
        self._done: dict[int, Position] = {}  # up to where places have no rows any more
        places = [place.place for place in plan.places]
        self._sequence = sorted(places, key=lambda place: place.turn)
        self._contest_of = dict(self._contests(places))
        self._rivals = {
            place.index: self._leading_to(place, contest) for place, contest in self._contested(places)
        }
        self._holds_back = bool(self._contest_of) or any(place.stage is Stage.OUTBOX for place in places)
        self._upstream = {
            place.index: [other.index for other in places if plan.flow.leads_to(other.node.id, place.node.id)]
            for place in places
            if place.joins and self._holds_back
        }
        self._tests = TurnsAtTests(plan)

    def _contests(self, places: list[Place]) -> Iterator[tuple[int, Contest]]:
        for place in places:
            contest = self._plan.layout.influence.contests.get(place.node.id)
            takes_part = Stage.RELEASE if place.node.holds else Stage.CUT
            if contest is not None and place.stage is takes_part:
                yield place.index, contest

    def _contested(self, places: list[Place]) -> Iterator[tuple[Place, Contest]]:
        for place in places:
            if place.index in self._contest_of:
                yield place, self._contest_of[place.index]

    def _leading_to(self, place: Place, contest: Contest) -> list[Place]:
        """Other places from which people may still come to where it is competed."""
        nodes = contest.nodes if contest.target is None else contest.nodes | {contest.target}
        leads_to = self._plan.flow.leads_to
        return [
            other.place
            for other in self._plan.places
            if other.place.index != place.index
            and any(other.place.node.id == node or leads_to(other.place.node.id, node) for node in nodes)
        ]

    @property
    def _size(self) -> int:
        """How many people the next wave takes at most."""
        return min(self._full, BRIEF_WAVE) if self.brief else self._full

    @property
    def _mine(self) -> dict[str, int]:
        return {"shard": self.shard}

    def forget(self) -> None:
        """Read anew what is due: somebody else has written."""
        self._due = None
        self._done.clear()

    def due(self) -> int | None:
        """When something is due next."""
        return min(self._agenda().values(), default=None)

    def waves(self, horizon: int) -> Iterator[None]:
        """Run everything due by `horizon` (ms), in the order that the campaign needs."""
        order = self._order()
        self.place_by_place = order is Order.NOBODY and not self._holds_back
        if order is not Order.NOBODY:
            yield from self._in_order(horizon, order)
        if order is not Order.EVERYBODY:
            yield from self._by_place(horizon)

    def outbox(self, moment: int) -> Iterator[None]:
        """Hand over what quiet times held back until `moment`, before anybody enters then."""
        outboxes = [place.index for place in self._sequence if place.stage is Stage.OUTBOX]
        if not any(self._agenda().get(index, NEVER) <= moment for index in outboxes):
            return
        order = self._order()
        if order is not Order.NOBODY:
            yield from self._in_order(moment, order, outboxes)
        for index in outboxes:
            yield from self._place(self._plan.places[index], moment, moment)

    def _order(self) -> Order:
        """Whose rows run in order of time."""
        order = self._plan.layout.influence.order(self._plan.context.contact)
        if order is Order.KIN and not self._some_share():
            return Order.NOBODY
        return Order.EVERYBODY if order is Order.KIN and self._contest_of else order

    def _some_share(self) -> bool:
        with self._begin() as connection:
            return connection.execute(select(kin.c.person).limit(1)).first() is not None

    # ---- what is due

    def _agenda(self) -> dict[int, int]:
        """Place → when something is due there; as the table `agenda` has it."""
        if self._due is None:
            with self._begin() as connection:
                return self._read_agenda(connection)
        return self._due

    def _read_agenda(self, connection: Connection) -> dict[int, int]:
        rows = self._plan.common.agenda(connection, self._mine)
        self._due = {place: due for place, due in rows if due < NEVER}
        return self._due

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        self._agenda()
        try:
            with self._begin() as connection:
                if self._due is None:  # somebody else has written meanwhile
                    self._read_agenda(connection)
                yield connection
        except BaseException:
            self.forget()
            raise

    def note_next(self, connection: Connection, place: PlacePlan, *, of_events: bool = False) -> None:
        """Write into the agenda when the place has something to do: somebody else has written there.

        of_events: it was about people whom events in `incoming` concern.
        """
        left = Left.NOTHING
        if self._note_written is not None:
            left = self._note_written(connection, self._plan.context.version)
        if left is not Left.NOTHING:
            self.forget()
        self._done.pop(place.place.index, None)
        if left is Left.SHARDS:
            (place.note_incoming if of_events else place.note_shards)(connection)
        else:
            self._note_next(connection, place)

    def _behind(self, place: PlacePlan) -> dict[str, int]:
        """The parameters that say up to where the place has no rows any more."""
        return self._done.get(place.place.index, FIRST)._asdict() | self._mine

    def _note_fed(self, connection: Connection, place: PlacePlan, first: int) -> None:
        """Note what is due next at the place of a wave, and where its people went, at `first` or later."""
        self._note_next(connection, place)
        for index in place.feeds:
            fed = self._plan.places[index]
            if isinstance(fed.place.node.behaviour, JudgeResult):  # the result may have been known before
                self._done.pop(index, None)
            elif index in self._done:
                self._done[index] = min(self._done[index], Position(first, FIRST.behind))
            self._note_next(connection, fed)

    def _note_next(self, connection: Connection, place: PlacePlan) -> None:
        index, common = place.place.index, self._plan.common
        due = place.next_due(connection, self._behind(place)).scalar()
        if self._due is not None:
            if self._due.get(index) == due:
                return
            if due is None:
                del self._due[index]
            else:
                self._due[index] = due
        if due is None:
            common.forget_due(connection, {"place": index, **self._mine})
        else:
            common.note_due(connection, {"place": index, "due": due, **self._mine})

    # ---- a place at a time

    def _by_place(self, horizon: int) -> Iterator[None]:
        moved = True
        while moved:
            moved = False
            for place in self._sequence:
                limit = self._limit(place, horizon)
                for _ in self._place(self._plan.places[place.index], limit, horizon):
                    moved = True
                    yield
            moved = moved and self._holds_back

    def _place(self, place: PlacePlan, limit: int, horizon: int) -> Iterator[None]:
        """All rows of a place that are due by `limit`; what they lead to may be due by `horizon`."""
        while self._agenda().get(place.place.index, NEVER) <= limit:
            with self._transaction() as connection:
                first, behind = self._agenda().get(place.place.index, NEVER), self._behind(place)
                if first > limit:
                    return
                skip = {"horizon": limit, "skip": self._size - 1}
                last = place.bounds(connection, {**behind, **skip}).first()
                if last is not None and last[0] == first:
                    rows, done = place.exact, Position(*last)
                    if first > behind["low"]:
                        behind = FIRST._asdict() | self._mine
                else:
                    rows, done = place.upto, Position(limit if last is None else last[0] - 1, NEVER)
                which = {**behind, "high": done.low, "last": done.behind}
                if place.place.stage is not Stage.OUTBOX:  # what it holds once more may be due soon
                    self._done[place.place.index] = done
                self._run(connection, place, rows, which, first, horizon)
            yield

    def _run(
        self,
        connection: Connection,
        place: PlacePlan,
        rows: Range,
        which: dict[str, int],
        first: int,
        horizon: int,
    ) -> None:
        """Run rows of a place of which none is due before `first`."""
        which |= self._mine
        self._plan.common.clear_wave(connection)
        if place.place.index in self._tests.places:
            which |= self._tests.turns(connection, place, which["high"])
            if self._plan.context.distributed:
                which |= self._last_allowed(connection, rows, which)
        for statement in (rows.note, rows.take, rows.drop):
            if statement is not None:
                statement(connection, which)
        hour = self._hour(connection, first, which.get("high", horizon))
        self._effects(connection, place, horizon, hour)
        self._note_fed(connection, place, first)

    def _last_allowed(
        self, connection: Connection, rows: Range, which: Mapping[str, int]
    ) -> Mapping[str, int]:
        """The position of the last row of a wave, still to be taken, that goes by its bucket at a test that
        ends: found by taking it, with whatever paths."""
        if not which["allowed"] or which["winner"] < 0:
            return dict.fromkeys(LAST_ALLOWED, -NEVER)
        rows.take(connection, {**which, **dict.fromkeys(LAST_ALLOWED, NEVER)})
        found = self._plan.common.nth_of_wave(connection, {"before": which["allowed"] - 1}).first()
        self._plan.common.clear_wave(connection)
        return dict(zip(LAST_ALLOWED, found or [NEVER] * len(LAST_ALLOWED), strict=True))

    def _hour(self, connection: Connection, first: int, last: int) -> int | None:
        """The hour (since 1970) of the rows of the wave, which lie between two moments; None where they are
        of several hours, or cycles."""
        if self._plan.context.recurring:
            return None
        if first // HOUR == last // HOUR:
            return first // HOUR
        span = self._plan.common.span(connection).one()
        hours = {moment // HOUR for moment in span if moment is not None}
        return hours.pop() if len(hours) == 1 else None

    def _effects(self, connection: Connection, place: PlacePlan, horizon: int, hour: int | None) -> None:
        parameters = {"horizon": horizon, **self._mine}
        for step in place.effects:
            step(connection, parameters, hour)

    # ---- people who compete, and those who meet

    def _limit(self, place: Place, horizon: int) -> int:
        """Up to when the place may run."""
        if place.index in self._contest_of:
            return self._contest_limit(place, horizon)
        if place.index in self._upstream:
            # Somebody who is held back may come to the joined node first.
            agenda = self._agenda()
            moments = [agenda[other] - 1 for other in self._upstream[place.index] if other in agenda]
            return min([horizon, *moments])
        return horizon

    def _contest_limit(self, place: Place, horizon: int) -> int:
        """Up to when nobody who is not there yet can come first, or change what it is about."""
        contest, agenda = self._contest_of[place.index], self._agenda()
        mine = agenda.get(place.index)
        if mine is None or mine > horizon or self._tests.decided(place):
            return horizon
        others = [
            (agenda[rival.index], rival.turn) for rival in self._rivals[place.index] if rival.index in agenda
        ]
        first = min(others, default=(NEVER, 0))
        if first < (mine, place.turn):
            return -NEVER
        limit = min(horizon, max(mine, first[0] - 1))
        return min(limit, mine + contest.lookahead) if contest.feeds_back else limit

    # ---- one person's rows in order of time

    def _in_order(self, horizon: int, order: Order, only: Collection[int] = ()) -> Iterator[None]:
        """Run what is due by `horizon`, turn by turn. only: the places whose rows run; others' end it."""
        while self._agenda() and min(self._agenda().values()) <= horizon:
            with self._transaction() as connection:
                found = self._build_front(connection, horizon, kin_only=order is Order.KIN)
                if not found and order is Order.EVERYBODY:
                    self._note_nobody(connection, horizon)
            if only:
                found = {index: one for index, one in found.items() if index in only}
            if not found:
                return
            free = [index for index in found if index not in self._contest_of]
            if not free:  # everybody is about to compete: those who come first, in one go
                places = self._plan.places
                first = min(found, key=lambda index: (found[index].due, places[index].place.turn))
                yield from self._place(places[first], found[first].due, horizon)
            for index in sorted(free):
                place = self._plan.places[index]
                for batch in range(found[index].batches):
                    with self._transaction() as connection:
                        first = found[index].due
                        self._run(connection, place, place.front, {"batch": batch}, first, horizon)
                    yield

    def _note_nobody(self, connection: Connection, horizon: int) -> None:
        """Whoever the agenda says is due by `horizon` has been taken out of the campaign meanwhile."""
        for index in [index for index, due in self._agenda().items() if due <= horizon]:
            self._done.pop(index, None)
            self._note_next(connection, self._plan.places[index])

    def _build_front(self, connection: Connection, horizon: int, *, kin_only: bool) -> dict[int, _Found]:
        common = self._plan.common
        common.clear_front(connection)
        fill = self._plan.kin_front if kin_only else self._plan.front
        fill(connection, {"horizon": horizon, "size": self._size, **self._mine})
        rows = common.fronts(connection)
        return {place: _Found(due, batches) for place, due, batches in rows}

    # ---- people who enter from audiences

    def enter(self, at: int, lists: list[int], number: int) -> Iterator[None]:
        """Let the union of the audience lists enter at `at`, as cycle `number` (a row of `cycle`)."""
        enter = self._plan.entering(number)
        trigger = self._plan.places[0]
        which = (cycle.c.campaign == self._plan.context.campaign) & (cycle.c.cycle == number)
        parameters = {
            "at": at,
            "cycle": number,
            **{f"list_{i}": key for i, key in enumerate(lists)},
        }
        while True:
            with self._transaction() as connection:
                after = connection.execute(select(cycle.c.after).where(which)).scalar_one()
                self._plan.common.clear_wave(connection)
                size = self._size
                for statement in (*self._plan.gather_newcomers, enter):
                    statement(connection, {**parameters, "after": after, "size": size})
                count, last = self._plan.common.newcomers(connection).one()
                if count:
                    self._effects(connection, trigger, at, self._hour(connection, at, at))
                    self._note_fed(connection, trigger, at)
                done = count < size
                changed = {"after": last if count else after, "done": int(done)}
                connection.execute(update(cycle).where(which).values(**changed))
            yield
            if done:
                return
