"""Drawing codes from a coupon's pool: who gets one of the outgoing rows, and which."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Insert, Subquery, and_, case, func, insert, literal, select, update
from sqlalchemy.sql import Executable

from engine.components.behaviour import DrawCoupon
from engine.plan.context import Context, outgoing
from engine.plan.graph import FlowNode
from engine.store.dialect import json_list
from engine.store.tables.people import coupon_code
from engine.store.tables.runs import coupon_issue


def draw_codes(context: Context, node: FlowNode, draw: DrawCoupon) -> Iterator[Executable]:
    """Give codes to the outgoing rows; those that get none fail."""
    drawn = and_(
        coupon_issue.c.person == outgoing.c.person,
        coupon_issue.c.campaign == context.campaign,
        coupon_issue.c.coupon == draw.coupon,
    )
    issued = select(func.count()).where(drawn).correlate(outgoing).scalar_subquery()
    yield _issue(context, node, draw, issued)
    position = select(coupon_issue.c.position).where(
        drawn, coupon_issue.c.entry == outgoing.c.entry, coupon_issue.c.node == node.number
    )
    code = select(json_list(coupon_code.c.code)).where(
        coupon_code.c.coupon == draw.coupon,
        coupon_code.c.person.is_(None),
        coupon_code.c.position == position.correlate(outgoing).scalar_subquery(),
    )
    addressed = outgoing.c.address.is_not(None)
    yield update(outgoing).values(variables=code.scalar_subquery()).where(addressed)
    reason: ColumnElement[str] = literal("no_code")
    if draw.per_person is not None:
        reason = case((issued >= draw.per_person, "limit"), else_="no_code")
    yield (
        update(outgoing).values(fate="failed", reason=reason).where(addressed, outgoing.c.variables.is_(None))
    )


def _issue(context: Context, node: FlowNode, draw: DrawCoupon, issued: ColumnElement[int]) -> Insert:
    """Give the next free codes to the rows in order of time and import, as many as the limit allows."""
    wanting = _wanting(draw, issued)
    rank = func.row_number().over(order_by=[wanting.c.now, wanting.c.person, wanting.c.entry])
    ranked = select(wanting, rank.label("rank")).subquery()
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
        .limit(select(func.count()).select_from(outgoing).scalar_subquery())
        .subquery()
    )
    numbered = select(
        free.c.position, func.row_number().over(order_by=free.c.position).label("rank")
    ).subquery()
    query = select(
        literal(draw.coupon),
        numbered.c.position,
        ranked.c.person,
        literal(context.campaign),
        ranked.c.entry,
        literal(node.number),
        ranked.c.now,
    ).select_from(ranked.join(numbered, ranked.c.rank == numbered.c.rank))
    columns = ["coupon", "position", "person", "campaign", "entry", "node", "at"]
    return insert(coupon_issue).from_select(columns, query)


def _wanting(draw: DrawCoupon, issued: ColumnElement[int]) -> Subquery:
    """Who gets a code while there are any: those with an address whom the limit allows another one."""
    o = outgoing.c
    wanting = select(o.person, o.entry, o.now).where(o.address.is_not(None))
    if draw.per_person is None:
        return wanting.subquery()
    turn = func.row_number().over(partition_by=o.person, order_by=[o.now, o.person, o.entry])
    nth = wanting.add_columns((issued + turn).label("nth")).subquery()
    return select(nth.c.person, nth.c.entry, nth.c.now).where(nth.c.nth <= draw.per_person).subquery()
