"""Which gesture a press of the left button begins, by what it takes hold of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt

from canvas_widgets.gestures.gesture import BandGesture, Gesture, MoveGesture
from canvas_widgets.gestures.hover import Hover
from canvas_widgets.overlay import Overlay
from canvas_widgets.scene import CampaignScene
from engine.campaign.notes import NOTHING

if TYPE_CHECKING:
    from canvas_widgets.view import CanvasView

_ADDING_MODIFIERS = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier


class Pressing:
    """Belongs to a view."""

    def __init__(self, view: CanvasView, scene: CampaignScene, hover: Hover, overlay: Overlay) -> None:
        self._view, self._scene, self._hover, self._overlay = view, scene, hover, overlay

    def begun_at(self, position: QPoint, modifiers: Qt.KeyboardModifier) -> Gesture | None:
        """The gesture, or None where the press has done already what it does."""
        view, scene = self._view, self._scene
        point = view.mapToScene(position)
        if view.pasting.active:
            return view.pasting.pressed(point)
        if (gesture := view.handling.pressed(position)) is not None:
            return gesture
        adding = bool(modifiers & _ADDING_MODIFIERS)
        grip = view.notes.grip_at(point)
        if grip is None and (card := scene.card_at(point)) is not None:
            return self._on_card(card.node_id, position, adding=adding)
        self._hover.leave()
        if grip is not None:
            return view.notes.press(grip, position, adding=adding)
        return BandGesture(view, scene, self._overlay, position, scene.chosen if adding else NOTHING)

    def _on_card(self, node_id: str, position: QPoint, *, adding: bool) -> Gesture | None:
        """Select the card and begin to move it; `adding` to the selection only changes that."""
        view, scene = self._view, self._scene
        if adding:
            scene.select(scene.selection ^ {node_id}, scene.selected_notes)
            return None
        if node_id not in scene.selection:
            scene.select([node_id])
        if view.read_only:
            return None
        self._hover.leave()
        return MoveGesture(view, scene, self._overlay, scene.chosen, position, view.edit_requested.emit)
