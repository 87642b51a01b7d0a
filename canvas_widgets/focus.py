"""The keyboard's focus where no style sheet draws it: rows that delegates paint, and the canvas."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QRegion
from PySide6.QtWidgets import QAbstractScrollArea

from canvas_widgets.look import Look

_BY_KEY = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


def draw_focus(painter: QPainter, look: Look, rect: QRectF) -> None:
    """A ring just inside a row; antialiasing is the caller's."""
    width = look.strokes.focus
    radius = look.sizes.control_radius
    painter.setPen(QPen(look.colours.accent, width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect.adjusted(width / 2, width / 2, -width / 2, -width / 2), radius, radius)


class FocusRing:
    """The ring along the edge of a scrolling view, for who came there by keyboard; a click takes it away."""

    def __init__(self, view: QAbstractScrollArea, look: Look) -> None:
        self._view, self._look = view, look
        self._by_key = False

    @property
    def shown(self) -> bool:
        return self._by_key and self._view.hasFocus()

    def entered(self, reason: Qt.FocusReason) -> None:
        """The view got the focus; what neither a key nor a click did leaves things as they were."""
        if reason in _BY_KEY:
            self._by_key = True
        elif reason is Qt.FocusReason.MouseFocusReason:
            self._by_key = False
        self._update()

    def left(self) -> None:
        self._update()

    def use(self, *, keyboard: bool) -> None:
        """A key was used in the view, or the mouse."""
        if keyboard is not self._by_key:
            self._by_key = keyboard
            self._update()

    def scrolled(self, dx: int, dy: int) -> None:
        """The view has moved its pixels, the ring among them: paint it anew, and wipe what moved."""
        if self.shown:
            edge = self._edge()
            self._view.viewport().update(edge.united(edge.translated(dx, dy)))

    def paint(self, painter: QPainter) -> None:
        """Paint it onto the viewport, if it is shown."""
        if not self.shown:
            return
        width = self._width
        painter.setPen(QPen(self._look.colours.accent, width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        inset = width / 2
        painter.drawRect(QRectF(self._view.viewport().rect()).adjusted(inset, inset, -inset, -inset))

    @property
    def _width(self) -> int:
        return self._look.strokes.focus + 1

    def _edge(self) -> QRegion:
        rect: QRect = self._view.viewport().rect()
        width = self._width
        return QRegion(rect).subtracted(QRegion(rect.adjusted(width, width, -width, -width)))

    def _update(self) -> None:
        self._view.viewport().update(self._edge())
