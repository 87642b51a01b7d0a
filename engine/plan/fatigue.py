"""Fatigue control: who has had too many marketing messages (components, sections 9 and 12)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
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
from engine.plan.by_address import AddressLimits, is_stopping
from engine.plan.contact import Limit
from engine.plan.context import Context
from engine.plan.steps import Step
from engine.plan.temporary import outgoing
from engine.plan.whitelist import exempt
from engine.store.functions import least
from engine.store.tables.people import person_id
from engine.store.tables.runs import HELD
from engine.store.times import Ms

HELD_LITERALS: Sequence[ColumnElement[str]] = [literal_column(f"'{state}'") for state in HELD]
"""Written out: SQLAlchemy cannot expand a bound list in a statement that takes parameters later."""

_ALL: ColumnElement[int] = literal_column(str(2**31 - 1))


def apply_limits(
    context: Context,
    channel: str,
    send: Send,
    order: Sequence[ColumnElement[Any]],
    fails: ColumnElement[bool] | None,
) -> Step | None:
    """Skip the outgoing messages that are beyond a limit; None where there is no limit.

    order: in which the messages of one person, or to one address, use up what a limit leaves. fails: whether
    a message fails at the very moment of its handing over, and so uses up nothing; None: it never does.
    """
    limits, o = context.contact.limits_of(channel, send.signature), outgoing.c
    if not limits:
        return None
    open_ = [o.fate == "", o.address.is_not(None)]
    if context.contact.whitelist is not None:
        open_.append(not_(exempt(context.contact.whitelist, o.person)))
    uses = literal_column("1") if fails is None else case((fails, 0), else_=1)
    if context.contact.by_address and context.distributed:
        contacts = context.contacts.alias("c")
        mine = and_(true(), *_of_channel(contacts.c, channel, send))
        stopping = AddressLimits(context, open_, limits, send, order, uses, contacts, mine, _out(contacts.c))
        return Step(_skip().where(is_stopping()), first=stopping)
    whose = o.address if context.contact.by_address else o.person
    before = func.sum(uses).over(partition_by=whose, order_by=[o.now, *order], rows=(None, -1))
    used = func.coalesce(before, 0).label("used")
    rooms = [limit.max - _had(context, channel, send, limit) for limit in limits]
    room = least(*rooms) if len(rooms) > 1 else rooms[0]
    candidates = select(o.person, o.entry, o.address, used, room.label("room")).where(*open_).subquery()
    beyond = select(candidates.c.person, candidates.c.entry, candidates.c.address).where(
        candidates.c.used >= candidates.c.room
    )
    return Step(_skip().where(tuple_(o.person, o.entry, o.address).in_(beyond)))


def _skip() -> Update:
    return update(outgoing).values(fate="skipped", reason="fatigue")


def reachable(context: Context, channel: str, person: ColumnElement[int], now: Ms) -> ColumnElement[bool]:
    """Whether neither the limits of all channels nor the channel's own are reached for a person, `now`.

    What a quiet time still holds counts whatever the window, and what goes to the person whatever the limits
    themselves count by.
    """
    tests: list[ColumnElement[bool]] = []
    for limit in context.contact.limits_on(channel):
        contacts = context.contacts.alias("c")
        c = contacts.c
        which = [
            c.person == person,
            or_(c.state.in_(HELD_LITERALS), _within(c, limit, now)),
            _not_failed(c, now),
        ]
        if limit.channel is not None:
            which.append(c.channel == limit.channel)
        if limit.signature is not None:
            which.append(c.signature == limit.signature)
        tests.append(_count(contacts, which) < limit.max)
    free = and_(true(), *tests)
    whitelist = context.contact.whitelist
    return or_(exempt(whitelist, person), free) if whitelist is not None and tests else free


def _had(context: Context, channel: str, send: Send, limit: Limit) -> ColumnElement[int]:
    """How many messages that count for a limit were handed over to whom an outgoing message goes to.

    A limit of an SMS channel is counted signature by signature.
    """
    o, ids, contacts = outgoing.c, person_id.alias(), context.contacts.alias("c")
    c = contacts.c
    which = [_within(c, limit, o.now), _out(c), _not_failed(c, o.now)]
    if limit.channel is not None:
        which += _of_channel(c, channel, send)
    if not context.contact.by_address:
        return _count(contacts, [c.person == o.person, *which])
    # Person by person: in one go, the planner may begin with the messages.
    each = _count(contacts, [c.person == ids.c.person, c.address == o.address, *which])
    people = select(func.coalesce(func.sum(each), 0)).where(
        ids.c.type == send.id_type, ids.c.value == o.address
    )
    return people.correlate_except(ids).scalar_subquery()


def _out(c: Any) -> ColumnElement[bool]:
    # What a quiet time holds counts once it goes out; what waits for its turn at a provider counts already.
    return or_(c.state.not_in(HELD_LITERALS), c.due_at.is_(None))


def _of_channel(c: Any, channel: str, send: Send) -> Iterator[ColumnElement[bool]]:
    yield c.channel == channel
    if send.signature is not None:
        yield c.signature == send.signature


def _count(contacts: FromClause, which: Sequence[ColumnElement[bool]]) -> ColumnElement[int]:
    # Counted behind a limit: SQLite would read all contacts where they are a union, as in a simulation.
    chosen = select(contacts.c.person).where(*which).limit(_ALL).correlate_except(contacts).subquery("chosen")
    return select(func.count()).select_from(chosen).scalar_subquery()


def _not_failed(c: Any, now: Ms) -> ColumnElement[bool]:
    return or_(c.result.is_(None), c.result != "failed", c.result_at > now)


def _within(c: Any, limit: Limit, now: Ms) -> ColumnElement[bool]:
    return and_(c.contact_at > now - limit.per, c.contact_at <= now)
