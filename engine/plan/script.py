"""What a results file says about the outgoing messages of a rehearsal."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, FromClause, ScalarSelect, and_, literal_column, select

from engine.plan.graph import FlowNode
from engine.plan.temporary import outgoing, result_script


def script_line(node: FlowNode) -> ColumnElement[int]:
    """The line of the results file that is about an outgoing message: the most specific one."""
    best = result_script.alias()
    return _of_best(best, best.c.id, node)


def fails_at_once(node: FlowNode) -> ColumnElement[bool]:
    """Whether an outgoing message fails at the moment of its handing over; null where no line is about it."""
    best = result_script.alias()
    # Asked in one go: Citus takes no subquery of a subquery whose rows are alike on all machines.
    return _of_best(best, and_(best.c.result == "failed", best.c.after == 0), node)


def _of_best(best: FromClause, what: ColumnElement[Any], node: FlowNode) -> ScalarSelect[Any]:
    o = outgoing.c
    return (
        select(what)
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
