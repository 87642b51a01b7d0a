"""A component on the canvas: one item, one paint, no children."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPixmap, QStaticText
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from canvas_widgets.items.count_line import (
    NO_COUNT,
    NO_REMARKS,
    CountLine,
    Remarks,
    count_line,
    draw_count,
)
from canvas_widgets.items.geometry import CARD, START_CARD, TEXT_LEFT, TEXT_ROOM
from canvas_widgets.items.paints import MARGIN, CardState, Paints, draw_card_ring, static_text
from canvas_widgets.items.stage import Stage
from engine.campaign.model import START_ID, Node
from engine.campaign.status import is_configured
from engine.components.delivery import Reasons
from engine.components.registry import component
from engine.i18n import ntr, tr

_LOG = logging.getLogger(__name__)
_COUNT_ROOM = 24.0  # below the card
_CORNER = QPointF(-MARGIN, -MARGIN)
_NAME_AT = QPointF(TEXT_LEFT, 15.0)
_SUMMARY_AT = QPointF(TEXT_LEFT, 36.0)
_COUNT_BASE = 20.0
_NUMBERED = re.compile(r"(.+?)( \d{1,4})")
_FINDINGS = 6  # sentences in a tooltip
Z = 1.0


class CardItem(QGraphicsItem):
    """Shows one node. `configured` is kept by the scene; texts are made when they are first painted.

    Attributes: `node_id`, `node`, `rect` (the card without its shadow, in item coordinates), `scene_rect`
    (the same in scene coordinates), `configured`, `broken` (it could not be drawn), `state`.
    """

    def __init__(self, stage: Stage, node_id: str, node: Node) -> None:
        super().__init__()
        self._stage = stage
        self.node_id = node_id
        self.node = node
        self.rect = self.scene_rect = START_CARD if node_id == START_ID else CARD
        self._bounds = self.rect.adjusted(-MARGIN, -MARGIN, MARGIN, _COUNT_ROOM)
        self._name_at = _NAME_AT
        self._texts: tuple[QStaticText, QStaticText] | None = None
        self._count: CountLine = NO_COUNT
        self.configured = True
        self.broken = False
        self.state = CardState.PLAIN
        self._frame: QPixmap | None = None
        self._frame_scale = 0.0
        self.setZValue(Z)
        self.setTransformOriginPoint(self.rect.center())

    def boundingRect(self) -> QRectF:
        return self._bounds

    @property
    def left_port(self) -> QPointF:
        """Where lines enter, in scene coordinates."""
        place = self.pos()
        return QPointF(place.x(), place.y() + self.rect.height() / 2)

    @property
    def right_port(self) -> QPointF:
        """Where lines leave, in scene coordinates."""
        place = self.pos()
        return QPointF(place.x() + self.rect.width(), place.y() + self.rect.height() / 2)

    def stand_at(self, x: float, y: float) -> None:
        """Show the card with its upper left corner there."""
        self.setPos(x, y)
        self.scene_rect = self.rect.translated(x, y)
        self._stage.changed.cards.add(self.node_id)

    def set_node(self, node: Node) -> None:
        """Show a changed node."""
        self.node = node
        self.broken = False
        self._stage.changed.cards.add(self.node_id)
        self.forget()

    def set_state(self, state: CardState) -> None:
        if state is not self.state:
            self.state = state
            self._frame = None
            self.update()

    def refresh_status(self) -> bool:
        """Ask again whether the node is configured. True where the answer changed."""
        before = self.configured
        self.configured = self.node_id == START_ID or is_configured(self.node, self._stage.lookup)
        if before != self.configured:
            self._stage.changed.cards.add(self.node_id)
            self.update()
        return before != self.configured

    def forget(self) -> None:
        """Make texts and frame anew with the next painting: node, workspace, language or theme changed."""
        self._texts = None
        self._frame = None
        self.update()

    def set_count(
        self,
        counts: Mapping[str, int] | None,
        reasons: Reasons | None = None,
        remarks: Remarks = NO_REMARKS,
    ) -> None:
        """Show the live counts of the node under the card, and what became of its messages; None: none."""
        node, line = self.node, NO_COUNT
        if counts is not None:
            line = count_line(node.kind, counts, reasons, node.id_type if reasons else "", remarks)
        self.set_line(line)

    def set_line(self, line: CountLine) -> None:
        """Show this below the card."""
        if line != self._count:
            self._count = line
            self.update()

    def full_text(self) -> str:
        """The whole name, and what is wrong or else the summary, for the tooltip."""
        found = self._stage.findings.get(self.node_id, ())
        lines = [f"• {problem.sentence}" for problem in found[:_FINDINGS]]
        if len(found) > _FINDINGS:
            lines.append(ntr("and {n} more", "and {n} more", len(found) - _FINDINGS))
        said = [self.node.shown_name, *(lines or [self._summary()])]
        if self._count.trouble:
            said.append(self._count.trouble)
        said += [f"• {reason}" for reason in self._count.reasons]
        return "\n".join(said).strip()

    @property
    def dot_rect(self) -> QRectF:
        """Where the red dot is, in scene coordinates; empty where there is none."""
        if self.configured:
            return QRectF()
        side = self._stage.paints.dot_side(self._stage.scale)
        return QRectF(self._dot_corner(side), QSizeF(side, side)).translated(self.pos())

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        if self.broken:
            self._paint_broken(painter)
            return
        try:
            self._paint(painter)
        except Exception:  # noqa: BLE001 - what leaves paint comes again with every frame
            _LOG.exception("card %s cannot be drawn", self.node_id)
            self.broken = True
            self._stage.changed.cards.add(self.node_id)
            self.update()

    def _paint(self, painter: QPainter) -> None:
        paints, scale = self._stage.paints, self._stage.scale
        if self._stage.fades:
            painter.setOpacity(painter.opacity() * self._stage.card_opacity(self.node_id))
        self._paint_frame(painter, paints, scale)
        if self._stage.rings(self.node_id):
            draw_card_ring(painter, paints, self.rect)
        name, summary = self._texts or self._make_texts()
        painter.setFont(paints.name_font)
        painter.setPen(paints.text)
        painter.drawStaticText(self._name_at, name)
        painter.setFont(paints.small_font)
        painter.setPen(paints.muted)
        painter.drawStaticText(_SUMMARY_AT, summary)
        if self._count.people:
            middle = QPointF(self.rect.center().x(), self.rect.bottom() + _COUNT_BASE)
            draw_count(painter, paints, self._count, middle, self._bounds.width())
        if not self.configured:
            self._paint_dot(painter, paints, scale)

    def _paint_frame(self, painter: QPainter, paints: Paints, scale: float) -> None:
        if self._stage.vector:
            paints.draw_card(painter, self.node.kind, self.state)
            return
        if self._frame is None or self._frame_scale != scale:
            self._frame = paints.card(self.node.kind, self.state, scale)
            self._frame_scale = scale
        painter.drawPixmap(_CORNER, self._frame)

    def _paint_dot(self, painter: QPainter, paints: Paints, scale: float) -> None:
        side = paints.dot_side(scale)
        corner = self._dot_corner(side)
        if self._stage.vector:
            painter.translate(corner)
            paints.draw_dot(painter, side)
            painter.translate(-corner)
        else:
            painter.drawPixmap(corner, paints.dot(scale))

    def _dot_corner(self, side: float) -> QPointF:
        return QPointF(self.rect.right() - 2 - side / 2, 2 - side / 2)

    def _paint_broken(self, painter: QPainter) -> None:
        """Shows that the component cannot be drawn, with nothing of it that could fail again."""
        paints = self._stage.paints
        painter.setPen(paints.colours.danger)
        painter.setBrush(paints.surface)
        painter.drawRect(self.rect)
        painter.setFont(paints.small_font)
        painter.drawText(self.rect, Qt.AlignmentFlag.AlignCenter, tr("This component cannot be shown."))

    def _make_texts(self) -> tuple[QStaticText, QStaticText]:
        """Lay out name and summary, cut to the card's width: drawing text that is laid out costs half."""
        paints, room = self._stage.paints, TEXT_ROOM
        name, summary, elide = self.node.shown_name, self._summary(), Qt.TextElideMode.ElideRight
        if self.node_id == START_ID:
            left = (self.rect.width() - paints.name_metrics.horizontalAdvance(name)) / 2
            self._name_at = QPointF(left, self.rect.center().y() - paints.name_metrics.height() / 2)
            summary = ""
        else:
            name = fitting_name(name, paints.name_metrics, room)
            summary = paints.small_metrics.elidedText(summary, elide, room)
        self._texts = (static_text(name, paints.name_font), static_text(summary, paints.small_font))
        return self._texts

    def _summary(self) -> str:
        return str(component(self.node.kind).summary(self.node.config, self._stage.lookup))


def fitting_name(name: str, metrics: QFontMetricsF, room: float) -> str:
    """A name as far as there is room; the number that it ends with stays, which tells it from others."""
    numbered, elide = _NUMBERED.fullmatch(name), Qt.TextElideMode.ElideRight
    if numbered is None or metrics.horizontalAdvance(name) <= room:
        return metrics.elidedText(name, elide, room)
    number = numbered[2]
    return metrics.elidedText(numbered[1], elide, room - metrics.horizontalAdvance(number)) + number
