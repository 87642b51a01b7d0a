"""Where things stand on the canvas, in scene units (pixels at 100 % zoom). No items, no painting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from engine.campaign.layout import BRANCH_GAP, CARD_HEIGHT, CARD_WIDTH, GAP, START_WIDTH

CHIP_HEIGHT = 20
CHIP_PADDING = 8
OPEN_RADIUS = 9.0
_OPEN_REACH = 32.0  # from the card's edge to the centre of an open end's mark
_OPEN_CURVE = 24.0  # over which the line to an open end leaves the card's middle
_OPEN_PITCH = 32.0  # between open ends of one card
_BESIDE_CARD = 48.0  # from the row of a card in the next column to an open end beside it
_LANE_PITCH = 28.0  # between lines that join the same two cards
_MIN_BEND = 32.0
_AROUND_REACH = 24.0  # how soon a line that goes around cards leaves their row
_AROUND_BEND = 68.0  # three quarters of it is halfway between a card and the next row's
_CHIP_LEAD = 6.0  # from the card's edge to a chip
_CHIP_SHARE = 0.42  # of the way to the target, at least, so that chips of several branches part
_STEPS = 12

CARD = QRectF(0, 0, CARD_WIDTH, CARD_HEIGHT)
START_CARD = QRectF(0, 0, START_WIDTH, CARD_HEIGHT)


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
        """The point of a curve made by `joined` that runs to the right whose x is about `x`."""
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


class LinkShape(NamedTuple):
    """How a line runs: straight from `lead` where there is one, then its curve, then straight to `end`.

    `end` is the centre of the mark of an open end, `chip` the middle of the line's name.
    """

    curve: Curve
    end: QPointF
    open: bool
    chip: QPointF | None = None
    chip_width: float = 0.0
    lead: QPointF | None = None

    @property
    def start(self) -> QPointF:
        return self.curve.p0 if self.lead is None else self.lead

    @property
    def handle(self) -> QPointF:
        """Where the + of the line stands: in its middle, or between its chip and the card behind."""
        if self.open:
            return self.end
        across = self.end.x() - self.start.x()
        if self.chip is None and self.lead is not None:
            return (self.lead + self.curve.p0) / 2
        if self.chip is None and self.end != self.curve.p3:
            return (self.curve.p3 + self.end) / 2
        if self.chip is None or across <= 0:
            return self.curve.at(0.5 if self.chip is None else 0.8)
        room = self.end.x() - (self.chip.x() + self.chip_width / 2)
        away = room / 2 if room >= 2 * OPEN_RADIUS + 10 else OPEN_RADIUS + 5
        return self.at_x(self.end.x() - away)

    def at_x(self, x: float) -> QPointF:
        """The point of a line that runs to the right whose x is about `x`."""
        if x <= self.curve.p0.x():
            return QPointF(x, self.start.y())
        return self.curve.at_x(x) if x < self.curve.p3.x() else QPointF(x, self.end.y())

    @property
    def path(self) -> QPainterPath:
        path = QPainterPath(self.start)
        path.lineTo(self.curve.p0)
        if self.curve.p0.y() == self.curve.p1.y() == self.curve.p2.y() == self.curve.p3.y():
            path.lineTo(self.end)
        else:
            path.cubicTo(self.curve.p1, self.curve.p2, self.curve.p3)
            if self.end != self.curve.p3:
                path.lineTo(self.end)
        return path

    def distance(self, point: QPointF) -> float:
        return min(
            _segment_distance(point, self.start, self.curve.p0),
            self.curve.distance(point),
            _segment_distance(point, self.curve.p3, self.end),
        )


def joined(start: QPointF, end: QPointF, lane: float = 0.0, label_width: float = 0.0) -> LinkShape:
    """A line between two cards. `lane` bends it aside: 0, or ±0.5, ±1 … among lines between the same two."""
    across = end.x() - start.x()
    reach = max(_MIN_BEND, abs(across) / 2)
    bend = lane * _LANE_PITCH / 0.75  # control points pull the middle of a cubic by three quarters
    curve = Curve(
        start,
        QPointF(start.x() + reach, start.y() + bend),
        QPointF(end.x() - reach, end.y() + bend),
        end,
    )
    if not label_width:
        return LinkShape(curve, end, open=False)
    width = min(label_width, max(24.0, across - 4)) if across > 0 else label_width
    if across <= width + 2 * _CHIP_LEAD:
        chip = curve.at(0.5)
    else:
        chip = curve.at_x(start.x() + max(_CHIP_LEAD + width / 2, across * _CHIP_SHARE))
    return LinkShape(curve, end, False, chip, width)


def around(start: QPointF, end: QPointF, label_width: float = 0.0) -> LinkShape:
    """A line that goes below the cards between two of one row, in the room above the next row."""
    curve = Curve(
        start,
        QPointF(start.x() + _AROUND_REACH, start.y() + _AROUND_BEND),
        QPointF(end.x() - _AROUND_REACH, end.y() + _AROUND_BEND),
        end,
    )
    if not label_width:
        return LinkShape(curve, end, open=False)
    beside = start.x() + _OPEN_CURVE + label_width / 2
    chip = next(point for step in range(100) if (point := curve.at(step / 99)).x() >= beside or step == 99)
    return LinkShape(curve, end, False, chip, label_width)


def passes_columns(start: QPointF, end: QPointF) -> bool:
    """Whether other cards may stand between two cards: they are further apart than neighbouring columns."""
    return end.x() - start.x() > CARD_WIDTH


def in_one_row(start: QPointF, end: QPointF) -> bool:
    return abs(end.y() - start.y()) < CARD_HEIGHT / 2


def corner_behind(start: QPointF, end: QPointF, label_width: float = 0.0) -> QPointF:
    """Where a line that changes rows at once comes to the row of its end: behind the gap after its card."""
    gap = BRANCH_GAP if label_width else GAP
    return QPointF(min(start.x() + gap, end.x()), end.y())


def changing_rows(start: QPointF, end: QPointF, label_width: float = 0.0) -> LinkShape:
    """A line over several columns that changes rows at once, beside its card, and then goes straight."""
    return joined(start, corner_behind(start, end, label_width), 0.0, label_width)._replace(end=end)


def corner_before(start: QPointF, end: QPointF) -> QPointF:
    """Where a line that changes rows at last leaves the row of its start: before the gap of its end."""
    return QPointF(max(end.x() - GAP, start.x()), start.y())


def changing_rows_late(start: QPointF, end: QPointF, label_width: float = 0.0) -> LinkShape:
    """A line over several columns that goes straight, and changes rows beside the card at its end."""
    shape = joined(corner_before(start, end), end)._replace(lead=start)
    if not label_width:
        return shape
    chip = QPointF(start.x() + max(_CHIP_LEAD + label_width / 2, BRANCH_GAP * _CHIP_SHARE), start.y())
    return shape._replace(chip=chip, chip_width=label_width)


def open_ended(start: QPointF, offset: float, label_width: float = 0.0) -> LinkShape:
    """A line to an open end, `offset` below the card's middle."""
    y = start.y() + offset
    corner = QPointF(start.x() + _OPEN_CURVE, y)
    bend = _OPEN_CURVE * 0.6
    curve = Curve(start, QPointF(start.x() + bend, start.y()), QPointF(corner.x() - bend, y), corner)
    chip = None
    centre = QPointF(start.x() + (_OPEN_REACH if not offset else _OPEN_CURVE + 8 + OPEN_RADIUS), y)
    if label_width:
        left = start.x() + (_OPEN_CURVE - 8 if offset else 12)
        chip = QPointF(left + label_width / 2, y)
        centre = QPointF(left + label_width + 6 + OPEN_RADIUS, y)
    return LinkShape(curve, centre, True, chip, label_width)


def open_offsets(rows: Sequence[float | None]) -> list[float | None]:
    """Offsets for a card's open ends, so that none lies on a line or a card next to it.

    `rows` has an entry for every line in the shown order: how far below the card's middle it leads, None for
    an open end. The result has the offsets of the open ends, None for the others.
    """
    led = [row for row in rows if row is not None]
    if not led:
        return [(index - (len(rows) - 1) / 2) * _OPEN_PITCH for index in range(len(rows))]
    first = next(index for index, row in enumerate(rows) if row is not None)
    above = [min(led) - _BESIDE_CARD - _OPEN_PITCH * (first - 1 - index) for index in range(first)]
    offsets: list[float | None] = [*above]
    below = max(led) + _BESIDE_CARD
    for row in rows[first:]:
        offsets.append(below if row is None else None)
        if row is None:
            below += _OPEN_PITCH
    return offsets


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
