"""Who may use the engine next: one thread at a time, in the order in which they come."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class _Turn:
    """A thread's place in the queue; `come` is set when it is its turn."""

    __slots__ = ("come", "thread")

    def __init__(self) -> None:
        self.thread = threading.get_ident()
        self.come = threading.Event()


class Gate:
    """Lets threads in one by one, first come, first served.

    Whoever asks for something waits for one wave and for those who asked before, and so does a wave: a
    client that posts events without a pause finds the wave in front of it at its next call. A plain lock
    would go to whoever is awake when it becomes free, which is nearly always the one that has just had it.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._inside: _Turn | None = None
        self._queue: deque[_Turn] = deque()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn and have it inside the block; a thread that has it already goes on in it."""
        inside = self._inside  # read once: whoever else is inside may leave meanwhile
        if inside is not None and inside.thread == threading.get_ident():
            yield
            return
        mine = _Turn()
        try:
            self._wait(mine)
            yield
        finally:
            self._leave(mine)

    @property
    def waiting(self) -> int:
        """How many threads wait for their turn."""
        return len(self._queue)

    def _wait(self, mine: _Turn) -> None:
        with self._mutex:
            if self._inside is None:
                self._inside = mine
                return
            self._queue.append(mine)
        mine.come.wait()

    def _leave(self, mine: _Turn) -> None:
        """Let the next one in; whoever was interrupted while waiting only leaves the queue."""
        with self._mutex:
            if self._inside is mine:
                self._inside = self._queue.popleft() if self._queue else None
                if self._inside is not None:
                    self._inside.come.set()
            elif mine in self._queue:
                self._queue.remove(mine)
