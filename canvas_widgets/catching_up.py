"""Very much that changes at once: brought onto the canvas in slices, so that the window goes on."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Signal

from canvas_widgets.collector import keep_large
from canvas_widgets.slicing import Slices

if TYPE_CHECKING:
    from canvas_widgets.scene import CampaignScene

AT_ONCE = 150
"""So many cards and lines may change without slices: that takes a few frames."""

SOON = 0.02
"""Seconds of work after which the rest comes in slices all the same."""

_POINTING = frozenset(
    {
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseButtonDblClick,
        QEvent.Type.MouseMove,
        QEvent.Type.ContextMenu,
        QEvent.Type.ToolTip,
        QEvent.Type.DragEnter,
        QEvent.Type.DragMove,
        QEvent.Type.Drop,
    }
)


class CatchingUp(QObject):
    """Mirrors changes one after the other, between turns of the event loop.

    Signals: `began()`; `caught_up()`: all is there. Until then the canvas shows what it showed before, and is
    worth neither painting nor pointing at.
    """

    began = Signal()
    caught_up = Signal()

    def __init__(self, scene: CampaignScene) -> None:
        super().__init__(scene)
        self._scene = scene
        self._waiting: deque[Iterator[None]] = deque()
        self._slices = Slices(self, lambda: keep_large(len(scene.cards)))

    @property
    def active(self) -> bool:
        """Whether something is still to come."""
        return self._slices.active

    def bars(self, event: QEvent) -> bool:
        """Whether an event points at what may not be there any more."""
        return self.active and event.type() in _POINTING

    def begin(self, mirroring: Iterator[None]) -> None:
        """Bring a change, or the rest of it, onto the canvas, behind those that are on their way."""
        self._waiting.append(mirroring)
        if not self.active:
            self._scene.overview.hold()
            self._slices.begin(self._steps(), self._on_done)
            self.began.emit()

    def stop(self) -> None:
        """Leave everything as it is."""
        self._slices.stop()
        self._waiting.clear()

    def _steps(self) -> Iterator[None]:
        while self._waiting:
            yield from self._waiting.popleft()
            if not self._waiting:
                yield from self._scene.overview.gathering()

    def _on_done(self) -> None:
        self.caught_up.emit()
