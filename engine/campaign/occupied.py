"""What places are taken, and which one a new card gets: no card covers another."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping

from engine.campaign.document import CampaignDocument
from engine.campaign.layout import CARD_HEIGHT, CARD_WIDTH, GRID, ROW, column_behind, place_of
from engine.campaign.model import Point

_PITCH = CARD_HEIGHT + GRID
"""At least, from one card to the next one below it."""


class Occupied:
    """Places that are taken, by column, so that an edit that adds many cards does not ask all for each."""

    def __init__(self, places: Iterable[Point]) -> None:
        self._columns: defaultdict[int, list[Point]] = defaultdict(list)
        self._stacks: dict[int, list[int]] = {}
        for place in places:
            self._columns[place.x // CARD_WIDTH].append(place)

    def take(self, place: Point) -> None:
        self._columns[place.x // CARD_WIDTH].append(place)
        self._stacks.clear()

    def free_place(self, wanted: Point) -> Point:
        """The wanted place, or the first one below it where a card covers no other."""
        y, stack = wanted.y, self._stack(wanted.x)
        for at in range(bisect_right(stack, y - _PITCH), len(stack)):
            if stack[at] >= y + _PITCH:
                break
            if stack[at] > y - _PITCH:
                y = stack[at] + ROW
        return Point(wanted.x, y)

    def room_for(self, places: Iterable[Point]) -> int:
        """How far down these cards have to move together so that none of them covers another."""
        down, wanted = 0, list(places)
        while down != (further := max((self._further(place, down) for place in wanted), default=down)):
            down = further
        return down

    def _further(self, place: Point, down: int) -> int:
        return self.free_place(Point(place.x, place.y + down)).y - place.y

    def _stack(self, x: int) -> list[int]:
        """From top to bottom, the y of each card that stands above or below this x, or partly so."""
        if x not in self._stacks:
            column = x // CARD_WIDTH
            near = (place for at in (column - 1, column, column + 1) for place in self._columns.get(at, ()))
            self._stacks[x] = sorted(place.y for place in near if abs(place.x - x) < CARD_WIDTH)
        return self._stacks[x]


def slot(document: CampaignDocument, link_id: str, occupied: Occupied | None = None) -> Point:
    """Where a card at the end of this link belongs: next column, the link's row, moved down to a free place.

    `occupied` where more is taken than the document's layout says: cards that an edit is about to add.
    """
    link = document.links[link_id]
    row = document.out_links(link.source).index(link_id)
    wanted = Point(column_behind(document, link.source), place_of(document, link.source).y + row * ROW)
    return (occupied or Occupied(document.layout.values())).free_place(wanted)


def out_of_the_way(before: Mapping[str, Point], after: Mapping[str, Point]) -> dict[str, Point]:
    """Where cards have to go, further down, that others would cover which are new or were moved."""
    held: dict[tuple[int, int], list[str]] = defaultdict(list)
    for id in before.keys() & after.keys():
        held[after[id].x // CARD_WIDTH, after[id].y // _PITCH].append(id)
    covered: set[str] = set()
    for id, place in after.items():
        if before.get(id) == place:
            continue
        column, row = place.x // CARD_WIDTH, place.y // _PITCH
        for cell in ((column + right, row + down) for right in (-1, 0, 1) for down in (-1, 0, 1)):
            for other in held.get(cell, ()):
                already = id in before and _near(before[id], before[other])
                if not already and _near(place, after[other]):
                    covered.add(other)
    if not covered:
        return {}
    occupied = Occupied(place for id, place in after.items() if id not in covered)
    places: dict[str, Point] = {}
    for id in sorted(covered, key=lambda id: (after[id].y, after[id].x, id)):
        places[id] = occupied.free_place(after[id])
        occupied.take(places[id])
    return places


def _near(one: Point, other: Point) -> bool:
    return abs(one.x - other.x) < CARD_WIDTH and abs(one.y - other.y) < _PITCH
