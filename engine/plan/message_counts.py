"""The counters of messages, raised in the transaction that writes or changes the messages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Insert,
    case,
    func,
    literal,
    literal_column,
    select,
    union_all,
)

from engine.plan.context import Context, outgoing
from engine.plan.counting import CYCLE, SHARD, cycle_of
from engine.plan.graph import FlowNode
from engine.store.dialect import upsert_adding
from engine.store.tables.runs import message, message_counter
from engine.store.times import HOUR

_COUNTER = ("version", "cycle", "node", "state", "reason", "receipt", "shard", "hour", "n")


@dataclass(frozen=True, slots=True)
class Outcome:
    """A state and reason that outgoing messages may come to, and the condition for it."""

    state: str
    reason: str
    test: ColumnElement[bool]


def count_planned(
    context: Context, node: FlowNode, r: Any, shown: Sequence[ColumnElement[Any]], outcomes: Sequence[Outcome]
) -> Iterator[Insert]:
    """Count new messages.

    r: the columns of the answered messages. shown: their state, reason and receipt. outcomes: all that they
    can come to, where that is known from `outgoing` alone; else empty.
    """
    counted = _grouped(context, node, r, shown, r.now)
    if outcomes and not context.recurring:
        yield _of_one_hour(context, node, outcomes)
        o = outgoing.c
        several = select(func.min(o.now // HOUR) != func.max(o.now // HOUR)).select_from(outgoing)
        counted = counted.where(several.scalar_subquery())
    yield upsert_adding(context.dialect, message_counter, _COUNTER, counted, "n")


def count_released(
    context: Context, node: FlowNode, r: Any, shown: Sequence[ColumnElement[Any]]
) -> Iterator[Insert]:
    """Count released messages as what they have become, and no longer as planned."""
    mine = message.alias()
    planned_at = (
        select(mine.c.planned_at)
        .where(
            mine.c.campaign == context.campaign,
            mine.c.node == node.number,
            mine.c.person == r.person,
            mine.c.entry == r.entry,
            mine.c.address == r.address,
        )
        .correlate_except(mine)
        .scalar_subquery()
    )
    before = [literal("planned"), literal(""), literal("")]
    for columns, sign in ((before, -1), (shown, 1)):
        counted = _grouped(context, node, r, columns, planned_at, sign).where(r.state != "planned")
        yield upsert_adding(context.dialect, message_counter, _COUNTER, counted, "n")


def _grouped(
    context: Context,
    node: FlowNode,
    r: Any,
    shown: Sequence[ColumnElement[Any]],
    planned_at: ColumnElement[int],
    sign: int = 1,
) -> Any:
    state, reason, receipt = shown
    columns = [
        literal(context.version), cycle_of(context, r.person, r.entry).label("cycle"), literal(node.number),
        state.label("state"), reason.label("reason"), receipt.label("receipt"), literal(SHARD),
        (planned_at // HOUR).label("hour"), func.count() * sign,
    ]  # fmt: skip
    places = ("2", "4", "5", "6", "8")
    return select(*columns).where(literal_column("1 = 1")).group_by(*map(literal_column, places))


def _of_one_hour(context: Context, node: FlowNode, outcomes: Sequence[Outcome]) -> Insert:
    """Count messages of one hour, the usual case: in one pass, where grouping would sort them."""
    o = outgoing.c
    numbers = [func.count(case((one.test, 1))).label(f"n_{index}") for index, one in enumerate(outcomes)]
    first, last = func.min(o.now // HOUR).label("first"), func.max(o.now // HOUR).label("last")
    all_ = select(first, last, *numbers).select_from(outgoing).cte("counted")
    rows = [
        select(
            literal(context.version), literal(CYCLE), literal(node.number), literal(one.state),
            literal(one.reason), literal(""), literal(SHARD), all_.c.first, all_.c[f"n_{index}"],
        ).where(all_.c.first == all_.c.last, all_.c[f"n_{index}"] > 0)
        for index, one in enumerate(outcomes)
    ]  # fmt: skip
    counted: Any = union_all(*rows) if len(rows) > 1 else rows[0]
    return upsert_adding(context.dialect, message_counter, _COUNTER, counted, "n")
