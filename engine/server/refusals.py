"""How often strangers are told no."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from starlette.responses import Response

BURST, EACH_S = 20.0, 1.0
"""So many refusals at once, and one more each so many seconds; then callers are asked to slow down."""


class Refusals:
    """Counts refusals by what was asked for. It stops nobody who may come: whoever refuses has looked first.

    An answer says nothing but its status, so that who guesses learns nothing. Any thread may ask.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._left: dict[str, tuple[float, float]] = {}

    def answer(self, what: str, status: int) -> Response:
        """The answer of a refusal. what: of these there must be few, such as accounts."""
        if self._counts(what):
            return Response(status_code=status)
        return Response(status_code=429, headers={"Retry-After": str(round(BURST * EACH_S))})

    def _counts(self, what: str) -> bool:
        """Whether one more is within what is told."""
        with self._lock:
            now = self._monotonic()
            left, since = self._left.get(what, (BURST, now))
            left = min(BURST, left + (now - since) / EACH_S)
            told = left >= 1
            self._left[what] = (left - 1 if told else left, now)
            return told
