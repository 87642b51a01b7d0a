"""What a results file says about the outgoing messages of a rehearsal."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, literal, literal_column, select

from engine.plan.graph import FlowNode
from engine.plan.temporary import outgoing, result_script


def script_line(node: FlowNode) -> ColumnElement[int]:
    """The line of the results file that is about an outgoing message: the most specific one."""
    best, o = result_script.alias(), outgoing.c
    return (
        select(best.c.id)
        .where(
            best.c.person == o.person,
            best.c.node == node.number,
            best.c.entry.in_([literal_column("0"), o.entry]),
            best.c.address.in_([literal_column("''"), o.address]),
        )
        .order_by(best.c.entry.desc(), best.c.address.desc(), best.c.id.desc())
        .limit(1)
        .correlate(outgoing)
        .scalar_subquery()
    )


def fails_at_once(node: FlowNode) -> ColumnElement[bool]:
    """Whether an outgoing message fails at the moment of its handing over."""
    line = result_script.alias()
    failed = select(literal(1)).where(
        line.c.id == script_line(node), line.c.result == "failed", line.c.after == 0
    )
    return exists(failed.correlate(outgoing))
