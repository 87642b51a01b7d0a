"""Rows of a long list that are made between turns of the event loop, so that the window goes on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator

from PySide6.QtWidgets import QWidget

from canvas_widgets.slicing import Slices

Maker = Callable[[], object]


class Growing:
    """Makes the first rows at once and the others in slices; `grown` follows once all are there.

    Who needs a row that is not there yet asks for all of them with `finish`.
    """

    def __init__(self, owner: QWidget, grown: Callable[[], None]) -> None:
        self._grown = grown
        self._slices = Slices(owner)
        self._left: deque[Maker] = deque()

    def begin(self, makers: Iterable[Maker], at_once: int | None = None) -> None:
        """Make these rows, in order, in place of what was left to be made before; None: all of them now."""
        self._slices.stop()
        self._left = deque(makers)
        for _ in range(len(self._left) if at_once is None else min(at_once, len(self._left))):
            self._left.popleft()()
        if self._left:
            self._slices.begin(self._steps(), self._grown)

    def finish(self) -> None:
        """Make all that is left now."""
        if self._left:
            for _ in self._steps():
                pass
            self._slices.stop()
            self._grown()

    def _steps(self) -> Iterator[None]:
        while self._left:
            self._left.popleft()()
            yield
