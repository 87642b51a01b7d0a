"""Where cards stand, so that an edit which asks what is near a place does not look at all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from engine.campaign.model import Point

_WIDTH, _HEIGHT = 256, 96
"""Of a cell: no smaller than a card with what keeps it apart from others."""


class Places:
    """Cards by the cell of a coarse grid that their upper left corner lies in."""

    def __init__(self, places: Mapping[str, Point]) -> None:
        self._cells: defaultdict[int, defaultdict[int, dict[str, Point]]] = defaultdict(_column)
        for id, place in places.items():
            self.put(id, place)

    def put(self, id: str, place: Point) -> None:
        self._cells[place.x // _WIDTH][place.y // _HEIGHT][id] = place

    def remove(self, id: str, place: Point) -> None:
        del self._cells[place.x // _WIDTH][place.y // _HEIGHT][id]

    def near(self, place: Point) -> Iterator[tuple[str, Point]]:
        """At least the cards that one at this place could cover, and few others."""
        row = place.y // _HEIGHT
        for column in self._columns(place.x):
            for at in (row - 1, row, row + 1):
                if at in column:
                    yield from column[at].items()

    def above_and_below(self, x: int) -> Iterator[tuple[str, Point]]:
        """At least the cards that one at this x could cover at some height, and those beside them."""
        for column in self._columns(x):
            for cell in column.values():
                yield from cell.items()

    def within(self, left: int, top: int, right: int, bottom: int) -> Iterator[tuple[str, Point]]:
        """At least the cards that reach into this rectangle, and few others."""
        first, last = top // _HEIGHT - 1, bottom // _HEIGHT
        for at in range(left // _WIDTH - 1, right // _WIDTH + 1):
            for row, cell in self._cells[at].items() if at in self._cells else ():
                if first <= row <= last:
                    yield from cell.items()

    def _columns(self, x: int) -> Iterator[defaultdict[int, dict[str, Point]]]:
        column = x // _WIDTH
        return (self._cells[at] for at in (column - 1, column, column + 1) if at in self._cells)


def _column() -> defaultdict[int, dict[str, Point]]:
    return defaultdict(dict)
