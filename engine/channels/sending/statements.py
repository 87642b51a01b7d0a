"""The statements of the ledger: set-based, over the outbox and what `handed` lists of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Delete,
    Dialect,
    Select,
    Update,
    and_,
    bindparam,
    case,
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

from engine.channels.sending.fates import CLAIMED, PLANNED, SENDING, SENT, SUPPRESSED, UNKNOWN, Fate, failed
from engine.plan.counting import SHARD
from engine.plan.message_counts import COUNTED
from engine.plan.prepared import Prepared, given
from engine.plan.temporary import handed
from engine.store.dialect import upsert_adding
from engine.store.schema import TextType
from engine.store.tables.people import person, suppression
from engine.store.tables.runs import ACTIVE, COMPLETED, campaign, entry, message, message_counter
from engine.store.tables.sending import MARKETING, MESSAGE_KEY, outbox

OUTBOX_KEY = tuple(column.name for column in outbox.primary_key)


class Statements:
    """Of one dialect, each built when it is first needed."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    @cached_property
    def states(self) -> Mapping[tuple[str, str], Prepared]:
        """From one state to another."""
        moves = [
            (PLANNED, CLAIMED), (CLAIMED, PLANNED), (CLAIMED, SENDING), (CLAIMED, SUPPRESSED),
            (SENDING, PLANNED), (SENDING, SENT), (SENDING, failed("")), (SENDING, UNKNOWN),
        ]  # fmt: skip
        return {
            (before.state, after.state): Prepared(self._change(before, after), self._dialect)
            for before, after in moves
        }

    def _change(self, before: Fate, after: Fate) -> Update:
        m, now = message.c, given("now")
        values: dict[str, Any] = {"state": literal_column(f"'{after.state}'")}
        if after == SENDING:
            # Fatigue control counts from the handing over on.
            values |= {"sent_at": now, "contact_at": case((m.contact_at.is_not(None), now))}
        elif before == SENDING and after == PLANNED:
            values["sent_at"] = null()
        elif after.result is not None:
            values |= {"reason": _text("reason"), "result": _text("result"), "result_at": now}
        if after == SUPPRESSED:
            values["contact_at"] = null()
        return update(message).where(_among_handed(message, MESSAGE_KEY)).values(values)

    @cached_property
    def make_due(self) -> Prepared:
        values = {"due_at": given("now"), "contact_at": given("now")}
        change = update(message).where(_among_handed(message, MESSAGE_KEY)).values(values)
        return Prepared(change, self._dialect)

    @cached_property
    def raise_counter(self) -> Prepared:
        row: dict[str, ColumnElement[Any]] = {
            **{name: given(name) for name in ("version", "cycle", "node", "hour", "n")},
            **{name: _text(name) for name in ("state", "reason")},
            "receipt": literal(""),
            "shard": literal_column(str(SHARD)),
        }
        query = select(*(row[name].label(name) for name in COUNTED)).where(literal_column("1 = 1"))
        return Prepared(upsert_adding(self._dialect, message_counter, COUNTED, query, "n"), self._dialect)

    @cached_property
    def next_queue(self) -> Prepared:
        o = outbox.c
        behind = tuple_(_text("account"), given("priority"), given("version"))
        query = select(o.account, o.priority, o.version).where(
            tuple_(o.account, o.priority, o.version) > behind
        )
        return Prepared(query.order_by(o.account, o.priority, o.version).limit(1), self._dialect)

    @cached_property
    def first_ready(self) -> Prepared:
        o = outbox.c
        query = select(o.ready_at).where(_in_queue(), o.worker.is_(None), _goes_on(o.campaign))
        return Prepared(query.order_by(o.ready_at).limit(1), self._dialect)

    @cached_property
    def campaign(self) -> Prepared:
        number = outbox.c.campaign
        return Prepared(select(number).where(_in_queue(), _goes_on(number)).limit(1), self._dialect)

    @cached_property
    def claimable(self) -> Prepared:
        o = outbox.c
        query = _select_letters().where(
            _in_queue(), o.ready_at <= given("now"), o.worker.is_(None), _goes_on(o.campaign)
        )
        query = query.order_by(*(o[name] for name in OUTBOX_KEY)).limit(given("most"))
        return Prepared(query.with_for_update(of=outbox, skip_locked=True), self._dialect)

    @cached_property
    def leased_out(self) -> Prepared:
        o = outbox.c
        query = _select_letters().add_columns(message.c.state)
        return Prepared(query.where(o.worker.is_not(None), o.leased_until <= given("now")), self._dialect)

    @cached_property
    def claim_handed(self) -> Prepared:
        values = {"worker": _text("worker"), "fence": given("fence"), "leased_until": given("leased_until")}
        change = update(outbox).where(_among_handed(outbox, OUTBOX_KEY)).values(values)
        return Prepared(change, self._dialect)

    @cached_property
    def claimed_handed(self) -> Prepared:
        h = handed.c
        query = _join_outbox(select(*(h[name] for name in MESSAGE_KEY)))
        return Prepared(query.where(_is_held()), self._dialect)

    @cached_property
    def startable(self) -> Prepared:
        """Those of `handed` that are this claim's and of a campaign that goes on; whether each is
        suppressed."""
        h = handed.c
        listed = exists(
            select(literal(1))
            .where(suppression.c.type == h.id_type, suppression.c.value == h.address)
            .correlate_except(suppression)
        )
        key = [h[name] for name in MESSAGE_KEY]
        query = _join_outbox(select(*key, and_(h.priority == MARKETING, listed)))
        return Prepared(query.where(_is_held(), _goes_on(h.campaign)), self._dialect)

    @cached_property
    def count_attempt(self) -> Prepared:
        o = outbox.c
        values = {"attempts": o.attempts + 1, "first_attempt": func.coalesce(o.first_attempt, given("now"))}
        change = update(outbox).where(_among_handed(outbox, OUTBOX_KEY)).values(values)
        return Prepared(change, self._dialect)

    @cached_property
    def in_state(self) -> Prepared:
        """Those of `handed` that stand in the outbox as they did, and are in a state. One that somebody else
        has taken over stands at another moment meanwhile; one of a later campaign is of another version."""
        m, h = message.c, handed.c
        mine = and_(*(m[name] == h[name] for name in MESSAGE_KEY))
        query = _join_outbox(select(*(h[name] for name in MESSAGE_KEY))).join(message, mine)
        return Prepared(query.where(m.state == _text("state")), self._dialect)

    @cached_property
    def leave_outbox(self) -> Prepared:
        gone: Delete = delete(outbox).where(_among_handed(outbox, OUTBOX_KEY))
        return Prepared(gone, self._dialect)


def _select_letters() -> Select[*tuple[Any, ...]]:
    """The columns of `Letter`, of rows of the outbox."""
    o, m = outbox.c, message.c
    mine = and_(*(o[name] == m[name] for name in MESSAGE_KEY))
    of_entry = and_(entry.c.campaign == o.campaign, entry.c.person == o.person, entry.c.entry == o.entry)
    columns: Sequence[ColumnElement[Any]] = (
        o.account, o.priority, o.version, o.ready_at, o.campaign, o.node, o.person, o.entry, o.address,
        person.c.external_id, m.variables, m.planned_at, o.queued_at, entry.c.cycle, o.attempts,
        o.first_attempt,
    )  # fmt: skip
    joined = outbox.join(message, mine).join(person, person.c.id == o.person).join(entry, of_entry)
    return select(*columns).select_from(joined)


def _in_queue() -> ColumnElement[bool]:
    o = outbox.c
    return and_(o.account == _text("account"), o.priority == given("priority"), o.version == given("version"))


def _goes_on(number: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether the messages of a campaign go out: while it runs, and after it has finished."""
    going: list[ColumnElement[str]] = [literal_column(f"'{state}'") for state in (ACTIVE, COMPLETED)]
    state = select(campaign.c.state).where(campaign.c.number == number)
    return state.correlate_except(campaign).scalar_subquery().in_(going)


def _join_outbox(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    o, h = outbox.c, handed.c
    same = and_(*(o[name] == h[name] for name in OUTBOX_KEY))
    return query.select_from(handed.join(outbox, same))


def _is_held() -> ColumnElement[bool]:
    return and_(outbox.c.worker == _text("worker"), outbox.c.fence == given("fence"))


def _among_handed(table: Any, key: Sequence[str]) -> ColumnElement[bool]:
    return tuple_(*(table.c[name] for name in key)).in_(select(*(handed.c[name] for name in key)))


def _text(name: str) -> BindParameter[str]:
    """A text that is given at each call."""
    return bindparam(name, type_=TextType, required=True)
