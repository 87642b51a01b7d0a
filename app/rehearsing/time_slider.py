"""The time of a rehearsal: where one is, and above that how much happened when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import sqrt

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy

from canvas_widgets.look import Look

_HEIGHT = 34
_BARS = 20.0  # pixels above the groove
_GROOVE = 4.0
_HANDLE = 7.0  # its radius
_LEAST = 2.0  # pixels of a bar in which anything happened
_BAR = 4  # pixels: so wide, and so far apart, that a month of hours can be told apart


class TimeSlider(QAbstractSlider):
    """Positions from 0 on. Arrows step, Page Up and Down go further, Home and End to the ends.

    `words` says what a position is, for screen readers.
    """

    def __init__(self, look: Look, words: Callable[[int], str]) -> None:
        super().__init__()
        self._look, self._words = look, words
        self._bars: dict[int, int] = {}
        self._activity: Sequence[tuple[int, int]] = ()
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_HEIGHT)
        self.valueChanged.connect(self._on_value)

    def show_span(self, end: int, activity: Sequence[tuple[int, int]]) -> None:
        """Positions go up to `end`; activity: positions, and how much happened in the step before each."""
        self._activity = activity
        self._bars.clear()
        self.setRange(0, end)
        self.setSingleStep(1)
        self.setPageStep(max(1, end // 10))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, _HEIGHT)

    # ---- drawing

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = self._look.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        groove, at = self._groove(), self._x(self.value())
        self._paint_bars(painter, groove, at)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.border)
        painter.drawRoundedRect(groove, _GROOVE / 2, _GROOVE / 2)
        painter.setBrush(colours.accent)
        done = QRectF(groove.left(), groove.top(), max(at - groove.left(), 0.0), groove.height())
        painter.drawRoundedRect(done, _GROOVE / 2, _GROOVE / 2)
        painter.setPen(QPen(colours.accent, 2))
        painter.setBrush(colours.card)
        radius = _HANDLE + (1 if self.hasFocus() else 0)
        painter.drawEllipse(QPointF(at, groove.center().y()), radius - 1, radius - 1)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colours.accent, self._look.strokes.focus))
            painter.drawEllipse(QPointF(at, groove.center().y()), radius + 2, radius + 2)

    def _paint_bars(self, painter: QPainter, groove: QRectF, at: float) -> None:
        """How much happened when: as roots, so that what is small beside a great rush can still be seen."""
        if not self._bars:
            self._sum_bars(groove)
        most = sqrt(max(self._bars.values(), default=1))
        before, behind = QColor(self._look.colours.accent), QColor(self._look.colours.line)
        behind.setAlphaF(0.55)
        painter.setPen(Qt.PenStyle.NoPen)
        bottom = groove.top() - 3
        for x, n in self._bars.items():
            height = max(_LEAST, sqrt(n) / most * (_BARS - 3))
            painter.setBrush(before if x <= at else behind)
            painter.drawRoundedRect(QRectF(x - 1.5, bottom - height, _BAR - 1, height), 1, 1)

    def _sum_bars(self, groove: QRectF) -> None:
        for position, n in self._activity:
            slot = int((self._x(position) - groove.left()) // _BAR)
            x = round(groove.left()) + slot * _BAR
            self._bars[x] = self._bars.get(x, 0) + n

    def _groove(self) -> QRectF:
        return QRectF(
            _HANDLE + 3, self.height() - 10 - _GROOVE / 2, self.width() - 2 * (_HANDLE + 3), _GROOVE
        )

    def _x(self, value: int) -> float:
        groove = self._groove()
        return groove.left() + groove.width() * value / max(self.maximum(), 1)

    def resizeEvent(self, _event: object) -> None:
        self._bars.clear()

    # ---- taking input

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._go(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._go(event.position())

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self.setSliderDown(False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def _go(self, point: QPointF) -> None:
        groove = self._groove()
        share = (point.x() - groove.left()) / max(groove.width(), 1.0)
        self.setValue(round(min(max(share, 0.0), 1.0) * self.maximum()))

    def _on_value(self, value: int) -> None:
        self.setAccessibleDescription(self._words(value))
        self.update()
