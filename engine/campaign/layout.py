"""Where cards stand: the grid, and a layered layout for cards without a place."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from unicodedata import east_asian_width

from engine.campaign.document import CampaignDocument
from engine.campaign.fan import FAN_PITCH, fan_middle, fan_order
from engine.campaign.graph import cyclic_nodes_in_steps, reachable, topological_order_in_steps
from engine.campaign.model import START_ID, Point
from engine.campaign.ops import Op, Table
from engine.components.base import Port
from engine.steps import Steps, finished

CARD_WIDTH, CARD_HEIGHT = 192, 64
START_WIDTH = 96
GAP = 64
BRANCH_GAP = 128
"""Behind a branching card, whose lines carry the names of their branches; more where a name is long."""

_WIDEST_GAP = 224
_GAP_STEP = 32
_NAME_ROOM = 58  # of the least gap: what a name has beside its padding, and the marks of open ends
_LETTER, _WIDE_LETTER = 6, 11  # about as wide as names are drawn

OPEN_PITCH = 32
"""Between open ends of one card whose lines have no names."""

COLUMN = CARD_WIDTH + GAP
ROW = 96
GRID = 8
ORIGIN = Point(0, 0)
_LINES_A_ROW = 3  # that run beside each other in a row without cards
_HALF_LANES = 32.0  # of such lines, above and below the middle of the row
_HALF_NAME = 10  # of a line's name, above and below the line
_APART = 6  # at least, names of one card from lines and names of another


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
    names = [str(port.label) for port in ports if port.label is not None]
    if not names:
        return GAP
    lacking = max(0, max(map(_width_of, names)) - _NAME_ROOM)
    return min(BRANCH_GAP + math.ceil(lacking / _GAP_STEP) * _GAP_STEP, _WIDEST_GAP)


def _width_of(name: str) -> int:
    """About how wide a name is drawn: the engine knows no fonts."""
    return sum(_WIDE_LETTER if east_asian_width(letter) in "WF" else _LETTER for letter in name)


def column_behind(document: CampaignDocument, node_id: str) -> int:
    """The x of the next column behind a card."""
    return place_of(document, node_id).x + card_width(node_id) + gap_behind(document.ports(node_id))


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

    Further branches stand below in the order of their ports, as high as there is room, so no two cards
    overlap and straight runs stay straight. Lines have room too: those that skip cards a row of their own,
    and the names behind a branching card as much of the gap as they need.
    """
    return finished(layered_in_steps(document))


def layered_in_steps(document: CampaignDocument) -> Steps[dict[str, Point]]:
    """`layered`, step by step; the document must not change meanwhile."""
    columns = yield from _columns(document)
    tree = yield from _tree(document)
    rows = yield from _Packing(document, columns).rows_of(tree)
    gaps: dict[int, int] = {}
    for node_id in document.nodes:
        column = columns[node_id]
        gaps[column] = max(gaps.get(column, GAP), gap_behind(document.ports(node_id)))
        yield
    xs = {1: START_WIDTH + GAP}
    for column in range(1, max(gaps, default=0)):
        xs[column + 1] = xs[column] + CARD_WIDTH + gaps.get(column, GAP)
    return {node_id: Point(xs[columns[node_id]], rows[node_id] * ROW) for node_id in document.nodes}


def _columns(document: CampaignDocument) -> Steps[dict[str, int]]:
    """Longest path from Start; nodes that Start does not lead to begin at column 1, as do nodes on cycles."""
    columns = dict.fromkeys(document.nodes, 1)
    columns[START_ID] = 0
    loose = yield from cyclic_nodes_in_steps(document)
    order = yield from topological_order_in_steps(document)
    for node_id in order:
        yield
        for target in document.successors(node_id):
            if target not in loose:
                columns[target] = max(columns[target], columns[node_id] + 1)
    return columns


class _Tree(NamedTuple):
    """Every node behind one of those that lead to it: the first on a walk in the order of the ports."""

    roots: list[str]
    behind: dict[str, list[str]]


def _tree(document: CampaignDocument) -> Steps[_Tree]:
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
            yield
            (tree.roots if before is None else tree.behind[before]).append(node_id)
            pending.extend((target, node_id) for target in reversed(document.successors(node_id)))
    return tree


class _Packing:
    """Gives out rows, in every column from the top down.

    Attribute `rows`: those given out so far. Beside it is kept, by column, the first row that is free, and
    how far down the gap behind the column lines and names are.
    """

    def __init__(self, document: CampaignDocument, columns: Mapping[str, int]) -> None:
        self._document, self._columns = document, columns
        self.rows: dict[str, int] = {}
        self._free: dict[int, int] = {}
        self._low: dict[int, float] = {}

    def rows_of(self, tree: _Tree) -> Steps[dict[str, int]]:
        """Depth first: a straight run takes the first row that is free in all columns that it passes.

        The branches of its last cards come before those of its first ones: what lies further right lies
        higher.
        """
        for root in tree.roots:
            pending: list[tuple[str, int]] = [(root, self._columns[root])]
            while pending:
                start, passed_from = pending.pop()
                run, row = self._straight_run(tree, start)
                self._take(run, row, passed_from)
                self._leave_rows_for_lines(tree, run)
                taken = set(run)
                for node_id in run:
                    behind = [id for id in reversed(tree.behind[node_id]) if id not in taken]
                    pending.extend((id, self._columns[node_id] + 1) for id in behind)
                yield
        return self.rows

    def _straight_run(self, tree: _Tree, start: str) -> tuple[list[str], int]:
        """A node and those that follow it in one row, and the first row that is free for them.

        First branches always go straight on; another one does where the first leads elsewhere and there is
        room.
        """
        columns, free = self._columns, self._free
        run, row = [start], free.get(columns[start], 0)
        while followers := tree.behind[run[-1]]:
            last, follower = columns[run[-1]], followers[0]
            needed = max((free.get(at, 0) for at in range(last + 1, columns[follower] + 1)), default=None)
            if needed is None:  # a cycle keeps it from standing further right
                break
            if needed > row and self._document.successors(run[-1])[0] != follower:
                break
            row = max(row, needed)
            run.append(follower)
        return run, row

    def _take(self, run: Sequence[str], row: int, passed_from: int) -> None:
        """Put a run into a row or the first one below where it has room, with the line that leads to it."""
        columns, last = self._columns, run[-1]
        joined = max((columns[target] for target in self._document.successors(last)), default=0)
        passed = range(min(passed_from, columns[run[0]]), max(columns[last] + 1, joined))
        row = max(row, *(self._free.get(column, 0) for column in passed))
        followers = dict(zip(run, [*run[1:], None], strict=True))
        cards = {columns[node_id]: node_id for node_id in run}
        while True:
            beside = dict.fromkeys(passed, (1.0, 1.0))
            for column, node_id in cards.items():
                beside[column] = self._beside(node_id, followers[node_id], row)
            if all(self._clear(column, row, above) for column, (above, _) in beside.items()):
                break
            row += 1
        self.rows |= dict.fromkeys(run, row)
        for column, (_, below) in beside.items():
            self._free[column] = row + 1
            self._low[column] = row * ROW + below

    def _clear(self, column: int, row: int, above: float) -> bool:
        """Whether so much above the middle of a row is free in the gap behind a column."""
        low = self._low.get(column)
        return low is None or row * ROW - above >= low + _APART

    def _leave_rows_for_lines(self, tree: _Tree, run: Sequence[str]) -> None:
        """Keep rows free below a run for lines that skip cards on their way to where others lead, too."""
        columns = self._columns
        lines: set[tuple[str, int]] = set()
        for node_id in run:
            behind, kept = tree.behind[node_id], _LINES_A_ROW if node_id == run[-1] else 0
            far = [
                target
                for target in self._document.successors(node_id)
                if target not in behind and columns[target] > columns[node_id] + 1
            ]
            lines.update((target, columns[node_id] + 1) for target in far[kept:])
        if not lines:
            return
        targets = {target for target, _ in lines}
        passed = range(min(column for _, column in lines), max(columns[target] for target in targets))
        needed = -(-len(targets) // _LINES_A_ROW)
        row = max(self._free.get(column, 0) for column in passed)
        while not all(self._clear(column, row, _HALF_LANES) for column in passed):
            row += 1
        for column in passed:
            self._free[column] = row + needed
            self._low[column] = (row + needed - 1) * ROW + _HALF_LANES

    def _beside(self, node_id: str, follower: str | None, row: int) -> tuple[float, float]:
        """How far above and below a card's middle the lines that leave it reach in the gap behind it."""
        links = [self._document.links[link_id] for link_id in self._document.out_links(node_id)]
        if len(links) < 2:
            return (float(_HALF_NAME), float(_HALF_NAME))
        ends = [self._end(link.target, follower, row) for link in links]
        order = fan_order(ends)
        straight = [place for place, index in enumerate(order) if ends[index] == (row, 0)]
        above = fan_middle(len(order), straight)
        below = len(order) - 1 - (straight[0] if straight else above)
        named = any(port.label is not None for port in self._document.ports(node_id))
        pitch = FAN_PITCH if named else OPEN_PITCH
        return (above * pitch + _HALF_NAME, below * pitch + _HALF_NAME)

    def _end(self, target: str | None, follower: str | None, row: int) -> tuple[int, int] | None:
        """In which row a line ends that leaves a card in `row`; what has none yet comes to stand below it."""
        if target is None:
            return None
        return (row if target == follower else self.rows.get(target, row + 1), 0)
