"""What one sender has claimed: which letters go out next, of which there may be room for some only."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection

from engine.channels.sending.apart import AT_ONCE, Apart
from engine.channels.sending.desk import Desk
from engine.channels.sending.destinations import Domains, Limits, Pace
from engine.channels.sending.fates import PLANNED
from engine.channels.sending.ledger import Claim, Ledger, Settled
from engine.channels.sending.letters import Letter, Queue
from engine.channels.sending.pacing import Monotonic, Sleep, SteadyClock
from engine.channels.sending.policy import Policy
from engine.channels.sending.windows import WINDOWS

CLAIM = 1_000
"""The most letters that are claimed at once, but for one attempt that takes more."""
CLAIM_S = 20
"""Through an account with a rate: no more than go out in so many seconds, well within the lease."""
LEASE_MS = 60_000
"""How long a claim holds, from when it is made."""
LOOK_AGAIN_S = 0.2
"""How long nothing new is claimed while what is claimed waits for its domains."""


class Tools(NamedTuple):
    """What all senders share. worker: names this process. closing: whether no further attempt may begin.
    apart: where database work is done."""

    desk: Desk
    ledger: Ledger
    policy: Policy
    worker: str
    fences: Iterator[int]
    monotonic: Monotonic
    sleep: Sleep
    closing: Callable[[], bool]
    limits: Limits
    steady: SteadyClock
    apart: Apart


class Order(NamedTuple):
    """A claim to be made: in these lines, of so many letters."""

    claim: Claim
    queues: Sequence[Queue]
    most: int
    now: int


class Made(NamedTuple):
    """A claim that was made: so many letters of each line. read: those, where they were read with it."""

    order: Order
    lines: tuple[tuple[Queue, int], ...]
    read: tuple[list[Letter], Claim] | None = None

    @property
    def size(self) -> int:
        """How many letters it has."""
        return sum(n for _, n in self.lines)


class Claims:
    """Letters that are claimed and not sent yet, in their order.

    left: how many further claims may be made; None: any number. put_off: whether the last claim found letters
    of which the outbox got some back, so that there may be more behind them.
    """

    def __init__(self, tools: Tools, pace: Pace) -> None:
        self._tools, self._pace = tools, pace
        # Domains know only one thread.
        self.apart = tools.apart if pace.domains is None else AT_ONCE
        self._claimed: deque[tuple[Letter, Claim]] = deque()
        self._made: deque[Made] = deque()
        """What is claimed after that, and not read yet."""
        self._turn = asyncio.Lock()
        self.left: int | None = None
        self.put_off = False

    async def next_window(self, queues: Sequence[Queue], most: int) -> tuple[list[Letter], Claim]:
        """Letters of one claim, from these lines, that may leave now; none where there are none."""
        async with self._turn:
            if await self._gives_way(queues):
                await self._give_back()
            letters, claim = self._picked(most)
            if not letters and len(self._claimed) < CLAIM:
                self.put_off = False
                if not self._made and (order := self._order(queues, most)) is not None:
                    self.take(await self.apart.do(partial(self._refill, order)))
                self._read()
                letters, claim = self._picked(most)
            return letters, claim

    def ahead(self, queues: Sequence[Queue], most: int) -> Order | None:
        """What an attempt may claim in its own transaction, where too little is left for those to come."""
        left = len(self._claimed) + sum(made.size for made in self._made)
        few = left < WINDOWS * most and self._pace.domains is None
        return self._order(queues, most) if few and not self._turn.locked() else None

    def take(self, made: Made) -> None:
        """These were claimed, and go out after all that were before."""
        if made.read is not None:
            self._add(*made.read)
        elif made.lines:
            self._made.append(made)

    def _add(self, letters: Sequence[Letter], claim: Claim) -> None:
        claim = claim._replace(size=len(letters))
        self._claimed.extend((letter, claim) for letter in letters)

    def _read(self) -> None:
        """Read the first letters that were claimed: beside what is written meanwhile, so it takes no time
        from that."""
        while self._made and not self._claimed:
            made = self._made[0]
            with self._tools.desk.read() as connection:
                letters, claim = self._letters(connection, made)
            self._made.popleft()
            self._add(letters, claim)

    def _letters(self, connection: Connection, made: Made) -> tuple[list[Letter], Claim]:
        """What was claimed, one of each line in turn."""
        claim, now = made.order.claim, made.order.now
        found = [self._tools.ledger.claimed(connection, queue, claim, now, n) for queue, n in made.lines]
        lines = [line for line in found if line]
        turns = itertools.chain.from_iterable(itertools.zip_longest(*lines))
        letters = [letter for letter in turns if letter is not None]
        return letters, claim._replace(spans=tuple((line[0], line[-1]) for line in lines))

    def put_back(self, letters: Sequence[Letter], claim: Claim) -> None:
        """These do not leave now: they are the next ones."""
        if letters and self._pace.domains is not None:
            self._pace.domains.left(letters, [])
        self._claimed.extendleft((letter, claim) for letter in reversed(letters))

    async def give_back(self) -> None:
        """Let others claim what was claimed and not sent."""
        async with self._turn:
            await self._give_back()

    async def _give_back(self) -> None:
        ahead, self._claimed = self._claimed, deque()
        try:
            while self._made:
                self._read()
                ahead += self._claimed
                self._claimed.clear()
        finally:
            self._claimed = ahead
        before, self._claimed = self._claimed, deque()
        for claim in {claim for _, claim in before}:
            letters = [letter for letter, own in before if own == claim]
            try:
                await self.apart.do(partial(self._unclaim, letters, claim))
            except Exception:
                self._claimed.extendleft(reversed(before))
                raise
        if self._pace.domains is not None:
            self._pace.domains.given_back(letter for letter, _ in before)

    def _unclaim(self, letters: Sequence[Letter], claim: Claim) -> None:
        with self._tools.desk.write() as connection:
            self._tools.ledger.give_back(connection, letters, claim)

    async def found_room(self) -> bool:
        """Wait until what is claimed may have room, or others may be due that have some; False where nothing
        waits for any."""
        domains = self._pace.domains
        if domains is None or not (self._claimed or self.put_off):
            return False
        waiting = [letter for letter, _ in self._claimed]
        await self._tools.sleep(min(domains.wait(waiting), LOOK_AGAIN_S) if waiting else 0)
        return True

    def _picked(self, most: int) -> tuple[list[Letter], Claim]:
        claimed, domains = self._claimed, self._pace.domains
        if domains is None and claimed:
            letters: list[Letter] = []
            claim = claimed[0][1]
            while claimed and len(letters) < most and claimed[0][1] is claim:
                letters.append(claimed.popleft()[0])
            return letters, claim
        for claim in dict.fromkeys(claim for _, claim in claimed):
            assert domains is not None
            if letters := domains.pick((letter for letter, own in claimed if own is claim), most):
                taken = set(letters)
                self._claimed = deque(each for each in claimed if each[0] not in taken)
                return letters, claim
        return [], Claim("", 0, 0)

    async def _gives_way(self, queues: Sequence[Queue]) -> bool:
        """Whether letters of a higher priority than those that are claimed have come meanwhile."""
        if self._claimed:
            claimed = self._claimed[0][0].priority
        elif self._made:
            claimed = self._made[0].lines[0][0].priority
        else:
            return False
        before = [queue for queue in queues if queue.priority < claimed]
        return bool(before) and await self.apart.do(partial(self._any_ready, before))

    def _any_ready(self, queues: Sequence[Queue]) -> bool:
        tools = self._tools
        now = tools.desk.now()
        with tools.desk.read() as connection:
            ready = [tools.ledger.next_ready(connection, queue) for queue in queues]
        return any(moment is not None and moment <= now for moment in ready)

    def _order(self, queues: Sequence[Queue], most: int) -> Order | None:
        """A claim that may be made now; None where no further one may."""
        if self.left == 0 or not queues:
            return None
        if self.left is not None:
            self.left -= 1
        tools = self._tools
        now = tools.desk.now()
        rate = self._pace.per_second
        most = max(CLAIM, most)
        return Order(
            Claim(tools.worker, next(tools.fences), now + LEASE_MS),
            queues,
            most if rate is None else min(most, rate * CLAIM_S),
            now,
        )

    def _refill(self, order: Order) -> Made:
        with self._tools.desk.write() as connection:
            return self.claim(connection, order)

    def claim(self, connection: Connection, order: Order) -> Made:
        """Claim letters: those of the first priority that has any, the same number of each campaign."""
        lines: list[tuple[Queue, int]] = []
        for _, line in itertools.groupby(order.queues, key=lambda queue: queue.priority):
            of_priority = list(line)
            each = max(1, order.most // len(of_priority))
            for queue in of_priority:
                n = self._tools.ledger.claim(connection, queue, order.claim, order.now, each)
                lines += [(queue, n)] if n else []
            if lines:
                break
        made = Made(order, tuple(lines))
        if (domains := self._pace.domains) is None:
            return made
        found, claim = self._letters(connection, made)
        return made._replace(read=(self._soon(connection, domains, found, order.now), claim))

    def _soon(self, connection: Connection, domains: Domains, found: list[Letter], now: int) -> list[Letter]:
        """Of letters that are being claimed, those that go out soon; the outbox gets back the others, whose
        domains have more than they take."""
        kept, later = domains.soon(found)
        if later:
            turns = [(letter, now + round(wait * 1000)) for letter, wait in later.items()]
            waiting = [Settled(letter, PLANNED, ready_at=moment) for letter, moment in turns]
            self._tools.ledger.settle(connection, waiting, now, PLANNED)
            self.put_off = True
        return kept
