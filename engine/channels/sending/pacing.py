"""How fast an account is sent through: its rate, when to try again, when to leave it alone for a while."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from engine.i18n import Message

Monotonic = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]

WINDOW_S = 1.02
"""A little more than a second: what leaves here evenly arrives less so."""


@dataclass(slots=True)
class Slot:
    """Room for some deliveries. at: when they left (s); None: they have not yet."""

    size: int
    at: float | None = None


class RateLimit:
    """At most so many deliveries in any second; per_second may change at any time.

    Room that is given counts from when it is used: whatever comes in between, no second holds more.
    """

    def __init__(self, per_second: int | None, now: Monotonic, sleep: Sleep = asyncio.sleep) -> None:
        self.per_second = per_second
        self._now = now
        self._sleep = sleep
        self._slots: deque[Slot] = deque()
        self._turn = asyncio.Lock()

    async def take(self, size: int) -> Slot:
        """Wait until there is room for `size` deliveries, of which there may be no more than the limit."""
        slot = Slot(size)
        if self.per_second is None:
            return slot
        async with self._turn:
            while (wait := self._wait(size)) > 0:
                await self._sleep(wait)
            self._slots.append(slot)
        return slot

    def used(self, slot: Slot, size: int | None = None) -> None:
        """The deliveries leave now; `size` where they have become fewer."""
        slot.at = self._now()
        slot.size = slot.size if size is None else size

    def _wait(self, size: int) -> float:
        """Seconds until there may be room."""
        if self.per_second is None:
            return 0
        now = self._now()
        while self._slots and (at := self._slots[0].at) is not None and at <= now - WINDOW_S:
            self._slots.popleft()
        taken = sum(slot.size for slot in self._slots)
        for slot in self._slots:
            if taken + size <= self.per_second:
                return 0
            if slot.at is None:
                return 0.01  # it is about to leave
            taken -= slot.size
            if taken + size <= self.per_second:
                return max(slot.at + WINDOW_S - now, 0.001)
        return 0


class SteadyClock:
    """The time (ms) for what must not be done too late: a clock that is set back does not set it back.

    It goes on by itself from when it was made; one that is set forward takes it along.
    """

    def __init__(self, now: Callable[[], int], monotonic: Monotonic) -> None:
        self._now, self._monotonic = now, monotonic
        self._began = now() - round(monotonic() * 1000)

    def now(self) -> int:
        return max(self._now(), self._began + round(self._monotonic() * 1000))


class Breaker:
    """Leaves an account alone that answers nothing any more: longer and longer, then tries one batch.

    reason: why it is left alone, a code or a sentence. until: when it is tried again (s of the monotonic
    clock).
    """

    FAILURES = 5
    FIRST_S, LONGEST_S = 1.0, 60.0

    def __init__(self, now: Monotonic) -> None:
        self._now = now
        self._failures = 0
        self._pause = self.FIRST_S
        self.reason: Message | str = ""
        self.until = 0.0

    @property
    def is_open(self) -> bool:
        return self._now() < self.until

    @property
    def pause(self) -> float:
        """For how long it is left alone (s)."""
        return max(0.0, self.until - self._now())

    @property
    def is_doubtful(self) -> bool:
        """Whether only one batch is to be tried."""
        return self._failures >= self.FAILURES

    def succeeded(self) -> None:
        self._failures, self._pause, self.reason, self.until = 0, self.FIRST_S, "", 0.0

    def failed(self, reason: Message | str, after: float | None = None) -> None:
        """Nothing goes through the account; after: how long it asks to be left alone (s)."""
        self._failures += 1
        if after is not None:
            self.reason, self.until = reason, max(self.until, self._now() + after)
        elif self._failures >= self.FAILURES and not self.is_open:  # of several at a time only one counts
            self.reason, self.until = reason, self._now() + self._pause
            self._pause = min(self._pause * 2, self.LONGEST_S)


class Backoff:
    """When a message is tried again: later and later, and not all at the same moment."""

    FIRST_MS, LONGEST_MS = 5_000, 15 * 60_000
    GIVE_UP_MS = 24 * 3_600_000
    """How long after its first attempt a message is still tried again."""

    def __init__(self, random_: random.Random | None = None) -> None:
        self._random = random_ or random.Random()

    def after(self, attempts: int, asked: float | None) -> int:
        """ms to wait after so many attempts; asked: the seconds that the provider wants."""
        usual = min(self.FIRST_MS << min(attempts - 1, 20), self.LONGEST_MS)
        wanted = usual if asked is None else asked * 1000
        return round(wanted + usual * self._random.uniform(0, 0.25))
