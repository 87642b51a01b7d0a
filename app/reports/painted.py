"""A report as one picture: its parts below each other, for the screen and for files."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from app.reports.ink import Ink, Spot
from app.reports.section import Section
from canvas_widgets.look import Look
from engine.server.reported.sheets import Sheet

_MARGIN, _GAP, _PAD, _TITLE = 24.0, 16.0, 20.0, 34.0


class PaintedSheet:
    """Paints its sections for a width. Attributes: title (of files); sections; spots (the numbers that can be
    clicked, once it was painted)."""

    def __init__(self, title: str, sections: Sequence[Section]) -> None:
        self.title, self.sections = title, sections
        self.spots: list[Spot] = []

    def tables(self) -> list[Sheet]:
        """The same as tables of plain values."""
        raise NotImplementedError

    def height(self, width: float) -> float:
        inside = width - 2 * (_MARGIN + _PAD)
        return _MARGIN + sum(_TITLE + 2 * _PAD + section.height(inside) + _GAP for section in self.sections)

    def paint(self, painter: QPainter, look: Look, width: float) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink = Ink(painter, look)
        painter.fillRect(QRectF(0, 0, width, self.height(width)), ink.colour("canvas"))
        top, inside = _MARGIN, width - 2 * (_MARGIN + _PAD)
        for section in self.sections:
            high = section.height(inside)
            ink.frame(QRectF(_MARGIN, top, width - 2 * _MARGIN, high + _TITLE + 2 * _PAD))
            ink.text(QRectF(_MARGIN + _PAD, top + _PAD - 4, inside, 24), section.title, "title")
            section.paint(ink, QRectF(_MARGIN + _PAD, top + _PAD + _TITLE, inside, high))
            top += high + _TITLE + 2 * _PAD + _GAP
        self.spots = ink.spots
