"""Drawing codes from a coupon's pool: who gets one of the outgoing rows, and which."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Insert, and_, case, delete, func, insert, literal, select, update
from sqlalchemy.sql import Executable

from engine.components.behaviour import DrawCoupon
from engine.plan.context import Context
from engine.plan.graph import FlowNode
from engine.plan.steps import Step
from engine.plan.temporary import drawing, outgoing
from engine.store.dialect import insert_or_fail
from engine.store.functions import json_list
from engine.store.tables.people import coupon_code
from engine.store.tables.runs import coupon_issue


def draw_codes(context: Context, node: FlowNode, draw: DrawCoupon) -> Iterator[Step | Executable]:
    """Give codes to the outgoing rows; those that get none fail."""
    mine = and_(coupon_issue.c.person == outgoing.c.person, coupon_issue.c.campaign == context.campaign)
    issued = select(func.count()).where(mine, coupon_issue.c.coupon == draw.coupon)
    had = issued.correlate(outgoing).scalar_subquery()
    yield from _take_turns(draw, had)
    yield _issue(context, node, draw)
    # Without the coupon, which the node implies: SQLite would look through all codes issued of it.
    code = select(json_list(coupon_code.c.code)).where(
        mine,
        coupon_issue.c.entry == outgoing.c.entry,
        coupon_issue.c.node == node.number,
        coupon_code.c.coupon == draw.coupon,
        coupon_code.c.person.is_(None),
        coupon_code.c.position == coupon_issue.c.position,
    )
    addressed = outgoing.c.address.is_not(None)
    yield update(outgoing).values(variables=code.correlate(outgoing).scalar_subquery()).where(addressed)
    reason: ColumnElement[str] = literal("no_code")
    if draw.per_person is not None:
        reason = case((had >= draw.per_person, "limit"), else_="no_code")
    yield (
        update(outgoing).values(fate="failed", reason=reason).where(addressed, outgoing.c.variables.is_(None))
    )


def _take_turns(draw: DrawCoupon, had: ColumnElement[int]) -> Iterator[Step | Executable]:
    """Who gets a code while there are any, in order of time and import: those with an address whom the limit
    allows another one."""
    o = outgoing.c
    order = [o.now, o.person, o.entry]
    wanting = select(o.person, o.entry, o.now).where(o.address.is_not(None))
    if draw.per_person is not None:
        nth = had + func.row_number().over(partition_by=o.person, order_by=order)
        each = wanting.add_columns(nth.label("nth")).subquery()
        wanting = select(each.c.person, each.c.entry, each.c.now).where(each.c.nth <= draw.per_person)
    one = wanting.subquery()
    turn = func.row_number().over(order_by=[one.c.now, one.c.person, one.c.entry])
    yield Step(delete(drawing), empties=drawing)
    yield insert(drawing).from_select(["turn", "person", "entry", "now"], select(turn, one))


def _issue(context: Context, node: FlowNode, draw: DrawCoupon) -> Insert:
    """Give the next free codes to those who draw."""
    last = select(func.coalesce(func.max(coupon_issue.c.position), -1)).where(
        coupon_issue.c.coupon == draw.coupon
    )
    free = (
        select(coupon_code.c.position)
        .where(
            coupon_code.c.coupon == draw.coupon,
            coupon_code.c.person.is_(None),
            coupon_code.c.position > last.scalar_subquery(),
        )
        .order_by(coupon_code.c.position)
        .limit(select(func.count()).select_from(drawing).scalar_subquery())
        .subquery()
    )
    turn = func.row_number().over(order_by=free.c.position).label("turn")
    numbered = select(free.c.position, turn).subquery()
    query = select(
        literal(draw.coupon),
        numbered.c.position,
        drawing.c.person,
        literal(context.campaign),
        drawing.c.entry,
        literal(node.number),
        drawing.c.now,
    ).select_from(numbered.join(drawing, drawing.c.turn == numbered.c.turn))
    columns = ["coupon", "position", "person", "campaign", "entry", "node", "at"]
    return insert_or_fail(coupon_issue).from_select(columns, query)
