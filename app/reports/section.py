"""Parts of a report: each says how high it is for a width, and paints itself there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, Qt

from app.reports.ink import Ink
from engine.server.reported.numbers import Cell, Grid, KeyFigure


class Section(Protocol):
    """A part with a title; `height` of what stands below that."""

    title: str

    def height(self, width: float) -> float: ...
    def paint(self, ink: Ink, area: QRectF) -> None: ...


@dataclass(slots=True)
class Figures:
    """The key figures, side by side: a number, what it is, and what there is to add."""

    title: str
    items: Sequence[KeyFigure]

    def height(self, width: float) -> float:
        return 72.0 * self._rows(width)

    def paint(self, ink: Ink, area: QRectF) -> None:
        columns = -(-len(self.items) // self._rows(area.width()))
        wide = area.width() / columns
        for n, (name, cell, note) in enumerate(self.items):
            left, top = area.left() + n % columns * wide, area.top() + n // columns * 72
            ink.text(QRectF(left, top, wide - 16, 18), name, "small", "muted")
            number = QRectF(left, top + 18, wide - 16, 32)
            number.setWidth(min(number.width(), ink.width(cell.text, "display") + 4))
            ink.number(number, cell.text, cell.ask, name, "display", Qt.AlignmentFlag.AlignLeft)
            ink.text(QRectF(left, top + 50, wide - 16, 16), note, "small", "faint")

    def _rows(self, width: float) -> int:
        return max(1, -(-len(self.items) * 132 // max(1, int(width))))


class Table:
    """Rows of cells, the first column at the left and wider, the others at the right."""

    def __init__(self, grid: Grid) -> None:
        self.title, self._grid = grid.title, grid

    def height(self, width: float) -> float:
        return 28 + 28 * len(self._grid.rows) + (24 if self._grid.note else 0)

    def paint(self, ink: Ink, area: QRectF) -> None:
        head, note = self._grid.head, self._grid.note
        first = min(area.width() * 0.36, 320)
        wide = (area.width() - first) / max(1, len(head) - 1)
        for row, cells in enumerate([[Cell(text) for text in head], *self._grid.rows]):
            top = area.top() + row * 28
            for n, cell in enumerate(cells):
                left = area.left() if n == 0 else area.left() + first + (n - 1) * wide
                place = QRectF(left, top, (first if n == 0 else wide) - 8, 28)
                align = Qt.AlignmentFlag.AlignLeft if n == 0 else Qt.AlignmentFlag.AlignRight
                if row == 0:
                    ink.text(place, cell.text, "label", "muted", align)
                else:
                    words = f"{cells[0].text} · {head[n]}"
                    ink.number(place, cell.text, cell.ask, words, align=align)
            ink.line(QPointF(area.left(), top + 28), QPointF(area.right(), top + 28))
        if note:
            ink.text(QRectF(area.left(), area.bottom() - 20, area.width(), 20), note, "small", "muted")
