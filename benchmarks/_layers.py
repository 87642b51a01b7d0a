"""Where the CPU time of a process that sends goes: into its database, its texts, its providers."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps

from sqlalchemy import Connection

from engine.channels.sending.apart import NAME
from engine.channels.sending.attempt import Spoken
from engine.channels.sending.claims import Claims
from engine.channels.sending.letters import Letter
from engine.channels.sending.sender import Sender
from engine.run.access import Access

DATABASE, TEXTS, PROVIDER, OTHERS = "database", "texts", "provider", "other threads"
"""Claiming and writing down, with all that goes with it; what messages say; the adapter, its protocol and its
waiting; whatever else the process does, such as Kafka's library in threads of its own."""


class Layers:
    """Of the thread that sends."""

    def __init__(self) -> None:
        self._spent: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """What is called inside the block is timed."""
        # The program offers no place to time it.
        asked, spoken, read = Access.asked, Sender._spoken, Claims._read  # noqa: SLF001

        @contextmanager
        @wraps(asked)
        def writing(access: Access) -> Iterator[Connection]:
            with self._timed(DATABASE), asked(access) as connection:
                yield connection

        def speaking(sender: Sender, letters: Iterable[Letter]) -> Spoken:
            with self._timed(TEXTS):
                return spoken(sender, letters)

        def reading(claims: Claims) -> None:
            with self._timed(DATABASE):
                read(claims)

        Access.asked, Sender._spoken = writing, speaking  # type: ignore[method-assign,assignment] # noqa: SLF001
        Claims._read = reading  # type: ignore[method-assign,assignment] # noqa: SLF001
        try:
            yield
        finally:
            Access.asked, Sender._spoken = asked, spoken  # type: ignore[method-assign] # noqa: SLF001
            Claims._read = read  # type: ignore[method-assign] # noqa: SLF001

    def shares(self, whole: float) -> Mapping[str, float]:
        """Of so many seconds of the process, by layer; asked while the thread lives."""
        spent: dict[str, float] = defaultdict(float)
        for thread in threading.enumerate():
            if (of := _layer_of(thread)) is not None and thread.ident is not None:
                spent[of] += time.clock_gettime(time.pthread_getcpuclockid(thread.ident))
        apart, sending = spent[DATABASE], spent[PROVIDER]
        known = {DATABASE: apart + self._spent[DATABASE], TEXTS: self._spent[TEXTS]}
        here = sum(self._spent.values())
        spent = {**known, PROVIDER: sending - here, OTHERS: whole - apart - sending}
        return {name: seconds / whole for name, seconds in spent.items()}

    @contextmanager
    def _timed(self, layer: str) -> Iterator[None]:
        begun = time.thread_time()
        try:
            yield
        finally:
            if _layer_of(threading.current_thread()) == PROVIDER:
                self._spent[layer] += time.thread_time() - begun


def _layer_of(thread: threading.Thread) -> str | None:
    """What a thread does where nothing else is known of it; None for those that do not send."""
    if thread.name.startswith(NAME):
        return DATABASE
    return PROVIDER if thread.name == "sending" else None
