"""What a Result Judgment asks: the result of the messages of the touch in front, and when it is known.

What was stopped before it was sent has failed. Receipts stand in a message only where they count: those of
what was sent, within the time for which its account collects them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, null, or_, select

from engine.components.behaviour import JudgeResult, Send
from engine.plan.context import Context
from engine.plan.fatigue import HELD_LITERALS
from engine.plan.graph import Flow, FlowNode
from engine.store.functions import greatest, least
from engine.store.tables.runs import message
from engine.store.times import NEVER, Ms

Number = ColumnElement[int]


class Results:
    """Builds the expressions about Result Judgments of one plan.

    person, entry, via: of the row that is judged; `via` is the link by which it came to the node.
    """

    def __init__(self, context: Context, flow: Flow) -> None:
        self._context = context
        self._flow = flow

    def holds(
        self, node: FlowNode, code: str, person: Number, entry: Number, via: Number, now: Ms
    ) -> ColumnElement[bool]:
        """Whether the result is `code`, of what is known by `now`."""
        assert isinstance(node.behaviour, JudgeResult)
        m = message.alias()
        mine = self._mine(m.c, node, person, entry, via)
        # Who was to be judged during a stop is judged at the restart, by what was known in time.
        by = least(now, self._last(node, mine, m)) if self._flow.awaits_provider(node) else now
        if node.behaviour.receipt:
            first = select(m.c.receipt).where(mine, m.c.receipt_at <= by)
            first = first.order_by(m.c.receipt_at, m.c.address).limit(1).correlate_except(m)
            return func.coalesce(first.scalar_subquery(), "") == code
        known = and_(m.c.result_at.is_not(None), m.c.result_at <= by)
        succeeded = exists(select(literal(1)).where(mine, m.c.result == "sent", known).correlate_except(m))
        if code == "success":
            return succeeded
        doubtful = or_(m.c.result == "unknown", ~known)
        return and_(~succeeded, ~exists(select(literal(1)).where(mine, doubtful).correlate_except(m)))

    def known_at(
        self, node: FlowNode, person: Number, entry: Number, via: Number, now: Ms, since: Ms | None = None
    ) -> Ms:
        """When the person who arrives `now` is judged: when the result is known, at most the maximum after
        the message was handed over. Null while a quiet time holds it. since: not before this moment.
        """
        judged = node.behaviour
        assert isinstance(judged, JudgeResult)
        if not judged.receipt and not self._context.scripted and not self._may_wait(node):
            return now  # the simulated channel has answered at once
        m = message.alias()
        failed = case(
            (func.count(case((m.c.result == "failed", 1))) == func.count(), func.max(m.c.result_at))
        )
        good = m.c.receipt_at if judged.receipt else case((m.c.result == "sent", m.c.result_at))
        all_ = (
            select(
                func.count(case((m.c.state.in_(HELD_LITERALS), 1))).label("held"),
                func.coalesce(func.min(good), failed, NEVER).label("known"),
                func.max(m.c.sent_at).label("sent"),
            )
            .where(self._mine(m.c, node, person, entry, via))
            .correlate_except(m)
            .subquery()
        )
        last = func.coalesce(self._context.clock.plus(all_.c.sent, judged.maximum), NEVER)
        judged_at: Ms = least(all_.c.known, last)
        if since is not None:
            judged_at = greatest(judged_at, since)
        moment = case((all_.c.held == 0, judged_at), else_=null())
        return select(moment).select_from(all_).correlate_except(all_).scalar_subquery()

    def _last(self, node: FlowNode, mine: ColumnElement[bool], m: Any) -> Ms:
        """The maximum after the handing over of the messages; never where none was."""
        assert isinstance(node.behaviour, JudgeResult)
        sent = select(func.max(m.c.sent_at).label("sent")).where(mine).correlate_except(m).subquery()
        last = func.coalesce(self._context.clock.plus(sent.c.sent, node.behaviour.maximum), NEVER)
        return select(last).select_from(sent).correlate_except(sent).scalar_subquery()

    def _mine(
        self, m: Any, node: FlowNode, person: Number, entry: Number, via: Number
    ) -> ColumnElement[bool]:
        return and_(
            m.campaign == self._context.campaign,
            m.node == self._touch(node, via),
            m.person == person,
            m.entry == entry,
        )

    def _touch(self, node: FlowNode, via: Number) -> Number:
        """The number of the node whose message stands in front, for who came by link `via`."""
        touches = [touch.number for touch in self._flow.touches_before(node.id)]
        if len(set(touches)) == 1:
            return literal(touches[0])
        return case(*((via == rank, touch) for rank, touch in enumerate(touches[:-1])), else_=touches[-1])

    def _may_wait(self, node: FlowNode) -> bool:
        """Whether a message in front of the node may not have been handed over yet."""
        return self._flow.awaits_provider(node) or any(
            isinstance(touch.behaviour, Send)
            and touch.behaviour.marketing
            and self._context.may_postpone(touch.kind)
            for touch in self._flow.touches_before(node.id)
        )
