"""The mark of what is not configured: seen by its colour, and by its shape."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

LEGIBLE = 8.0
"""Pixels of the screen: in a smaller disc an exclamation mark is a smear."""


def draw_mark(painter: QPainter, rect: QRectF, ground: QColor, mark: QColor) -> None:
    """Draw a disc with an exclamation mark."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawEllipse(rect)
    painter.setBrush(mark)
    side, centre = rect.width(), rect.center()
    bar = QRectF(centre.x() - side * 0.1, rect.top() + side * 0.17, side * 0.2, side * 0.4)
    painter.drawRoundedRect(bar, side * 0.1, side * 0.1)
    painter.drawEllipse(QPointF(centre.x(), rect.top() + side * 0.76), side * 0.11, side * 0.11)
