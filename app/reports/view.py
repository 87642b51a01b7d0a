"""The report on the screen: a painted sheet whose numbers can be clicked, or reached with Tab and Return."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.reports.ink import Spot
from app.reports.painted import PaintedSheet
from canvas_widgets.look import Look
from canvas_widgets.tooltip import plain
from engine.i18n import tr

LEAST_WIDTH = 860


class ReportView(QWidget):
    """Signals: `asked(Spot)`, a number was chosen; `reached(QRectF)`, the keyboard came to one."""

    asked = Signal(object)
    reached = Signal(object)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.sheet: PaintedSheet | None = None
        self._picture: QPixmap | None = None
        self._chosen = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.changed.connect(self._drop)

    def show_sheet(self, sheet: PaintedSheet | None, *, stay: bool = False) -> None:
        """stay: it is the same, later: the keyboard stays at its number."""
        self.sheet, self._chosen = sheet, self._chosen if stay else -1
        self._fit()
        self._drop()

    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST_WIDTH, 100)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
        self._picture = None

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.sheet is None:
            return
        if self._picture is None:
            ratio = self.devicePixelRatioF()
            self._picture = QPixmap(self.size() * ratio)
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(self._look.colours.canvas)  # its last line is below the sheet
            inside = QPainter(self._picture)
            self.sheet.paint(inside, self._look, self.width())
            inside.end()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        if self.hasFocus() and 0 <= self._chosen < len(self.sheet.spots):
            painter.setPen(QPen(self._look.colours.accent, self._look.strokes.focus + 1))
            painter.drawRoundedRect(self.sheet.spots[self._chosen].area.adjusted(-3, 0, 3, 0), 4, 4)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        spot = self._spot(event.position())
        self.setCursor(Qt.CursorShape.ArrowCursor if spot is None else Qt.CursorShape.PointingHandCursor)
        self.setToolTip("" if spot is None else plain(tr("{number}: who is that?", number=spot.words)))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        spot = self._spot(event.position())
        if event.button() is Qt.MouseButton.LeftButton and spot is not None:
            self.asked.emit(spot)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        spots = [] if self.sheet is None else self.sheet.spots
        steps = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}
        step = steps.get(Qt.Key(event.key()))
        if step is not None and spots:
            self._chosen = max(0, min(len(spots) - 1, self._chosen + step))
            self.setAccessibleDescription(spots[self._chosen].words)
            self.reached.emit(QRectF(spots[self._chosen].area))
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and 0 <= self._chosen < len(spots):
            self.asked.emit(spots[self._chosen])
        else:
            super().keyPressEvent(event)

    def _spot(self, place: QPointF) -> Spot | None:
        spots = [] if self.sheet is None else self.sheet.spots
        return next((spot for spot in reversed(spots) if spot.area.contains(place)), None)

    def _fit(self) -> None:
        if self.sheet is not None:
            self.setFixedHeight(int(self.sheet.height(self.width())) + 1)

    def _drop(self) -> None:
        self._picture = None
        self.update()
