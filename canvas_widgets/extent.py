"""How far a scene reaches: cards with what belongs to them, everything on show, and the room around it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF

from canvas_widgets.items.card import CardItem
from canvas_widgets.items.geometry import CARD
from canvas_widgets.items.link import chip_rect
from engine.campaign.model import Note, Point
from engine.campaign.notes import note_box

if TYPE_CHECKING:
    from canvas_widgets.scene import CampaignScene

_EDGE = 4000.0  # of empty canvas around everything, to pan into


class Extent:
    """Of one scene."""

    def __init__(self, scene: CampaignScene) -> None:
        self._scene = scene
        self._bounds = CARD

    def grow(self, places: Iterable[object]) -> None:
        """Keep the scene's rectangle around these, too; it only grows, because changing it costs."""
        points = []
        for place in places:
            if isinstance(place, Point):
                points.append(place)
            elif isinstance(place, Note):
                self._bounds = self._bounds.united(QRectF(*note_box(place)))
        if points:
            xs, ys = zip(*points, strict=True)
            for x, y in ((min(xs), min(ys)), (max(xs), max(ys))):
                self._bounds = self._bounds.united(CARD.translated(x, y))
        if not self._scene.sceneRect().contains(_with_edge(self._bounds, _EDGE / 2)):
            self._scene.setSceneRect(_with_edge(self._bounds, _EDGE))

    def content(self) -> QRectF:
        """Everything that is shown, with a little room for marks and counts."""
        scene = self._scene
        rects = [card.scene_rect for card in scene.cards.values()]
        rects += scene.notes.rects()
        rects += [
            item.boundingRect()
            for item in scene.links.values()
            if item.goes_around or item.link.target is None  # others end at a card
        ]
        return around(rects).adjusted(-8, -16, 8, 24)

    def with_open_ends(self, card: CardItem) -> QRectF:
        """A card with the names of its branches and the open ends behind it: where its flow can go on."""
        rect = card.scene_rect
        for link_id in self._scene.document.out_links(card.node_id):
            item = self._scene.links.get(link_id)
            if item is None or item.line is None:
                continue
            if item.open:
                rect = rect.united(item.sceneBoundingRect())
            elif item.line.chip is not None:
                rect = rect.united(chip_rect(item.line.chip, item.line.chip_width))
        return rect


def around(rects: Iterable[QRectF]) -> QRectF:
    """What holds all of these; of thousands, uniting one after the other takes three times as long."""
    edges = [rect.getCoords() for rect in rects]
    if not edges:
        return QRectF()
    lefts, tops, rights, bottoms = zip(*edges, strict=True)
    return QRectF(QPointF(min(lefts), min(tops)), QPointF(max(rights), max(bottoms)))


def _with_edge(rect: QRectF, edge: float) -> QRectF:
    return rect.adjusted(-edge, -edge, edge, edge)
