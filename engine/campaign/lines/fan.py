"""How the named lines of one card leave it: fanned out, one name below the other, before they turn away."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from engine.campaign.fan import FAN_PITCH, fan_middle, fan_order
from engine.campaign.lines.geometry import OPEN_RADIUS, Curve, LineShape, Spot, bend, in_one_row

_LEFT = 12.0  # from the card's edge to the names
_STEM = 20.0  # over which a line comes from the card's middle to the height of its name
_MARK_LEAD = 4.0  # from the longest name to the marks of open ends
_MARK_ROOM = _MARK_LEAD + 2 * OPEN_RADIUS + 2.0
_TURN_ROOM = 18.0  # that a line needs at least to turn to its target
_LEAST_NAME = 40.0
_MANY = 6  # so many lines of one card still part at once; more share a trunk
_ROUND = _LEFT / 2  # of the corners of a trunk, which runs half-way between the card and the names
_SMOOTH = 0.55 * _ROUND  # from a corner's end to its control point: nearly a quarter of a circle


class Stem(NamedTuple):
    """Where a line leaves the card, with its name; `turn` is where it is free to lead anywhere."""

    start: Spot
    curves: tuple[Curve, ...]
    turn: Spot
    mark: Spot
    chip: Spot | None = None
    chip_width: float = 0.0

    @classmethod
    def straight(cls, start: Spot) -> Stem:
        """That of a line without a name."""
        return cls(start, (), start, start)

    def open_ended(self) -> LineShape:
        """The line as one that leads nowhere."""
        return LineShape(self.start, self.curves, self.mark, True, self.chip, self.chip_width)

    def leading(self, curves: tuple[Curve, ...], end: Spot) -> LineShape:
        """The line as one that goes on over these curves."""
        return LineShape(self.start, self.curves + curves, end, False, self.chip, self.chip_width)


def fan(start: Spot, ends: Sequence[Spot | None], names: Sequence[float], gap: float) -> list[Stem] | None:
    """The stems of a card's lines, given in their shown order with what they lead to (None: an open end).

    `names` are the widths of their chips, 0 without a name; names, marks and turns share the `gap` at most.
    Names have one left edge, open ends one column behind the longest of them, and lines turn behind these:
    so nothing of one card's lies on another's. None where the next card stands too near for names.
    """
    has_open = any(end is None for end in ends)
    marks = _MARK_ROOM if has_open else 0.0
    gaps = (end.x - start.x for end in ends if end is not None and end.x > start.x)
    room = min((gap, *gaps))
    turning = any(end is not None for end in ends)
    longest = room - _LEFT - marks - (_TURN_ROOM if turning else 0.0)
    if longest < _LEAST_NAME:
        return None
    widths = [min(name, longest) for name in names]
    column = start.x + _LEFT + max(widths)
    stems = []
    for offset, width in zip(fan_offsets(start, ends), widths, strict=True):
        y = start.y + offset
        chip = Spot(start.x + _LEFT + width / 2, y) if width else None
        curves = _trunk(start, y) if len(names) > _MANY else bend(start, Spot(start.x + _STEM, y))
        mark = Spot(column + _MARK_LEAD + OPEN_RADIUS, y)
        stems.append(Stem(start, curves, Spot(column + marks, y), mark, chip, width))
    return stems


def _trunk(start: Spot, y: float) -> tuple[Curve, ...]:
    """From the card along the trunk of all its lines to the height of a name.

    Dashes of lines that run along each other from the beginning lie on each other: they look like one line.
    """
    drop = y - start.y
    if abs(drop) < 2 * _ROUND:
        return bend(start, Spot(start.x + _STEM, y))
    down, x = math.copysign(1.0, drop), start.x + _ROUND
    away, there = Spot(x, start.y + down * _ROUND), Spot(x, y - down * _ROUND)
    name = Spot(start.x + _LEFT, y)
    out = Curve(start, Spot(start.x + _SMOOTH, start.y), Spot(x, away.y - down * _SMOOTH), away)
    return out, Curve(there, Spot(x, there.y + down * _SMOOTH), Spot(name.x - _SMOOTH, y), name)


def fan_offsets(start: Spot, ends: Sequence[Spot | None]) -> list[float]:
    """How far below the card's middle each line has its name: in the order of what they lead to.

    What leads to the next card of the row stays in it, if anything does. Open ends stand below what leads
    somewhere, those that come before all of it above.
    """
    order = fan_order([None if end is None else (end.y, end.x) for end in ends])
    ahead = {i: end.x for i, end in enumerate(ends) if end is not None and _ahead(start, end)}
    straight = [place for place, i in enumerate(order) if ahead.get(i) == min(ahead.values(), default=None)]
    middle = fan_middle(len(order), straight)
    offsets = [0.0] * len(order)
    for place, index in enumerate(order):
        offsets[index] = (place - middle) * FAN_PITCH
    return offsets


def _ahead(start: Spot, end: Spot) -> bool:
    return end.x > start.x and in_one_row(start, end)
