"""Dragging the end of a line: to a component, onto another line, or onto empty canvas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QLineF, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsView, QStyleOptionGraphicsItem, QWidget

from canvas_widgets.gestures.gesture import Gesture
from canvas_widgets.items.card import CardItem
from canvas_widgets.items.geometry import LinkShape, spot_of
from canvas_widgets.items.lines import led
from canvas_widgets.items.paints import draw_card_ring
from canvas_widgets.items.stage import Stage
from canvas_widgets.scene import CampaignScene
from canvas_widgets.tooltip import hide_tip, show_tip
from engine.campaign.edits import Edit, Leading, join
from engine.campaign.lines.geometry import OPEN_RADIUS, joined
from engine.components.base import Port
from engine.i18n import Message

_REACH = 24.0  # screen pixels from a line at which a release joins it
_END_RADIUS = 5.0
_HOT_RING = 3.0
_Z = 11.0

Grow = Callable[[str, Sequence[Port], str | None, QPointF | None], None]
"""Adds a line out of one of the ports of a node: to a component, or with an open end, let go at a point."""


class LineEnd(NamedTuple):
    """What is dragged: the open end of a link, or (`link_id` None) a new line out of one of the ports."""

    source: str
    ports: tuple[Port, ...]
    link_id: str | None = None


class LineDrag(Gesture):
    """Shows the line to the pointer, what takes it, and why something does not; one edit on release."""

    scrolls = True

    def __init__(
        self,
        view: QGraphicsView,
        scene: CampaignScene,
        end: LineEnd,
        request: Callable[[Edit], None],
        refuse: Callable[[Message], None],
        grow: Grow,
        let_go: Callable[[str, QPointF], None],
    ) -> None:
        self._view, self._scene, self._end = view, scene, end
        self._request, self._refuse, self._grow, self._let_go = request, refuse, grow, let_go
        document = scene.document
        self._leading = [Leading(document, end.source, port.name) for port in end.ports]
        nodes = frozenset().union(*(leading.targets() for leading in self._leading))
        scene.set_targets(self._leading[0].links(nodes) | {end.link_id or ""}, nodes)
        self._preview = LinePreview(scene.stage, scene.cards[end.source].right_port)
        self._led: dict[str, LinkShape] = {}
        scene.addItem(self._preview)
        self._show_own_line(False)
        self._target: str | None = None
        self._why_not: Message | None = None

    def move(self, position: QPoint) -> None:
        point = self._view.mapToScene(position)
        self._target, self._why_not = self._meant_at(point)
        taken = self._target is not None and self._why_not is None
        if taken and self._target is not None:
            self._preview.lead(self._line_to(self._target), self._scene.cards[self._target])
        else:
            self._preview.follow(point, refused=self._why_not is not None)
        if self._why_not is not None:
            self.cursor = Qt.CursorShape.ForbiddenCursor
            show_tip(self._view, position, str(self._why_not))
        else:
            self.cursor = Qt.CursorShape.CrossCursor
            hide_tip()

    def release(self, position: QPoint) -> None:
        self.move(position)
        self._end_preview()
        point = self._view.mapToScene(position)
        if self._why_not is not None:
            self._refuse(self._why_not)
        elif self._end.link_id is not None:
            if self._target is not None:
                self._request(join(self._scene.document, self._end.link_id, self._target))
            elif not self._is_back(point):
                self._let_go(self._end.link_id, point)
        else:
            self._grow(self._end.source, self._fitting(), self._target, point)

    def cancel(self) -> None:
        self._end_preview()

    def _meant_at(self, point: QPointF) -> tuple[str | None, Message | None]:
        """The component that a release here leads the line to, and why it cannot be led there."""
        if (card := self._scene.card_at(point)) is not None:
            return card.node_id, self._refusal(lambda leading: leading.refusal(card.node_id))
        link = self._scene.link_at(point, _REACH / self._view.transform().m11())
        if link is None or link.link_id == self._end.link_id:
            return None, None
        return link.link.target, self._refusal(lambda leading: leading.through(link.link_id))

    def _refusal(self, ask: Callable[[Leading], Message | None]) -> Message | None:
        """Why no port's line can be led there; None where one can."""
        reasons = [ask(leading) for leading in self._leading]
        return None if None in reasons else reasons[0]

    def _fitting(self) -> list[Port]:
        """The ports whose line may be led to the target."""
        target = self._target
        pairs = zip(self._end.ports, self._leading, strict=True)
        return [port for port, leading in pairs if target is None or leading.refusal(target) is None]

    def _line_to(self, target: str) -> LinkShape:
        """The line that a release leads to a component: it stays the same while the pointer is on that."""
        if target not in self._led:
            scene, end = self._scene, self._end
            items = [scene.links[link_id] for link_id in scene.links_of(end.source)]
            port = self._fitting()[0]
            self._led[target] = led(scene, end.source, items, scene.cards, port, target, end.link_id)
        return self._led[target]

    def _is_back(self, point: QPointF) -> bool:
        """Whether the end is let go where it was taken up: then nothing is meant."""
        own = self._scene.links[self._end.link_id or ""]
        return own.line is not None and QLineF(own.line.end, point).length() < OPEN_RADIUS * 2

    def _end_preview(self) -> None:
        self._scene.set_targets(None)
        if self._preview.scene() is not None:
            self._scene.removeItem(self._preview)
        self._show_own_line(True)
        hide_tip()

    def _show_own_line(self, shown: bool) -> None:
        """The line that is led elsewhere is not at its old place meanwhile."""
        if (own := self._scene.links.get(self._end.link_id or "")) is not None:
            own.setVisible(shown)


class LinePreview(QGraphicsItem):
    """The line that follows the pointer, and the ring around the card that it would lead to.

    Attribute `path`: how it runs.
    """

    def __init__(self, stage: Stage, start: QPointF) -> None:
        super().__init__()
        self._stage = stage
        self._start = start
        self._tip = start
        self.path = QPainterPath()
        self._card: QRectF | None = None
        self._refused = False
        self.setZValue(_Z)

    def boundingRect(self) -> QRectF:
        rect = self.path.controlPointRect().united(QRectF(self._tip, self._tip))
        return (rect if self._card is None else rect.united(self._card)).adjusted(-12, -12, 12, 12)

    def follow(self, point: QPointF, *, refused: bool) -> None:
        """Run to the pointer; with a hollow end where nothing may."""
        line = LinkShape(joined(spot_of(self._start), spot_of(point)))
        self._show(line, None, refused=refused)

    def lead(self, line: LinkShape, card: CardItem) -> None:
        """Run as the line will into a card that takes it."""
        self._show(line, card.scene_rect, refused=False)

    def _show(self, line: LinkShape, card: QRectF | None, *, refused: bool) -> None:
        self.prepareGeometryChange()
        self._refused, self._card = refused, card
        self._tip, self.path = line.end, line.path
        self.update()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        paints = self._stage.paints
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(paints.colours.danger if self._refused else paints.colours.accent, 2)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self.path)
        painter.setBrush(paints.colours.card if self._refused else paints.colours.accent)
        painter.drawEllipse(self._tip, _END_RADIUS, _END_RADIUS)
        if self._card is not None:
            draw_card_ring(painter, paints, self._card, _HOT_RING)
