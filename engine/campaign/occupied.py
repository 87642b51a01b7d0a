"""What places are taken, and which one a new card gets: no card covers another."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from itertools import chain

from engine.campaign.document import CampaignDocument
from engine.campaign.layout import CARD_HEIGHT, CARD_WIDTH, GRID, ROW, column_behind, place_of
from engine.campaign.model import Point
from engine.campaign.places import Places

_PITCH = CARD_HEIGHT + GRID
"""At least, from one card to the next one below it."""


class Occupied:
    """Places that are taken: those that cards have, but for some of the cards (`without`), and more since."""

    def __init__(self, places: Places, without: AbstractSet[str] = frozenset()) -> None:
        self._places = places
        self._without = without
        self._added: defaultdict[int, list[Point]] = defaultdict(list)
        self._stacks: dict[int, list[int]] = {}

    def take(self, place: Point) -> None:
        self._added[place.x // CARD_WIDTH].append(place)
        for x, stack in self._stacks.items():
            if abs(place.x - x) < CARD_WIDTH:
                insort(stack, place.y)

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
            standing = (at for id, at in self._places.above_and_below(x) if id not in self._without)
            added = (at for near in (column - 1, column, column + 1) for at in self._added.get(near, ()))
            beside = (at for at in chain(standing, added) if abs(at.x - x) < CARD_WIDTH)
            self._stacks[x] = sorted(at.y for at in beside)
        return self._stacks[x]


def slot(document: CampaignDocument, link_id: str, occupied: Occupied | None = None) -> Point:
    """Where a card at the end of this link belongs: next column, the link's row, moved down to a free place.

    `occupied` where more is taken than the document's layout says: cards that an edit is about to add.
    """
    link = document.links[link_id]
    row = document.out_links(link.source).index(link_id)
    wanted = Point(column_behind(document, link.source), place_of(document, link.source).y + row * ROW)
    return (occupied or Occupied(document.places)).free_place(wanted)


def out_of_the_way(document: CampaignDocument, placed: Mapping[str, Point | None]) -> dict[str, Point]:
    """Where cards have to go, further down, that others would cover which are new or were moved.

    `placed`: the cards that have another place than in the document, None for those that go.
    """
    before = document.layout
    changed = {id: place for id, place in placed.items() if place is not None}
    moved = Places({id: place for id, place in changed.items() if id in before})
    covered: dict[str, Point] = {}
    for id, place in changed.items():
        if before.get(id) == place:
            continue
        standing = ((other, at) for other, at in document.places.near(place) if other not in placed)
        for other, at in chain(standing, moved.near(place)):
            already = id in before and _near(before[id], before[other])
            if not already and _near(place, at):
                covered[other] = at
    if not covered:
        return {}
    occupied = Occupied(document.places, placed.keys() | covered.keys())
    for id, place in changed.items():
        if id not in covered:
            occupied.take(place)
    places: dict[str, Point] = {}
    for id in sorted(covered, key=lambda id: (covered[id].y, covered[id].x, id)):
        places[id] = occupied.free_place(covered[id])
        occupied.take(places[id])
    return places


def _near(one: Point, other: Point) -> bool:
    return abs(one.x - other.x) < CARD_WIDTH and abs(one.y - other.y) < _PITCH
