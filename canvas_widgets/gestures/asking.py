"""A right click, or the menu key: what on the canvas it is about."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QPoint
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QGraphicsView

from canvas_widgets.scene import CampaignScene

_REACH = 10.0  # screen pixels from a line at which it is meant


class MenuRequest(NamedTuple):
    """Where a menu opens (on the screen), and the line that it is about; without one, it is the selection."""

    at: QPoint
    link_id: str | None = None


def menu_request(view: QGraphicsView, scene: CampaignScene, event: QContextMenuEvent) -> MenuRequest:
    """What an event asks for. What is under the pointer is selected, unless it is one of those that are."""
    if event.reason() is QContextMenuEvent.Reason.Keyboard:
        return MenuRequest(beside_selection(view, scene))
    point, zoom = view.mapToScene(event.pos()), view.transform().m11()
    if (card := scene.card_at(point)) is not None:
        if card.node_id not in scene.selection:
            scene.select([card.node_id])
        return MenuRequest(event.globalPos())
    link = scene.link_at(point, _REACH / zoom)
    grip = scene.notes.grip_at(point, zoom, behind=link is None)
    if grip is not None:
        if grip.note_id not in scene.selected_notes:
            scene.select((), [grip.note_id])
        return MenuRequest(event.globalPos())
    if link is None:
        scene.select(())
    return MenuRequest(event.globalPos(), None if link is None else link.link_id)


def beside_selection(view: QGraphicsView, scene: CampaignScene) -> QPoint:
    """Where a menu opens without a pointer: below what is selected, else in the middle."""
    shown = view.viewport().rect()
    rects = [scene.cards[id].scene_rect for id in sorted(scene.selection)]
    rects += [scene.notes.items[id].scene_rect for id in sorted(scene.selected_notes)]
    corners = (view.mapFromScene(rect.bottomLeft()) for rect in rects)
    corner = next((corner for corner in corners if shown.contains(corner)), shown.center())
    return view.viewport().mapToGlobal(corner)
