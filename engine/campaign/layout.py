"""Where cards stand: the grid, the place of a new card, and a layered layout for cards without a place."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

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
_APART = CARD_HEIGHT + GRID
ORIGIN = Point(0, 0)
_OPEN_ENDS_A_ROW = 3

Report = Callable[[int, int], None]
"""Hears how much of long work is done, and of how much."""


def _unheard(_done: int, _total: int) -> None: ...


def complete(document: CampaignDocument) -> None:
    """Give cards without a place one, so that edits can reckon with it; not a change that wants saving."""
    places = with_missing_places(document)
    missing = places.keys() - document.layout.keys()
    document.apply([Op(Table.LAYOUT, node_id, None, places[node_id]) for node_id in sorted(missing)])


def place_of(document: CampaignDocument, node_id: str) -> Point:
    """The upper left corner of a node's card; Start and cards without a place stand at the origin."""
    return ORIGIN if node_id == START_ID else document.layout.get(node_id, ORIGIN)


def card_width(node_id: str) -> int:
    return START_WIDTH if node_id == START_ID else CARD_WIDTH


def on_grid(value: float) -> int:
    """The nearest line of the grid."""
    return round(value / GRID) * GRID


def gap_behind(ports: Iterable[Port]) -> int:
    """How much room lies between a card with these ports and the next column."""
    return BRANCH_GAP if any(port.label is not None for port in ports) else GAP


def column_behind(document: CampaignDocument, node_id: str) -> int:
    """The x of the next column behind a card."""
    return place_of(document, node_id).x + card_width(node_id) + gap_behind(document.ports(node_id))


class Occupied:
    """Places that are taken, by column, so that an edit that adds many cards does not ask all for each."""

    def __init__(self, places: Iterable[Point]) -> None:
        self._columns: dict[int, list[Point]] = {}
        self._stacks: dict[int, list[int]] = {}
        for place in places:
            self.take(place)

    def take(self, place: Point) -> None:
        self._columns.setdefault(place.x // CARD_WIDTH, []).append(place)
        self._stacks.clear()

    def free_place(self, wanted: Point) -> Point:
        """The wanted place, or the first one below it where a card covers no other."""
        y, stack = wanted.y, self._stack(wanted.x)
        for at in range(bisect_right(stack, y - _APART), len(stack)):
            if stack[at] >= y + _APART:
                break
            if stack[at] > y - _APART:
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


def layered(document: CampaignDocument, report: Report = _unheard) -> dict[str, Point]:
    """A layout of every node but Start: columns by longest path, a node's first branch on its own row.

    Further branches stand below in the order of their ports, as high as there is room, so no two cards
    overlap and straight runs stay straight. `report(done, total)` says how far it is.
    """
    columns = _columns(document)
    rows = _rows(document, columns, report)
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


def _rows(document: CampaignDocument, columns: Mapping[str, int], report: Report) -> dict[str, int]:
    """Depth first: a straight run takes the first row that is free in all columns that it passes.

    The branches of its last cards come before those of its first ones: what lies further right lies higher.
    """
    tree = _tree(document)
    rows: dict[str, int] = {}
    free: dict[int, int] = {}
    for root in tree.roots:
        pending = [root]
        while pending:
            run, row = _straight_run(document, tree, columns, free, pending.pop())
            end, beside = columns[run[-1]], _rows_beside(document, run[-1])
            passed = range(columns[run[0]], max(end + 1, _joined_column(document, columns, run[-1])))
            row = max(row, *(free.get(column, 0) + (beside if column == end else 0) for column in passed))
            free |= {column: row + 1 + (beside if column == end else 0) for column in passed}
            taken = set(run)
            for node_id in run:
                rows[node_id] = row
                pending.extend(id for id in reversed(tree.behind[node_id]) if id not in taken)
            report(len(rows), len(columns))
    return rows


class _Tree(NamedTuple):
    """Every node behind one of those that lead to it: the first on a walk in the order of the ports."""

    roots: list[str]
    behind: dict[str, list[str]]


def _tree(document: CampaignDocument) -> _Tree:
    """Start first; what it does not lead to in the order of its places, from top to bottom."""
    loose = document.nodes.keys() - reachable(document, [START_ID])
    order = [START_ID, *sorted(loose, key=lambda id: (place_of(document, id)[::-1], id))]
    tree = _Tree([], {node_id: [] for node_id, _ in document.all_nodes()})
    seen: set[str] = set()
    for root in order:
        pending: list[tuple[str, str | None]] = [(root, None)]
        while pending:
            node_id, before = pending.pop()
            if node_id in seen:
                continue
            seen.add(node_id)
            (tree.roots if before is None else tree.behind[before]).append(node_id)
            pending.extend((target, node_id) for target in reversed(document.successors(node_id)))
    return tree


def _straight_run(
    document: CampaignDocument, tree: _Tree, columns: Mapping[str, int], free: Mapping[int, int], start: str
) -> tuple[list[str], int]:
    """A node and those that follow it in one row, and the first row that is free for them.

    First branches always go straight on; another one does where the first leads elsewhere and there is room.
    """
    run, row = [start], free.get(columns[start], 0)
    while followers := tree.behind[run[-1]]:
        last, follower = columns[run[-1]], followers[0]
        needed = max((free.get(at, 0) for at in range(last + 1, columns[follower] + 1)), default=None)
        if needed is None:  # a cycle keeps it from standing further right
            break
        if needed > row and document.successors(run[-1])[0] != follower:
            break
        row = max(row, needed)
        run.append(follower)
    return run, row


def _joined_column(document: CampaignDocument, columns: Mapping[str, int], node_id: str) -> int:
    """The furthest column that the lines of a run's end lead to."""
    return max((columns[target] for target in document.successors(node_id)), default=0)


def _rows_beside(document: CampaignDocument, node_id: str) -> int:
    """Rows that stay free above and below the end of a run, where it fans out into many open ends."""
    links = [document.links[link_id] for link_id in document.out_links(node_id)]
    if any(link.target is not None for link in links):
        return 0
    return max(0, -(-(len(links) - _OPEN_ENDS_A_ROW) // (2 * _OPEN_ENDS_A_ROW)))
