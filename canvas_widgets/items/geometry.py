"""Where things stand on the canvas, in scene units (pixels at 100 % zoom). No items, no painting."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QPainterPath

from engine.campaign.layout import CARD_HEIGHT, CARD_WIDTH, START_WIDTH
from engine.campaign.lines.geometry import Curve, LineShape, Rect, Run, Spot, passes_columns

_LEVEL = 1.0
_STEPS = 12

CARD = QRectF(0, 0, CARD_WIDTH, CARD_HEIGHT)
START_CARD = QRectF(0, 0, START_WIDTH, CARD_HEIGHT)
TILE_LEFT, TEXT_LEFT = 10.0, 50.0
TEXT_ROOM = CARD.width() - TEXT_LEFT - 6.0
"""For a card's name, and for the line below it: every kind's own name fits."""


@dataclass(frozen=True, slots=True)
class LinkShape:
    """How a line runs, for painting and pointing.

    `end` is the centre of the mark of an open end, `chip` the middle of the line's name.
    """

    shape: LineShape
    start: QPointF = field(init=False, compare=False)
    end: QPointF = field(init=False, compare=False)
    chip: QPointF | None = field(init=False, compare=False)

    def __post_init__(self) -> None:
        shape = self.shape
        object.__setattr__(self, "start", QPointF(*shape.start))
        object.__setattr__(self, "end", QPointF(*shape.end))
        object.__setattr__(self, "chip", None if shape.chip is None else QPointF(*shape.chip))

    @property
    def open(self) -> bool:
        return self.shape.open

    @property
    def chip_width(self) -> float:
        return self.shape.chip_width

    @property
    def handle(self) -> QPointF:
        """Where the + of the line stands."""
        return QPointF(*self.shape.handle)

    @property
    def runs(self) -> list[Run]:
        """The straight parts of a line that runs to the right."""
        return self.shape.runs

    def at_x(self, x: float) -> QPointF:
        """The point of a line that runs to the right whose x is about `x`."""
        return QPointF(*self.shape.at_x(x))

    def on_curve(self, index: int, share: float) -> QPointF:
        """A point of one of its curves, so much of the way along it."""
        return QPointF(*self.shape.curves[index].at(share))

    @property
    def path(self) -> QPainterPath:
        path, at = QPainterPath(self.start), self.shape.start
        for curve in self.shape.curves:
            if curve.p0 != at:
                path.lineTo(*curve.p0)
            path.cubicTo(*curve.p1, *curve.p2, *curve.p3)
            at = curve.p3
        if at != self.shape.end:
            path.lineTo(self.end)
        return path

    def parts(self, whole: QPainterPath) -> list[tuple[QPainterPath, float]]:
        """The line (its path is `whole`) in parts that lead either down (1) or up (-1), or (0) are level."""
        curves = self.shape.curves
        if len(curves) < 2:
            return [(whole, _direction(curves[0]) if curves else 0.0)]
        parts: list[tuple[QPainterPath, float]] = []
        path, way = QPainterPath(self.start), 0.0
        for curve in curves:
            path.lineTo(*curve.p0)
            direction = _direction(curve)
            if way * direction < 0:
                parts.append((path, way))
                path = QPainterPath(QPointF(*curve.p0))
            way = direction or way
            path.cubicTo(*curve.p1, *curve.p2, *curve.p3)
        path.lineTo(self.end)
        return [*parts, (path, way)]

    @property
    def strokes(self) -> tuple[QLineF, ...]:
        """The line as seen from far away, straight: one that passes columns has several, around cards."""
        shape = self.shape
        if not shape.curves or not passes_columns(shape.start, shape.end):
            return (QLineF(self.start, self.end),)
        bends = (spot for curve in shape.curves for spot in (curve.p0, curve.p3))
        return tuple(QLineF(*a, *b) for a, b in pairwise([shape.start, *bends, shape.end]) if a != b)

    def distance(self, point: QPointF) -> float:
        """How far a point is from the line: about as far as from the nearest of its samples' segments."""
        spot = spot_of(point)
        nearest, at = float("inf"), self.shape.start
        for curve in self.shape.curves:
            nearest = min(nearest, _segment_distance(spot, at, curve.p0))
            at = curve.p0
            for step in range(1, _STEPS + 1):
                after = curve.at(step / _STEPS)
                nearest = min(nearest, _segment_distance(spot, at, after))
                at = after
        return min(nearest, _segment_distance(spot, at, self.shape.end))


def spot_of(point: QPointF) -> Spot:
    return Spot(point.x(), point.y())


def rect_of(rect: QRectF) -> Rect:
    return Rect(rect.left(), rect.top(), rect.right(), rect.bottom())


def _direction(curve: Curve) -> float:
    drop = curve.p3.y - curve.p0.y
    return 0.0 if abs(drop) < _LEVEL else 1.0 if drop > 0 else -1.0


def _segment_distance(point: Spot, a: Spot, b: Spot) -> float:
    dx, dy = b.x - a.x, b.y - a.y
    length = dx * dx + dy * dy
    if length:
        share = ((point.x - a.x) * dx + (point.y - a.y) * dy) / length
        share = max(0.0, min(1.0, share))
    else:
        share = 0.0
    x, y = a.x + share * dx - point.x, a.y + share * dy - point.y
    return float((x * x + y * y) ** 0.5)
