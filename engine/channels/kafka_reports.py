"""What Kafka's library reports of the messages of one batch."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from engine.channels.adapter import Accepted, Later, Outcome, Refused, Unknown

_REFUSED = ("MSG_SIZE_TOO_LARGE", "INVALID_RECORD", "INVALID_MSG")
_WHOLE_ACCOUNT = (
    "UNKNOWN_TOPIC_OR_PART", "_UNKNOWN_TOPIC", "_UNKNOWN_PARTITION", "TOPIC_AUTHORIZATION_FAILED",
    "CLUSTER_AUTHORIZATION_FAILED", "_AUTHENTICATION", "POLICY_VIOLATION",
)  # fmt: skip
"""Refused before anything is written, for reasons that are not the message's."""


class Reports:
    """Collects what is reported of a batch; `whole` is done with the last. Any one thread may report."""

    def __init__(self, count: int) -> None:
        self._loop = asyncio.get_running_loop()
        self.whole: asyncio.Future[Sequence[Outcome]] = self._loop.create_future()
        self._outcomes: list[Outcome] = [Accepted()] * count
        self._left = count

    def came(self, place: int, error: Any, _message: object) -> None:
        if error is not None:
            self._outcomes[place] = failure(error.name())
        self._left -= 1
        if self._left == 0:
            with suppress(RuntimeError):  # the loop has ended: nobody waits any more
                self._loop.call_soon_threadsafe(self._done)

    def _done(self) -> None:
        if not self.whole.done():
            self.whole.set_result(self._outcomes)


def failure(name: str) -> Outcome:
    """What the library's code means of one message."""
    if name in _REFUSED:
        return Refused(name)
    if name == "_QUEUE_FULL":
        return Later(name)
    return Later(name, whole_account=True) if name in _WHOLE_ACCOUNT else Unknown(name)
