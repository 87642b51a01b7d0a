"""Walking the graph by keyboard: where an arrow key leads from a card."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt

from engine.campaign.document import CampaignDocument
from engine.campaign.layout import COLUMN
from engine.campaign.model import START_ID, Point


def neighbour(
    document: CampaignDocument, places: Mapping[str, Point], node_id: str | None, key: Qt.Key
) -> str | None:
    """The card that an arrow key leads to: along the lines to the sides, by place up and down.

    `places` holds every card's upper left corner. From nowhere every arrow leads to Start.
    """
    if node_id is None:
        return START_ID
    match key:
        case Qt.Key.Key_Right:
            return next(iter(document.successors(node_id)), None)
        case Qt.Key.Key_Left:
            return next(iter(document.predecessors(node_id)), None)
        case Qt.Key.Key_Up:
            return _beside(places, node_id, -1)
        case Qt.Key.Key_Down:
            return _beside(places, node_id, 1)
    return None


def _beside(places: Mapping[str, Point], node_id: str, direction: int) -> str | None:
    """The nearest card above or below, in the same column."""
    here = places[node_id]
    beyond = {
        other: (place.y - here.y) * direction
        for other, place in places.items()
        if abs(place.x - here.x) < COLUMN / 2 and (place.y - here.y) * direction > 0
    }
    return min(beyond, key=lambda other: beyond[other], default=None)
