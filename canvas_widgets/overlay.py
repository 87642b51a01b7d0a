"""What a gesture shows above everything: the rubber band, and guides between cards in line."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QLineF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsView

from canvas_widgets.items.paints import Paints

_TICK = 3.0  # screen pixels from the middle of a guide's end mark to its corner
_AROUND = math.ceil(_TICK) + 2


class Overlay:
    """Thin things in scene coordinates, drawn in a view's foreground; only what changes is painted again.

    Attributes: `band` and `guides`, as they are shown.
    """

    def __init__(self, view: QGraphicsView) -> None:
        self._view = view
        self.band: QRectF | None = None
        self.guides: tuple[QLineF, ...] = ()

    def show_band(self, band: QRectF) -> None:
        """Show the rubber band, in place of the one before."""
        self._show(band, self.guides)

    def show_guides(self, guides: Sequence[QLineF]) -> None:
        """Show these guides, and no others."""
        self._show(self.band, tuple(guides))

    def clear(self) -> None:
        self._show(None, ())

    def paint(self, painter: QPainter, paints: Paints) -> None:
        """Draw it; the painter's transform maps scene units to the screen."""
        if self.band is None and not self.guides:
            return
        pen = QPen(paints.colours.accent, 1)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if self.band is not None:
            fill = QColor(paints.colours.accent)
            fill.setAlphaF(paints.look.tints.soft)
            painter.setBrush(fill)
            painter.drawRect(self.band)
        tick = _TICK / painter.worldTransform().m11()
        for guide in self.guides:
            painter.drawLine(guide)
            for end in (guide.p1(), guide.p2()):
                x, y = end.x(), end.y()
                painter.drawLine(QLineF(x - tick, y - tick, x + tick, y + tick))
                painter.drawLine(QLineF(x - tick, y + tick, x + tick, y - tick))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _show(self, band: QRectF | None, guides: tuple[QLineF, ...]) -> None:
        if (band, guides) == (self.band, self.guides):
            return
        before = self._places()
        self.band, self.guides = band, guides
        for place in (*before, *self._places()):
            self._view.viewport().update(place)

    def _places(self) -> list[QRect]:
        """What is covered, in viewport pixels."""
        rects = [QRectF(guide.p1(), guide.p2()).normalized() for guide in self.guides]
        if self.band is not None:
            rects.append(self.band)
        around = (-_AROUND, -_AROUND, _AROUND, _AROUND)
        return [self._view.mapFromScene(rect).boundingRect().adjusted(*around) for rect in rects]
