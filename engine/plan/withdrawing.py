"""Messages that wait when their person leaves by an exit rule: they will not go out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Insert,
    and_,
    delete,
    exists,
    func,
    literal,
    literal_column,
    null,
    select,
    tuple_,
    update,
)
from sqlalchemy.sql import Executable

from engine.plan.context import Context
from engine.plan.counting import cycle_of
from engine.plan.fatigue import HELD_LITERALS
from engine.plan.graph import FlowNode
from engine.plan.message_counts import COUNTED
from engine.plan.places import Layout, may_wait
from engine.plan.steps import Step
from engine.plan.temporary import wave
from engine.store.dialect import upsert_adding
from engine.store.tables.runs import message, message_counter
from engine.store.tables.sending import MESSAGE_KEY, outbox
from engine.store.times import HOUR

REASON = "exited"


def withdraw(context: Context, layout: Layout) -> Iterator[Step | Executable]:
    """Skip the messages of the wave's entries that still wait: for their time, or for the sending loop."""
    nodes = [node.number for node in layout.flow.nodes.values() if _may_hold(context, node)]
    if not nodes:
        return
    held = _held(context, nodes)
    some = select(literal(1)).where(held).limit(1)
    for state, reason, sign in (("planned", "", -1), ("skipped", REASON, 1)):
        yield Step(_count(context, held, state, reason, sign), needs=some)
    if context.live:
        same = and_(*(message.c[name] == outbox.c[name] for name in MESSAGE_KEY))
        queued = exists(select(literal(1)).where(held, same).correlate_except(message))
        yield Step(delete(outbox).where(queued), needs=some)
    left_at = (
        select(func.min(wave.c.now))
        .where(wave.c.person == message.c.person, wave.c.entry == message.c.entry)
        .correlate_except(wave)
        .scalar_subquery()
    )
    yield Step(
        update(message)
        .where(held)
        .values(
            state="skipped", reason=REASON, result="failed", result_at=left_at, due_at=null(),
            contact_at=null(),
        ),
        needs=some,
    )  # fmt: skip


def _may_hold(context: Context, node: FlowNode) -> bool:
    return (context.live and node.mailed) or (may_wait(node) and context.may_postpone(node.kind))


def _held(context: Context, nodes: list[int]) -> ColumnElement[bool]:
    """Whether a message of one of the nodes waits, whose entry is in the wave."""
    m = message.c
    return and_(
        m.campaign == context.campaign,
        m.node.in_([literal_column(str(number)) for number in nodes]),
        tuple_(m.person, m.entry).in_(select(wave.c.person, wave.c.entry)),
        m.state.in_(HELD_LITERALS),
    )


def _count(context: Context, held: ColumnElement[bool], state: str, reason: str, sign: int) -> Insert:
    m = message.c
    columns: list[ColumnElement[Any]] = [
        literal(context.version), cycle_of(context, m.person, m.entry).label("cycle"), m.node,
        literal(state), literal(reason), literal(""), context.shard,
        (m.planned_at // HOUR).label("hour"), func.count() * sign,
    ]  # fmt: skip
    counted = select(*columns).where(held).group_by(*map(literal_column, ("2", "3", "8")))
    return upsert_adding(context.dialect, message_counter, COUNTED, counted, "n")
