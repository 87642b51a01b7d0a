"""The canvas from far away: blocks, lines and red dots, drawn in three strokes instead of item by item."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from canvas_widgets.items.card import CardItem
from canvas_widgets.items.geometry import LinkShape, passes_columns
from canvas_widgets.items.link import LinkItem
from canvas_widgets.items.paints import Paints

OVERVIEW_BELOW = 0.35
"""The zoom under which the overview takes the items' place."""


class Overview:
    """Keeps what the overview draws, in scene coordinates, until something changes."""

    def __init__(self) -> None:
        self._blocks: dict[str, list[QRectF]] = {}
        self._lines: list[QLineF] = []
        self._corners: list[tuple[float, float]] = []
        self._dots: list[QRectF] = []
        self._dots_scale = 0.0
        self._bounds = QRectF()
        self._stale = True

    def forget(self) -> None:
        """Collect anew before the next drawing."""
        self._stale = True

    def draw(
        self, painter: QPainter, paints: Paints, cards: Iterable[CardItem], links: Iterable[LinkItem]
    ) -> None:
        """Draw everything; the painter's transform maps scene units to the screen."""
        if self._stale:
            self._collect(paints, cards, links)
        scale = painter.worldTransform().m11()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(paints.stroke(scale)[0])
        painter.drawLines(self._lines)
        painter.setPen(Qt.PenStyle.NoPen)
        self._draw_blocks(painter, paints)
        self._draw_dots(painter, paints, scale)

    def bounds(self, paints: Paints, cards: Iterable[CardItem], links: Iterable[LinkItem]) -> QRectF:
        """What cards and lines take, without what stands over their edges."""
        if self._stale:
            self._collect(paints, cards, links)
        return self._bounds

    def draw_map(
        self,
        painter: QPainter,
        paints: Paints,
        cards: Iterable[CardItem],
        links: Iterable[LinkItem],
        dot: float,
    ) -> None:
        """Only blocks, and red dots of `dot` pixels: more cannot be told apart on a small map."""
        if self._stale:
            self._collect(paints, cards, links)
        side = dot / painter.worldTransform().m11()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        self._draw_blocks(painter, paints)
        painter.setBrush(paints.colours.danger)
        painter.drawRects([QRectF(x - side / 2, y - side / 2, side, side) for x, y in self._corners])

    def draw_selection(self, painter: QPainter, paints: Paints, selected: Iterable[CardItem]) -> None:
        pen = QPen(paints.colours.accent, paints.look.strokes.selected)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        margin = 3 / painter.worldTransform().m11()
        for card in selected:
            painter.drawRect(card.scene_rect.adjusted(-margin, -margin, margin, margin))

    def draw_found(self, painter: QPainter, paints: Paints, found: Iterable[CardItem]) -> None:
        """The cards that fit what is sought: in full colour, framed, with their red dots."""
        pen = QPen(paints.colours.accent, paints.look.strokes.selected)
        pen.setCosmetic(True)
        scale = painter.worldTransform().m11()
        margin, side = 1 / scale, paints.sizes.dot_on_screen / scale
        dots: list[QRectF] = []
        for card in found:
            rect = card.scene_rect
            colour = QColor(paints.kind_colour(card.node.kind))
            colour.setAlphaF(_STRENGTH)
            painter.setPen(pen)
            painter.setBrush(colour)
            painter.drawRect(rect.adjusted(-margin, -margin, margin, margin))
            if not card.configured or card.broken:
                dots.append(QRectF(rect.right() - side / 2, rect.top() - side / 2, side, side))
        _paint_dots(painter, paints, dots)

    def _draw_blocks(self, painter: QPainter, paints: Paints) -> None:
        for kind, rects in self._blocks.items():
            colour = QColor(paints.kind_colour(kind))
            colour.setAlphaF(_STRENGTH)
            painter.setBrush(colour)
            painter.drawRects(rects)

    def _draw_dots(self, painter: QPainter, paints: Paints, scale: float) -> None:
        if scale != self._dots_scale:
            side = paints.sizes.dot_on_screen / scale
            self._dots = [QRectF(x - side / 2, y - side / 2, side, side) for x, y in self._corners]
            self._dots_scale = scale
        _paint_dots(painter, paints, self._dots)

    def _collect(self, paints: Paints, cards: Iterable[CardItem], links: Iterable[LinkItem]) -> None:
        """Goes through thousands after every change: what is the same for many is asked once."""
        self._dots_scale = 0.0
        rects: list[QRectF] = []
        self._corners = []
        self._blocks = {}
        for card in cards:
            rect = card.scene_rect
            rects.append(rect)
            self._blocks.setdefault(card.node.kind, []).append(rect)
            if not card.configured or card.broken:
                self._corners.append((rect.right(), rect.top()))
        shown = [(link.line, link.open) for link in links if link.line is not None]
        self._lines = [stroke for line, _ in shown for stroke in _strokes(line)]
        self._bounds = _around(rects, [line.end for line, is_open in shown if is_open])
        self._stale = False


def _strokes(line: LinkShape) -> Sequence[QLineF]:
    """A line in straight strokes; only one that passes columns has several, since it goes around cards."""
    if not line.curves or not passes_columns(line.start, line.end):
        return (QLineF(line.start, line.end),)
    points = [line.start, *(point for curve in line.curves for point in (curve.p0, curve.p3)), line.end]
    return [QLineF(a, b) for a, b in pairwise(points) if a != b]


def _paint_dots(painter: QPainter, paints: Paints, dots: Sequence[QRectF]) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(paints.colours.danger)
    if len(dots) > _ROUND_DOTS:
        painter.drawRects(dots)
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for dot in dots:
        painter.drawEllipse(dot)


def _around(rects: Sequence[QRectF], ends: Sequence[QPointF]) -> QRectF:
    """What holds all of them; a line that leads somewhere ends at a card."""
    left, top = min(rect.left() for rect in rects), min(rect.top() for rect in rects)
    right = max([*(rect.right() for rect in rects), *(end.x() for end in ends)])
    bottom = max([*(rect.bottom() for rect in rects), *(end.y() for end in ends)])
    return QRectF(QPointF(left, top), QPointF(right, bottom))


_STRENGTH = 0.8  # opacity of the blocks: a full category colour is too loud in such an area
_ROUND_DOTS = 300  # more of them, and squares of a few pixels look the same
