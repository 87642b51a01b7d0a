"""The hover handle: one item for the whole canvas, moved to what lies under the pointer."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from canvas_widgets.paints import Paints, draw_ring
from engine.i18n import tr

_CELL = 30.0  # side of one tool's square
_GAP = 8.0  # between a card and its tools
_ICON = 18
Z = 10.0


class Tool(StrEnum):
    """The icons that float above a card, in their order."""

    DELETE = "delete"


TOOLS = (Tool.DELETE,)
_ICONS = {Tool.DELETE: ("trash", "danger")}


class HandleItem(QGraphicsItem):
    """A + on a line or at an open end, or the tools above a card. It is never smaller than at 100 %.

    Attributes: `link_id` (where a + is shown), `node_id` (whose tools are shown), `hot` (the tool under the
    pointer, or None).
    """

    def __init__(self, paints: Paints) -> None:
        super().__init__()
        self._paints = paints
        self._size = QRectF()
        self._card = QRectF()
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
        half = self._paints.sizes.ring / 2
        self._show(QRectF(-half, -half, 2 * half, 2 * half), centre, zoom)
        self.link_id, self.node_id, self.hot = link_id, None, None

    def show_tools(self, node_id: str, card: QRectF, zoom: float) -> None:
        """Offer what can be done with a card."""
        width = _CELL * len(TOOLS)
        self._card = card
        self._show(
            QRectF(-width / 2, -_CELL - _GAP, width, _CELL), QPointF(card.center().x(), card.top()), zoom
        )
        self.link_id, self.node_id, self.hot = None, node_id, None

    def dismiss(self) -> None:
        self.link_id = self.node_id = self.hot = None
        self.setVisible(False)

    def holds(self, point: QPointF) -> bool:
        """Whether a pointer in scene coordinates belongs to the handle: on it, or on the way to it."""
        if not self.isVisible():
            return False
        reach = self.mapRectToScene(self._size)
        if self.node_id is None:
            return reach.adjusted(-3, -3, 3, 3).contains(point)
        way = QRectF(
            reach.left() - _GAP, reach.top(), reach.width() + 2 * _GAP, self._card.top() - reach.top()
        )
        return way.contains(point) or self._card.contains(point)

    def tool_at(self, point: QPointF) -> Tool | None:
        """The tool at a point in scene coordinates."""
        local = self.mapFromScene(point)
        if self.node_id is None or not self.isVisible() or not self._size.contains(local):
            return None
        return TOOLS[min(len(TOOLS) - 1, int((local.x() - self._size.left()) / _CELL))]

    def set_hot(self, tool: Tool | None) -> None:
        if tool is not self.hot:
            self.hot = tool
            self.update()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.link_id is not None:
            draw_ring(painter, self._paints, QPointF(0, 0), self._size.width(), self._paints.colours.accent)
        elif self.node_id is not None:
            self._paint_tools(painter)

    def _paint_tools(self, painter: QPainter) -> None:
        paints = self._paints
        painter.setPen(paints.border)
        painter.setBrush(paints.surface)
        painter.drawRoundedRect(self._size.adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        for index, tool in enumerate(TOOLS):
            cell = QRectF(self._size.left() + index * _CELL, self._size.top(), _CELL, _CELL)
            if tool is self.hot:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(paints.colours.hover)
                painter.drawRoundedRect(cell.adjusted(3, 3, -3, -3), 5, 5)
            name, colour = _ICONS[tool]
            inset = (_CELL - _ICON) / 2
            icon = paints.icon(name, colour, _ICON, painter.deviceTransform().m11())
            painter.drawPixmap(cell.topLeft() + QPointF(inset, inset), icon)

    def _show(self, size: QRectF, at: QPointF, zoom: float) -> None:
        self.prepareGeometryChange()
        self._size = size
        self.setPos(at)
        self.setScale(max(1.0, 1.0 / zoom))
        self.setVisible(True)


def tool_text(tool: Tool) -> str:
    """What the tool does, for its tooltip."""
    return {Tool.DELETE: tr("Delete this and everything behind it")}[tool]
