"""The counters of messages, raised in the transaction that writes or changes the messages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Insert,
    func,
    literal,
    literal_column,
    select,
)

from engine.plan.context import Context
from engine.plan.counting import cycle_of
from engine.plan.graph import FlowNode
from engine.store.dialect import upsert_adding
from engine.store.tables.runs import message, message_counter
from engine.store.times import HOUR

COUNTED = ("version", "cycle", "node", "state", "reason", "receipt", "shard", "hour", "n")
"""The columns of `message_counter`: its key, and how many."""


def count_planned(context: Context, node: FlowNode, r: Any, shown: Sequence[ColumnElement[Any]]) -> Insert:
    """Count new messages. r: the columns of the answered messages. shown: their state, reason and receipt."""
    counted = _grouped(context, node, r, shown, r.planned_at)
    return upsert_adding(context.dialect, message_counter, COUNTED, counted, "n")


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
        yield upsert_adding(context.dialect, message_counter, COUNTED, counted, "n")


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
        state.label("state"), reason.label("reason"), receipt.label("receipt"), context.shard,
        (planned_at // HOUR).label("hour"), func.count() * sign,
    ]  # fmt: skip
    places = ("2", "4", "5", "6", "8")
    return select(*columns).where(literal_column("1 = 1")).group_by(*map(literal_column, places))
