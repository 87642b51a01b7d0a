"""What differs between two states of a campaign, marked on a scene of both: by shape and by colour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from canvas_widgets.scene import CampaignScene
from engine.campaign.differences import Change
from engine.campaign.overlay import Overlay

COLOURS: Mapping[Change, str] = {Change.ADDED: "ok", Change.REMOVED: "danger", Change.CHANGED: "warn"}
BADGE = 9.0  # half a badge
FRAME = 5.0  # from a card to the frame around it
_STYLES = {
    Change.ADDED: Qt.PenStyle.SolidLine,
    Change.REMOVED: Qt.PenStyle.DashLine,
    Change.CHANGED: Qt.PenStyle.DotLine,
}
_STROKE = 2.5
_VEIL = 0.45  # of what was removed, the canvas covers this much


class DifferenceMarks:
    """Of one scene, which shows the overlay's document. In a new theme, `lines` has to be called anew."""

    def __init__(self, scene: CampaignScene, overlay: Overlay) -> None:
        self._scene, self._overlay = scene, overlay

    def lines(self) -> None:
        """Let the lines that came or went be drawn as such."""
        for id, change in self._overlay.links.items():
            self._scene.links[id].pen = self._pen(change)

    def paint(self, painter: QPainter) -> Iterator[None]:
        """Paint the marks over everything else, one at a time, in scene coordinates."""
        for id, change in self._overlay.links.items():
            if (line := self._scene.links[id].line) is not None:
                self.badge(painter, line.handle, change)
                yield
        for items, changes in (
            (self._scene.notes.items, self._overlay.notes),
            (self._scene.cards, self._overlay.nodes),
        ):
            for id, change in changes.items():
                self._mark(painter, items[id].scene_rect, change)
                yield

    def _mark(self, painter: QPainter, rect: QRectF, change: Change) -> None:
        frame = rect.adjusted(-FRAME, -FRAME, FRAME, FRAME)
        if change is Change.REMOVED:
            veil = QColor(self._scene.stage.paints.colours.canvas)
            veil.setAlphaF(_VEIL)
            painter.fillRect(rect, veil)
        painter.setPen(self._pen(change))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        radius = self._scene.stage.paints.sizes.card_radius + FRAME
        painter.drawRoundedRect(frame, radius, radius)
        self.badge(painter, frame.topLeft() + QPointF(FRAME, FRAME), change)

    def _pen(self, change: Change) -> QPen:
        return QPen(self._colour(change), _STROKE, _STYLES[change])

    def badge(self, painter: QPainter, at: QPointF, change: Change) -> None:
        """A disc with a plus, a square with a minus, a diamond with a dot: told apart without colours."""
        x, y, size, stroke = at.x(), at.y(), BADGE, BADGE / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._colour(change))
        square = QRectF(x - size, y - size, 2 * size, 2 * size)
        ink = QPen(self._scene.stage.paints.colours.surface, 2, c=Qt.PenCapStyle.RoundCap)
        if change is Change.ADDED:
            painter.drawEllipse(square)
            painter.setPen(ink)
            painter.drawLine(QPointF(x, y - stroke), QPointF(x, y + stroke))
            painter.drawLine(QPointF(x - stroke, y), QPointF(x + stroke, y))
        elif change is Change.REMOVED:
            painter.drawRoundedRect(square, 2, 2)
            painter.setPen(ink)
            painter.drawLine(QPointF(x - stroke, y), QPointF(x + stroke, y))
        else:
            far = size + 2
            painter.drawPolygon(
                QPolygonF(
                    [QPointF(x, y - far), QPointF(x + far, y), QPointF(x, y + far), QPointF(x - far, y)]
                )
            )
            painter.setBrush(ink.color())
            painter.drawEllipse(at, stroke / 1.5, stroke / 1.5)

    def _colour(self, change: Change) -> QColor:
        return self._scene.stage.paints.colours.named(COLOURS[change])
