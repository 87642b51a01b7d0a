"""What the sending loop writes: each step of a message is a few set-based statements of one transaction.

    planned → claimed → sending → sent | failed | unknown
       ↑_________↓_________↓

A claim names a worker and a fence; whoever writes later must still have both, so a worker that was frozen
past its lease changes nothing any more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
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

from engine.channels.sending.letters import Letter, Queue
from engine.plan.counting import SHARD
from engine.plan.message_counts import COUNTED
from engine.plan.prepared import Prepared, given
from engine.plan.temporary import Emptying, handed
from engine.store.dialect import bulk_insert, upsert_adding
from engine.store.schema import TextType
from engine.store.tables.people import person, suppression
from engine.store.tables.runs import ACTIVE, COMPLETED, campaign, entry, message, message_counter
from engine.store.tables.sending import MARKETING, MESSAGE_KEY, doubt, outbox, reference
from engine.store.times import HOUR

_OUTBOX_KEY = tuple(column.name for column in outbox.primary_key)
_CLAIM = ("worker", "fence", "leased_until")


class Fate(NamedTuple):
    """What a message comes to. result: what a Result Judgment sees; None: not known yet."""

    state: str
    reason: str = ""
    result: str | None = None


PLANNED, CLAIMED, SENDING = Fate("planned"), Fate("claimed"), Fate("sending")
SENT = Fate("sent", "", "sent")
UNKNOWN = Fate("unknown", "", "unknown")
SUPPRESSED = Fate("skipped", "suppressed", "failed")


def failed(reason: str) -> Fate:
    """Refused for good; plain `failed` has no reason."""
    return Fate("failed", reason, "failed")


class Claim(NamedTuple):
    """Whose claim it is, and until when (ms)."""

    worker: str
    fence: int
    leased_until: int


@dataclass(slots=True)
class Settled:
    """A letter and its fate. ready_at: when one that is tried again is due. reference: what receipts will
    call it, besides its own. why: what made it doubtful."""

    letter: Letter
    fate: Fate
    ready_at: int = 0
    reference: str = ""
    why: str = ""


@dataclass(slots=True)
class Started:
    """What an attempt began with. sending: to be handed to the provider now. suppressed: skipped. lost: no
    longer this claim's, or of a campaign that does not go on."""

    sending: list[Letter] = field(default_factory=list)
    suppressed: list[Letter] = field(default_factory=list)
    lost: list[Letter] = field(default_factory=list)


class Ledger:
    """Builds the statements of one dialect, each when it is first needed."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._empty = Emptying(handed, dialect)

    # ---- what waits

    def queues(self, connection: Connection) -> list[Queue]:
        """The lines in which anything stands, found without reading them."""
        found: list[Queue] = []
        last = Queue("", -1, -1)
        while (row := self._next_queue(connection, last._asdict()).first()) is not None:
            last = Queue(*row)
            found.append(last)
        return found

    def next_ready(self, connection: Connection, queue: Queue) -> int | None:
        """When the first unclaimed letter of a line is due, of a campaign that goes on."""
        moment = self._first_ready(connection, queue._asdict()).scalar()
        return None if moment is None else int(moment)

    def campaign_of(self, connection: Connection, queue: Queue) -> int | None:
        """The number of the campaign that a line is of; None where nothing stands in it, or it does not go
        on."""
        number = self._campaign(connection, queue._asdict()).scalar()
        return None if number is None else int(number)

    def claim(self, connection: Connection, queue: Queue, claim: Claim, now: int, most: int) -> list[Letter]:
        """Take the first letters of a line that are due by `now` (ms), of a campaign that goes on."""
        parameters = {**queue._asdict(), "now": now, "most": most}
        letters = _letters(self._claimable(connection, parameters))
        if letters:
            self._hand(connection, letters)
            self._claim_handed(connection, claim._asdict())
            self._move(connection, letters, PLANNED, CLAIMED)
        return letters

    def give_back(self, connection: Connection, letters: Sequence[Letter], claim: Claim) -> None:
        """Let others claim letters that are still this claim's and were not sent."""
        self._hand(connection, letters)
        mine = {tuple(row) for row in self._claimed_handed(connection, _held(claim))}
        kept = [letter for letter in letters if letter.key in mine]
        if kept:
            self._hand(connection, kept)
            self._claim_handed(connection, dict.fromkeys(_CLAIM))
            self._move(connection, kept, CLAIMED, PLANNED)

    def abandoned(self, connection: Connection, by: int) -> tuple[list[Letter], list[Letter]]:
        """Letters whose claims are over `by` a moment: those that were only claimed, and those of which
        nobody knows whether they were sent."""
        rows = list(self._leased_out(connection, {"now": by}))
        claimed = _letters(row[:-1] for row in rows if row[-1] == CLAIMED.state)
        return claimed, _letters(row[:-1] for row in rows if row[-1] == SENDING.state)

    def free(self, connection: Connection, letters: Sequence[Letter]) -> None:
        """Let anybody claim letters that were claimed and never sent, whoever had them."""
        self._hand(connection, letters)
        self._claim_handed(connection, dict.fromkeys(_CLAIM))
        self._move(connection, letters, CLAIMED, PLANNED)

    def postpone(self, connection: Connection, letters: Sequence[Letter], claim: Claim, now: int) -> None:
        """Give letters that are still this claim's to the next wave, which looks at them again."""
        self._hand(connection, letters)
        mine = {tuple(row) for row in self._claimed_handed(connection, _held(claim))}
        kept = [letter for letter in letters if letter.key in mine]
        if kept:
            self._hand(connection, kept)
            self._leave_outbox(connection)
            self._move(connection, kept, CLAIMED, PLANNED)
            self._make_due(connection, {"now": now})

    # ---- an attempt, and what came of it

    def start(
        self,
        connection: Connection,
        letters: Sequence[Letter],
        id_types: Mapping[tuple[int, int], str],
        claim: Claim,
        now: int,
    ) -> Started:
        """Say, before any socket opens, that letters are on their way. id_types: of the addresses, by version
        and node. What is suppressed by now is skipped instead; `handed` then holds both."""
        self._hand(connection, letters, id_types)
        found = {tuple(row[:-1]): bool(row[-1]) for row in self._startable(connection, _held(claim))}
        started = Started()
        for letter in letters:
            listed = found.get(letter.key)
            kind = started.lost if listed is None else started.suppressed if listed else started.sending
            kind.append(letter)
        if started.suppressed:
            self.settle(connection, [Settled(one, SUPPRESSED) for one in started.suppressed], now, CLAIMED)
        if started.sending:
            if len(started.sending) < len(letters):
                self._hand(connection, started.sending)
            self._count_attempt(connection, {"now": now})
            self._move(connection, started.sending, CLAIMED, SENDING, now)
            started.sending = [one.begun(now) for one in started.sending]
        if started.suppressed:
            self._hand(connection, [*started.sending, *started.suppressed])
        return started

    def settle(
        self, connection: Connection, settled: Sequence[Settled], now: int, before: Fate = SENDING
    ) -> list[Letter]:
        """Write what has become of letters: of those that are still what they were `before`. Returns these,
        which `handed` then holds."""
        self._hand(connection, [one.letter for one in settled])
        still = {tuple(row) for row in self._in_state(connection, {"state": before.state})}
        groups: dict[Fate, list[Settled]] = {}
        for one in settled:
            if one.letter.key in still:
                groups.setdefault(one.fate, []).append(one)
        for fate, group in groups.items():
            letters = [one.letter for one in group]
            if len(group) < len(settled):
                self._hand(connection, letters)
            self._move(connection, letters, before, fate, now)
            self._leave_outbox(connection)
            if fate == PLANNED:
                self._queue_again(connection, group)
            elif fate == UNKNOWN:
                self._note_doubts(connection, group, now)
            named = [(one.letter, one.reference) for one in group if one.reference]
            self.note_references(connection, named, now)
        kept = [one.letter for group in groups.values() for one in group]
        if len(groups) > 1:
            self._hand(connection, kept)
        return kept

    def note_references(self, connection: Connection, named: Iterable[tuple[Letter, str]], now: int) -> None:
        """Remember what receipts call letters."""
        columns = ("account", "reference", *MESSAGE_KEY, "sent_at")
        rows = [(letter.queue.account, name, *letter.key, now) for letter, name in named]
        bulk_insert(connection, reference, columns, rows, on_conflict="nothing")

    def _queue_again(self, connection: Connection, group: Iterable[Settled]) -> None:
        columns = (*_OUTBOX_KEY, "campaign", "queued_at", "attempts", "first_attempt")
        rows = []
        for one in group:
            each = one.letter
            key = (*each.queue, one.ready_at, each.node, each.person, each.entry, each.address)
            rows.append((*key, each.campaign, each.queued_at, each.attempts, each.first_attempt))
        bulk_insert(connection, outbox, columns, rows)

    def _note_doubts(self, connection: Connection, group: Iterable[Settled], now: int) -> None:
        columns = (*MESSAGE_KEY, "account", "priority", "version", "attempted_at", "reason")
        rows = [(*one.letter.key, *one.letter.queue, now, one.why) for one in group]
        bulk_insert(connection, doubt, columns, rows, on_conflict="replace")

    # ---- states and their counters

    def _move(
        self, connection: Connection, letters: Sequence[Letter], before: Fate, after: Fate, now: int = 0
    ) -> None:
        """Change the state of the messages in `handed`, which are these, and the counters."""
        self._states[before.state, after.state](
            connection, {"reason": after.reason, "result": after.result, "now": now}
        )
        counts = Counter((one.queue.version, one.cycle, one.node, one.planned_at // HOUR) for one in letters)
        for (version, cycle, node, hour), n in sorted(counts.items()):
            key = {"version": version, "cycle": cycle, "node": node, "hour": hour}
            for fate, change in ((before, -n), (after, n)):
                counted = {**key, "state": fate.state, "reason": fate.reason, "n": change}
                self._raise_counter(connection, counted)

    @cached_property
    def _states(self) -> Mapping[tuple[str, str], Prepared]:
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
    def _make_due(self) -> Prepared:
        values = {"due_at": given("now"), "contact_at": given("now")}
        change = update(message).where(_among_handed(message, MESSAGE_KEY)).values(values)
        return Prepared(change, self._dialect)

    @cached_property
    def _raise_counter(self) -> Prepared:
        row: dict[str, ColumnElement[Any]] = {
            **{name: given(name) for name in ("version", "cycle", "node", "hour", "n")},
            **{name: _text(name) for name in ("state", "reason")},
            "receipt": literal(""),
            "shard": literal_column(str(SHARD)),
        }
        query = select(*(row[name].label(name) for name in COUNTED)).where(literal_column("1 = 1"))
        return Prepared(upsert_adding(self._dialect, message_counter, COUNTED, query, "n"), self._dialect)

    # ---- statements

    def _hand(
        self,
        connection: Connection,
        letters: Sequence[Letter],
        id_types: Mapping[tuple[int, int], str] | None = None,
    ) -> None:
        """Fill `handed`."""
        self._empty(connection)
        columns = (*MESSAGE_KEY, "account", "priority", "version", "ready_at", "id_type")
        known = id_types or {}
        rows = [
            (*one.key, *one.queue, one.ready_at, known.get((one.queue.version, one.node))) for one in letters
        ]
        bulk_insert(connection, handed, columns, rows)

    @cached_property
    def _next_queue(self) -> Prepared:
        o = outbox.c
        behind = tuple_(_text("account"), given("priority"), given("version"))
        query = select(o.account, o.priority, o.version).where(
            tuple_(o.account, o.priority, o.version) > behind
        )
        return Prepared(query.order_by(o.account, o.priority, o.version).limit(1), self._dialect)

    @cached_property
    def _first_ready(self) -> Prepared:
        o = outbox.c
        query = select(o.ready_at).where(_in_queue(), o.worker.is_(None), _goes_on(o.campaign))
        return Prepared(query.order_by(o.ready_at).limit(1), self._dialect)

    @cached_property
    def _campaign(self) -> Prepared:
        number = outbox.c.campaign
        return Prepared(select(number).where(_in_queue(), _goes_on(number)).limit(1), self._dialect)

    @cached_property
    def _claimable(self) -> Prepared:
        o = outbox.c
        query = _select_letters().where(
            _in_queue(), o.ready_at <= given("now"), o.worker.is_(None), _goes_on(o.campaign)
        )
        query = query.order_by(*(o[name] for name in _OUTBOX_KEY)).limit(given("most"))
        return Prepared(query.with_for_update(of=outbox, skip_locked=True), self._dialect)

    @cached_property
    def _leased_out(self) -> Prepared:
        o = outbox.c
        query = _select_letters().add_columns(message.c.state)
        return Prepared(query.where(o.worker.is_not(None), o.leased_until <= given("now")), self._dialect)

    @cached_property
    def _claim_handed(self) -> Prepared:
        values = {"worker": _text("worker"), "fence": given("fence"), "leased_until": given("leased_until")}
        change = update(outbox).where(_among_handed(outbox, _OUTBOX_KEY)).values(values)
        return Prepared(change, self._dialect)

    @cached_property
    def _claimed_handed(self) -> Prepared:
        h = handed.c
        query = _join_outbox(select(*(h[name] for name in MESSAGE_KEY)))
        return Prepared(query.where(_is_held()), self._dialect)

    @cached_property
    def _startable(self) -> Prepared:
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
    def _count_attempt(self) -> Prepared:
        o = outbox.c
        values = {"attempts": o.attempts + 1, "first_attempt": func.coalesce(o.first_attempt, given("now"))}
        change = update(outbox).where(_among_handed(outbox, _OUTBOX_KEY)).values(values)
        return Prepared(change, self._dialect)

    @cached_property
    def _in_state(self) -> Prepared:
        m, h = message.c, handed.c
        same = and_(*(m[name] == h[name] for name in MESSAGE_KEY))
        query = select(*(h[name] for name in MESSAGE_KEY)).select_from(handed.join(message, same))
        return Prepared(query.where(m.state == _text("state")), self._dialect)

    @cached_property
    def _leave_outbox(self) -> Prepared:
        gone: Delete = delete(outbox).where(_among_handed(outbox, _OUTBOX_KEY))
        return Prepared(gone, self._dialect)


def _letters(rows: Iterable[Sequence[Any]]) -> list[Letter]:
    return [Letter(Queue(*row[:3]), *row[3:]) for row in rows]


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
    same = and_(*(o[name] == h[name] for name in _OUTBOX_KEY))
    return query.select_from(handed.join(outbox, same))


def _is_held() -> ColumnElement[bool]:
    return and_(outbox.c.worker == _text("worker"), outbox.c.fence == given("fence"))


def _held(claim: Claim) -> dict[str, Any]:
    return {"worker": claim.worker, "fence": claim.fence}


def _among_handed(table: Any, key: Sequence[str]) -> ColumnElement[bool]:
    return tuple_(*(table.c[name] for name in key)).in_(select(*(handed.c[name] for name in key)))


def _text(name: str) -> BindParameter[str]:
    """A text that is given at each call."""
    return bindparam(name, type_=TextType, required=True)
