"""The shapes of lines, in scene units (pixels at 100 % zoom)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from engine.campaign.layout import CARD_HEIGHT, CARD_WIDTH, GAP, OPEN_PITCH

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
_ROOM_FOR_PLUS = 2 * OPEN_RADIUS + 10
_LONG = 40.0  # a straight part of a line that takes its +


class Spot(NamedTuple):
    """A point of the canvas."""

    x: float
    y: float


class Rect(NamedTuple):
    """A rectangle of the canvas."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Rect) -> bool:
        """Whether the two overlap."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


class Curve(NamedTuple):
    """A cubic Bézier curve."""

    p0: Spot
    p1: Spot
    p2: Spot
    p3: Spot

    def at(self, t: float) -> Spot:
        s = 1.0 - t
        a, b, c, d = s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t
        return Spot(
            a * self.p0.x + b * self.p1.x + c * self.p2.x + d * self.p3.x,
            a * self.p0.y + b * self.p1.y + c * self.p2.y + d * self.p3.y,
        )

    def at_x(self, x: float) -> Spot:
        """The point of a curve made by `bend` that runs to the right whose x is about `x`."""
        share = (x - self.p0.x) / (self.p3.x - self.p0.x)
        t = share
        for _ in range(3):  # Newton's steps for the x of a cubic whose control points lie in the middle
            t -= (t * (1.5 - 1.5 * t + t * t) - share) / (1.5 - 3 * t + 3 * t * t)
        return self.at(t)


class Run(NamedTuple):
    """A straight part of a line, along a row."""

    y: float
    left: float
    right: float


class LineShape(NamedTuple):
    """How a line runs: from `start` over its curves, straight between them, to `end`.

    `end` is the centre of the mark of an open end, `chip` the middle of the line's name.
    """

    start: Spot
    curves: tuple[Curve, ...]
    end: Spot
    open: bool
    chip: Spot | None = None
    chip_width: float = 0.0

    @property
    def handle(self) -> Spot:
        """Where the + of the line stands: in its middle, on a straight part if it can be; behind its chip."""
        if self.open:
            return self.end
        begin = self.start.x if self.chip is None else self.chip.x + self.chip_width / 2
        if self.end.x <= self.start.x:
            return self.curves[-1].at(0.5 if self.chip is None else 0.8)
        straight = [(min(run.right - begin, run.right - run.left), run) for run in self.runs]
        length, longest = max(straight, default=(0.0, None), key=lambda found: found[0])
        if longest is not None and length >= _LONG:
            return Spot(longest.right - length / 2, longest.y)
        room = self.end.x - begin
        away = room / 2 if room >= _ROOM_FOR_PLUS else OPEN_RADIUS + 5
        return self.at_x(self.end.x - away)

    @property
    def runs(self) -> list[Run]:
        """The straight parts of a line that runs to the right."""
        bounds = [self.start, *(point for curve in self.curves for point in (curve.p0, curve.p3)), self.end]
        pairs = zip(bounds[::2], bounds[1::2], strict=True)
        return [Run(a.y, a.x, b.x) for a, b in pairs if b.x - a.x > _FLAT]

    def at_x(self, x: float) -> Spot:
        """The point of a line that runs to the right whose x is about `x`."""
        for curve in self.curves:
            if x <= curve.p0.x:
                return Spot(x, curve.p0.y)
            if x < curve.p3.x:
                return curve.at_x(x)
        return Spot(x, self.end.y)


def bend(start: Spot, end: Spot, aside: float = 0.0) -> tuple[Curve, ...]:
    """The curve from one row to another, level at both ends; none along a row. `aside` pulls its middle."""
    across = end.x - start.x
    if across >= 0 and abs(end.y - start.y) < _FLAT and not aside:
        return ()
    reach = across / 2 if across >= _TIGHT else max(_MIN_BEND, -across / 2)
    one, other = Spot(start.x + reach, start.y + aside), Spot(end.x - reach, end.y + aside)
    return (Curve(start, one, other, end),)


def joined(start: Spot, end: Spot, lane: float = 0.0, label_width: float = 0.0) -> LineShape:
    """A line between two cards. `lane` bends it aside: 0, or ±0.5, ±1 … among lines between the same two."""
    across = end.x - start.x
    curves = bend(start, end, lane * _LANE_PITCH / 0.75)  # control points pull a cubic by three quarters
    shape = LineShape(start, curves, end, open=False)
    if not label_width:
        return shape
    width = min(label_width, max(24.0, across - 4)) if across > 0 else label_width
    if across <= 0:
        chip = curves[0].at(0.5)
    elif across <= width + 2 * _CHIP_LEAD:
        chip = shape.at_x(start.x + across / 2)
    else:
        chip = shape.at_x(start.x + max(_CHIP_LEAD + width / 2, across * _CHIP_SHARE))
    return shape._replace(chip=chip, chip_width=width)


def passes_columns(start: Spot, end: Spot) -> bool:
    """Whether other cards may stand between two cards: they are further apart than neighbouring columns."""
    return end.x - start.x > CARD_WIDTH


def in_one_row(start: Spot, end: Spot) -> bool:
    return abs(end.y - start.y) < CARD_HEIGHT / 2


def open_ended(start: Spot, offset: float, label_width: float = 0.0, *, alone: bool = True) -> LineShape:
    """A line to an open end, `offset` below the card's middle."""
    y = start.y + offset
    curves = bend(start, Spot(start.x + _OPEN_CURVE, y))
    if not label_width:
        end = Spot(start.x + (_OPEN_REACH if alone else _OPEN_COLUMN), y)
        return LineShape(start, curves, end, True)
    left = start.x + _OPEN_CURVE - 8
    end = Spot(left + label_width + _CHIP_LEAD + OPEN_RADIUS, y)
    return LineShape(start, curves, end, True, Spot(left + label_width / 2, y), label_width)


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


def to_first_place(start: Spot) -> LineShape:
    """The line to the marked place behind Start, in an empty flow."""
    return joined(start, Spot(start.x + GAP, start.y))._replace(open=True)
