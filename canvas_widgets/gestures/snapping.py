"""Where cards come to rest while they are dragged: in line with cards nearby, else on the grid."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QLineF, QPointF, QRectF

from engine.campaign.layout import on_grid
from engine.campaign.model import Point

NEAR = 1200.0
"""Cards further apart than this, in scene units, have nothing to do with each other."""

_LOW, _MIDDLE, _HIGH = 0, 1, 2
_ACROSS = (_LOW, _MIDDLE, _HIGH)
_DOWN = (_MIDDLE, _LOW, _HIGH)  # a card's ports stand at its middle: in line there, the line is straight


class Snap(NamedTuple):
    """How far to move, and what that brings into line."""

    by: Point
    guides: tuple[QLineF, ...]


_Mark = tuple[float, float, float]
"""A card's edge or middle along one axis, and what the card covers along the other: from, to."""


class _Axis:
    """The lower edges, middles and higher edges of all cards along one axis, each in order."""

    def __init__(self, spans: Sequence[tuple[float, float, float, float]], order: tuple[int, ...]) -> None:
        self._order = order
        self._marks: tuple[list[_Mark], ...] = (
            sorted([(low, since, until) for low, _, since, until in spans]),
            sorted([((low + high) / 2, since, until) for low, high, since, until in spans]),
            sorted([(high, since, until) for _, high, since, until in spans]),
        )

    def nearest(
        self, low: float, high: float, beside: tuple[float, float], reach: float
    ) -> tuple[float, _Mark] | None:
        """How far to move something that covers `low` to `high` to bring it in line with a card near by.

        `beside` is what it covers along the other axis. Of equally near ones the nearest card is taken.
        """
        best: tuple[tuple[float, int, float], float, _Mark] | None = None
        anchors = _anchors(low, high)
        for rank, anchor in enumerate(self._order):
            here, marks = anchors[anchor], self._marks[anchor]
            for index in range(
                bisect_left(marks, (here - reach,)), bisect_right(marks, (here + reach, math.inf))
            ):
                mark = marks[index]
                at, since, until = mark
                apart = max(since - beside[1], beside[0] - until)
                if apart > NEAR:
                    continue
                key = (abs(at - here), rank, apart)
                if best is None or key < best[0]:
                    best = (key, at - here, mark)
        return None if best is None else best[1:]


class Snapper:
    """Built once when a drag begins, from the cards that stay; asked with every move."""

    def __init__(self, moved: QRectF, others: Iterable[QRectF]) -> None:
        self._moved = moved
        spans = [(rect.left(), rect.right(), rect.top(), rect.bottom()) for rect in others]
        self._across = _Axis(spans, _ACROSS)
        self._down = _Axis([(top, bottom, left, right) for left, right, top, bottom in spans], _DOWN)

    def snap(self, by: QPointF, reach: float) -> Snap:
        """Where a move by this much comes to rest. `reach`: so near a card in line draws, in scene units."""
        rect = self._moved.translated(by)
        across = self._across.nearest(rect.left(), rect.right(), (rect.top(), rect.bottom()), reach)
        down = self._down.nearest(rect.top(), rect.bottom(), (rect.left(), rect.right()), reach)
        dx = by.x() + across[0] if across else on_grid(rect.left()) - self._moved.left()
        dy = by.y() + down[0] if down else on_grid(rect.top()) - self._moved.top()
        step = Point(round(dx), round(dy))
        rest = self._moved.translated(step.x, step.y)
        guides = []
        if across:
            x, top, bottom = across[1]
            guides.append(QLineF(x, min(top, rest.top()), x, max(bottom, rest.bottom())))
        if down:
            y, left, right = down[1]
            guides.append(QLineF(min(left, rest.left()), y, max(right, rest.right()), y))
        return Snap(step, tuple(guides))


def _anchors(low: float, high: float) -> tuple[float, float, float]:
    return low, (low + high) / 2, high
