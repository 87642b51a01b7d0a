"""What of a scene is under a point."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene

from canvas_widgets.items.card import CardItem
from canvas_widgets.items.link import LinkItem, place_rect
from engine.campaign.lines.geometry import OPEN_RADIUS

_INDEXED = 64  # steps, after which what they made or moved is taken into the index
_NOWHERE = QRectF(-1e9, -1e9, 1, 1)


class PointedScene(QGraphicsScene):
    """Answers in scene coordinates, from the scene's own index."""

    def indexing(self, steps: Iterator[None]) -> Iterator[None]:
        """Work on items step by step, and have the index follow.

        Qt takes in what has come or moved only once it is asked for items: of thousands that is as much
        work as a turn of the event loop may have, and would fall on the first one that paints.
        """
        for number, _ in enumerate(steps, 1):
            if number % _INDEXED == 0:
                self.near(_NOWHERE)
            yield

    def near(self, area: QRectF) -> list[QGraphicsItem]:
        """What a part of the scene may hold, the topmost first. Items have no shape but their rectangle, so
        that Qt need not ask for one."""
        return self.items(area, Qt.ItemSelectionMode.IntersectsItemBoundingRect)

    def card_at(self, point: QPointF) -> CardItem | None:
        """The card under a point, in scene coordinates."""
        for item in self.near(QRectF(point.x() - 1, point.y() - 1, 2, 2)):
            if isinstance(item, CardItem) and item.scene_rect.contains(point):
                return item
        return None

    def dot_at(self, point: QPointF) -> CardItem | None:
        """The card whose red dot is under a point: half of it stands over the card's corner."""
        cards = (item for item in self.items(point) if isinstance(item, CardItem))
        return next((card for card in cards if card.dot_rect.contains(point)), None)

    def link_at(self, point: QPointF, reach: float) -> LinkItem | None:
        """The line nearest to a point, at most `reach` scene units away; an open end counts with its mark."""
        nearest, best = None, reach
        for item in self.near(QRectF(point.x() - reach, point.y() - reach, 2 * reach, 2 * reach)):
            if not isinstance(item, LinkItem) or item.line is None:
                continue
            if item.first_place and place_rect(item.line).contains(point):
                return item
            distance = item.distance(point)
            if item.open:
                away = point - item.line.end
                distance = min(distance, max(0.0, QPointF.dotProduct(away, away) ** 0.5 - OPEN_RADIUS))
            if distance < best:
                nearest, best = item, distance
        return nearest
