"""Where everybody went: components in columns, and bands as wide as many people went from one to the next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from engine.campaign.lines.geometry import Rect
from engine.components.registry import COMPONENTS
from engine.i18n import tr
from engine.server.wire.campaigns import NodeCounts
from engine.server.wire.reporting import ReportFlow, ReportNode

BAR, TEXT = 10.0, 150.0
"""How wide a component's bar is, and the most that its name takes beside it."""
_GAP, _LEAST = 22.0, 3.0
"""Between bars; the height of what hardly anybody came to."""
_SPOT = 48.0


class Ribbon(NamedTuple):
    """A piece of a band: from the right of one bar to the left of another one, each as high as many people
    are in it."""

    left: float
    left_top: float
    left_height: float
    right: float
    right_top: float
    right_height: float


class Band(NamedTuple):
    """People down one line. through: what it leads through between its pieces. spot: where it is pointed at;
    words: what it says."""

    flow: ReportFlow
    kind: str
    ribbons: Sequence[Ribbon]
    through: Sequence[Rect]
    spot: Rect
    words: str


class Laid(NamedTuple):
    """A picture in its area: a bar for each component, the bands, and the room for a name beside a bar."""

    bars: Mapping[str, Rect]
    bands: Sequence[Band]
    room: float


class Sankey:
    """nodes: in the order of the flow; only those that somebody came to are shown. Attributes: nodes, flows
    (those that are shown); columns (how many)."""

    def __init__(
        self, nodes: Sequence[ReportNode], counts: Mapping[str, NodeCounts], flows: Sequence[ReportFlow]
    ) -> None:
        self.nodes = [node for node in nodes if counts[node.id].arrived]
        self._names = {node.id: node.name for node in self.nodes}
        self._kinds = {node.id: node.kind for node in self.nodes}
        self.flows = [flow for flow in flows if flow.n and {flow.source, flow.target} <= self._names.keys()]
        self._columns = _columns([node.id for node in self.nodes], self.flows)
        self._ways = _lay_ways(self._columns, self.flows)
        self._weights = {node.id: counts[node.id].arrived for node in self.nodes}
        self._weights |= {stop: flow.n for flow in self.flows for stop in self._ways[flow.link][1:-1]}

    @property
    def columns(self) -> int:
        return len(self._columns)

    @property
    def height(self) -> float:
        """As high as its longest column asks for."""
        most = max((len(ids) for ids in self._columns), default=0)
        return max(200.0, most * 56.0)

    def lay(self, area: Rect) -> Laid:
        """Where everything stands in an area."""
        places = self._places(area)
        out: defaultdict[str, float] = defaultdict(float)
        into: defaultdict[str, float] = defaultdict(float)
        bands = []
        for flow in sorted(self.flows, key=lambda one: self._tops(one, places)):
            way = self._ways[flow.link]
            ribbons = []
            for a, b in pairwise(way):
                first, last = (_height(places[id]) * min(1.0, flow.n / self._weights[id]) for id in (a, b))
                ribbons.append(
                    Ribbon(
                        places[a].right, places[a].top + out[a], first,
                        places[b].left, places[b].top + into[b], last,
                    )
                )  # fmt: skip
                out[a] += first
                into[b] += last
            words = tr("{a} → {b}", a=self._names[flow.source], b=self._names[flow.target])
            through = [places[stop] for stop in way[1:-1]]
            said = f"{words}: {flow.n:,}"
            bands.append(Band(flow, self._kinds[flow.source], ribbons, through, _spot(ribbons[0]), said))
        bars = {node.id: places[node.id] for node in self.nodes}
        return Laid(bars, bands, max(40.0, min(TEXT, self._step(area) - BAR - 12)))

    def _tops(self, flow: ReportFlow, places: Mapping[str, Rect]) -> tuple[float, float]:
        way = self._ways[flow.link]
        return places[way[0]].top, places[way[1]].top

    def _places(self, area: Rect) -> dict[str, Rect]:
        """Each component's bar: all columns in one scale, each in the middle."""
        room = _height(area)
        scale = min(
            ((room - _GAP * (len(ids) - 1)) / sum(self._weights[id] for id in ids) for ids in self._columns),
            default=1.0,
        )
        found: dict[str, Rect] = {}
        for column, ids in enumerate(self._columns):
            heights = [max(_LEAST, self._weights[id] * scale) for id in ids]
            top = area.top + (room - sum(heights) - _GAP * (len(ids) - 1)) / 2
            left = area.left + column * self._step(area)
            for id, height in zip(ids, heights, strict=True):
                found[id] = Rect(left, top, left + BAR, top + height)
                top += height + _GAP
        return found

    def _step(self, area: Rect) -> float:
        """From column to column; behind the last one there is room for its names."""
        return (area.right - area.left - BAR - TEXT) / max(1, self.columns - 1)


def colour_of(kind: str) -> str:
    """The colour that a component has on the canvas; of a kind that is not known any more, that of lines."""
    known = COMPONENTS.get(kind)
    return "line" if known is None else known.colour


def _columns(ids: Sequence[str], flows: Sequence[ReportFlow]) -> list[list[str]]:
    """The components by the longest way that leads to them."""
    before: defaultdict[str, list[str]] = defaultdict(list)
    for flow in flows:
        before[flow.target].append(flow.source)
    depth = dict.fromkeys(ids, 0)
    for id in ids:  # in the order of the flow: what leads to it has its place already
        depth[id] = max([0, *(depth[source] + 1 for source in before[id])])
    columns: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for id in ids:
        columns[depth[id]].append(id)
    return [column for column in columns if column]


def _lay_ways(columns: list[list[str]], flows: Sequence[ReportFlow]) -> dict[str, list[str]]:
    """By line: what it leads through, column by column. In the columns between its ends a place is kept for
    it, below the components."""
    column_of = {id: n for n, ids in enumerate(columns) for id in ids}
    ways: dict[str, list[str]] = {}
    for flow in flows:
        first, last = column_of[flow.source], column_of[flow.target]
        stops = [f"{flow.link} {n}" for n in range(first + 1, last)]
        for n, stop in enumerate(stops, start=first + 1):
            columns[n].append(stop)
        ways[flow.link] = [flow.source, *stops, flow.target]
    return ways


def _height(place: Rect) -> float:
    return place.bottom - place.top


def _spot(ribbon: Ribbon) -> Rect:
    """Where a band is pointed at: on its first piece, before names begin."""
    middle = ribbon.left + (ribbon.right - ribbon.left) * 0.72
    high = max(8.0, ribbon.left_height)
    return Rect(middle - _SPOT / 2, ribbon.left_top, middle + _SPOT / 2, ribbon.left_top + high)
