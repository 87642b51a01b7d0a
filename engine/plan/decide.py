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
    type_coerce,
)

from engine.components.behaviour import After, At, EventTest, JudgeEvents, JudgeResult, Until
from engine.plan.context import Context, Salt
from engine.plan.graph import Flow, FlowNode
from engine.plan.places import (
    BucketTest,
    Choice,
    ConditionTest,
    Decision,
    EventsTest,
    Layout,
    Path,
    ResultTest,
    Test,
    ViaTest,
    WonTest,
)
from engine.shapes.time import to_milliseconds
from engine.store.dialect import greatest, least
from engine.store.tables.people import event
from engine.store.tables.runs import claim, message
from engine.store.times import NEVER, Ms


@dataclass(frozen=True, slots=True)
class Row:
    """The columns of the row that is judged. `hashed`: the person's hash, where somebody splits at random."""

    person: ColumnElement[int]
    entry: ColumnElement[int]
    via: ColumnElement[int]
    now: Ms
    arrived: Ms
    hashed: ColumnElement[Any]


def splits_in(tree: Decision) -> list[str]:
    """Ids of the nodes that split at random."""
    return list(dict.fromkeys(test.node for test in tests_in(tree) if isinstance(test, BucketTest)))


def tests_in(tree: Decision) -> Iterator[Test]:
    if isinstance(tree, Choice):
        for test, decision in tree.tests:
            yield test
            yield from tests_in(decision)
        yield from tests_in(tree.otherwise)


class Judge:
    """Builds the expressions of one plan."""

    def __init__(self, context: Context, flow: Flow) -> None:
        self._context = context
        self._flow = flow

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
        for place in layout.places:
            for test in tests_in(place.tree):
                if isinstance(test, ConditionTest | EventsTest):
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
            case ConditionTest(condition):
                return self._context.conditions.of_person(condition, row.person, row.now)
            case BucketTest(node, below):
                salt = Salt.of(self._context.campaign_id, node)
                bucket: ColumnElement[int] = salt.bucket(
                    salt.seed(row.hashed, type_coerce(row.entry, BigInteger))
                )
                return bucket < below
            case EventsTest(judgment):
                return self._events(judgment, row)
            case ResultTest(node, code):
                return self._result(self._flow.nodes[node], code, row)
            case WonTest(node):
                return self._won(self._flow.nodes[node], row)
            case ViaTest(via):
                return row.via == via

    def _events(self, judgment: JudgeEvents, row: Row) -> ColumnElement[bool]:
        alternatives: list[ColumnElement[bool]] = []
        group: list[ColumnElement[bool]] = []
        for test in judgment.tests:
            if test.join == "or":
                alternatives.append(and_(true(), *group))
                group = []
            group.append(self._event_test(test, row))
        return or_(false(), *alternatives, and_(true(), *group))

    def _event_test(self, test: EventTest, row: Row) -> ColumnElement[bool]:
        matching = self._matching(test, row.person, row.arrived, row.now)
        if test.times == 1:
            met: ColumnElement[bool] = exists(matching)
        else:
            counted = matching.with_only_columns(func.count(), maintain_column_froms=True)
            met = counted.scalar_subquery() >= test.times
        return met if test.occurred else ~met

    def _matching(self, test: EventTest, who: ColumnElement[int], arrived: Ms, until: Ms) -> Select[int]:
        e = event.alias()
        query = select(e.c.time).where(
            e.c.code == test.event, e.c.person == who, e.c.time > arrived, e.c.time <= until
        )
        if self._context.live:
            query = query.where(e.c.received_at <= until)
        if test.where is not None:
            query = query.where(self._context.conditions.of_event(test.where, test.event, e))
        return query.correlate_except(e)

    def _reached(self, test: EventTest, who: ColumnElement[int], arrived: Ms, last: Ms) -> Ms:
        """When the n-th matching event occurred; never where it did not."""
        times = self._matching(test, who, arrived, last)
        nth = times.order_by(times.selected_columns.time).offset(test.times - 1).limit(1)
        return func.coalesce(nth.scalar_subquery(), NEVER)

    def _touch(self, node: FlowNode, via: ColumnElement[int]) -> ColumnElement[int]:
        """The number of the node whose message stands in front, for who came by link `via`."""
        touches = [self._flow.nodes[edge.source].number for edge in self._flow.into[node.id]]
        if len(set(touches)) == 1:
            return literal(touches[0])
        return case(*((via == rank, touch) for rank, touch in enumerate(touches[:-1])), else_=touches[-1])

    def _result(self, node: FlowNode, code: str, row: Row) -> ColumnElement[bool]:
        m = message.alias()
        mine = and_(
            m.c.campaign == self._context.campaign,
            m.c.node == self._touch(node, row.via),
            m.c.person == row.person,
            m.c.entry == row.entry,
        )
        known = and_(m.c.result_at.is_not(None), m.c.result_at <= row.now)
        succeeded = exists(select(literal(1)).where(mine, m.c.result == "sent", known).correlate_except(m))
        if code == "success":
            return succeeded
        doubtful = or_(m.c.result == "unknown", ~known)
        return and_(~succeeded, ~exists(select(literal(1)).where(mine, doubtful).correlate_except(m)))

    def _won(self, node: FlowNode, row: Row) -> ColumnElement[bool]:
        first = func.row_number().over(partition_by=[row.person, row.entry], order_by=[row.now, row.via]) == 1
        taken = select(literal(1)).where(
            claim.c.campaign == self._context.campaign,
            claim.c.node == node.number,
            claim.c.person == row.person,
            claim.c.entry == row.entry,
        )
        return and_(first, ~exists(taken.correlate_except(claim)))

    def result_known_at(self, node: FlowNode, row: Row) -> Ms:
        """When the result of the message in front is known, at most the maximum after it was handed over."""
        assert isinstance(node.behaviour, JudgeResult)
        if not self._context.scripted:
            return row.now
        m = message.alias()
        succeeded = func.min(case((m.c.result == "sent", m.c.result_at)))
        doubtful = func.count(case((or_(m.c.result_at.is_(None), m.c.result == "unknown"), 1)))
        known = select(func.coalesce(succeeded, case((doubtful == 0, func.max(m.c.result_at))), NEVER)).where(
            m.c.campaign == self._context.campaign,
            m.c.node == self._touch(node, row.via),
            m.c.person == row.person,
            m.c.entry == row.entry,
        )
        maximum = self._context.clock.plus(row.now, node.behaviour.maximum)
        return least(known.correlate_except(m).scalar_subquery(), maximum)


def _earliest(moments: list[Ms]) -> Ms:
    return least(*moments) if len(moments) > 1 else moments[0]


def _latest(moments: list[Ms]) -> Ms:
    return greatest(*moments) if len(moments) > 1 else moments[0]
