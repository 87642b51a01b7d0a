"""Events of many callers, taken in together: what waits at the moment is one transaction, and one fsync."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import NamedTuple

from engine.run.answers import EventsReceipt, IncomingEvent, RejectedEvent
from engine.run.operations import is_trouble

MOST_TOGETHER = 1_000
"""Events of one transaction, unless a single call brings more: who asks for something else waits for it."""


class _Call(NamedTuple):
    events: Sequence[IncomingEvent]
    answer: Future[EventsReceipt]


class Posting:
    """Takes calls in the order in which they come, from any thread.

    Each is answered as if it had been taken by itself, once its events are durable. Calls about the same
    person are therefore never taken together: what a person did before counts for what comes next.
    """

    def __init__(
        self,
        post: Callable[[Sequence[IncomingEvent]], EventsReceipt],
        turn: Callable[[], AbstractContextManager[None]],
    ) -> None:
        """post: takes events in durably. turn: waits until that can be done."""
        self._post = post
        self._turn = turn
        self._mutex = threading.Lock()
        self._waiting: deque[_Call] = deque()
        self._writes = False
        self._writer = ThreadPoolExecutor(1, "events")

    def submit(self, events: Sequence[IncomingEvent]) -> Future[EventsReceipt]:
        """What becomes of events, once it is known. It cannot be cancelled."""
        answer: Future[EventsReceipt] = Future()
        answer.set_running_or_notify_cancel()
        with self._mutex:
            if not self._writes:
                self._writer.submit(self._write)
                self._writes = True
            self._waiting.append(_Call(events, answer))
        return answer

    def close(self) -> None:
        """Answer those who wait; nobody may come any more."""
        self._writer.shutdown()

    def _write(self) -> None:
        """Take in until nobody waits."""
        while True:
            with self._turn():  # whoever comes while it is waited for is taken, too
                group = self._next()
                results = self._taken(group) if group else ()
            if not group:
                return
            for call, result in zip(group, results, strict=True):
                if isinstance(result, Exception):
                    call.answer.set_exception(result)
                else:
                    call.answer.set_result(result)

    def _next(self) -> list[_Call]:
        """The calls that are taken together now, the first ones of those that wait; none where none does."""
        group: list[_Call] = []
        people: set[str] = set()
        size = 0
        with self._mutex:
            while self._waiting:
                events = self._waiting[0].events
                concerned = {one.person for one in events}
                if group and (size + len(events) > MOST_TOGETHER or not people.isdisjoint(concerned)):
                    break
                people |= concerned
                size += len(events)
                group.append(self._waiting.popleft())
            self._writes = bool(group)
        return group

    def _taken(self, group: Sequence[_Call]) -> Sequence[EventsReceipt | Exception]:
        """What became of each call."""
        try:
            whole = self._post([event for call in group for event in call.events])
        except Exception as error:  # noqa: BLE001 - it is the callers' answer
            if len(group) == 1 or is_trouble(error):
                return [error] * len(group)
            # One of them is to blame, and nobody else shall suffer for it.
            return [result for call in group for result in self._taken([call])]
        return [whole] if len(group) == 1 else parted(whole, [len(call.events) for call in group])


def parted(whole: EventsReceipt, lengths: Sequence[int]) -> list[EventsReceipt]:
    """The receipts of calls that were taken as one list; lengths: how many events each of them had."""
    owners = [(number, index) for number, length in enumerate(lengths) for index in range(length)]
    rejected: list[list[RejectedEvent]] = [[] for _ in lengths]
    repeated: list[list[int]] = [[] for _ in lengths]
    for one in whole.rejected:
        number, index = owners[one.index]
        rejected[number].append(RejectedEvent(index, one.id, one.message))
    for place in whole.repeated:
        number, index = owners[place]
        repeated[number].append(index)
    return [
        EventsReceipt(length - len(bad) - len(again), len(again), tuple(bad), tuple(again))
        for length, bad, again in zip(lengths, rejected, repeated, strict=True)
    ]
