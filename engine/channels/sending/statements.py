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
    Table,
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
    or_,
    select,
    tuple_,
    update,
)

from engine.channels.sending.fates import PLANNED, SENDING, SENT, SUPPRESSED, UNKNOWN, Fate, failed
from engine.plan.context import WHOLE
from engine.plan.message_counts import COUNTED
from engine.plan.places import EXITED
from engine.plan.prepared import Prepared, given
from engine.plan.temporary import handed
from engine.store.dialect import upsert_adding
from engine.store.schema import TextType
from engine.store.tables.people import person, suppression
from engine.store.tables.runs import ACTIVE, COMPLETED, campaign, entry, message, message_counter, path, visit
from engine.store.tables.sending import MARKETING, MESSAGE_KEY, outbox
from engine.store.times import NEVER

OUTBOX_KEY = tuple(column.name for column in outbox.primary_key)
POSITION = OUTBOX_KEY[3:]
"""Where a letter stands in its line."""
_TEXT_FIRST = (MESSAGE_KEY[-1], *MESSAGE_KEY[:-1])
"""A message's key as it is looked up: SQLite compares all columns of a row as it does the first one, and
where that is a number it looks up no text in an index."""


class Statements:
    """Of one dialect, each built when it is first needed."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    @cached_property
    def states(self) -> Mapping[tuple[str, str], Prepared]:
        """From one state to another."""
        moves = [
            (PLANNED, SENDING), (PLANNED, SUPPRESSED), (PLANNED, UNKNOWN),
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
        change = update(message).where(_among_handed(message, _TEXT_FIRST)).values(values)
        return change.where(m.state == literal_column(f"'{before.state}'")) if before == SENDING else change

    @cached_property
    def make_due(self) -> Prepared:
        values = {"due_at": given("now"), "contact_at": given("now")}
        change = update(message).where(_among_handed(message, _TEXT_FIRST)).values(values)
        return Prepared(change, self._dialect)

    @cached_property
    def raise_counter(self) -> Prepared:
        row: dict[str, ColumnElement[Any]] = {
            **{name: given(name) for name in ("version", "cycle", "node", "hour", "n")},
            **{name: _text(name) for name in ("state", "reason")},
            "receipt": literal(""),
            "shard": literal_column(str(WHOLE)),
        }
        query = select(*(row[name].label(name) for name in COUNTED)).where(literal_column("1 = 1"))
        return Prepared(upsert_adding(self._dialect, message_counter, COUNTED, query, "n"), self._dialect)

    @cached_property
    def next_queue(self) -> Prepared:
        o = outbox.c
        # Past the last moment of a line: SQLite would read on from the first of those that are equal.
        behind = tuple_(_text("account"), given("priority"), given("version"), literal(NEVER))
        query = select(o.account, o.priority, o.version).where(
            tuple_(o.account, o.priority, o.version, o.ready_at) > behind
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
    def claim_next(self) -> Prepared:
        """Claim the first letters of a line, on one PostgreSQL server."""
        first = _unclaimed(OUTBOX_KEY).where(_goes_on(outbox.c.campaign)).limit(given("most"))
        # Apart, it chooses only once.
        chosen = first.with_for_update(of=outbox, skip_locked=True).cte("chosen")
        among = _key(outbox, OUTBOX_KEY).in_(select(*chosen.c))
        return Prepared(_claiming().where(among), self._dialect)

    @cached_property
    def last_of_next(self) -> Prepared:
        """Where the letter stands that has so many before it, among the first of a line whose campaign goes
        on."""
        last = _unclaimed(("campaign", *POSITION)).limit(1).offset(given("before")).subquery()
        query = select(*(last.c[name] for name in POSITION)).where(_goes_on(last.c.campaign))
        return Prepared(query, self._dialect)

    @cached_property
    def claim_up_to(self) -> Prepared:
        """Claim the letters of a line up to the last one: SQLite changes them as it comes past, and keeps no
        list of them before; the machines of Citus, each its own."""
        change = _claiming().where(_in_queue(), outbox.c.worker.is_(None), _up_to("last_"))
        return Prepared(change, self._dialect)

    @cached_property
    def claimed(self) -> Prepared:
        """The letters of a line that a claim has, which are so many."""
        query = _select_letters(outbox.c.attempts, outbox.c.first_attempt)
        query = query.where(_in_queue(), outbox.c.ready_at <= given("now"), _is_held())
        return Prepared(query.limit(given("most")), self._dialect)

    @cached_property
    def leased_out(self) -> Prepared:
        """Letters whose claim is over, and whether they are being sent: since when the message says."""
        o, m = outbox.c, message.c
        attempts = o.attempts + case((m.state == literal_column("'sending'"), 1), else_=0)
        query = _select_letters(attempts, func.coalesce(o.first_attempt, m.sent_at)).add_columns(m.state)
        return Prepared(query.where(o.worker.is_not(None), o.leased_until <= given("now")), self._dialect)

    @cached_property
    def unclaim(self) -> Prepared:
        return Prepared(_unclaiming().where(_among_handed(outbox, OUTBOX_KEY)), self._dialect)

    @cached_property
    def unclaim_held(self) -> Prepared:
        """Those of `handed` that a claim has."""
        mine = and_(_among_handed(outbox, OUTBOX_KEY), _is_held())
        return Prepared(_unclaiming().where(mine), self._dialect)

    @cached_property
    def hand_claim(self) -> Prepared:
        """Put into `handed` what a claim has of a line, if its campaign goes on."""
        names = [column.name for column in handed.c]
        query = select(*(outbox.c[name] for name in names)).where(_is_held_in_span())
        query = query.where(_goes_on(given("campaign")))
        return Prepared(handed.insert().from_select(names, query), self._dialect)

    @cached_property
    def not_held(self) -> Prepared:
        """Those of `handed` that are not this claim's, or of a campaign that does not go on."""
        h = handed.c
        query = _left_join(and_(_same(outbox, OUTBOX_KEY), _is_held()))
        return Prepared(query.where(or_(outbox.c.person.is_(None), ~_goes_on(h.campaign))), self._dialect)

    @cached_property
    def suppressed(self) -> Prepared:
        """Those of `handed`, of a version and a node, whose addresses are suppressed."""
        h = handed.c
        listed = exists(
            select(literal(1))
            .where(suppression.c.type == _text("id_type"), suppression.c.value == h.address)
            .correlate_except(suppression)
        )
        query = select(*_message_key(handed)).where(
            h.version == given("version"), h.node == given("node"), h.priority == MARKETING, listed
        )
        return Prepared(query, self._dialect)

    @cached_property
    def left(self) -> Prepared:
        """Those of `handed` whose people have left by an exit rule."""
        h, v = handed.c, visit.c
        gone = (
            select(literal(1))
            .select_from(visit)
            .join(path, and_(path.c.version == v.version, path.c.path == v.path))
            .where(v.version == h.version, v.person == h.person, v.entry == h.entry)
            .where(path.c.steps.contains(f'"{EXITED}"', autoescape=True))
            .correlate(handed)
        )
        query = select(*_message_key(handed)).where(exists(gone))
        return Prepared(query, self._dialect)

    @cached_property
    def not_in_state(self) -> Prepared:
        """Those of `handed` that do not stand in the outbox as they did, or are not in a state. One that
        somebody else has taken over stands at another moment meanwhile; one of a later campaign is of another
        version."""
        query = _left_join(_same(outbox, OUTBOX_KEY))
        so = exists(
            select(literal(1))
            .where(_same(message, MESSAGE_KEY), message.c.state == _text("state"))
            .correlate_except(message)
        )
        return Prepared(query.where(or_(outbox.c.person.is_(None), ~so)), self._dialect)

    @cached_property
    def leave_outbox(self) -> Prepared:
        gone: Delete = delete(outbox).where(_among_handed(outbox, OUTBOX_KEY))
        return Prepared(gone, self._dialect)

    @cached_property
    def claim_leaves_outbox(self) -> Prepared:
        """What a claim has of a line."""
        return Prepared(delete(outbox).where(_is_held_in_span()), self._dialect)


def _select_letters(attempts: ColumnElement[int], first: ColumnElement[int]) -> Select[*tuple[Any, ...]]:
    """The columns of `Letter`, of rows of the outbox. attempts, first: those so far."""
    o, m = outbox.c, message.c
    mine = and_(*(o[name] == m[name] for name in MESSAGE_KEY))
    of_entry = and_(entry.c.campaign == o.campaign, entry.c.person == o.person, entry.c.entry == o.entry)
    columns: Sequence[ColumnElement[Any]] = (
        o.account, o.priority, o.version, o.ready_at, o.campaign, o.node, o.person, o.entry, o.address,
        person.c.external_id, m.variables, m.planned_at, o.queued_at, entry.c.cycle, attempts, first,
        o.again_by,
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


def _left_join(outbox_row: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The messages of `handed`, each with its row of the outbox, if there is one."""
    return select(*_message_key(handed)).select_from(handed.outerjoin(outbox, outbox_row))


def _unclaimed(names: Sequence[str]) -> Select[*tuple[Any, ...]]:
    """Columns of the letters of a line that are due and nobody's, in their order."""
    o = outbox.c
    query = select(*(o[name] for name in names)).where(
        _in_queue(), o.ready_at <= given("now"), o.worker.is_(None)
    )
    return query.order_by(*(o[name] for name in OUTBOX_KEY))


def _claiming() -> Update:
    values = {"worker": _text("worker"), "fence": given("fence"), "leased_until": given("leased_until")}
    return update(outbox).values(values)


def _unclaiming() -> Update:
    return update(outbox).values(worker=null(), fence=null(), leased_until=null())


def _is_held() -> ColumnElement[bool]:
    return and_(outbox.c.worker == _text("worker"), outbox.c.fence == given("fence"))


def _is_held_in_span() -> ColumnElement[bool]:
    """What a claim has of a line stands together: it is found faster than by the claim's name."""
    return and_(_in_queue(), _key(outbox, POSITION) >= _position("first_"), _up_to("last_"), _is_held())


def _up_to(prefix: str) -> ColumnElement[bool]:
    return _key(outbox, POSITION) <= _position(prefix)


def _position(prefix: str) -> ColumnElement[Any]:
    """A position that is given at each call."""
    return tuple_(*(bindparam(prefix + name, type_=outbox.c[name].type, required=True) for name in POSITION))


def _same(table: Table, key: Sequence[str]) -> ColumnElement[bool]:
    return and_(*(table.c[name] == handed.c[name] for name in key))


def _key(table: Table, key: Sequence[str]) -> ColumnElement[Any]:
    return tuple_(*(table.c[name] for name in key))


def _message_key(table: Table) -> Sequence[ColumnElement[Any]]:
    return [table.c[name] for name in MESSAGE_KEY]


def _among_handed(table: Table, key: Sequence[str]) -> ColumnElement[bool]:
    return _key(table, key).in_(select(*(handed.c[name] for name in key)))


def _text(name: str) -> BindParameter[str]:
    """A text that is given at each call."""
    return bindparam(name, type_=TextType, required=True)
