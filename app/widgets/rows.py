"""What rows that delegates paint have in common."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle

from canvas_widgets.focus import draw_focus
from canvas_widgets.look import Look

_RADIUS = 6


def draw_ground(
    painter: QPainter, look: Look, rect: QRectF, state: QStyle.StateFlag, *, lit: bool = False
) -> None:
    """Behind a row: whether it is selected (or `lit` as if it were), under the pointer, or has the focus."""
    painter.setPen(Qt.PenStyle.NoPen)
    if lit or state & QStyle.StateFlag.State_Selected:
        painter.setBrush(look.colours.accent_soft)
        painter.drawRoundedRect(rect, _RADIUS, _RADIUS)
    elif state & QStyle.StateFlag.State_MouseOver:
        painter.setBrush(look.colours.hover)
        painter.drawRoundedRect(rect, _RADIUS, _RADIUS)
    if state & QStyle.StateFlag.State_HasFocus:
        draw_focus(painter, look, rect)
