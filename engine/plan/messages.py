"""The messages that a wave writes: whom they go to, what they say, what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Insert,
    Subquery,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal,
    literal_column,
    null,
    select,
    update,
)
from sqlalchemy.sql import Executable

from engine.components.behaviour import DrawCoupon, Send
from engine.plan.bindings import bound_values
from engine.plan.context import Context, outgoing, result_script, wave
from engine.plan.graph import FlowNode
from engine.store.dialect import json_list, upsert_adding
from engine.store.tables.people import coupon_code, person_id
from engine.store.tables.runs import coupon_issue, message, message_counter
from engine.store.times import HOUR

CYCLE = 1
SHARD = 0
COUNTER = ("version", "cycle", "node", "state", "reason", "receipt", "shard", "hour", "n")


class Messages:
    """Builds the statements of touches. `where`: which rows of the wave."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def send(self, node: FlowNode, send: Send, where: Sequence[Any]) -> Iterator[Executable]:
        values = bound_values(self._context, send.variables, wave.c.person, wave.c.entry)
        source: Any = wave
        address = newest_id(send.id_type)
        if send.to_all:
            ids = person_id.alias()
            source = wave.outerjoin(ids, and_(ids.c.person == wave.c.person, ids.c.type == send.id_type))
            address = ids.c.value
        yield from _outgoing(source, address, values, where)
        yield from self._hand_over(node)

    def draw(self, node: FlowNode, draw: DrawCoupon, where: Sequence[Any]) -> Iterator[Executable]:
        yield from _outgoing(wave, newest_id(draw.id_type), null(), where)
        drawn = and_(
            coupon_issue.c.person == outgoing.c.person,
            coupon_issue.c.campaign == self._context.campaign,
            coupon_issue.c.coupon == draw.coupon,
        )
        issued = select(func.count()).where(drawn).correlate(outgoing).scalar_subquery()
        yield self._issue(node, draw, issued)
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
        yield update(outgoing).values(reason=reason).where(addressed, outgoing.c.variables.is_(None))
        yield from self._hand_over(node)

    def _issue(self, node: FlowNode, draw: DrawCoupon, issued: ColumnElement[int]) -> Insert:
        """Give the next free codes to the rows in order of time and import, as many as the limit allows."""
        wanting = self._wanting(draw, issued)
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
            literal(self._context.campaign),
            ranked.c.entry,
            literal(node.number),
            ranked.c.now,
        ).select_from(ranked.join(numbered, ranked.c.rank == numbered.c.rank))
        columns = ["coupon", "position", "person", "campaign", "entry", "node", "at"]
        return insert(coupon_issue).from_select(columns, query)

    def _wanting(self, draw: DrawCoupon, issued: ColumnElement[int]) -> Subquery:
        """Who gets a code while there are any: those with an address whom the limit allows another one."""
        o = outgoing.c
        wanting = select(o.person, o.entry, o.now).where(o.address.is_not(None))
        if draw.per_person is None:
            return wanting.subquery()
        turn = func.row_number().over(partition_by=o.person, order_by=[o.now, o.person, o.entry])
        nth = wanting.add_columns((issued + turn).label("nth")).subquery()
        return select(nth.c.person, nth.c.entry, nth.c.now).where(nth.c.nth <= draw.per_person).subquery()

    def _hand_over(self, node: FlowNode) -> Iterator[Insert]:
        """Write the outgoing messages, handed over to the simulated channel at their own *now*.

        Nothing outside the database happens then, so planning and handing over are one step of one
        transaction.
        """
        context, r = self._context, self._answered(node).c
        state: ColumnElement[str] = r.result
        if context.scripted:
            state = case((r.result_at <= bindparam("horizon", required=True), r.result), else_="sending")
        columns = [
            "campaign", "node", "person", "entry", "address", "version", "state", "reason", "planned_at",
            "sent_at", "result", "result_at", "variables",
        ]  # fmt: skip
        yield insert(message).from_select(
            columns,
            select(
                literal(context.campaign), literal(node.number), r.person, r.entry, r.address,
                literal(context.version), state, r.reason, r.now, r.sent_at, r.result, r.result_at,
                r.variables,
            ),
        )  # fmt: skip
        yield from self._count(node, r, state)

    def _answered(self, node: FlowNode) -> Subquery:
        """The outgoing messages with what the channel answers, and when."""
        o = outgoing.c
        stopped = case((o.address.is_(None), "no_id"), else_=o.reason)
        fails = stopped != ""
        source: Any = outgoing
        said: ColumnElement[Any] = literal("sent")
        why: ColumnElement[Any] = literal("")
        known: ColumnElement[Any] = o.now
        if self._context.scripted:
            line = result_script.alias()
            source = outgoing.outerjoin(line, line.c.id == _script_line(node))
            said = func.coalesce(line.c.result, "sent")
            why = func.coalesce(line.c.reason, "")
            known = o.now + func.coalesce(line.c.after, 0)
        return (
            select(
                o.person,
                o.entry,
                o.now,
                o.variables,
                func.coalesce(o.address, "").label("address"),
                case((fails, "failed"), else_=said).label("result"),
                case((fails, stopped), else_=why).label("reason"),
                case((fails, o.now), else_=known).label("result_at"),
                case((fails, None), else_=o.now).label("sent_at"),
            )
            .select_from(source)
            .subquery()
        )

    def _count(self, node: FlowNode, r: Any, state: ColumnElement[str]) -> Iterator[Insert]:
        """Raise the counters of the messages' states."""
        context, o = self._context, outgoing.c
        shown = case((state == "sending", ""), else_=r.reason) if context.scripted else r.reason
        hour = (r.now // HOUR).label("hour")
        counted = (
            select(
                literal(context.version), literal(CYCLE), literal(node.number), state.label("state"),
                shown.label("reason"), literal(""), literal(SHARD), hour, func.count(),
            )
            .where(literal_column("1") == literal_column("1"))
            .group_by(literal_column("4"), literal_column("5"), literal_column("8"))
        )  # fmt: skip
        if isinstance(node.behaviour, Send) and not context.scripted:
            yield from self._count_one_hour(node)
            several = select(func.min(o.now // HOUR) != func.max(o.now // HOUR)).select_from(outgoing)
            counted = counted.where(several.scalar_subquery())
        yield upsert_adding(context.dialect, message_counter, COUNTER, counted, "n")

    def _count_one_hour(self, node: FlowNode) -> Iterator[Insert]:
        """Count messages of one hour, the usual case: in one pass, where grouping would sort them."""
        o = outgoing.c
        all_ = select(
            func.min(o.now // HOUR).label("first"),
            func.max(o.now // HOUR).label("last"),
            func.count(o.address).label("sent"),
            (func.count() - func.count(o.address)).label("failed"),
        ).subquery()
        for state, reason, n in (("sent", "", all_.c.sent), ("failed", "no_id", all_.c.failed)):
            row = select(
                literal(self._context.version), literal(CYCLE), literal(node.number), literal(state),
                literal(reason), literal(""), literal(SHARD), all_.c.first, n,
            ).where(all_.c.first == all_.c.last, n > 0)  # fmt: skip
            yield upsert_adding(self._context.dialect, message_counter, COUNTER, row, "n")


def _outgoing(
    source: Any, address: ColumnElement[Any], variables: ColumnElement[Any], where: Sequence[Any]
) -> Iterator[Executable]:
    """Fill `outgoing` anew: one message for each row of the source."""
    columns = ["person", "entry", "now", "address", "reason", "variables"]
    query = select(wave.c.person, wave.c.entry, wave.c.now, address, literal(""), variables)
    yield delete(outgoing)
    yield insert(outgoing).from_select(columns, query.select_from(source).where(*where))


def _script_line(node: FlowNode) -> ColumnElement[int]:
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


def newest_id(id_type: str) -> ColumnElement[Any]:
    """The newest address of a type of the wave's person, or null.

    Nearly everybody has one of a type: found without sorting.
    """
    only, ids = person_id.alias(), person_id.alias()
    single = select(case((func.count() == 1, func.min(only.c.value)))).where(
        only.c.person == wave.c.person, only.c.type == id_type
    )
    newest = (
        select(ids.c.value)
        .where(ids.c.person == wave.c.person, ids.c.type == id_type)
        .order_by(ids.c.time.desc(), ids.c.seq.desc())
        .limit(1)
    )
    return func.coalesce(single.correlate(wave).scalar_subquery(), newest.correlate(wave).scalar_subquery())
