"""What the pointer is over, and the one handle that follows it."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QPointF, QRectF

from canvas_widgets.items.card import CardItem
from canvas_widgets.items.geometry import LinkShape
from canvas_widgets.items.handle import COPYING, TOOLS, HandleItem, Offer, Tool
from canvas_widgets.items.link import LinkItem, place_plus, place_rect
from canvas_widgets.scene import CampaignScene
from engine.campaign.edits import admissible, growable, why_uncut
from engine.campaign.lines.geometry import OPEN_RADIUS
from engine.components.registry import component

_REACH = 10.0  # screen pixels from a line at which it is meant
_EDGE_INSIDE, _EDGE_OUTSIDE, _EDGE_HALF = 10.0, 16.0, 20.0  # around the middle of a card's right edge
_SCISSORS_FROM = 40.0  # screen pixels from a line's end at which scissors take the place of the +


class Zone(Enum):
    """The parts of a line, each with a handle of its own."""

    BEGIN = 0
    MIDDLE = 1
    END = 2


class Hover:
    """Moves the handle to the card or line under the pointer; a pinned handle stays (its list is open)."""

    def __init__(self, scene: CampaignScene) -> None:
        self._scene = scene
        self.handle = HandleItem(scene.stage.paints)
        self.pinned = False
        self._lit: LinkItem | None = None
        scene.addItem(self.handle)

    def at(self, point: QPointF, zoom: float, *, read_only: bool = False) -> None:
        """The pointer is at a point of the scene. A campaign that is only looked at can be copied from."""
        if self.pinned:
            return
        handle = self.handle
        handle.set_hot(handle.tool_at(point))
        if not read_only and (self._at_edge(point, zoom) or self._at_end(point, zoom)):
            return
        if handle.holds(point) and handle.offer in (Offer.PLUS, Offer.TOOLS):
            return
        if (card := self._scene.card_at(point)) is not None:
            self._over_card(card, point, zoom, COPYING if read_only else TOOLS)
        elif not read_only and (link := self._scene.link_at(point, _REACH / zoom)) is not None:
            self._over_line(link, point, zoom)
        else:
            self.leave()

    def show_plus(self, link: LinkItem, zoom: float, at: QPointF | None = None) -> None:
        """Offer to add at a line, wherever the pointer is; with the + elsewhere than on the line."""
        if link.line is None:
            return
        self._light(link)
        if link.first_place:
            tile = self._scene.stage.paints.sizes.card_tile
            self.handle.show_plus(link.link_id, place_plus(link.line, tile), zoom)
        else:
            self.handle.show_plus(link.link_id, link.line.handle if at is None else at, zoom)

    def holds_plus(self, point: QPointF) -> bool:
        """Whether a press at this point means the + that is shown."""
        link = self._lit
        if self.handle.offer is not Offer.PLUS:
            return False
        if link is not None and link.first_place and link.line is not None:
            return place_rect(link.line).contains(point)
        return self.handle.holds(point)

    def plus_rect(self) -> QRectF:
        """What of the scene the + that is shown takes, with the marked place that it stands in."""
        link = self._lit
        if link is not None and link.first_place and link.line is not None:
            return place_rect(link.line)
        return self.handle.sceneBoundingRect()

    def leave(self) -> None:
        """Nothing is meant."""
        if not self.pinned:
            self._light(None)
            self.handle.dismiss()

    def forget(self) -> None:
        """The document changed: what the handle stood on may be gone."""
        self.pinned = False
        self._lit = None if self._lit is None or self._lit.scene() is None else self._lit
        self.leave()

    def _over_card(self, card: CardItem, point: QPointF, zoom: float, tools: tuple[Tool, ...]) -> None:
        self._light(None)
        if component(card.node.kind).deletable:
            self.handle.show_tools(card.node_id, card.scene_rect, zoom, tools)
            self.handle.set_hot(self.handle.tool_at(point))
        else:
            self.handle.dismiss()

    def _over_line(self, link: LinkItem, point: QPointF, zoom: float) -> None:
        if self._is_spare_stem(link, point, zoom):
            self._show_scissors(link, zoom)
        elif self._takes(link):
            self.show_plus(link, zoom)
        else:
            self.leave()

    def _at_edge(self, point: QPointF, zoom: float) -> bool:
        """Offer another line at the right edge of a card that has something behind it."""
        scale = max(1.0, 1.0 / zoom)
        for reach in (QPointF(0, 0), QPointF(_EDGE_OUTSIDE * scale, 0)):
            card = self._scene.card_at(point - reach)
            if card is None:
                continue
            away = point - card.right_port
            near = -_EDGE_INSIDE * scale <= away.x() <= _EDGE_OUTSIDE * scale
            if near and abs(away.y()) <= _EDGE_HALF * scale and not self._past_begin(card, point, zoom):
                if not growable(self._scene.document, card.node_id):
                    return False
                self._light(None)
                self.handle.show_grow(card.node_id, card.right_port, zoom)
                return True
        return False

    def _past_begin(self, card: CardItem, point: QPointF, zoom: float) -> bool:
        """Whether the pointer is so far along a line that leaves the card that the line is meant."""
        link = self._scene.link_at(point, _REACH / zoom)
        if link is None or link.line is None or link.open or link.link.source != card.node_id:
            return False
        return _zone(link.line, point, zoom) is not Zone.BEGIN

    def _at_end(self, point: QPointF, zoom: float) -> bool:
        """Offer the scissors where the pointer is near the end of a line that leads to a card."""
        handle, link = self.handle, self._lit
        if handle.offer is not Offer.SCISSORS or not handle.holds(point):
            if self._scene.card_at(point) is not None:
                return False
            link = self._scene.link_at(point, _REACH / zoom)
        elif link is not None and link.open:
            return True
        if link is None or link.line is None or link.open or _zone(link.line, point, zoom) is not Zone.END:
            return False
        if why_uncut(self._scene.document, link.link_id) is not None:
            return False
        self._show_scissors(link, zoom)
        return True

    def _is_spare_stem(self, link: LinkItem, point: QPointF, zoom: float) -> bool:
        """Whether the pointer is on the line to an open end that may go altogether, and not on its mark."""
        if not link.open or link.line is None or why_uncut(self._scene.document, link.link_id) is not None:
            return False
        return _far(point, link.line.end) > OPEN_RADIUS + 4 / zoom

    def _show_scissors(self, link: LinkItem, zoom: float) -> None:
        if link.line is not None:
            self._light(link)
            self.handle.show_scissors(link.link_id, _scissors_place(link.line, zoom), zoom)

    def _takes(self, link: LinkItem) -> bool:
        return link is self._lit or bool(admissible(self._scene.document, link.link_id))

    def _light(self, link: LinkItem | None) -> None:
        if self._lit is not None and self._lit is not link:
            self._lit.set_lit(False)
        self._lit = link
        if link is not None:
            link.set_lit(True)


def _zone(line: LinkShape, point: QPointF, zoom: float) -> Zone:
    """Which part of a line a point beside it belongs to: never less than a third of it is the middle."""
    length = _length(line) * zoom
    if line.end.x() > line.start.x():
        from_begin, to_end = point.x() - _begin(line), line.end.x() - point.x()
    else:
        from_begin, to_end = _far(point, line.start), _far(point, line.end)
    if to_end * zoom <= min(_SCISSORS_FROM, length / 3):
        return Zone.END
    return Zone.BEGIN if from_begin * zoom < min(_EDGE_OUTSIDE, length / 3) else Zone.MIDDLE


def _begin(line: LinkShape) -> float:
    """Where a line is free of its name."""
    return line.start.x() if line.chip is None else line.chip.x() + line.chip_width / 2


def _length(line: LinkShape) -> float:
    if line.end.x() > line.start.x():
        return max(line.end.x() - _begin(line), 0.0)
    return _far(line.start, line.end)


def _scissors_place(line: LinkShape, zoom: float) -> QPointF:
    """In the middle of the part that is theirs."""
    if line.open:
        return line.on_curve(0, 0.6) if line.shape.curves else line.at_x((line.start.x() + line.end.x()) / 2)
    away = min(_SCISSORS_FROM / zoom, _length(line) / 3) / 2
    if line.end.x() <= line.start.x():
        return line.on_curve(-1, 0.9)
    return line.at_x(line.end.x() - away)


def _far(one: QPointF, other: QPointF) -> float:
    away = one - other
    return float(QPointF.dotProduct(away, away) ** 0.5)
