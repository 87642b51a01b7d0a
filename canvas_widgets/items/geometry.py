"""Where things stand on the canvas, in scene units (pixels at 100 % zoom). No items, no painting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from engine.campaign.layout import CARD_HEIGHT, CARD_WIDTH, GAP, OPEN_PITCH, START_WIDTH

CHIP_HEIGHT = 20
CHIP_PADDING = 8
OPEN_RADIUS = 9.0
_OPEN_REACH = 32.0  # from the card's edge to the centre of the mark of an open end that stands alone
_OPEN_COLUMN = 41.0  # the same where a card has several lines: one column for all marks
_OPEN_CURVE = 24.0  # over which the line to an open end leaves the card's middle
_BESIDE_CARD = 48.0  # from the row of a card in the next column to an open end beside it
_LANE_PITCH = 28.0  # between lines that join the same two cards
_MIN_BEND = 32.0
_TIGHT = 16.0  # a line to the right over less than this bends back
_CHIP_LEAD = 6.0  # from the card's edge to a chip
_CHIP_SHARE = 0.42  # of the way to the target, at least, so that chips of several branches part
_FLAT = 0.5
_LEVEL = 1.0
_STEPS = 12
_ROOM_FOR_PLUS = 2 * OPEN_RADIUS + 10
_LONG = 40.0  # a straight part of a line that takes its +

CARD = QRectF(0, 0, CARD_WIDTH, CARD_HEIGHT)
START_CARD = QRectF(0, 0, START_WIDTH, CARD_HEIGHT)
TILE_LEFT, TEXT_LEFT = 10.0, 50.0
TEXT_ROOM = CARD.width() - TEXT_LEFT - 6.0
"""For a card's name, and for the line below it: every kind's own name fits."""


class Curve(NamedTuple):
    """A cubic Bézier curve."""

    p0: QPointF
    p1: QPointF
    p2: QPointF
    p3: QPointF

    def at(self, t: float) -> QPointF:
        s = 1.0 - t
        a, b, c, d = s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t
        return QPointF(
            a * self.p0.x() + b * self.p1.x() + c * self.p2.x() + d * self.p3.x(),
            a * self.p0.y() + b * self.p1.y() + c * self.p2.y() + d * self.p3.y(),
        )

    def at_x(self, x: float) -> QPointF:
        """The point of a curve made by `bend` that runs to the right whose x is about `x`."""
        share = (x - self.p0.x()) / (self.p3.x() - self.p0.x())
        t = share
        for _ in range(3):  # Newton's steps for the x of a cubic whose control points lie in the middle
            t -= (t * (1.5 - 1.5 * t + t * t) - share) / (1.5 - 3 * t + 3 * t * t)
        return self.at(t)

    def distance(self, point: QPointF) -> float:
        """Roughly how far a point is from the curve: the nearest of the samples' segments."""
        nearest = float("inf")
        before = self.p0
        for step in range(1, _STEPS + 1):
            after = self.at(step / _STEPS)
            nearest = min(nearest, _segment_distance(point, before, after))
            before = after
        return nearest


class Run(NamedTuple):
    """A straight part of a line, along a row."""

    y: float
    left: float
    right: float


class LinkShape(NamedTuple):
    """How a line runs: from `start` over its curves, straight between them, to `end`.

    `end` is the centre of the mark of an open end, `chip` the middle of the line's name.
    """

    start: QPointF
    curves: tuple[Curve, ...]
    end: QPointF
    open: bool
    chip: QPointF | None = None
    chip_width: float = 0.0

    @property
    def handle(self) -> QPointF:
        """Where the + of the line stands: in its middle, on a straight part if it can be; behind its chip."""
        if self.open:
            return self.end
        begin = self.start.x() if self.chip is None else self.chip.x() + self.chip_width / 2
        if self.end.x() <= self.start.x():
            return self.curves[-1].at(0.5 if self.chip is None else 0.8)
        straight = [(min(run.right - begin, run.right - run.left), run) for run in self.runs]
        length, longest = max(straight, default=(0.0, None), key=lambda found: found[0])
        if longest is not None and length >= _LONG:
            return QPointF(longest.right - length / 2, longest.y)
        room = self.end.x() - begin
        away = room / 2 if room >= _ROOM_FOR_PLUS else OPEN_RADIUS + 5
        return self.at_x(self.end.x() - away)

    @property
    def runs(self) -> list[Run]:
        """The straight parts of a line that runs to the right."""
        bounds = [self.start, *(point for curve in self.curves for point in (curve.p0, curve.p3)), self.end]
        pairs = zip(bounds[::2], bounds[1::2], strict=True)
        return [Run(a.y(), a.x(), b.x()) for a, b in pairs if b.x() - a.x() > _FLAT]

    def at_x(self, x: float) -> QPointF:
        """The point of a line that runs to the right whose x is about `x`."""
        for curve in self.curves:
            if x <= curve.p0.x():
                return QPointF(x, curve.p0.y())
            if x < curve.p3.x():
                return curve.at_x(x)
        return QPointF(x, self.end.y())

    @property
    def path(self) -> QPainterPath:
        path = QPainterPath(self.start)
        at = self.start
        for curve in self.curves:
            if curve.p0 != at:
                path.lineTo(curve.p0)
            path.cubicTo(curve.p1, curve.p2, curve.p3)
            at = curve.p3
        if at != self.end:
            path.lineTo(self.end)
        return path

    def parts(self, whole: QPainterPath) -> list[tuple[QPainterPath, float]]:
        """The line (its path is `whole`) in parts that lead either down (1) or up (-1), or (0) are level."""
        if len(self.curves) < 2:
            return [(whole, _direction(self.curves[0]) if self.curves else 0.0)]
        parts: list[tuple[QPainterPath, float]] = []
        path, way = QPainterPath(self.start), 0.0
        for curve in self.curves:
            path.lineTo(curve.p0)
            direction = _direction(curve)
            if way * direction < 0:
                parts.append((path, way))
                path = QPainterPath(curve.p0)
            way = direction or way
            path.cubicTo(curve.p1, curve.p2, curve.p3)
        path.lineTo(self.end)
        return [*parts, (path, way)]

    def distance(self, point: QPointF) -> float:
        """How far a point is from the line."""
        nearest, at = float("inf"), self.start
        for curve in self.curves:
            nearest = min(nearest, _segment_distance(point, at, curve.p0), curve.distance(point))
            at = curve.p3
        return min(nearest, _segment_distance(point, at, self.end))


def bend(start: QPointF, end: QPointF, aside: float = 0.0) -> tuple[Curve, ...]:
    """The curve from one row to another, level at both ends; none along a row. `aside` pulls its middle."""
    across = end.x() - start.x()
    if across >= 0 and abs(end.y() - start.y()) < _FLAT and not aside:
        return ()
    reach = across / 2 if across >= _TIGHT else max(_MIN_BEND, -across / 2)
    one, other = QPointF(start.x() + reach, start.y() + aside), QPointF(end.x() - reach, end.y() + aside)
    return (Curve(start, one, other, end),)


def joined(start: QPointF, end: QPointF, lane: float = 0.0, label_width: float = 0.0) -> LinkShape:
    """A line between two cards. `lane` bends it aside: 0, or ±0.5, ±1 … among lines between the same two."""
    across = end.x() - start.x()
    curves = bend(start, end, lane * _LANE_PITCH / 0.75)  # control points pull a cubic by three quarters
    shape = LinkShape(start, curves, end, open=False)
    if not label_width:
        return shape
    width = min(label_width, max(24.0, across - 4)) if across > 0 else label_width
    if across <= 0:
        chip = curves[0].at(0.5)
    elif across <= width + 2 * _CHIP_LEAD:
        chip = shape.at_x(start.x() + across / 2)
    else:
        chip = shape.at_x(start.x() + max(_CHIP_LEAD + width / 2, across * _CHIP_SHARE))
    return shape._replace(chip=chip, chip_width=width)


def passes_columns(start: QPointF, end: QPointF) -> bool:
    """Whether other cards may stand between two cards: they are further apart than neighbouring columns."""
    return end.x() - start.x() > CARD_WIDTH


def in_one_row(start: QPointF, end: QPointF) -> bool:
    return abs(end.y() - start.y()) < CARD_HEIGHT / 2


def open_ended(start: QPointF, offset: float, label_width: float = 0.0, *, alone: bool = True) -> LinkShape:
    """A line to an open end, `offset` below the card's middle."""
    y = start.y() + offset
    curves = bend(start, QPointF(start.x() + _OPEN_CURVE, y))
    if not label_width:
        end = QPointF(start.x() + (_OPEN_REACH if alone else _OPEN_COLUMN), y)
        return LinkShape(start, curves, end, True)
    left = start.x() + _OPEN_CURVE - 8
    end = QPointF(left + label_width + _CHIP_LEAD + OPEN_RADIUS, y)
    return LinkShape(start, curves, end, True, QPointF(left + label_width / 2, y), label_width)


def open_offsets(rows: Sequence[float | None]) -> list[float | None]:
    """Offsets for a card's open ends, so that none lies on a line or a card next to it.

    `rows` has an entry for every line in the shown order: how far below the card's middle it leads, None for
    an open end. The result has the offsets of the open ends, None for the others.
    """
    led = [row for row in rows if row is not None]
    if not led:
        return [(index - (len(rows) - 1) / 2) * OPEN_PITCH for index in range(len(rows))]
    first = next(index for index, row in enumerate(rows) if row is not None)
    above = [min(led) - _BESIDE_CARD - OPEN_PITCH * (first - 1 - index) for index in range(first)]
    offsets: list[float | None] = [*above]
    below = max(led) + _BESIDE_CARD
    for row in rows[first:]:
        offsets.append(below if row is None else None)
        if row is None:
            below += OPEN_PITCH
    return offsets


def _direction(curve: Curve) -> float:
    drop = curve.p3.y() - curve.p0.y()
    return 0.0 if abs(drop) < _LEVEL else 1.0 if drop > 0 else -1.0


def _segment_distance(point: QPointF, a: QPointF, b: QPointF) -> float:
    dx, dy = b.x() - a.x(), b.y() - a.y()
    length = dx * dx + dy * dy
    if length:
        share = ((point.x() - a.x()) * dx + (point.y() - a.y()) * dy) / length
        share = max(0.0, min(1.0, share))
    else:
        share = 0.0
    x, y = a.x() + share * dx - point.x(), a.y() + share * dy - point.y()
    return float((x * x + y * y) ** 0.5)


def to_first_place(start: QPointF) -> LinkShape:
    """The line to the marked place behind Start, in an empty flow."""
    return joined(start, QPointF(start.x() + GAP, start.y()))._replace(open=True)
