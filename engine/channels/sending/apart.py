"""Database work of senders, done in a thread of its own while theirs renders, sends and hears answers.

SQLite and PostgreSQL's client let other threads go on while they work or wait for the disk: so the commit
before an attempt costs the one beside it nothing.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

TURN_S = 0.0005
"""How long one thread keeps the interpreter while another one waits for it. The usual 5 ms, at each of the
statements of a transaction, would be longer than the transaction."""
NAME = "sending, database"


class Apart:
    """Belongs to one sending loop. Until it is started, work is done where it is asked for."""

    def __init__(self) -> None:
        self._thread: ThreadPoolExecutor | None = None
        self._usual = sys.getswitchinterval()

    def start(self) -> None:
        """Have a thread, which takes one piece of work after the other."""
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=NAME)
        self._usual = sys.getswitchinterval()
        sys.setswitchinterval(min(self._usual, TURN_S))

    def close(self) -> None:
        """End the thread, when what it works on is done."""
        if self._thread is not None:
            self._thread.shutdown()
            self._thread = None
            sys.setswitchinterval(self._usual)

    async def do(self, work: Callable[[], T]) -> T:
        """What a piece of work comes to."""
        if self._thread is None:
            return work()
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


AT_ONCE = Apart()
"""Never started: all is done where it is asked for."""
