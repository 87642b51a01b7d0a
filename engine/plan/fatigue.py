"""Fatigue control: who has had too many marketing messages (components, sections 9 and 12)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Update,
    and_,
    case,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
    tuple_,
    update,
)

from engine.components.behaviour import Send
from engine.plan.contact import Limit
from engine.plan.context import Context, outgoing
from engine.plan.quiet import exempt
from engine.store.dialect import least
from engine.store.tables.people import person_id
from engine.store.times import Ms

HELD: Sequence[ColumnElement[str]] = [literal_column("'planned'"), literal_column("'claimed'")]
"""States of messages that have not been handed over yet but will be.

Written out: SQLAlchemy cannot expand a bound list in a statement that takes parameters later.
"""

_ALL: ColumnElement[int] = literal_column(str(2**31 - 1))

Tests = Sequence[tuple[Limit, ColumnElement[bool]]]
"""Limits, each with the condition that a contact counts for it."""


def tire(context: Context, channel: str, send: Send, order: Sequence[ColumnElement[Any]]) -> Update | None:
    """Skip the outgoing messages that are beyond a limit; None where there is no limit.

    order: in which the messages of one person, or to one address, use up what a limit leaves.
    """
    limits, o = context.contact.limits_of(channel, send.signature), outgoing.c
    if not limits:
        return None
    open_ = [o.fate == "", o.address.is_not(None)]
    if context.contact.whitelist is not None:
        open_.append(not_(exempt(context.contact.whitelist, o.person)))
    whose = o.address if context.contact.by_address else o.person
    turn = func.row_number().over(partition_by=whose, order_by=[o.now, *order])
    candidates = (
        select(
            o.person,
            o.entry,
            o.address,
            turn.label("turn"),
            _room(context, channel, send, limits).label("room"),
        )
        .where(*open_)
        .subquery()
    )
    beyond = select(candidates.c.person, candidates.c.entry, candidates.c.address).where(
        candidates.c.turn > candidates.c.room
    )
    return (
        update(outgoing)
        .values(fate="skipped", reason="fatigue")
        .where(tuple_(o.person, o.entry, o.address).in_(beyond))
    )


def reachable(context: Context, channel: str, person: ColumnElement[int], now: Ms) -> ColumnElement[bool]:
    """Whether neither the limits of all channels nor the channel's own are reached for a person, `now`.

    What a quiet time still holds counts whatever the window.
    """
    limits = context.contact.limits_on(channel)
    if not limits:
        return true()

    def counting(c: Any) -> Tests:
        return [
            (limit, and_(or_(c.state.in_(HELD), _within(c, limit, now)), *_of_channel(c, limit)))
            for limit in limits
        ]

    def theirs(c: Any) -> ColumnElement[bool]:
        return and_(c.person == person, not_failed(c, now))

    free = _least_room(context, theirs, counting) > 0
    whitelist = context.contact.whitelist
    return free if whitelist is None else or_(exempt(whitelist, person), free)


def _room(context: Context, channel: str, send: Send, limits: Sequence[Limit]) -> ColumnElement[int]:
    """How many more messages the limits allow to whom an outgoing message goes to."""
    o = outgoing.c
    longest = max(limits, key=lambda limit: limit.per)
    if context.contact.by_address:
        sharing = select(person_id.c.person).where(
            person_id.c.type == send.id_type, person_id.c.value == o.address
        )

    def theirs(c: Any) -> ColumnElement[bool]:
        whose: ColumnElement[bool] = c.person == o.person
        if context.contact.by_address:
            whose = and_(c.person.in_(sharing.correlate_except(person_id)), c.address == o.address)
        return and_(whose, _within(c, longest, o.now), c.state.not_in(HELD), not_failed(c, o.now))

    def counting(c: Any) -> Tests:
        alike = and_(
            c.channel == channel, *([] if send.signature is None else [c.signature == send.signature])
        )
        return [
            (limit, and_(_within(c, limit, o.now), true() if limit.channel is None else alike))
            for limit in limits
        ]

    return _least_room(context, theirs, counting)


def _least_room(
    context: Context, which: Callable[[Any], ColumnElement[bool]], counting: Callable[[Any], Tests]
) -> ColumnElement[int]:
    """The least that a limit leaves, over the contacts that `which` chooses."""
    contacts = context.contacts.alias("c")
    # Counted behind a limit: SQLite would read all contacts where they are a union, as in a simulation.
    chosen = (
        select(contacts).where(which(contacts.c)).limit(_ALL).correlate_except(contacts).subquery("chosen")
    )
    rooms = [limit.max - func.count(case((test, 1))) for limit, test in counting(chosen.c)]
    room = least(*rooms) if len(rooms) > 1 else rooms[0]
    return select(room).select_from(chosen).correlate_except(chosen).scalar_subquery()


def not_failed(c: Any, now: Ms) -> ColumnElement[bool]:
    """Whether a contact has not failed by `now`."""
    return or_(c.result.is_(None), c.result != "failed", c.result_at > now)


def _within(c: Any, limit: Limit, now: Ms) -> ColumnElement[bool]:
    return and_(c.contact_at > now - limit.per, c.contact_at <= now)


def _of_channel(c: Any, limit: Limit) -> list[ColumnElement[bool]]:
    """What Fatigue Judgment counts for a limit: without a signature, of all signatures."""
    own = [] if limit.channel is None else [c.channel == limit.channel]
    return own if limit.signature is None else [*own, c.signature == limit.signature]
