"""Long work in the thread of the window, in slices, so that the window goes on meanwhile."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from time import perf_counter

import shiboken6
from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer

from engine.files.memory import collection_paused

SLICE_SECONDS = 0.015
"""How long work goes on between two turns of the event loop; a slice ends at most one step later."""


def _nothing() -> None: ...


class Slices(QObject):
    """Advances one iterator at a time between turns of the event loop; `after_slice` follows each slice.

    A turn has one slice: where several have work, they take turns. What follows the last step, `done`, is
    work as well: it has a turn of its own, unless little was left to do before it.
    """

    def __init__(self, parent: QObject, after_slice: Callable[[], None] = _nothing) -> None:
        super().__init__(parent)
        self._after_slice = after_slice
        self._steps: Iterator[None] | None = None
        self._done: Callable[[], object] = _nothing

    @property
    def active(self) -> bool:
        """Whether slices are still to come."""
        return self._steps is not None

    def begin(self, steps: Iterator[None], done: Callable[[], object] = _nothing) -> None:
        """From the next turn on advance these, in place of what was advanced before; `done` comes last."""
        self._steps, self._done = steps, done
        _round().join(self)

    def stop(self) -> None:
        """Leave the rest undone."""
        self._steps, self._done = None, _nothing  # held, they would keep whose they are alive
        _round().leave(self)

    def advance(self, at_least: int = 0) -> None:
        """Work for a slice now; so many steps are not worth a slice of their own."""
        with collection_paused():  # to its end: whoever keeps what was made out of collections does so there
            if self._steps is not None and self._advance(self._steps, at_least):
                done = self._done
                self.stop()
                done()
            self._after_slice()

    def _advance(self, steps: Iterator[None], at_least: int) -> bool:
        """Whether the end comes now, and nothing else has begun meanwhile."""
        began, number = perf_counter(), 0
        for number, _ in enumerate(steps, 1):
            if (number >= at_least and _passed(began, SLICE_SECONDS)) or self._steps is not steps:
                return False
        is_spent = number and number >= at_least and _passed(began, SLICE_SECONDS / 2)
        return self._steps is steps and not is_spent


class _Round(QObject):
    """All who have slices to come: each turn of the event loop belongs to the next of them."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._waiting: deque[Slices] = deque()
        # Begun anew after each turn: what is due meanwhile, such as another timer, comes first.
        self._timer = QTimer(self, interval=0, singleShot=True)
        self._timer.timeout.connect(self._on_turn)

    def join(self, slices: Slices) -> None:
        if slices not in self._waiting:
            self._waiting.append(slices)
        if not self._timer.isActive():
            self._timer.start()

    def leave(self, slices: Slices) -> None:
        if slices in self._waiting:
            self._waiting.remove(slices)
        if not self._waiting:
            self._timer.stop()

    def _on_turn(self) -> None:
        slices = self._waiting[0]
        try:
            if shiboken6.isValid(slices):
                self._waiting.rotate(-1)
                slices.advance()
            else:  # it went with its parent
                self.leave(slices)
        finally:  # what fails keeps nobody else waiting
            if self._waiting:
                self._timer.start()


def _passed(since: float, seconds: float) -> bool:
    return perf_counter() >= since + seconds


def _round() -> _Round:
    """That of the application, which goes with it."""
    application = QCoreApplication.instance()
    assert application is not None
    direct = Qt.FindChildOption.FindDirectChildrenOnly
    return application.findChild(_Round, options=direct) or _Round(application)
