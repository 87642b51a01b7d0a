"""The minimap: the whole flow in a corner of the canvas, and the part of it that is to be seen."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QTransform, QWheelEvent

from app.editor.floating import Floating
from app.language import Retranslated
from app.preferences import Preferences
from canvas_widgets.camera import wheel_factor
from canvas_widgets.look import Look
from canvas_widgets.scene import CampaignScene
from canvas_widgets.view import CanvasView
from engine.i18n import tr

REDRAW_MS = 120
"""A change is drawn when the hand rests: while somebody types or drags, the map can wait."""

_DOT = 4.0
_LEAST_FRAME = 6.0
_TINT = 0.08  # of what is to be seen
_NEARLY = 2.0  # pixels of the screen: so little out of sight needs no map
_LEAST_VIEW = 4  # times as high as the map: in less it would cover much of what there is to see


class Minimap(Retranslated, Floating):
    """Blocks in the colours of the categories, red dots, and a frame around what the view shows.

    A press goes there, a drag moves the view along, the wheel zooms. It hides while everything is to be seen,
    while the view is low, and while the user does not want it. The flow is drawn once a change; panning moves
    only the frame.
    """

    def __init__(self, view: CanvasView, scene: CampaignScene, look: Look, preferences: Preferences) -> None:
        super().__init__(view, look, Qt.Corner.BottomLeftCorner)
        self._view, self._scene, self._preferences = view, scene, preferences
        self._picture = QPixmap()
        self._content = QRectF()
        self._stale = False
        self._held: QPointF | None = None
        self.setFixedSize(look.sizes.minimap_width, look.sizes.minimap_height)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.hide()
        self._redraw = QTimer(self, singleShot=True, interval=REDRAW_MS)
        self._redraw.timeout.connect(self.draw)
        scene.loaded.connect(self.draw)
        scene.mirrored.connect(self._redraw.start)
        look.changed.connect(self._on_look_changed)
        view.zoom_changed.connect(self.follow)
        for bar in (view.horizontalScrollBar(), view.verticalScrollBar()):
            bar.valueChanged.connect(self.follow)
        self.retranslate()

    # What is shown -----------------------------------------------------------------------------------------

    def follow(self) -> None:
        """The view shows another part, or the map is wanted or not any more."""
        margin = _NEARLY / self._view.zoom
        everything = self._view.seen.contains(self._content.adjusted(margin, margin, -margin, -margin))
        low = self._view.height() < _LEAST_VIEW * self.height()
        shown = self._scene.is_loaded and self._preferences.minimap and not everything and not low
        if shown != self.isVisible():
            self.setVisible(shown)
        self.update()

    def toggle(self) -> None:
        """Show it where there is something to see on it, or never; that is remembered."""
        self._preferences.minimap = not self._preferences.minimap
        self._preferences.save()
        self.follow()

    def draw(self) -> None:
        """Draw the flow anew."""
        if self._scene.is_loaded and not self._scene.catching_up.active:  # comes again when all is there
            self._draw()
            self.follow()

    def _draw(self) -> None:
        self._stale = False
        scene, paints = self._scene, self._scene.stage.paints
        self._content = scene.overview.bounds()
        for covered in scene.notes.rects():
            self._content = self._content.united(covered)
        ratio = self.devicePixelRatioF()
        self._picture = QPixmap(self.size() * ratio)
        self._picture.setDevicePixelRatio(ratio)
        self._picture.fill(Qt.GlobalColor.transparent)
        with QPainter(self._picture) as painter:
            painter.setWorldTransform(self.to_map())
            scene.notes.draw_overview(painter, frames=True, selection=False)
            scene.overview.draw_map(painter, paints, _DOT)
            scene.notes.draw_overview(painter, frames=False, selection=False)

    def retranslate(self) -> None:
        self.setAccessibleName(tr("Minimap"))
        self.setToolTip(tr("Press or drag to go there; the wheel zooms"))

    def _on_look_changed(self) -> None:
        """In the old colours it would stand out: it is drawn with the next painting, once all is dressed."""
        self._stale = self._scene.is_loaded
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._stale and not self._scene.catching_up.active:
            self._draw()
        super().paintEvent(event)
        colours = self._look.colours
        frame = self.frame()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.drawPixmap(0, 0, self._picture)
            tint = QColor(colours.accent)
            tint.setAlphaF(_TINT)
            painter.setBrush(tint)
            painter.setPen(QPen(colours.accent, self._look.strokes.selected))
            painter.drawRoundedRect(frame, 2, 2)

    def frame(self) -> QRectF:
        """What the view shows, on the map; at its edge where the view has gone past everything."""
        room = QRectF(self.rect()).adjusted(3, 3, -3, -3)
        seen = self.to_map().mapRect(self._view.seen)
        left = min(max(seen.left(), room.left()), room.right() - _LEAST_FRAME)
        top = min(max(seen.top(), room.top()), room.bottom() - _LEAST_FRAME)
        right = max(min(seen.right(), room.right()), left + _LEAST_FRAME)
        bottom = max(min(seen.bottom(), room.bottom()), top + _LEAST_FRAME)
        return QRectF(QPointF(left, top), QPointF(right, bottom))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:
            QTimer.singleShot(0, self, self.follow)  # the view shows more or less when it has taken the size
        return super().eventFilter(watched, event)

    def wanted_size(self) -> QSize:
        return self.size()

    def to_map(self) -> QTransform:
        """From the scene to this window: everything, with a margin, in the middle."""
        grid = self._look.sizes.grid
        room = QRectF(self.rect()).adjusted(grid, grid, -grid, -grid)
        content = self._content if not self._content.isEmpty() else QRectF(0, 0, 1, 1)
        scale = min(room.width() / content.width(), room.height() / content.height())
        centre = room.center()
        transform = QTransform.fromTranslate(centre.x(), centre.y()).scale(scale, scale)
        return transform.translate(-content.center().x(), -content.center().y())

    # Input -------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        point = self._scene_point(event.position())
        self._held = self._view.seen.center() - point if self._view.seen.contains(point) else QPointF(0, 0)
        self._go(point)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held is not None:
            self._go(self._scene_point(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._held = None

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._view.zoom_to(self._view.zoom * wheel_factor(event), glide=False)

    def _go(self, point: QPointF) -> None:
        if self._held is not None:
            self._view.zoom_to(self._view.zoom, point + self._held, glide=False)

    def _scene_point(self, position: QPointF) -> QPointF:
        back, _ = self.to_map().inverted()
        return back.map(position)
