"""What all fake providers can do: count what they send, refuse some, misbehave when they are told to."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Iterable
from typing import Literal

Fault = Literal["slow", "reset", "garbage", "busy", "broken", "duplicate"]
"""slow: no answer. reset: the connection ends instead of an answer. garbage: an answer that is none. busy:
too many requests. broken: a fault of its own. duplicate: the network delivers the request twice."""
RETRY_AFTER = 7


class Fake:
    """Counts by address. `sent` is what people would have got, `by_key` the same by message; `asked` counts
    requests or batches.

    heeds_keys: what comes twice with one key is sent once. rate: messages in any second, above which it
    refuses everything; `fastest` is the most that came in any second.
    """

    def __init__(self, *, heeds_keys: bool = False, rate: int | None = None) -> None:
        self.heeds_keys, self.rate = heeds_keys, rate
        self.sent: Counter[str] = Counter()
        self.by_key: Counter[str] = Counter()
        self.asked = 0
        self.fastest = 0
        self.released = threading.Event()
        self._refused: set[str] = set()
        self._faults: deque[tuple[Fault, bool]] = deque()
        self._seen: dict[str, str] = {}
        self._times: deque[float] = deque()
        self._lock = threading.Lock()

    def refuse(self, *addresses: str) -> None:
        """Refuse messages to addresses from now on."""
        self._refused.update(addresses)

    def misbehave(self, fault: Fault, times: int = 1, *, sends: bool = True) -> None:
        """Do so with the next requests. sends: the message is taken before, as it may be in life."""
        self._faults.extend([(fault, sends)] * times)

    def fault(self) -> tuple[Fault, bool] | None:
        """How to misbehave with the request that has just come."""
        with self._lock:
            self.asked += 1
            return self._faults.popleft() if self._faults else None

    def refuses(self, address: str) -> bool:
        return address in self._refused

    def take(self, address: str, key: str = "") -> str:
        """Send a message; its id here."""
        with self._lock:
            if self.heeds_keys and key in self._seen:
                return self._seen[key]
            self.sent[address] += 1
            self.by_key[key] += 1
            id = f"id-{sum(self.sent.values())}"
            if key:
                self._seen[key] = id
            return id

    def too_fast(self, count: int) -> bool:
        """Whether so many more messages now are above the rate."""
        with self._lock:
            now = time.monotonic()
            while self._times and self._times[0] <= now - 1:
                self._times.popleft()
            self._times.extend([now] * count)
            self.fastest = max(self.fastest, len(self._times))
            return self.rate is not None and len(self._times) > self.rate

    def twice(self) -> list[str]:
        """The addresses that got more than one message."""
        return sorted(address for address, count in self.sent.items() if count > 1)

    def lost(self, addresses: Iterable[str]) -> list[str]:
        """Those of the addresses that got none."""
        return sorted(address for address in addresses if not self.sent[address])
