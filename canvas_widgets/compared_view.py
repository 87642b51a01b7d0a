"""A canvas of two states of a campaign at once, to be looked at: what only one of them has is marked."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QPainter

from canvas_widgets.difference_marks import DifferenceMarks
from canvas_widgets.look import Look
from canvas_widgets.scene import CampaignScene
from canvas_widgets.view import CanvasView
from engine.campaign.overlay import Overlay


class ComparedView(CanvasView):
    """Shows a scene of the overlay's document, and takes what one looks around with."""

    def __init__(self, scene: CampaignScene, overlay: Overlay, look: Look) -> None:
        super().__init__(scene, look, read_only=True)
        self._marks = DifferenceMarks(scene, overlay)
        scene.loaded.connect(self._marks.lines)

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        if self._scene.is_loaded:
            for _ in self._marks.paint(painter):
                pass
        super().drawForeground(painter, rect)

    def _on_look_changed(self) -> None:
        self._marks.lines()
        super()._on_look_changed()
