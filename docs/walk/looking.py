"""Looking at the window from another thread than its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from queue import Empty, Queue
from threading import Event
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal

T = TypeVar("T")
Spot = tuple[int, int]
"""A place on the screen."""

_ANSWERED_S, _LOOK_UP_S = 60.0, 0.5


class NotSeen(Exception):  # noqa: N818 - what happened, not what went wrong
    """What a person looks for is not on the screen."""


class Closed(Exception):  # noqa: N818 - as above
    """The program has ended: there is nothing to look at any more."""


class Eyes(QObject):
    """Looks at the window. Made in its thread, asked from another, also while a drag or a menu holds it.

    Attribute `closed`: set once the program has ended.
    """

    _asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.closed = Event()
        self._asked.connect(self._on_asked, Qt.ConnectionType.QueuedConnection)

    def see(self, look: Callable[[], T]) -> T:
        """What `look` answers in the window's thread. Raises what it raises; `Closed` where there is none."""
        answers: Queue[tuple[T | None, Exception | None]] = Queue()

        def answer() -> None:
            try:
                answers.put((look(), None))
            except Exception as error:  # noqa: BLE001 - it goes to who asked
                answers.put((None, error))

        self._asked.emit(answer)
        found, error = self._answer(answers)
        if error is not None:
            raise error
        return found  # type: ignore[return-value]  # no error: it is an answer

    def _answer(self, answers: Queue[tuple[T | None, Exception | None]]) -> tuple[T | None, Exception | None]:
        give_up = time.monotonic() + _ANSWERED_S
        while True:
            try:
                return answers.get(timeout=_LOOK_UP_S)
            except Empty:
                if self.closed.is_set():
                    raise Closed from None
                if time.monotonic() > give_up:
                    raise

    @staticmethod
    def _on_asked(answer: Callable[[], None]) -> None:
        answer()
