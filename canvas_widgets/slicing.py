"""Long work in the thread of the window, in slices, so that the window goes on meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import perf_counter

from PySide6.QtCore import QObject, QTimer

from engine.files.memory import collection_paused

SLICE_SECONDS = 0.015
"""How long work goes on between two turns of the event loop; a slice ends at most one step later."""


def _nothing() -> None: ...


class Slices(QObject):
    """Advances one iterator at a time between turns of the event loop; `after_slice` follows each slice."""

    def __init__(self, parent: QObject, after_slice: Callable[[], None] = _nothing) -> None:
        super().__init__(parent)
        self._after_slice = after_slice
        self._steps: Iterator[None] | None = None
        self._done: Callable[[], object] = _nothing
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self.advance)

    @property
    def active(self) -> bool:
        """Whether slices are still to come."""
        return self._steps is not None

    def begin(self, steps: Iterator[None], done: Callable[[], object] = _nothing) -> None:
        """From the next turn on advance these, in place of what was advanced before; `done` comes last."""
        self._steps, self._done = steps, done
        self._timer.start()

    def stop(self) -> None:
        """Leave the rest undone."""
        self._steps, self._done = None, _nothing  # held, they would keep whose they are alive
        self._timer.stop()

    def advance(self, at_least: int = 0) -> None:
        """Work for a slice now; so many steps are not worth a slice of their own."""
        if self._steps is not None:
            with collection_paused():
                ended = self._advance(self._steps, at_least)
            if ended:
                done = self._done
                self.stop()
                done()
        self._after_slice()

    def _advance(self, steps: Iterator[None], at_least: int) -> bool:
        """Whether the last step was reached, and nothing else has begun meanwhile."""
        end = perf_counter() + SLICE_SECONDS
        for number, _ in enumerate(steps, 1):
            if (number >= at_least and perf_counter() >= end) or self._steps is not steps:
                return False
        return self._steps is steps
