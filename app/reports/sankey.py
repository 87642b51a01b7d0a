"""Where everybody went: components in columns, and bands as wide as many people went from one to the next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainterPath

from app.reports.ink import Ask, Ink, Spot
from engine.components.registry import COMPONENTS
from engine.i18n import tr
from engine.server.wire.campaigns import NodeCounts
from engine.server.wire.reporting import ReportFlow, ReportNode

_BAR, _GAP, _TEXT = 10.0, 22.0, 150.0
_LEAST = 3.0
"""The height of what hardly anybody came to."""


class Sankey:
    """nodes: in the order of the flow; only those that somebody came to are shown."""

    def __init__(
        self,
        nodes: Sequence[ReportNode],
        counts: Mapping[str, NodeCounts],
        flows: Sequence[ReportFlow],
        cycle: int | None,
    ) -> None:
        self.title = tr("Where people went")
        self._nodes = [node for node in nodes if counts[node.id].arrived]
        self._counts, self._cycle = counts, cycle
        shown = {node.id for node in self._nodes}
        self._flows = [flow for flow in flows if flow.n and {flow.source, flow.target} <= shown]
        self._columns = _columns([node.id for node in self._nodes], self._flows)
        self._ways = _lay_ways(self._columns, self._flows)
        self._weights = {node.id: counts[node.id].arrived for node in self._nodes}
        self._weights |= {stop: flow.n for flow in self._flows for stop in self._ways[flow.link][1:-1]}

    def height(self, width: float) -> float:
        most = max((len(ids) for ids in self._columns), default=0)
        return max(200.0, most * 56.0)

    def paint(self, ink: Ink, area: QRectF) -> None:
        places = self._places(area)
        kinds = {node.id: node.kind for node in self._nodes}
        out: defaultdict[str, float] = defaultdict(float)
        into: defaultdict[str, float] = defaultdict(float)
        for flow in sorted(self._flows, key=lambda one: self._tops(one, places)):
            way = self._ways[flow.link]
            for a, b in pairwise(way):
                left, right = (self._band(places[id], flow, self._weights[id]) for id in (a, b))
                path = _ribbon(places[a], places[b], out[a], into[b], left, right)
                ink.shape(path, _colour(kinds[flow.source]), 0.28)
                if a not in kinds:  # between two bands that go on
                    ink.shape(_bar(places[a]), _colour(kinds[flow.source]), 0.28)
                out[a] += left
                into[b] += right
            start, first = places[way[0]], self._band(places[way[0]], flow, self._weights[way[0]])
            middle = start.right() + (places[way[1]].left() - start.right()) * 0.72
            top = start.top() + out[way[0]] - first
            words = tr("{a} → {b}", a=self._name(flow.source), b=self._name(flow.target))
            spot = QRectF(middle - 24, top, 48, max(8.0, first))
            ink.spots.append(Spot(spot, f"{words}: {flow.n:,}", self._ask("line", flow.link)))
        for node in self._nodes:
            self._paint_node(ink, node, places[node.id], area)

    def _tops(self, flow: ReportFlow, places: Mapping[str, QRectF]) -> tuple[float, float]:
        way = self._ways[flow.link]
        return places[way[0]].top(), places[way[1]].top()

    def _paint_node(self, ink: Ink, node: ReportNode, place: QRectF, area: QRectF) -> None:
        ink.box(place, _colour(node.kind), 2)
        arrived = self._counts[node.id].arrived
        wide = max(40.0, min(_TEXT, self._step(area) - _BAR - 12))
        left, middle = place.right() + 6, place.center().y()
        ink.text(QRectF(left, middle - 17, wide, 17), node.name, "label")
        number = QRectF(left, middle, ink.width(f"{arrived:,}", "small") + 4, 17)
        words = f"{node.name}: {arrived:,}"
        align = Qt.AlignmentFlag.AlignLeft
        ink.number(number, f"{arrived:,}", self._ask("arrived", node.id), words, "small", align)

    def _places(self, area: QRectF) -> dict[str, QRectF]:
        """Each component's bar: all columns in one scale, each in the middle."""
        scale = min(
            (
                (area.height() - _GAP * (len(ids) - 1)) / sum(self._weights[id] for id in ids)
                for ids in self._columns
            ),
            default=1.0,
        )
        found: dict[str, QRectF] = {}
        for column, ids in enumerate(self._columns):
            heights = [max(_LEAST, self._weights[id] * scale) for id in ids]
            top = area.top() + (area.height() - sum(heights) - _GAP * (len(ids) - 1)) / 2
            for id, height in zip(ids, heights, strict=True):
                found[id] = QRectF(area.left() + column * self._step(area), top, _BAR, height)
                top += height + _GAP
        return found

    def _step(self, area: QRectF) -> float:
        """From column to column; behind the last one there is room for its names."""
        columns = max(1, len(self._columns))
        return (area.width() - _BAR - _TEXT) / max(1, columns - 1)

    @staticmethod
    def _band(place: QRectF, flow: ReportFlow, whole: int) -> float:
        return place.height() * min(1.0, flow.n / whole) if whole else 0.0

    def _ask(self, what: str, place: str) -> Ask:
        return {"what": what, "place": place, "cycle": self._cycle}

    def _name(self, id: str) -> str:
        return next((node.name for node in self._nodes if node.id == id), id)


def _columns(ids: Sequence[str], flows: Sequence[ReportFlow]) -> list[list[str]]:
    """The components by the longest way that leads to them."""
    depth = dict.fromkeys(ids, 0)
    for id in ids:  # in the order of the flow: what leads to it has its place already
        for flow in flows:
            if flow.target == id and flow.source in depth:
                depth[id] = max(depth[id], depth[flow.source] + 1)
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


def _bar(place: QRectF) -> QPainterPath:
    path = QPainterPath()
    path.addRect(place)
    return path


def _ribbon(
    start: QRectF, end: QRectF, above: float, before: float, left: float, right: float
) -> QPainterPath:
    x1, x2 = start.right(), end.left()
    y1, y2 = start.top() + above, end.top() + before
    bend = (x2 - x1) / 2
    path = QPainterPath()
    path.moveTo(x1, y1)
    path.cubicTo(x1 + bend, y1, x2 - bend, y2, x2, y2)
    path.lineTo(x2, y2 + right)
    path.cubicTo(x2 - bend, y2 + right, x1 + bend, y1 + left, x1, y1 + left)
    path.closeSubpath()
    return path


def _colour(kind: str) -> str:
    """The colour of a component's category; of a kind that is not known any more, that of lines."""
    known = COMPONENTS.get(kind)
    return "line" if known is None else known.category.value
