"""The mark of what is not configured: seen by its colour, and by its shape where it is large enough."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

MARKED_FROM = 10.0
"""Device pixels: in a smaller disc an exclamation mark is a smear."""


def draw_mark(painter: QPainter, rect: QRectF, ground: QColor, mark: QColor) -> None:
    """Draw a disc with an exclamation mark."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawEllipse(rect)
    painter.setBrush(mark)
    side, centre = rect.width(), rect.center()
    bar = QRectF(centre.x() - side * 0.08, rect.top() + side * 0.2, side * 0.16, side * 0.38)
    painter.drawRoundedRect(bar, side * 0.08, side * 0.08)
    painter.drawEllipse(QPointF(centre.x(), rect.top() + side * 0.75), side * 0.1, side * 0.1)
