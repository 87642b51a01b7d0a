"""A small picture of a flow: its cards as blocks in their categories' colours, and the lines between them."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from canvas_widgets.look import Look
from engine.campaign.document import CampaignDocument
from engine.campaign.layout import CARD_HEIGHT, card_width, with_missing_places
from engine.campaign.model import START_ID, Point
from engine.components.registry import component

_MOST_SCALE = 0.24


class FlowPicture(QWidget):
    """The whole flow, as large as the place allows; a plus where there is no flow yet."""

    def __init__(self, look: Look, document: CampaignDocument | None) -> None:
        super().__init__()
        self._look, self._document = look, document
        self._places = {START_ID: Point(0, 0)} | (with_missing_places(document) if document else {})
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(12 * look.sizes.grid)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def sizeHint(self) -> QSize:
        return QSize(30 * self._look.sizes.grid, 12 * self._look.sizes.grid)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours, radius = self._look.colours, self._look.sizes.control_radius
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.canvas)
        painter.drawRoundedRect(self.rect(), radius, radius)
        if self._document is None or not self._document.nodes:
            self._paint_plus(painter)
            return
        bounds = QRectF()
        for node_id, place in self._places.items():
            bounds |= self._rect(node_id, place)
        inner = QRectF(self.rect()).adjusted(radius * 2, radius * 2, -radius * 2, -radius * 2)
        scale = min(inner.width() / bounds.width(), inner.height() / bounds.height(), _MOST_SCALE)
        painter.translate(inner.center())
        painter.scale(scale, scale)
        painter.translate(-bounds.center())
        self._paint_lines(painter, self._document, colours.line)
        self._paint_cards(painter, self._document)

    def _rect(self, node_id: str, place: Point) -> QRectF:
        return QRectF(place.x, place.y, card_width(node_id), CARD_HEIGHT)

    def _paint_plus(self, painter: QPainter) -> None:
        size = self._look.sizes.ring
        pixmap = self._look.pixmap("plus", "accent", size, self.devicePixelRatioF())
        center = self.rect().center()
        painter.drawPixmap(center.x() - size // 2, center.y() - size // 2, pixmap)

    def _paint_lines(self, painter: QPainter, document: CampaignDocument, colour: QColor) -> None:
        pen = QPen(colour, 1)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for link in document.links.values():
            if link.target is None or link.target not in self._places or link.source not in self._places:
                continue
            source = self._rect(link.source, self._places[link.source])
            target = self._rect(link.target, self._places[link.target])
            path = QPainterPath(source.center())
            middle = (source.right() + target.left()) / 2
            path.moveTo(source.right(), source.center().y())
            path.cubicTo(
                middle, source.center().y(), middle, target.center().y(), target.left(), target.center().y()
            )
            painter.drawPath(path)

    def _paint_cards(self, painter: QPainter, document: CampaignDocument) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        radius = 2 * self._look.sizes.card_radius
        for node_id, place in self._places.items():
            kind = document.node(node_id).kind
            painter.setBrush(self._look.colours.named(component(kind).colour))
            painter.drawRoundedRect(self._rect(node_id, place), radius, radius)
