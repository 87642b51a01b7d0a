"""What the sending loop writes: each step of a message is a few set-based statements of one transaction.

    planned (claimed in the outbox) → sending → sent | failed | unknown
       ↑_________________________________↓

A claim names a worker and a fence, in the outbox; whoever writes later must still have both, so a worker that
was frozen past its lease changes nothing any more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect

from engine.channels.sending.fates import EXITED, PLANNED, SENDING, SENT, SUPPRESSED, UNKNOWN, Fate
from engine.channels.sending.letters import Key, Letter, Queue
from engine.channels.sending.statements import POSITION, Statements
from engine.plan.prepared import Filling
from engine.plan.temporary import Emptying, handed
from engine.store.dialect import bulk_insert
from engine.store.distribution import is_distributed
from engine.store.tables.sending import MARKETING, MESSAGE_KEY, doubt, outbox, reference
from engine.store.times import HOUR

_PLACE = Letter._fields[:9]
"""The columns that say where a letter stands in the outbox, and which message it is."""
_position_of = attrgetter(*POSITION)


class Claim(NamedTuple):
    """Whose claim it is, and until when (ms). size: of so many letters, once that is known. spans: the first
    and the last one of each line; all others that it has stand between."""

    worker: str
    fence: int
    leased_until: int
    size: int = 0
    spans: tuple[tuple[Letter, Letter], ...] = ()


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
        self._fill = Filling(handed, _PLACE, dialect)

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

    def claim(self, connection: Connection, queue: Queue, claim: Claim, now: int, most: int) -> int:
        """Take the first letters of a line that are due by `now` (ms), of a campaign that goes on. How many
        there were."""
        line, held = queue._asdict(), {**_held(claim), "leased_until": claim.leased_until}
        if connection.dialect.name != "sqlite" and not is_distributed(connection):
            given = {**line, **held, "now": now, "most": most}
            return self._statements.claim_next(connection, given).rowcount
        before = {**line, "now": now, "before": most - 1}
        last = self._statements.last_of_next(connection, before).first()
        if last is None and self.campaign_of(connection, queue) is None:
            return 0
        up_to = {**line, **held, **_position("last_", _behind(now) if last is None else last)}
        return self._statements.claim_up_to(connection, up_to).rowcount

    def claimed(self, connection: Connection, queue: Queue, claim: Claim, now: int, n: int) -> list[Letter]:
        """The letters of a line that were taken with a claim: so many, as of `now`."""
        line = {**queue._asdict(), "now": now, **_held(claim)}
        # Sorted here: PostgreSQL might rather sort all that waits than look the first ones up.
        return sorted(_letters(self._statements.claimed(connection, {**line, "most": n})))

    def give_back(self, connection: Connection, letters: Sequence[Letter], claim: Claim) -> None:
        """Let others claim letters that are still this claim's and were not sent."""
        self._hand(connection, letters)
        self._statements.unclaim_held(connection, _held(claim))

    def abandoned(self, connection: Connection, by: int) -> tuple[list[Letter], list[Letter]]:
        """Letters whose claims are over `by` a moment: those that were only claimed, and those of which
        nobody knows whether they were sent."""
        rows = list(self._statements.leased_out(connection, {"now": by}))
        claimed = _letters(row[:-1] for row in rows if row[-1] != SENDING.state)
        return claimed, _letters(row[:-1] for row in rows if row[-1] == SENDING.state)

    def free(self, connection: Connection, letters: Sequence[Letter]) -> None:
        """Let anybody claim letters that were claimed and never sent, whoever had them."""
        self._hand(connection, letters)
        self._statements.unclaim(connection)

    def postpone(self, connection: Connection, letters: Sequence[Letter], claim: Claim, now: int) -> None:
        """Give letters that are still this claim's to the next wave, which looks at them again."""
        self._hand(connection, letters)
        lost = {tuple(row) for row in self._statements.not_held(connection, _held(claim))}
        if lost:
            letters = [letter for letter in letters if letter.key not in lost]
            self._hand(connection, letters)
        if letters:
            self._statements.leave_outbox(connection)
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
        lost: set[Key] = set()
        if len(letters) != claim.size or not self._hand_claim(connection, claim):
            self._hand(connection, letters)
            lost = {tuple(row) for row in self._statements.not_held(connection, _held(claim))}
        listed: set[Key] = set()
        marketing = {(one.version, one.node) for one in letters if one.priority == MARKETING}
        for version, node in sorted(marketing):
            of_node = {"version": version, "node": node, "id_type": id_types[version, node]}
            listed |= {tuple(row) for row in self._statements.suppressed(connection, of_node)}
        started = Started(list(letters))
        if lost or listed:
            started.lost = [one for one in letters if one.key in lost]
            started.suppressed = [one for one in letters if one.key in listed - lost]
            started.sending = [one for one in letters if one.key not in lost | listed]
        if started.suppressed:
            self.settle(connection, [Settled(one, SUPPRESSED) for one in started.suppressed], now, PLANNED)
        if started.sending:
            if len(started.sending) < len(letters):
                self._hand(connection, started.sending)
            self._move(connection, started.sending, PLANNED, SENDING, now)
        if started.suppressed:
            self._hand(connection, [*started.sending, *started.suppressed])
        return started

    def settle(
        self,
        connection: Connection,
        settled: Sequence[Settled],
        now: int,
        before: Fate = SENDING,
        claim: Claim | None = None,
    ) -> list[Letter]:
        """Write what has become of letters: of those that are still what they were `before`. Returns these,
        which `handed` then holds. claim: theirs, where they are of one."""
        letters = [one.letter for one in settled]
        whole = claim is not None and claim.size == len(letters) and self._hand_claim(connection, claim)
        if not whole:
            self._hand(connection, letters)
        alike = before == SENDING and all(one.fate is SENT for one in settled)
        if alike and self._all_sent(connection, letters, now, claim if whole else None):
            self.note_references(connection, _named(settled), now)
            return letters
        gone = {tuple(row) for row in self._statements.not_in_state(connection, {"state": before.state})}
        groups: dict[Fate, list[Settled]] = {}
        for one in settled:
            if not gone or one.letter.key not in gone:
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
            self.note_references(connection, _named(group), now)
        kept = [one.letter for group in groups.values() for one in group]
        if len(groups) > 1:
            self._hand(connection, kept)
        return kept

    def _all_sent(
        self, connection: Connection, letters: Sequence[Letter], now: int, claim: Claim | None
    ) -> bool:
        """Write that all those in `handed`, which are these, were sent. Where one of them is not being sent
        any more, nothing is written: that is rare, and to look for it first takes as long as to write. claim:
        the one of which they are all."""
        attempt = connection.begin_nested()
        if claim is None:
            left = self._statements.leave_outbox(connection).rowcount
        else:
            leave = self._statements.claim_leaves_outbox
            left = sum(leave(connection, span).rowcount for span in _spans(claim))
        if left == len(letters) and self._move(connection, letters, SENDING, SENT, now):
            attempt.commit()
            return True
        attempt.rollback()
        return False

    def withdraw(
        self, connection: Connection, settled: Iterable[Settled], kept: Iterable[Letter], now: int
    ) -> None:
        """Of letters that were settled to wait again, skip those whose people have left by an exit rule while
        they were on their way. What an attempt before may have sent goes on: else it would count as not sent.
        kept: those that were settled indeed."""
        there = {letter.key for letter in kept}
        waiting = [
            one.letter._replace(ready_at=one.ready_at)
            for one in settled
            if one.fate == PLANNED and one.letter.again_by is None and one.letter.key in there
        ]
        if not waiting:
            return
        self._hand(connection, waiting)
        left = {tuple(row) for row in self._statements.left(connection)}
        if left:
            skipped = [Settled(letter, EXITED) for letter in waiting if letter.key in left]
            self.settle(connection, skipped, now, PLANNED)

    def note_references(self, connection: Connection, named: Iterable[tuple[Letter, str]], now: int) -> None:
        """Remember what receipts call letters."""
        columns = ("account", "reference", *MESSAGE_KEY, "sent_at")
        rows = [(letter.account, name, *letter.key, now) for letter, name in named]
        bulk_insert(connection, reference, columns, rows, on_conflict="nothing")

    def _queue_again(self, connection: Connection, group: Iterable[Settled]) -> None:
        columns = (*_PLACE, "queued_at", "attempts", "first_attempt", "again_by")
        rows = []
        for one in group:
            each = one.letter
            further = (each.queued_at, each.attempts, each.first_attempt, each.again_by)
            rows.append((*each.queue, one.ready_at, *each.key, *further))
        bulk_insert(connection, outbox, columns, rows)

    def _note_doubts(self, connection: Connection, group: Iterable[Settled], now: int) -> None:
        columns = (*MESSAGE_KEY, "account", "priority", "version", "attempted_at", "reason")
        rows = [(*one.letter.key, *one.letter.queue, now, one.why) for one in group]
        bulk_insert(connection, doubt, columns, rows, on_conflict="replace")

    # ---- states and their counters

    def _move(
        self, connection: Connection, letters: Sequence[Letter], before: Fate, after: Fate, now: int
    ) -> bool:
        """Change the state of the messages in `handed`, which are these, and the counters. False where one of
        them was not in the state before: then the counters stay."""
        if before == after:
            return True
        values = {"reason": after.reason, "result": after.result, "now": now}
        changed = self._statements.states[before.state, after.state](connection, values).rowcount
        if changed != len(letters):
            return False
        counts = Counter((one.version, one.cycle, one.node, one.planned_at // HOUR) for one in letters)
        for (version, cycle, node, hour), n in sorted(counts.items()):
            key = {"version": version, "cycle": cycle, "node": node, "hour": hour}
            for fate, change in ((before, -n), (after, n)):
                counted = {**key, "state": fate.state, "reason": fate.reason, "n": change}
                self._statements.raise_counter(connection, counted)
        return True

    # ---- what statements work on

    def _hand(self, connection: Connection, letters: Sequence[Letter]) -> None:
        """Fill `handed`."""
        self._empty(connection)
        self._fill(connection, [one[: len(_PLACE)] for one in letters])

    def _hand_claim(self, connection: Connection, claim: Claim) -> bool:
        """Fill `handed` with all letters of a claim. Whether it still has them all, of campaigns that go
        on."""
        self._empty(connection)
        hand = self._statements.hand_claim
        return sum(hand(connection, span).rowcount for span in _spans(claim)) == claim.size


def _letters(rows: Iterable[Sequence[Any]]) -> list[Letter]:
    return list(map(Letter._make, rows))


def _named(settled: Iterable[Settled]) -> list[tuple[Letter, str]]:
    return [(one.letter, one.reference) for one in settled if one.reference]


def _held(claim: Claim) -> dict[str, Any]:
    return {"worker": claim.worker, "fence": claim.fence}


def _spans(claim: Claim) -> Iterator[dict[str, Any]]:
    """What statements are given about what a claim has, line by line."""
    for first, last in claim.spans:
        span = _position("first_", _position_of(first)) | _position("last_", _position_of(last))
        yield {**_held(claim), **first.queue._asdict(), "campaign": first.campaign, **span}


def _position(prefix: str, position: Iterable[Any]) -> dict[str, Any]:
    return {prefix + name: value for name, value in zip(POSITION, position, strict=True)}


def _behind(now: int) -> tuple[int, int, int, int, str]:
    """The position behind all that is due by a moment."""
    return now + 1, -1, -1, -1, ""
