"""The engine's only source of time. Moments are milliseconds since 1970 UTC."""

from __future__ import annotations

import threading
import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time and waits; injected wherever time matters."""

    def now(self) -> int:
        """The present moment."""

    def wait_until(self, moment: int | None, wake: threading.Event) -> None:
        """Return at `moment` (None: never) or as soon as `wake` is set."""


class RealClock:
    """The machine's clock."""

    def now(self) -> int:
        return time.time_ns() // 1_000_000

    def wait_until(self, moment: int | None, wake: threading.Event) -> None:
        wake.wait(None if moment is None else max(0.0, (moment - self.now()) / 1000))


class VirtualClock:
    """A clock that stands still until it is moved, or jumps to the moment that is waited for."""

    def __init__(self, moment: int) -> None:
        self._moment = moment

    def now(self) -> int:
        return self._moment

    def set(self, moment: int) -> None:
        """Move on to `moment`. Raises `ValueError` for a moment that has passed."""
        if moment < self._moment:
            raise ValueError("a clock does not go back")
        self._moment = moment

    def wait_until(self, moment: int | None, wake: threading.Event) -> None:
        if moment is None:
            wake.wait()
        elif not wake.is_set():
            self.set(max(moment, self._moment))
