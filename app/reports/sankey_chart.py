"""Where everybody went: components in columns, and bands as wide as many people went from one to the next."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainterPath

from app.reports.ink import Ink, Spot
from engine.campaign.lines.geometry import Rect
from engine.i18n import tr
from engine.server.reported.numbers import Ask
from engine.server.reported.sankey import Ribbon, Sankey, colour_of
from engine.server.wire.reporting import Report, ReportNode


class SankeyChart:
    """See `engine.server.reported.sankey`."""

    def __init__(self, report: Report) -> None:
        self.title = tr("Where people went")
        self._counts, self._cycle = report.counts.nodes, report.cycle
        self._sankey = Sankey(report.nodes, self._counts, report.flows)

    def height(self, width: float) -> float:
        return self._sankey.height

    def paint(self, ink: Ink, area: QRectF) -> None:
        laid = self._sankey.lay(Rect(area.left(), area.top(), area.right(), area.bottom()))
        for band in laid.bands:
            colour = colour_of(band.kind)
            for ribbon in band.ribbons:
                ink.shape(_path(ribbon), colour, 0.28)
            for stop in band.through:
                bar = QPainterPath()
                bar.addRect(_area(stop))
                ink.shape(bar, colour, 0.28)
            ink.spots.append(Spot(_area(band.spot), band.words, self._ask("line", band.flow.link)))
        for node in self._sankey.nodes:
            self._paint_node(ink, node, _area(laid.bars[node.id]), laid.room)

    def _paint_node(self, ink: Ink, node: ReportNode, place: QRectF, room: float) -> None:
        ink.box(place, colour_of(node.kind), 2)
        arrived = self._counts[node.id].arrived
        left, middle = place.right() + 6, place.center().y()
        ink.text(QRectF(left, middle - 17, room, 17), node.name, "label")
        number = QRectF(left, middle, ink.width(f"{arrived:,}", "small") + 4, 17)
        words = f"{node.name}: {arrived:,}"
        align = Qt.AlignmentFlag.AlignLeft
        ink.number(number, f"{arrived:,}", self._ask("arrived", node.id), words, "small", align)

    def _ask(self, what: str, place: str) -> Ask:
        return {"what": what, "place": place, "cycle": self._cycle}


def _area(place: Rect) -> QRectF:
    return QRectF(place.left, place.top, place.right - place.left, place.bottom - place.top)


def _path(ribbon: Ribbon) -> QPainterPath:
    x1, y1, left, x2, y2, right = ribbon
    bend = (x2 - x1) / 2
    path = QPainterPath()
    path.moveTo(x1, y1)
    path.cubicTo(x1 + bend, y1, x2 - bend, y2, x2, y2)
    path.lineTo(x2, y2 + right)
    path.cubicTo(x2 - bend, y2 + right, x1 + bend, y1 + left, x1, y1 + left)
    path.closeSubpath()
    return path
