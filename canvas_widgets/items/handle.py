"""The hover handle: one item for the whole canvas, moved to what lies under the pointer."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, StrEnum

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from canvas_widgets.items.paints import Paints, draw_cut_ring, draw_ring
from engine.i18n import tr

_CELL = 30.0  # side of one tool's square
_GAP = 4.0  # between a card and its tools, so that they hardly reach a card in the row above
_ICON = 18
_REACH = 3.0  # around a ring, where it is still meant
Z = 10.0


class Tool(StrEnum):
    """The icons that float above a card, in their order."""

    COPY = "copy"
    COPY_BEHIND = "copy_behind"
    DELETE = "delete"


TOOLS = (Tool.COPY, Tool.COPY_BEHIND, Tool.DELETE)
COPYING = (Tool.COPY, Tool.COPY_BEHIND)
_ICONS = {
    Tool.COPY: ("copy", "muted"),
    Tool.COPY_BEHIND: ("copy-plus", "muted"),
    Tool.DELETE: ("trash", "danger"),
}


class Offer(Enum):
    """What the handle offers."""

    NOTHING = 0
    PLUS = 1
    """Add a component on a line or at its open end."""
    SCISSORS = 2
    """Cut a line."""
    GROW = 3
    """Lead another line out of a card."""
    TOOLS = 4
    """What can be done with a card."""


class HandleItem(QGraphicsItem):
    """A + or scissors on a line, a + at a card's edge, or tools above it. Never smaller than at 100 %.

    Attributes: `offer`; `link_id` (of a line's + or scissors), `node_id` (of the card), else None; `hot` (the
    tool under the pointer, or None).
    """

    def __init__(self, paints: Paints) -> None:
        super().__init__()
        self._paints = paints
        self._size = QRectF()
        self._card = QRectF()
        self._tools: Sequence[Tool] = ()
        self.offer = Offer.NOTHING
        self.link_id: str | None = None
        self.node_id: str | None = None
        self.hot: Tool | None = None
        self.setZValue(Z)
        self.setVisible(False)

    def boundingRect(self) -> QRectF:
        return self._size.adjusted(-2, -2, 2, 2)

    def set_paints(self, paints: Paints) -> None:
        self._paints = paints
        self.update()

    def show_plus(self, link_id: str, centre: QPointF, zoom: float) -> None:
        """Offer to add a component at a link."""
        self._show_ring(Offer.PLUS, centre, zoom)
        self.link_id = link_id

    def show_scissors(self, link_id: str, centre: QPointF, zoom: float) -> None:
        """Offer to cut a link."""
        self._show_ring(Offer.SCISSORS, centre, zoom)
        self.link_id = link_id

    def show_grow(self, node_id: str, centre: QPointF, zoom: float) -> None:
        """Offer to lead another line out of a card."""
        self._show_ring(Offer.GROW, centre, zoom)
        self.node_id = node_id

    def show_tools(self, node_id: str, card: QRectF, zoom: float, tools: Sequence[Tool] = TOOLS) -> None:
        """Offer what can be done with a card."""
        width = _CELL * len(tools)
        self._card, self._tools = card, tools
        size = QRectF(-width / 2, -_CELL - _GAP, width, _CELL)
        self._show(Offer.TOOLS, size, QPointF(card.center().x(), card.top()), zoom)
        self.node_id = node_id

    def dismiss(self) -> None:
        self.offer = Offer.NOTHING
        self.link_id = self.node_id = self.hot = None
        self.setVisible(False)

    def holds(self, point: QPointF) -> bool:
        """Whether a pointer in scene coordinates belongs to the handle: on it, or on the way to it."""
        if not self.isVisible():
            return False
        reach = self.mapRectToScene(self._size)
        if self.offer is not Offer.TOOLS:
            return reach.adjusted(-_REACH, -_REACH, _REACH, _REACH).contains(point)
        way = QRectF(
            reach.left() - _GAP, reach.top(), reach.width() + 2 * _GAP, self._card.top() - reach.top()
        )
        return way.contains(point) or self._card.contains(point)

    def tool_at(self, point: QPointF) -> Tool | None:
        """The tool at a point in scene coordinates."""
        local = self.mapFromScene(point)
        if self.offer is not Offer.TOOLS or not self._size.contains(local):
            return None
        return self._tools[min(len(self._tools) - 1, int((local.x() - self._size.left()) / _CELL))]

    def set_hot(self, tool: Tool | None) -> None:
        if tool is not self.hot:
            self.hot = tool
            self.update()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.offer is Offer.TOOLS:
            self._paint_tools(painter)
        elif self.offer is Offer.SCISSORS:
            draw_cut_ring(painter, self._paints, self._size.width())
        else:
            draw_ring(painter, self._paints, QPointF(0, 0), self._size.width(), self._paints.colours.accent)

    def _paint_tools(self, painter: QPainter) -> None:
        paints = self._paints
        painter.setPen(paints.border)
        painter.setBrush(paints.surface)
        painter.drawRoundedRect(self._size.adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        for index, tool in enumerate(self._tools):
            cell = QRectF(self._size.left() + index * _CELL, self._size.top(), _CELL, _CELL)
            name, colour = _ICONS[tool]
            if tool is self.hot:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(paints.colours.hover)
                painter.drawRoundedRect(cell.adjusted(3, 3, -3, -3), 5, 5)
                colour = "text" if colour == "muted" else colour
            inset = (_CELL - _ICON) / 2
            icon = paints.icon(name, colour, _ICON, painter.deviceTransform().m11())
            painter.drawPixmap(cell.topLeft() + QPointF(inset, inset), icon)

    def _show_ring(self, offer: Offer, centre: QPointF, zoom: float) -> None:
        half = self._paints.sizes.ring / 2
        self._show(offer, QRectF(-half, -half, 2 * half, 2 * half), centre, zoom)

    def _show(self, offer: Offer, size: QRectF, at: QPointF, zoom: float) -> None:
        self.prepareGeometryChange()
        self._size = size
        self.offer = offer
        self.link_id = self.node_id = self.hot = None
        self.setPos(at)
        self.setScale(max(1.0, 1.0 / zoom))
        self.setVisible(True)
        self.update()


def tool_text(tool: Tool) -> str:
    """What the tool does, for its tooltip."""
    return {
        Tool.COPY: tr("Copy this"),
        Tool.COPY_BEHIND: tr("Copy this and everything behind it"),
        Tool.DELETE: tr("Delete this and everything behind it"),
    }[tool]


def offer_text(offer: Offer, *, open_end: bool) -> str:
    """What a click on the handle's ring does, for its tooltip."""
    return {
        Offer.PLUS: tr("Click to add a component, or drag the line to where it should lead")
        if open_end
        else tr("Add a component here"),
        Offer.SCISSORS: tr("Cut this line"),
        Offer.GROW: tr("Add another line: click, or drag it to where it should lead"),
    }.get(offer, "")
