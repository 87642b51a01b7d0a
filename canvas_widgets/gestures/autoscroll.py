"""Scrolling while something is dragged to the edge of the view."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, QTimer, Signal
from PySide6.QtWidgets import QGraphicsView

_EDGE = 40  # pixels from the edge at which it begins
_FASTEST = 20  # pixels a step, at the edge itself and beyond
_STEP_MS = 16


class AutoScroll(QObject):
    """Scrolls a view for as long as the pointer is held near one of its edges: the nearer, the faster.

    Whoever drags calls `begin` with the press, `follow` with every move and `stop` at the end. An edge that
    the press was near to counts once the pointer has come back to it, or has left the view there. Signal
    `scrolled(position)`: the scene has moved under the pointer, which is still at `position` (viewport
    pixels).
    """

    scrolled = Signal(QPoint)

    def __init__(self, view: QGraphicsView) -> None:
        super().__init__(view)
        self._view = view
        self._position = QPoint()
        self._quiet = QPoint()  # towards which edges it does not scroll: the press was near to them
        self._timer = QTimer(self, interval=_STEP_MS)
        self._timer.timeout.connect(self.step)

    @property
    def active(self) -> bool:
        """Whether the pointer is where it makes the view scroll."""
        return self._timer.isActive()

    def begin(self, position: QPoint) -> None:
        """A button was pressed here, in viewport pixels."""
        self._quiet = self._pace_at(position)

    def follow(self, position: QPoint) -> None:
        """The pointer is here, in viewport pixels."""
        self._position = position
        room, pace = self._view.viewport().rect(), self._pace_at(position)
        if pace.x() * self._quiet.x() <= 0 or not room.left() <= position.x() <= room.right():
            self._quiet.setX(0)
        if pace.y() * self._quiet.y() <= 0 or not room.top() <= position.y() <= room.bottom():
            self._quiet.setY(0)
        if self._pace().isNull():
            self.stop()
        elif not self.active:
            self._timer.start()

    def stop(self) -> None:
        """Nothing is dragged any more."""
        self._timer.stop()

    def step(self) -> None:
        """Scroll once, as far as the scene reaches."""
        pace = self._pace()
        across, down = self._view.horizontalScrollBar(), self._view.verticalScrollBar()
        before = across.value(), down.value()
        across.setValue(before[0] + pace.x())
        down.setValue(before[1] + pace.y())
        if (across.value(), down.value()) != before:
            self.scrolled.emit(self._position)

    def _pace(self) -> QPoint:
        pace = self._pace_at(self._position)
        return QPoint(0 if self._quiet.x() else pace.x(), 0 if self._quiet.y() else pace.y())

    def _pace_at(self, position: QPoint) -> QPoint:
        room = self._view.viewport().size()
        return QPoint(_pace(position.x(), room.width()), _pace(position.y(), room.height()))


def _pace(at: int, length: int) -> int:
    """Pixels a step along one direction: negative near its beginning, positive near its end, else 0."""
    edge = min(_EDGE, length // 4)
    if at < edge:
        return -_share(edge - at, edge)
    return _share(at - (length - edge), edge) if at > length - edge else 0


def _share(depth: int, edge: int) -> int:
    return max(1, min(_FASTEST, round(_FASTEST * depth / max(1, edge))))
