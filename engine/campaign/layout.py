"""Where cards stand: the grid, the place of a new card, and a layered layout for cards without a place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.campaign.document import CampaignDocument
from engine.campaign.graph import cyclic_nodes, reachable, topological_order
from engine.campaign.model import START_ID, Point
from engine.campaign.ops import Op, Table
from engine.components.base import Port

CARD_WIDTH, CARD_HEIGHT = 192, 64
START_WIDTH = 96
GAP = 64
BRANCH_GAP = 128
"""Behind a branching card, whose lines carry the names of their branches."""

COLUMN = CARD_WIDTH + GAP
ROW = 96
GRID = 8
ORIGIN = Point(0, 0)


def complete(document: CampaignDocument) -> None:
    """Give cards without a place one, so that edits can reckon with it; not a change that wants saving."""
    places = with_missing_places(document)
    missing = places.keys() - document.layout.keys()
    document.apply([Op(Table.LAYOUT, node_id, None, places[node_id]) for node_id in sorted(missing)])


def place_of(document: CampaignDocument, node_id: str) -> Point:
    """The upper left corner of a node's card; Start and cards without a place stand at the origin."""
    return document.layout.get(node_id, ORIGIN)


def gap_behind(ports: Iterable[Port]) -> int:
    """How much room lies between a card with these ports and the next column."""
    return BRANCH_GAP if any(port.label is not None for port in ports) else GAP


def column_behind(document: CampaignDocument, node_id: str) -> int:
    """The x of the next column behind a card."""
    width = START_WIDTH if node_id == START_ID else CARD_WIDTH
    return place_of(document, node_id).x + width + gap_behind(document.ports(node_id))


class Occupied:
    """Places that are taken, by column, so that an edit that adds many cards does not ask all for each."""

    def __init__(self, places: Iterable[Point]) -> None:
        self._columns: dict[int, list[Point]] = {}
        for place in places:
            self.take(place)

    def take(self, place: Point) -> None:
        self._columns.setdefault(place.x // CARD_WIDTH, []).append(place)

    def free_place(self, wanted: Point) -> Point:
        """The wanted place, or the first one below it where a card covers no other."""
        y = wanted.y
        for other in sorted(place.y for place in self._near(wanted)):
            if abs(other - y) < CARD_HEIGHT + GRID:
                y = other + ROW
        return Point(wanted.x, y)

    def room_for(self, places: Iterable[Point]) -> int:
        """How far down these cards have to move together so that none of them covers another."""
        down, wanted = 0, list(places)
        while down != (further := max((self._further(place, down) for place in wanted), default=down)):
            down = further
        return down

    def _further(self, place: Point, down: int) -> int:
        return self.free_place(Point(place.x, place.y + down)).y - place.y

    def _near(self, wanted: Point) -> Iterator[Point]:
        """The cards that stand above or below the place, or partly so."""
        column = wanted.x // CARD_WIDTH
        for at in (column - 1, column, column + 1):
            for place in self._columns.get(at, ()):
                if abs(place.x - wanted.x) < CARD_WIDTH:
                    yield place


def slot(document: CampaignDocument, link_id: str, occupied: Occupied | None = None) -> Point:
    """Where a card at the end of this link belongs: next column, the link's row, moved down to a free place.

    `occupied` where more is taken than the document's layout says: cards that an edit is about to add.
    """
    link = document.links[link_id]
    row = document.out_links(link.source).index(link_id)
    wanted = Point(column_behind(document, link.source), place_of(document, link.source).y + row * ROW)
    return (occupied or Occupied(document.layout.values())).free_place(wanted)


def with_missing_places(document: CampaignDocument) -> dict[str, Point]:
    """The layout, completed: cards that lack a place get one below the cards that have one."""
    lacking = [node_id for node_id in document.nodes if node_id not in document.layout]
    if not lacking:
        return dict(document.layout)
    computed = layered(document)
    if len(lacking) == len(document.nodes):
        return computed
    bottom = max(place.y for place in document.layout.values()) + ROW
    top = min(computed[node_id].y for node_id in lacking)
    placed = {node_id: Point(computed[node_id].x, computed[node_id].y - top + bottom) for node_id in lacking}
    return {**document.layout, **placed}


def layered(document: CampaignDocument) -> dict[str, Point]:
    """A layout of every node but Start: columns by longest path, a node's first branch on its own row.

    Every further branch takes rows of its own below, so no two cards overlap and straight runs stay straight.
    """
    columns = _columns(document)
    rows = _rows(document)
    gaps: dict[int, int] = {}
    for node_id in document.nodes:
        column = columns[node_id]
        gaps[column] = max(gaps.get(column, GAP), gap_behind(document.ports(node_id)))
    xs = {1: START_WIDTH + GAP}
    for column in range(1, max(gaps, default=0)):
        xs[column + 1] = xs[column] + CARD_WIDTH + gaps.get(column, GAP)
    return {node_id: Point(xs[columns[node_id]], rows[node_id] * ROW) for node_id in document.nodes}


def _columns(document: CampaignDocument) -> dict[str, int]:
    """Longest path from Start; nodes that Start does not lead to begin at column 1, as do nodes on cycles."""
    columns = dict.fromkeys(document.nodes, 1)
    columns[START_ID] = 0
    loose = cyclic_nodes(document)
    for node_id in topological_order(document):
        for target in document.successors(node_id):
            if target not in loose:
                columns[target] = max(columns[target], columns[node_id] + 1)
    return columns


def _rows(document: CampaignDocument) -> dict[str, int]:
    """Depth first: every branch that ends, or that joins a node placed earlier, uses up one row."""
    rows: dict[str, int] = {}
    next_row = 0
    roots = [START_ID, *sorted(set(document.nodes) - reachable(document, [START_ID]))]
    for root in roots:
        if root in rows:
            continue
        pending = [root]
        while pending:
            node_id = pending.pop()
            if node_id in rows:
                continue
            rows[node_id] = next_row
            behind = [target for target in document.successors(node_id) if target not in rows]
            if not behind:
                next_row += 1
            pending.extend(reversed(behind))
    return rows
