"""The tree of choices at a place as one SQL expression: each row's path number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    tuple_,
    type_coerce,
)

from engine.components.behaviour import (
    After,
    At,
    EnterAudiences,
    EventTest,
    JudgeEvents,
    JudgeGoal,
    OriginTest,
    PersonTest,
    ReachableTest,
    TriggerTest,
    Until,
)
from engine.plan.context import Context
from engine.plan.exits import Exits
from engine.plan.fatigue import reachable
from engine.plan.graph import Flow, FlowNode
from engine.plan.places import (
    BucketTest,
    Choice,
    Decision,
    EventsTest,
    ExitTest,
    HeldBackTest,
    Layout,
    Path,
    ResultTest,
    Test,
    ViaTest,
    WonTest,
)
from engine.plan.prepared import given
from engine.plan.results import Results
from engine.plan.salt import Salt
from engine.shapes.conditions import Condition
from engine.shapes.time import to_milliseconds
from engine.store.functions import greatest, least
from engine.store.tables.people import event
from engine.store.tables.runs import claim, entry
from engine.store.times import NEVER, Ms

LAST_ALLOWED = ("last_now", "last_person", "last_entry", "last_via")
"""The position of the last row that goes by its bucket at a test that ends, before all where none does:
parameters where rows of people lie on several machines."""


@dataclass(frozen=True, slots=True)
class Row:
    """The columns of the row that is judged.

    hashed: the person's hash, where it decides something. event, origin: of a row that is entering;
    of others the entry knows.
    """

    person: ColumnElement[int]
    entry: ColumnElement[int]
    via: ColumnElement[int]
    now: Ms
    arrived: Ms
    hashed: ColumnElement[Any]
    event: ColumnElement[Any] | None = None
    origin: ColumnElement[Any] | None = None


def draws_lots(tree: Decision) -> bool:
    """Whether people's hashes decide something."""
    return any(isinstance(test, BucketTest | HeldBackTest) for test in tests_in(tree))


def asks_origin(layout: Layout) -> bool:
    """Whether it matters which of the trigger's audiences a person came from."""
    return any(isinstance(test, OriginTest) for place in layout.places for test in tests_in(place.tree))


def tests_in(tree: Decision) -> Iterator[Test]:
    if isinstance(tree, Choice):
        for test, decision in tree.tests:
            yield test
            yield from tests_in(decision)
        yield from tests_in(tree.otherwise)


class Judge:
    """Builds the expressions of one plan. `exits`: those about leaving before the end."""

    def __init__(self, context: Context, flow: Flow) -> None:
        self._context = context
        self._flow = flow
        self.exits = Exits(context, flow.exits)
        self._results = Results(context, flow)

    def path(self, tree: Decision, row: Row) -> ColumnElement[int]:
        """The number of the path that the row takes."""
        if isinstance(tree, Path):
            return literal_column(str(tree.number))
        tests = [(self._holds(test, row), self.path(decision, row)) for test, decision in tree.tests]
        return case(*tests, else_=self.path(tree.otherwise, row))

    def check(self, layout: Layout) -> None:
        """Build every condition once, so that one that does not fit the data is refused at publish."""
        nothing = literal(0)
        row = Row(nothing, nothing, nothing, nothing, nothing, nothing)
        self.exits.check()
        for place in layout.places:
            for test in tests_in(place.tree):
                if _has_condition(test):
                    self._holds(test, row)

    def leave_at(self, until: Until, now: Ms) -> Ms:
        """When a person who arrives `now` goes on."""
        clock = self._context.clock
        if isinstance(until, After):
            return clock.plus(now, until.duration)
        if isinstance(until, At):
            moment = to_milliseconds(until.moment)
            return case((now > moment, now), else_=moment)
        base = now if until.after is None else clock.plus(now, until.after)
        return clock.first_at_or_after(base, until.wall)

    def decided_at(self, judgment: JudgeEvents, person: ColumnElement[int], arrived: Ms) -> Ms:
        """When the outcome is certain (for those that go on early), at the latest at the judging moment."""
        last = self.leave_at(judgment.until, arrived)
        reached = [self._reached(test, person, arrived, last) for test in judgment.tests]
        groups: list[list[tuple[EventTest, Ms]]] = []
        for test, moment in zip(judgment.tests, reached, strict=True):
            if test.join == "and":
                groups[-1].append((test, moment))
            else:
                groups.append([(test, moment)])
        holds = [_latest([m if t.occurred else literal(NEVER) for t, m in group]) for group in groups]
        fails = [_earliest([literal(NEVER) if t.occurred else m for t, m in group]) for group in groups]
        return _earliest([_earliest(holds), _latest(fails), last])

    def _holds(self, test: Test, row: Row) -> ColumnElement[bool]:
        match test:
            case PersonTest(condition):
                return self._context.conditions.of_person(condition, row.person, row.now)
            case TriggerTest(condition):
                return self._trigger(condition, row)
            case OriginTest(audiences):
                return self._origin(audiences, row)
            case ReachableTest(channel):
                return reachable(self._context, channel, row.person, row.now)
            case BucketTest():
                return self._bucket(test, row)
            case EventsTest(judgment):
                return self._events(judgment, row)
            case ResultTest(id, code):
                node = self._flow.nodes[id]
                return self._results.holds(node, code, row.person, row.entry, row.via, row.now)
            case WonTest(id):
                return self._won(self._flow.nodes[id], row)
            case ViaTest(via):
                return row.via == via
            case ExitTest():
                return self.exits.is_inside(row.person, row.now)
            case HeldBackTest():
                return or_(*(draw.bucket(row.hashed) < draw.below for draw in self._context.control))

    def _bucket(self, test: BucketTest, row: Row) -> ColumnElement[bool]:
        salt = Salt.of(self._context.campaign_id, test.node)
        seed = salt.seed(row.hashed, type_coerce(row.entry, BigInteger))
        bucket: ColumnElement[int] = salt.bucket(seed)
        if test.group is None:
            return bucket < test.below
        # The first `allowed` rows and all before `since` go by their bucket; `winner` is -1 without one.
        order = [row.now, row.person, row.entry, row.via]
        if self._context.distributed:  # where no statement numbers rows and looks something up for each
            behind = tuple_(*order) > tuple_(*map(given, LAST_ALLOWED))
        else:
            behind = func.row_number().over(order_by=order) > given("allowed")
        over = and_(behind, row.now >= given("since"), given("winner") >= 0)
        return case((over, given("winner") == test.group), else_=bucket < test.below)

    def _trigger(self, condition: Condition, row: Row) -> ColumnElement[bool]:
        """Whether the event that let the person enter matches."""
        code = self._context.trigger_event
        if code is None:
            return false()
        e = event.alias()
        source = self._of_entry(entry.c.event, row) if row.event is None else row.event
        matching = select(literal(1)).where(
            e.c.person == row.person,
            e.c.source_id == source,
            e.c.code == code,
            self._context.conditions.of_event(condition, code, e),
        )
        return exists(matching.correlate_except(e))

    def _origin(self, audiences: tuple[str, ...], row: Row) -> ColumnElement[bool]:
        """Whether the person came out of one of the audiences."""
        trigger = self._flow.trigger.behaviour
        known = trigger.audiences if isinstance(trigger, EnterAudiences) else ()
        mask = sum(1 << known.index(id) for id in audiences if id in known)
        origin = self._of_entry(entry.c.origin, row) if row.origin is None else row.origin
        return origin.op("&")(mask) != 0

    def _of_entry(self, column: ColumnElement[Any], row: Row) -> ColumnElement[Any]:
        return (
            select(column)
            .where(
                entry.c.campaign == self._context.campaign,
                entry.c.person == row.person,
                entry.c.entry == row.entry,
            )
            .correlate_except(entry)
            .scalar_subquery()
        )

    def _events(self, judgment: JudgeEvents | JudgeGoal, row: Row) -> ColumnElement[bool]:
        alternatives: list[ColumnElement[bool]] = []
        group: list[ColumnElement[bool]] = []
        # Who goes on early does so at the time of an event, which is received later; and who was due during a
        # stop does so at the restart.
        last = self.leave_at(judgment.until, row.arrived)
        for test in _event_tests(judgment):
            if test.join == "or":
                alternatives.append(and_(true(), *group))
                group = []
            group.append(self._event_test(test, row, last))
        return or_(false(), *alternatives, and_(true(), *group))

    def _event_test(self, test: EventTest, row: Row, last: Ms) -> ColumnElement[bool]:
        matching = self._matching(test, row.person, row.arrived, least(row.now, last), last)
        if test.times == 1:
            met: ColumnElement[bool] = exists(matching)
        else:
            counted = matching.with_only_columns(func.count(), maintain_column_froms=True)
            met = counted.scalar_subquery() >= test.times
        return met if test.occurred else ~met

    def _matching(
        self, test: EventTest, who: ColumnElement[int], arrived: Ms, until: Ms, received_by: Ms
    ) -> Select[int]:
        e = event.alias()
        query = select(e.c.time).where(
            e.c.code == test.event, e.c.person == who, e.c.time > arrived, e.c.time <= until
        )
        if self._context.live:
            query = query.where(e.c.received_at <= received_by)
        if test.where is not None:
            query = query.where(self._context.conditions.of_event(test.where, test.event, e))
        return query.correlate_except(e)

    def _reached(self, test: EventTest, who: ColumnElement[int], arrived: Ms, last: Ms) -> Ms:
        """When the n-th matching event occurred; never where it did not."""
        times = self._matching(test, who, arrived, last, last)
        nth = times.order_by(times.selected_columns.time).offset(test.times - 1).limit(1)
        return func.coalesce(nth.scalar_subquery(), NEVER)

    def _won(self, node: FlowNode, row: Row) -> ColumnElement[bool]:
        first = func.row_number().over(partition_by=[row.person, row.entry], order_by=[row.now, row.via]) == 1
        taken = select(literal(1)).where(
            claim.c.campaign == self._context.campaign,
            claim.c.node == node.number,
            claim.c.person == row.person,
            claim.c.entry == row.entry,
        )
        return and_(first, ~exists(taken.correlate_except(claim)))

    def result_known_at(self, node: FlowNode, row: Row, since: Ms | None = None) -> Ms:
        """When whoever arrives at a Result Judgment is judged; null where that is not known yet. since: not
        before this moment."""
        return self._results.known_at(node, row.person, row.entry, row.via, row.now, since)


def _has_condition(test: Test) -> bool:
    if isinstance(test, EventsTest):
        return any(one.where is not None for one in _event_tests(test.judgment))
    return isinstance(test, PersonTest | TriggerTest)


def _event_tests(judgment: JudgeEvents | JudgeGoal) -> tuple[EventTest, ...]:
    return judgment.tests if isinstance(judgment, JudgeEvents) else (judgment.goal,)


def _earliest(moments: list[Ms]) -> Ms:
    return least(*moments) if len(moments) > 1 else moments[0]


def _latest(moments: list[Ms]) -> Ms:
    return greatest(*moments) if len(moments) > 1 else moments[0]
