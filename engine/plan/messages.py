"""The messages that a wave writes: whom they go to, what they say, what becomes of them.

`outgoing` holds them on their way. Its `fate` stays empty while nothing stops or holds a message; each check
looks at those only, so the first reason counts (components, section 12).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Insert,
    Select,
    Subquery,
    Update,
    and_,
    case,
    delete,
    exists,
    false,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.sql import Executable

from engine.components.behaviour import DrawCoupon, Send
from engine.plan.bindings import bound_values
from engine.plan.by_address import Duplicates, is_stopping
from engine.plan.context import NO_NUMBER, Context
from engine.plan.counting import cycle_of
from engine.plan.coupons import draw_codes
from engine.plan.fatigue import HELD_LITERALS, apply_limits
from engine.plan.graph import FlowNode
from engine.plan.message_counts import count_planned, count_released
from engine.plan.outcomes import Outcome, handed_over, held, queued, stopped, without_address
from engine.plan.prepared import given
from engine.plan.quiet import apply_quiet_times
from engine.plan.script import fails_at_once, script_line
from engine.plan.send_window import apply_send_window
from engine.plan.steps import Step
from engine.plan.temporary import outgoing, result_script, shared_address, wave
from engine.store.dialect import insert_or_fail, upsert_replacing
from engine.store.tables.people import person_id, suppression
from engine.store.tables.runs import message
from engine.store.tables.sending import MARKETING, MESSAGE_KEY, NOTIFICATION, outbox

_SETTLED = ("version", "planned_at", "variables")
"""Columns that a release leaves as they were when the message was planned."""


class Messages:
    """Builds the statements of touches. `where`: which rows of the wave."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def send(self, node: FlowNode, send: Send, where: Sequence[Any]) -> Iterator[Step | Executable]:
        """Write a message for each row, to the newest address or to all."""
        source: Any = wave
        address = newest_id(send.id_type)
        rank: ColumnElement[Any] | None = None
        if send.to_all:
            ids = person_id.alias()
            source = wave.outerjoin(ids, and_(ids.c.person == wave.c.person, ids.c.type == send.id_type))
            address = ids.c.value
            rank = func.row_number().over(
                partition_by=[wave.c.person, wave.c.entry], order_by=[ids.c.time.desc(), ids.c.seq.desc()]
            )
        values = bound_values(self._context, send, wave.c.person, wave.c.entry)
        yield from _outgoing(source, address, where, rank=rank, variables=values)
        if send.followers:
            yield _stop("failed", "not_follower", _unfollowed(send.id_type))
        if send.marketing:
            yield from self._check(node, send, [outgoing.c.entry, outgoing.c.rank])
        yield from self._hand_over(node, send, self._outcomes(node, send))

    def release(self, node: FlowNode, send: Send) -> Iterator[Step | Executable]:
        """Look again at the planned messages in `wave`, now due; `event` is the address of each."""
        mine, ids = message.alias(), person_id.alias()
        # Looked up row by row: joined, the planner may begin with all messages of the node.
        planned_at = _found(
            select(mine.c.planned_at).where(
                mine.c.campaign == self._context.campaign, mine.c.node == node.number,
                mine.c.person == wave.c.person, mine.c.entry == wave.c.entry, mine.c.address == wave.c.event,
            )
        )  # fmt: skip
        newest = [
            _found(
                select(column).where(
                    ids.c.person == wave.c.person, ids.c.type == send.id_type, ids.c.value == wave.c.event
                )
            ).desc()
            for column in (ids.c.time, ids.c.seq)
        ]
        rank = func.row_number().over(
            partition_by=wave.c.person, order_by=[planned_at, wave.c.entry, *newest, wave.c.event]
        )
        yield from _outgoing(wave, wave.c.event, (), rank=rank)
        yield from self._check(node, send, [outgoing.c.rank])
        yield from self._hand_over(node, send, release=True)

    def draw(self, node: FlowNode, draw: DrawCoupon, where: Sequence[Any]) -> Iterator[Step | Executable]:
        """Draw a code for each row and send it to the newest address."""
        yield from _outgoing(wave, newest_id(draw.id_type), where)
        yield from draw_codes(self._context, node, draw)
        outcomes = [handed_over(), without_address(), stopped("failed", "no_code")]
        if draw.per_person is not None:
            outcomes.append(stopped("failed", "limit"))
        yield from self._hand_over(node, None, outcomes)

    # ---- what stops or holds a message

    def _check(
        self, node: FlowNode, send: Send, order: Sequence[ColumnElement[Any]]
    ) -> Iterator[Step | Executable]:
        context = self._context
        if (resting := apply_quiet_times(context, node.kind)) is not None:
            yield resting
        yield from apply_send_window(context)
        suppressing, shared = _suppressing(send.id_type), _shared(send.id_type)
        yield Step(_stop("skipped", "suppressed", _suppressed(send.id_type)), needs=suppressing)
        if context.contact.duplicates and context.distributed:
            sent = message.alias()
            open_ = [outgoing.c.fate == "", outgoing.c.address.is_not(None), _is_shared(send.id_type)]
            first = Duplicates(context, open_, send.id_type, sent, self._got(node, sent))
            yield Step(_stop("skipped", "duplicate_address", is_stopping()), needs=shared, first=first)
        elif context.contact.duplicates:
            for test in (self._is_duplicate(node, send.id_type), _is_later_in_wave(send.id_type)):
                yield Step(_stop("skipped", "duplicate_address", test), needs=shared)
        fails = fails_at_once(node) if context.scripted else None
        if (tired := apply_limits(context, node.kind, send, order, fails)) is not None:
            yield tired

    def _outcomes(self, node: FlowNode, send: Send) -> Iterator[Outcome]:
        """All that can become of the outgoing messages where the channel answers at once."""
        rules = self._context.contact
        goes = queued if self._queues(node) else handed_over
        yield goes(marketing=send.marketing)
        yield without_address()
        if send.followers:
            yield stopped("failed", "not_follower")
        if not send.marketing:
            return
        if self._context.may_postpone(node.kind):
            yield held()
        if any(not quiet.postpone for quiet in rules.quiet(node.kind)):
            yield stopped("skipped", "quiet_time")
        yield stopped("skipped", "suppressed", needs=_suppressing(send.id_type))
        if rules.duplicates:
            yield stopped("skipped", "duplicate_address", needs=_shared(send.id_type))
        if rules.limits_of(node.kind, send.signature):
            yield stopped("skipped", "fatigue")

    def _is_duplicate(self, node: FlowNode, id_type: str) -> ColumnElement[bool]:
        """Whether another person has got this node's message of the cycle at the address."""
        o, sent, ids = outgoing.c, message.alias(), person_id.alias()
        got = [*self._got(node, sent), sent.c.person == ids.c.person, sent.c.address == o.address]
        if self._context.recurring:
            cycle = cycle_of(self._context, sent.c.person, sent.c.entry)
            got.append(cycle == cycle_of(self._context, o.person, o.entry))
        others = select(literal(1)).where(
            ids.c.type == id_type, ids.c.value == o.address, ids.c.person != o.person, _any(got, sent)
        )
        return case((_is_shared(id_type), exists(others.correlate_except(ids))), else_=false())

    def _got(self, node: FlowNode, sent: FromClause) -> list[ColumnElement[bool]]:
        """Which messages are this node's, and have been handed over or will be."""
        handed: ColumnElement[bool] = sent.c.sent_at.is_not(None)
        if self._queues(node):
            waits = and_(sent.c.state.in_(HELD_LITERALS), sent.c.due_at.is_(None))
            handed = or_(handed, waits)
        return [sent.c.campaign == self._context.campaign, sent.c.node == node.number, handed]

    # ---- handing over

    def _hand_over(
        self, node: FlowNode, send: Send | None, outcomes: Iterable[Outcome] = (), *, release: bool = False
    ) -> Iterator[Step | Executable]:
        """Write the outgoing messages, those that nothing stops handed over to their channel.

        With the simulated one nothing outside the database happens then, so planning and handing over are one
        step of one transaction. For real ones they are queued for the sending loop. outcomes: all that can
        become of them where the channel answers at once.
        """
        context, r = self._context, self._answered(node, send).c
        state: ColumnElement[str] = r.state
        reason: ColumnElement[str] = r.reason
        receipt: ColumnElement[str] = literal("")
        if context.scripted:
            horizon = given("horizon")
            pending = and_(r.sent_at.is_not(None), r.result_at > horizon)
            state, reason = case((pending, "sending"), else_=state), case((pending, ""), else_=reason)
            receipt = case((r.receipt_at <= horizon, r.receipt), else_="")
        shown = (state, reason, receipt)
        columns = {**r, "state": state}
        if release:
            names, query = self._rows(node, columns)
            changed = [name for name in names if name not in (*MESSAGE_KEY, *_SETTLED)]
            yield from count_released(context, node, r, shown)
            yield upsert_replacing(context.dialect, message, names, query, changed)
        elif context.scripted:
            yield insert_or_fail(message).from_select(*self._rows(node, columns))
            yield count_planned(context, node, r, shown)
        else:
            for outcome in outcomes:
                names, query = self._rows(node, outcome.columns)
                written = insert_or_fail(message).from_select(names, query.where(outcome.test))
                yield Step(written, counts=outcome.count(node), needs=outcome.needs)
            yield Step(count_planned(context, node, r, shown), spread=True)
        if send is not None and self._queues(node):
            yield self._queue(node, send)

    def _queues(self, node: FlowNode) -> bool:
        """Whether the node's messages wait for the sending loop; none of a rehearsal leaves the computer."""
        return node.mailed and self._context.live

    def _queue(self, node: FlowNode, send: Send) -> Insert:
        """Put those that nothing stops into the outbox."""
        context, o = self._context, outgoing.c
        row: dict[str, ColumnElement[Any]] = {
            "account": literal(send.account),
            "priority": literal_column(str(MARKETING if send.marketing else NOTIFICATION)),
            "version": literal(context.version),
            "ready_at": o.now,
            "node": literal(node.number),
            "person": o.person,
            "entry": o.entry,
            "address": o.address,
            "campaign": literal(context.campaign),
            "queued_at": o.now,
        }
        query = select(*row.values()).where(o.fate == "", o.address.is_not(None))
        return insert_or_fail(outbox).from_select(list(row), query)

    def _rows(self, node: FlowNode, columns: Mapping[str, Any]) -> tuple[list[str], Select[Any]]:
        """Columns of the table `message`, and a query for rows of them."""
        context = self._context
        own = {"campaign": context.campaign, "node": node.number, "version": context.version}
        columns = {**columns, **{name: literal(number) for name, number in own.items()}}
        return list(columns), select(*columns.values()).where(literal_column("1 = 1"))

    def _answered(self, node: FlowNode, send: Send | None) -> Subquery:
        """The outgoing messages with what the channel answers, and when.

        What is stopped has failed at once, for a Result Judgment; what is held or queued has no result yet.
        """
        o = outgoing.c
        homeless, unsent = o.address.is_(None), or_(o.address.is_(None), o.fate != "")
        held = and_(o.fate == "planned", o.address.is_not(None))
        source: Any = outgoing
        said: ColumnElement[Any] = literal("sent")
        why: ColumnElement[Any] = literal("")
        known: ColumnElement[Any] = o.now
        further: dict[str, ColumnElement[Any]] = {}
        if self._context.scripted:
            line = result_script.alias()
            source = outgoing.outerjoin(line, line.c.id == script_line(node))
            said, why = func.coalesce(line.c.result, "sent"), func.coalesce(line.c.reason, "")
            known = o.now + func.coalesce(line.c.after, 0)
            further |= self._receipt(send, line.c, known, unsent)
        if send is not None and send.marketing:
            further["contact_at"] = case((unsent, o.due), else_=o.now)
            further["due_at"] = o.due
        sent_at: ColumnElement[Any] = case((unsent, None), else_=o.now)
        open_ = held
        if self._queues(node):
            said, sent_at, open_ = literal("planned"), NO_NUMBER, or_(held, ~unsent)
        columns = {
            "person": o.person,
            "entry": o.entry,
            "planned_at": o.now,
            "address": func.coalesce(o.address, ""),
            "state": case((homeless, "failed"), (o.fate != "", o.fate), else_=said),
            "reason": case((homeless, "no_id"), (o.fate != "", o.reason), else_=why),
            "sent_at": sent_at,
            "result": case((open_, None), (unsent, "failed"), else_=said),
            "result_at": case((open_, None), (unsent, o.now), else_=known),
            "variables": o.variables,
            **further,
        }
        return (
            select(*(column.label(name) for name, column in columns.items())).select_from(source).subquery()
        )

    def _receipt(
        self, send: Send | None, line: Any, known: ColumnElement[int], unsent: ColumnElement[bool]
    ) -> dict[str, ColumnElement[Any]]:
        """What the person does with a message that was sent, while the account collects receipts."""
        at = known + func.coalesce(line.receipt_after, 0)
        collect = None if send is None else self._context.collect.get(send.account)
        in_time = true() if collect is None else at <= self._context.clock.plus(outgoing.c.now, collect)
        comes = and_(~unsent, line.result == "sent", line.receipt.is_not(None), in_time)
        return {"receipt": case((comes, line.receipt)), "receipt_at": case((comes, at))}


def _outgoing(
    source: Any,
    address: ColumnElement[Any],
    where: Sequence[Any],
    *,
    rank: ColumnElement[Any] | None = None,
    variables: ColumnElement[Any] | None = None,
) -> Iterator[Step | Executable]:
    """Fill `outgoing` anew: one message for each row of the source."""
    columns = {
        "person": wave.c.person,
        "entry": wave.c.entry,
        "now": wave.c.now,
        "address": address,
        "fate": literal(""),
        "reason": literal(""),
    }
    columns |= {} if rank is None else {"rank": rank}
    columns |= {} if variables is None else {"variables": variables}
    query = select(*columns.values()).select_from(source).where(*where)
    yield Step(delete(outgoing), empties=outgoing)
    yield insert(outgoing).from_select(list(columns), query)


def _stop(fate: str, reason: str, test: ColumnElement[bool]) -> Update:
    """Stop the outgoing messages for which the test holds."""
    o = outgoing.c
    return update(outgoing).values(fate=fate, reason=reason).where(o.fate == "", o.address.is_not(None), test)


def _unfollowed(id_type: str) -> ColumnElement[bool]:
    ids, o = person_id.alias(), outgoing.c
    return exists(
        select(literal(1))
        .where(ids.c.person == o.person, ids.c.type == id_type, ids.c.value == o.address, ids.c.follower == 0)
        .correlate_except(ids)
    )


def _suppressing(id_type: str) -> Select[Any]:
    """Finds a row where any address of the type is suppressed."""
    return select(literal(1)).where(suppression.c.type == id_type).limit(1)


def _shared(id_type: str) -> Select[Any]:
    """Finds a row where people share any address of the type."""
    return select(literal(1)).where(shared_address.c.type == id_type).limit(1)


def _suppressed(id_type: str) -> ColumnElement[bool]:
    listed = suppression.c
    return exists(
        select(literal(1))
        .where(listed.type == id_type, listed.value == outgoing.c.address)
        .correlate_except(suppression)
    )


def _any(where: Sequence[Any], source: FromClause) -> ColumnElement[bool]:
    """Whether the source has such a row; looked up, where PostgreSQL would join an EXISTS and read more."""
    query = select(literal(1)).where(*where).limit(1)
    return query.correlate_except(source).scalar_subquery().is_not(None)


def _is_shared(id_type: str) -> ColumnElement[bool]:
    """Whether several people have the address of an outgoing message."""
    shared = shared_address.c
    return _any([shared.type == id_type, shared.value == outgoing.c.address], shared_address)


def _is_later_in_wave(id_type: str) -> ColumnElement[bool]:
    """Whether another person of the same wave comes first at the address: people who enter do so together."""
    o = outgoing.c
    first = func.first_value(o.person).over(partition_by=o.address, order_by=[o.now, o.person, o.entry])
    sharing = (
        select(o.person, o.entry, o.address, first.label("first"))
        .where(o.fate == "", _is_shared(id_type))
        .subquery()
    )
    later = select(sharing.c.person, sharing.c.entry, sharing.c.address)
    return tuple_(o.person, o.entry, o.address).in_(later.where(sharing.c.person != sharing.c.first))


def _found(query: Any) -> ColumnElement[Any]:
    return query.correlate(wave).scalar_subquery()  # type: ignore[no-any-return]


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
