"""Sending through one account: claim, say so, send, write down what came of it."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import structlog
from sqlalchemy import Connection

from engine.channels.adapter import Adapter, Delivery, Later, Outcome, Traits, Unknown
from engine.channels.sending.desk import Desk, Sheet
from engine.channels.sending.fates import failed
from engine.channels.sending.ledger import Claim, Ledger, Settled, Started
from engine.channels.sending.letters import REFERENCE_LENGTH, Letter, Queue
from engine.channels.sending.links import Link, note_links
from engine.channels.sending.pacing import Breaker, Monotonic, RateLimit, Sleep
from engine.channels.sending.policy import Policy, counts_as_failure
from engine.channels.verdict import NotReached
from engine.i18n import MessageError
from engine.store.database import StoreError
from engine.store.tables.sending import MARKETING
from engine.store.trouble import trouble_of

log = structlog.get_logger()

CLAIM = 1_000
"""The most letters that are claimed at once."""
CLAIM_S = 20
"""Through an account with a rate: no more than go out in so many seconds, well within the lease."""
WINDOWS = 2
"""Attempts side by side: while one is written down, the other one is sent."""
LEASE_MS = 60_000
"""How long a claim holds, from when it is made."""
LARGEST_WINDOW = 2_000

Key = tuple[int, int, int, int, str]


class Spoken(NamedTuple):
    """What the provider is given for each letter, by its key, and the links in it. unspeakable: keys of
    letters that say nothing."""

    deliveries: dict[Key, Delivery]
    links: dict[Key, tuple[Link, ...]]
    unspeakable: set[Key]


class Tools(NamedTuple):
    """What all senders share. worker: names this process. closing: whether no further attempt may begin."""

    desk: Desk
    ledger: Ledger
    policy: Policy
    worker: str
    fences: Iterator[int]
    monotonic: Monotonic
    sleep: Sleep
    closing: Callable[[], bool]


class Sender:
    """One account, as versions have pinned it.

    queues: its lines, renewed from outside. in_flight: deliveries that the provider has not answered.
    """

    def __init__(
        self, account: str, open_adapter: Callable[[], Adapter], limits: dict[str, RateLimit], tools: Tools
    ) -> None:
        """limits: of all accounts; those who send through one keep to its rate together. Raises
        `MessageError` where the account cannot be used."""
        self.account = account
        self.queues: list[Queue] = []
        self.sheets: dict[int, Sheet] = {}
        self.in_flight = 0
        self._open = open_adapter
        self._adapter = open_adapter()
        self._tools = tools
        self._traits = self._adapter.traits
        self._limit = limits.setdefault(account, RateLimit(None, tools.monotonic, tools.sleep))
        self._limit.per_second = self._traits.per_second
        self.breaker = Breaker(tools.monotonic)
        self._claimed: deque[tuple[Letter, Claim]] = deque()
        self._sends = asyncio.Semaphore(self._traits.concurrency)
        self._unsettled: deque[list[Settled]] = deque()
        self._trouble: Exception | None = None
        self._claims_left: int | None = None
        self._sent_any = False

    @property
    def traits(self) -> Traits:
        return self._traits

    @property
    def has_work(self) -> bool:
        """Whether anything waits for it, in the database or to be written there."""
        return bool(self.queues or self._unsettled)

    @property
    def window(self) -> int:
        """The most letters of one attempt: no more than can be on their way at a time are in doubt after a
        crash."""
        if self.breaker.is_doubtful:
            return 1
        most = max(1, self._traits.concurrency * self._traits.batch // WINDOWS)
        return min(most, LARGEST_WINDOW, self._limit.per_second or most)

    async def work(self, claims: int | None = None) -> bool:
        """Send what is due now, or so many claims of it. Whether there was anything.

        What has been sent is written down before anything else goes out: where the database refuses, that is
        tried again with the next call.
        """
        self._sent_any, self._trouble, self._claims_left = False, None, claims
        self._write_down()
        if self.breaker.is_open or not await self._renewed():
            return False
        async with asyncio.TaskGroup() as windows:
            for _ in range(1 if self.breaker.is_doubtful else WINDOWS):
                windows.create_task(self._windows())
        if self._trouble is not None:
            raise self._trouble
        self._give_back()
        return self._sent_any

    async def close(self) -> None:
        """Give back what was claimed. What cannot be written down is in doubt with the next start."""
        try:
            self._write_down()
            self._give_back()
        except Exception as error:  # noqa: BLE001 - the connections end all the same
            log.warning("not all was written down", account=self.account, error=type(error).__name__)
        await self._adapter.close()

    async def _renewed(self) -> bool:
        """Open an account anew that answers nothing: its secret may be another one now. Whether it could."""
        if not self.breaker.is_doubtful:
            return True
        try:
            adapter = self._open()
        except MessageError as error:
            self.breaker.failed(str(error.message))
            return False
        before, self._adapter = self._adapter, adapter
        await before.close()
        return True

    # ---- windows

    async def _windows(self) -> None:
        try:
            while self._goes_on():
                letters, claim = self._next_window()
                if not letters:
                    return
                self._sent_any = True
                await self._attempt(letters, claim)
        except Exception as error:  # noqa: BLE001 - raised when the other one's deliveries were answered, too
            self._trouble = error

    def _goes_on(self) -> bool:
        """Whether a further attempt may begin."""
        ends = self._tools.closing() or self._tools.desk.held
        return not (ends or self.breaker.is_open or self._trouble is not None)

    def _next_window(self) -> tuple[list[Letter], Claim]:
        """Letters of one claim."""
        if self._claimed and self._gives_way():
            self._give_back()
        if not self._claimed:
            self._refill()
        if not self._claimed:
            return [], Claim("", 0, 0)
        claim = self._claimed[0][1]
        letters: list[Letter] = []
        while self._claimed and len(letters) < self.window and self._claimed[0][1] is claim:
            letters.append(self._claimed.popleft()[0])
        return letters, claim

    def _gives_way(self) -> bool:
        """Whether letters of a higher priority than those that are claimed have come meanwhile."""
        tools, claimed = self._tools, self._claimed[0][0].queue.priority
        before = [queue for queue in self.queues if queue.priority < claimed]
        if not before:
            return False
        now = tools.desk.now()
        with tools.desk.read() as connection:
            ready = [tools.ledger.next_ready(connection, queue) for queue in before]
        return any(moment is not None and moment <= now for moment in ready)

    def _refill(self) -> None:
        """Claim letters: those of the first priority that has any, the same number of each campaign."""
        if self._claims_left == 0:
            return
        if self._claims_left is not None:
            self._claims_left -= 1
        tools = self._tools
        now = tools.desk.now()
        claim = Claim(tools.worker, next(tools.fences), now + LEASE_MS)
        rate = self._limit.per_second
        most = CLAIM if rate is None else min(CLAIM, rate * CLAIM_S)
        found: list[Letter] = []
        with tools.desk.write() as connection:
            for _, line in itertools.groupby(self.queues, key=lambda queue: queue.priority):
                queues = list(line)
                each = max(1, most // len(queues))
                for queue in queues:
                    found += tools.ledger.claim(connection, queue, claim, now, each)
                if found:
                    break
        self._claimed.extend((letter, claim) for letter in _in_turn(found))

    def _give_back(self) -> None:
        """Let others claim what was claimed and not sent."""
        for claim in {claim for _, claim in self._claimed}:
            letters = [letter for letter, own in self._claimed if own == claim]
            with self._tools.desk.write() as connection:
                self._tools.ledger.give_back(connection, letters, claim)
        self._claimed.clear()

    async def _attempt(self, letters: list[Letter], claim: Claim) -> None:
        spoken = self._spoken(letters)
        deliveries, unspeakable = spoken.deliveries, spoken.unspeakable
        slot = await self._limit.take(len(letters))
        try:
            started = self._start(letters, spoken, claim)
        except Exception:
            self._limit.used(slot, 0)
            self._claimed.extendleft((one, claim) for one in reversed(letters))
            raise
        self._limit.used(slot, len(started.sending))
        going = [one for one in started.sending if one.key in deliveries]
        settled = [Settled(one, failed("unreadable")) for one in started.sending if one.key in unspeakable]
        self.in_flight += len(going)
        try:
            sends = [self._send(batch, deliveries) for batch in self._batches(going)]
            for ended in await asyncio.gather(*sends):
                settled += ended
        finally:
            self.in_flight -= len(going)
        self._unsettled.append(settled)
        self._write_down()

    def _spoken(self, letters: Iterable[Letter]) -> Spoken:
        spoken = Spoken({}, {}, set())
        for letter in letters:
            sheet, key = self.sheets[letter.queue.version], self._key(letter)
            try:
                content, links = sheet.render(letter.node)(letter)
            except Exception:
                log.exception("a message cannot be rendered", campaign=letter.campaign, node=letter.node)
                spoken.unspeakable.add(letter.key)
                continue
            id_type = sheet.id_types[letter.node]
            spoken.deliveries[letter.key] = Delivery(
                key, key[:REFERENCE_LENGTH], letter.who, id_type, letter.address, content
            )
            if links:
                spoken.links[letter.key] = links
        return spoken

    def _start(self, letters: list[Letter], spoken: Spoken, claim: Claim) -> Started:
        """Say that letters are on their way, before any socket opens."""
        tools, now = self._tools, self._tools.desk.now()
        id_types = {
            (version, node): id_type
            for version, sheet in self.sheets.items()
            for node, id_type in sheet.id_types.items()
        }
        resting = [one for one in letters if self._rests(one, now)]
        with tools.desk.write() as connection:
            if resting:
                tools.ledger.postpone(connection, resting, claim, now)
                tools.desk.look_again(connection, _touched(resting))
                letters = [one for one in letters if one not in resting]
            started = tools.ledger.start(connection, letters, id_types, claim, now)
            tools.desk.judge(connection, _touched([*started.sending, *started.suppressed]))
            if self._traits.receipts:
                named = [(one, self._key(one)[:REFERENCE_LENGTH]) for one in started.sending]
                tools.ledger.note_references(connection, named, now)
            noted = [(one, link) for one in started.sending for link in spoken.links.get(one.key, ())]
            note_links(connection, noted, now)
            if started.lost:
                tools.ledger.give_back(connection, started.lost, claim)
        return started

    def _key(self, letter: Letter) -> str:
        return self.sheets[letter.queue.version].key(letter)

    def _rests(self, letter: Letter, now: int) -> bool:
        """Whether a quiet time has begun since the letter was looked at."""
        if letter.queue.priority != MARKETING:
            return False
        kind = self.sheets[letter.queue.version].nodes[letter.node].kind
        since = self._tools.desk.quiet_since(kind, now)
        return since is not None and letter.queued_at < since

    def _batches(self, letters: Sequence[Letter]) -> Iterator[list[Letter]]:
        """Letters that one call of the provider takes: of one component."""
        groups: dict[tuple[int, int], list[Letter]] = {}
        for letter in letters:
            groups.setdefault((letter.queue.version, letter.node), []).append(letter)
        for group in groups.values():
            for start in range(0, len(group), self._traits.batch):
                yield group[start : start + self._traits.batch]

    async def _send(
        self, batch: list[Letter], deliveries: dict[tuple[int, int, int, int, str], Delivery]
    ) -> list[Settled]:
        async with self._sends:
            outcomes = await self._outcomes([deliveries[one.key] for one in batch])
        now = self._tools.desk.now()
        for outcome in outcomes:
            if counts_as_failure(outcome):
                after = outcome.after if isinstance(outcome, Later) else None
                self.breaker.failed(outcome.reason, after)  # type: ignore[union-attr]
                break
        else:
            self.breaker.succeeded()
        settle = self._tools.policy.settled
        return [
            settle(letter, outcome, self._traits, now)
            for letter, outcome in zip(batch, outcomes, strict=True)
        ]

    async def _outcomes(self, batch: list[Delivery]) -> Sequence[Outcome]:
        try:
            outcomes = await self._adapter.send(batch)
        except NotReached as error:
            return [Later(str(error.message), whole_account=True)] * len(batch)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            log.warning("a provider's module gave up", account=self.account)
            return [Unknown("cancelled")] * len(batch)
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody knows what has left the machine
            log.warning("a provider's module failed", account=self.account, error=type(error).__name__)
            return [Unknown(type(error).__name__)] * len(batch)
        if len(outcomes) != len(batch):
            return [Unknown("no answer for each message")] * len(batch)
        return outcomes

    def _write_down(self) -> None:
        """Write down what has become of letters; what the database refuses stays for the next time."""
        while self._unsettled:
            try:
                self._settle(self._unsettled[0])
            except Exception as error:
                if trouble_of(error) is None and not isinstance(error, StoreError):
                    self._unsettled.popleft()  # it would fail again: in doubt with the next start
                raise
            self._unsettled.popleft()

    def _settle(self, settled: list[Settled]) -> None:
        """Write down what has become of letters."""
        tools = self._tools
        if settled:
            with tools.desk.write() as connection:
                kept = tools.ledger.settle(connection, settled, tools.desk.now())
                tools.desk.judge(connection, _touched(kept))
                if self._traits.receipts:
                    self._hear(connection, kept, settled)

    def _hear(self, connection: Connection, kept: list[Letter], settled: list[Settled]) -> None:
        """Let receipts count that came before their letters were settled."""
        names = {one.letter.key: one.reference for one in settled if one.reference}
        heard: dict[int, list[str]] = {}
        for letter in kept:
            both = (self._key(letter)[:REFERENCE_LENGTH], names.get(letter.key))
            heard.setdefault(letter.queue.version, []).extend(name for name in both if name)
        for version, references in heard.items():
            account = self.sheets[version].account(self.account)
            self._tools.desk.heard(connection, account, references)


def _touched(letters: Iterable[Letter]) -> set[tuple[int, int]]:
    return {(letter.queue.version, letter.node) for letter in letters}


def _in_turn(letters: list[Letter]) -> Iterator[Letter]:
    """Letters of several lines, one of each in turn."""
    lines: dict[Queue, deque[Letter]] = {}
    for letter in letters:
        lines.setdefault(letter.queue, deque()).append(letter)
    while lines:
        for queue in list(lines):
            yield lines[queue].popleft()
            if not lines[queue]:
                del lines[queue]
