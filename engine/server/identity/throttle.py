"""Who comes too often: calls of one token, and passwords that are tried out."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

from engine.i18n import N_, Message
from engine.server.problems import CallRefused

MOST_KNOWN = 10_000
"""Names, addresses or tokens that are remembered; ever new ones make the oldest be forgotten."""


class Bucket:
    """Lets so many through at once, and then so many a second, by what they are counted under.

    Any thread may ask.
    """

    def __init__(self, burst: float, per_second: float, monotonic: Callable[[], float]) -> None:
        self._burst, self._per_second, self._monotonic = burst, per_second, monotonic
        self._lock = threading.Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> float:
        """One more comes: 0 where it may, else in how many seconds it could."""
        with self._lock:
            now = self._monotonic()
            left, since = self._left.get(key, (self._burst, now))
            left = min(self._burst, left + (now - since) * self._per_second)
            if left < 1:
                return (1 - left) / self._per_second
            self._left[key] = (left - 1, now)
            self._left.move_to_end(key)
            while len(self._left) > MOST_KNOWN:
                self._left.popitem(last=False)
            return 0.0

    def give_back(self, key: str) -> None:
        """One who came does not count."""
        with self._lock:
            if (known := self._left.get(key)) is not None:
                self._left[key] = (min(self._burst, known[0] + 1), known[1])

    def forget(self, key: str) -> None:
        """Those who came so far count no more."""
        with self._lock:
            self._left.pop(key, None)


class Rate:
    """How often one credential may call."""

    def __init__(self, per_second: float, burst: int, monotonic: Callable[[], float]) -> None:
        self._bucket = Bucket(burst, per_second, monotonic)

    def take(self, credential: str) -> None:
        """Raises `CallRefused` where it calls too often."""
        if (wait := self._bucket.take(credential)) > 0:
            text = N_("Too many calls. Wait {seconds} seconds.")
            raise CallRefused(429, "too_often", Message(text, seconds=max(1, round(wait))), wait)


TRIES_OF_NAME, NAME_EACH_S = 5, 60.0
TRIES_OF_ADDRESS, ADDRESS_EACH_S = 20, 15.0
"""So many wrong passwords at once, and one more each so many seconds."""


class Tries:
    """Wrong passwords, by the name that they are tried for and by where they come from."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._by_name = Bucket(TRIES_OF_NAME, 1 / NAME_EACH_S, monotonic)
        self._by_address = Bucket(TRIES_OF_ADDRESS, 1 / ADDRESS_EACH_S, monotonic)

    def begin(self, name: str, address: str) -> None:
        """One is to be tried; it counts until it turns out to be right. Raises `CallRefused` for too many."""
        wait = self._by_address.take(address) or self._by_name.take(name)
        if wait > 0:
            text = N_("Too many attempts to sign in. Wait {seconds} seconds.")
            raise CallRefused(429, "too_many_attempts", Message(text, seconds=max(1, round(wait))), wait)

    def succeeded(self, name: str, address: str) -> None:
        """It was right."""
        self._by_name.forget(name)
        self._by_address.give_back(address)
