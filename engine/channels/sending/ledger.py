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
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect

from engine.channels.sending.fates import CLAIMED, PLANNED, SENDING, SUPPRESSED, UNKNOWN, Fate
from engine.channels.sending.letters import Letter, Queue
from engine.channels.sending.statements import OUTBOX_KEY, Statements
from engine.plan.temporary import Emptying, handed
from engine.store.dialect import bulk_insert
from engine.store.tables.sending import MESSAGE_KEY, doubt, outbox, reference
from engine.store.times import HOUR

_CLAIM = ("worker", "fence", "leased_until")


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
    """Of a database of one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        self._statements = Statements(dialect)
        self._empty = Emptying(handed, dialect)

    # ---- what waits

    def queues(self, connection: Connection) -> list[Queue]:
        """The lines in which anything stands, found without reading them."""
        found: list[Queue] = []
        last = Queue("", -1, -1)
        while (row := self._statements.next_queue(connection, last._asdict()).first()) is not None:
            last = Queue(*row)
            found.append(last)
        return found

    def next_ready(self, connection: Connection, queue: Queue) -> int | None:
        """When the first unclaimed letter of a line is due, of a campaign that goes on."""
        moment = self._statements.first_ready(connection, queue._asdict()).scalar()
        return None if moment is None else int(moment)

    def campaign_of(self, connection: Connection, queue: Queue) -> int | None:
        """The number of the campaign that a line is of; None where nothing stands in it, or it does not go
        on."""
        number = self._statements.campaign(connection, queue._asdict()).scalar()
        return None if number is None else int(number)

    def claim(self, connection: Connection, queue: Queue, claim: Claim, now: int, most: int) -> list[Letter]:
        """Take the first letters of a line that are due by `now` (ms), of a campaign that goes on."""
        parameters = {**queue._asdict(), "now": now, "most": most}
        letters = _letters(self._statements.claimable(connection, parameters))
        if letters:
            self._hand(connection, letters)
            self._statements.claim_handed(connection, claim._asdict())
            self._move(connection, letters, PLANNED, CLAIMED)
        return letters

    def give_back(self, connection: Connection, letters: Sequence[Letter], claim: Claim) -> None:
        """Let others claim letters that are still this claim's and were not sent."""
        self._hand(connection, letters)
        mine = {tuple(row) for row in self._statements.claimed_handed(connection, _held(claim))}
        kept = [letter for letter in letters if letter.key in mine]
        if kept:
            self._hand(connection, kept)
            self._statements.claim_handed(connection, dict.fromkeys(_CLAIM))
            self._move(connection, kept, CLAIMED, PLANNED)

    def abandoned(self, connection: Connection, by: int) -> tuple[list[Letter], list[Letter]]:
        """Letters whose claims are over `by` a moment: those that were only claimed, and those of which
        nobody knows whether they were sent."""
        rows = list(self._statements.leased_out(connection, {"now": by}))
        claimed = _letters(row[:-1] for row in rows if row[-1] == CLAIMED.state)
        return claimed, _letters(row[:-1] for row in rows if row[-1] == SENDING.state)

    def free(self, connection: Connection, letters: Sequence[Letter]) -> None:
        """Let anybody claim letters that were claimed and never sent, whoever had them."""
        self._hand(connection, letters)
        self._statements.claim_handed(connection, dict.fromkeys(_CLAIM))
        self._move(connection, letters, CLAIMED, PLANNED)

    def postpone(self, connection: Connection, letters: Sequence[Letter], claim: Claim, now: int) -> None:
        """Give letters that are still this claim's to the next wave, which looks at them again."""
        self._hand(connection, letters)
        mine = {tuple(row) for row in self._statements.claimed_handed(connection, _held(claim))}
        kept = [letter for letter in letters if letter.key in mine]
        if kept:
            self._hand(connection, kept)
            self._statements.leave_outbox(connection)
            self._move(connection, kept, CLAIMED, PLANNED)
            self._statements.make_due(connection, {"now": now})

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
        found = {
            tuple(row[:-1]): bool(row[-1]) for row in self._statements.startable(connection, _held(claim))
        }
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
            self._statements.count_attempt(connection, {"now": now})
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
        still = {tuple(row) for row in self._statements.in_state(connection, {"state": before.state})}
        groups: dict[Fate, list[Settled]] = {}
        for one in settled:
            if one.letter.key in still:
                groups.setdefault(one.fate, []).append(one)
        for fate, group in groups.items():
            letters = [one.letter for one in group]
            if len(group) < len(settled):
                self._hand(connection, letters)
            self._move(connection, letters, before, fate, now)
            self._statements.leave_outbox(connection)
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
        columns = (*OUTBOX_KEY, "campaign", "queued_at", "attempts", "first_attempt")
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
        self._statements.states[before.state, after.state](
            connection, {"reason": after.reason, "result": after.result, "now": now}
        )
        counts = Counter((one.queue.version, one.cycle, one.node, one.planned_at // HOUR) for one in letters)
        for (version, cycle, node, hour), n in sorted(counts.items()):
            key = {"version": version, "cycle": cycle, "node": node, "hour": hour}
            for fate, change in ((before, -n), (after, n)):
                counted = {**key, "state": fate.state, "reason": fate.reason, "n": change}
                self._statements.raise_counter(connection, counted)

    # ---- what statements work on

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


def _letters(rows: Iterable[Sequence[Any]]) -> list[Letter]:
    return [Letter(Queue(*row[:3]), *row[3:]) for row in rows]


def _held(claim: Claim) -> dict[str, Any]:
    return {"worker": claim.worker, "fence": claim.fence}
