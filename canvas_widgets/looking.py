"""Looking at a scene: zoom, fit, and painting it near or from far away. No input but the wheel's."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QMoveEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsView, QWidget

from canvas_widgets.background import Background
from canvas_widgets.camera import MARGIN, Camera
from canvas_widgets.focus import FocusRing
from canvas_widgets.look import Look
from canvas_widgets.overlay import Overlay
from canvas_widgets.overview import OVERVIEW_BELOW
from canvas_widgets.scene import CampaignScene
from engine.campaign.model import START_ID

LEGIBLE = 0.5
"""The zoom below which what a card says cannot be read."""


class LookingView(QGraphicsView):
    """Shows a scene; below some zoom its overview. Signal `zoom_changed`: 1.0 is 100 %.

    Attribute `ring`: what shows the keyboard's focus.
    """

    zoom_changed = Signal(float)

    def __init__(self, scene: CampaignScene, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(scene, parent)
        self._scene = scene  # QGraphicsView does not own its scene
        self._look = look
        self._background = Background()
        self._overlay = Overlay(self)
        self.ring = FocusRing(self, look)
        self._camera = Camera(self, look)
        self._begun: tuple[float, QPointF] | None = None
        self._camera.zoom_changed.connect(self._on_zoom_changed)
        scene.mirrored.connect(self._on_mirrored)
        scene.catching_up.began.connect(self._on_mirrored)
        scene.catching_up.caught_up.connect(self._on_caught_up)
        scene.selection_changed.connect(self._on_selection_changed)
        look.changed.connect(self._on_look_changed)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.SmartViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontAdjustForAntialiasing)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    @property
    def zoom(self) -> float:
        """Screen pixels to a scene unit."""
        return self._camera.zoom

    @property
    def seen(self) -> QRectF:
        """The part of the scene that the view shows."""
        return self.mapToScene(self.viewport().rect()).boundingRect()

    def shows_all(self) -> bool:
        """Whether the whole flow is in sight."""
        shown = self.mapToScene(self.viewport().rect()).boundingRect()
        return shown.contains(self._scene.extent.content())

    def fit(self, *, glide: bool = True) -> None:
        """Show the whole flow, at 100 % at most."""
        self._camera.fit(self._scene.extent.content(), glide)

    def begin(self) -> None:
        """Show the whole flow, or where that would be too small to read, its beginning at 100 %."""
        if self._camera.fitting(self._scene.extent.content()) >= LEGIBLE:
            self.fit(glide=False)
        else:
            self._show_beginning()
        self._begun = self.zoom, self._camera.centre

    def make_way(self, covered: Callable[[], QRect]) -> None:
        """Show what is asked for beside what floats over the view. Whoever has not moved yet begins anew."""
        self._camera.covered = covered
        if self._begun == (self.zoom, self._camera.centre):
            self.begin()

    def _show_beginning(self) -> None:
        """At 100 %: Start at the left, in the middle of what is free above or below."""
        start, content = self._scene.cards[START_ID].scene_rect, self._scene.extent.content()
        most = QRectF(self.viewport().rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN).size()
        first = QRectF(start.topLeft(), most.boundedTo(content.size()))
        off = self._camera.off_centre(self._camera.room(first))
        middle = start.left() - MARGIN + self.viewport().width() / 2
        self._camera.go(1.0, QPointF(middle, start.center().y() - off.y()), glide=False)

    def zoom_in(self) -> None:
        self._camera.zoom_in()

    def zoom_out(self) -> None:
        self._camera.zoom_out()

    def zoom_to(self, zoom: float, centre: QPointF | None = None, *, glide: bool = True) -> None:
        """Zoom around the middle, or with a point of the scene brought there."""
        self._camera.go(zoom, self._camera.centre if centre is None else centre, glide)

    def center_node(self, node_id: str, *, glide: bool = True) -> None:
        """Bring a card to the middle. Raises `KeyError` for an id without a card."""
        self._camera.centre_on(self._scene.cards[node_id].scene_rect.center(), glide)

    def moveEvent(self, event: QMoveEvent) -> None:
        """What is seen stays where it is on the screen when something opens above or beside the view."""
        super().moveEvent(event)
        moved = event.pos() - event.oldPos()
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(across.value() + moved.x())
        down.setValue(down.value() + moved.y())

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._camera.wheel(event)
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        return self._scene.catching_up.bars(event) or super().viewportEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        stage = self._scene.stage
        stage.scale = self.zoom * self.devicePixelRatioF()
        if self._scene.is_loading:  # half a flow is of no use, and is painted anew each slice
            with QPainter(self.viewport()) as painter:
                painter.fillRect(event.rect(), stage.paints.colours.canvas)
        elif self.zoom >= OVERVIEW_BELOW:
            super().paintEvent(event)
        else:
            self._paint_overview(event)
        if self.ring.shown:
            with QPainter(self.viewport()) as painter:
                self.ring.paint(painter)

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: N802 - Qt's name
        super().scrollContentsBy(dx, dy)
        self.ring.scrolled(dx, dy)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.ring.entered(event.reason())

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.ring.left()

    def _paint_overview(self, event: QPaintEvent) -> None:
        with QPainter(self.viewport()) as painter:
            painter.fillRect(event.rect(), self._scene.stage.paints.colours.canvas)
            painter.setWorldTransform(self.viewportTransform())
            self._scene.draw_overview(painter)
            self._overlay.paint(painter, self._scene.stage.paints)

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        self._background.paint(painter, QRectF(rect), self._scene.stage.paints)

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        self._overlay.paint(painter, self._scene.stage.paints)

    def _on_zoom_changed(self, zoom: float) -> None:
        self.zoom_changed.emit(zoom)

    def _on_mirrored(self) -> None:
        """The document changed: what is half way is not painted, and the overview is one picture."""
        self.viewport().setUpdatesEnabled(not self._scene.catching_up.active)
        if self.zoom < OVERVIEW_BELOW:
            self.viewport().update()

    def _on_caught_up(self) -> None:
        self.viewport().setUpdatesEnabled(True)
        self.viewport().update()

    def _on_selection_changed(self) -> None:
        if self.zoom < OVERVIEW_BELOW:
            self.viewport().update()

    def _on_look_changed(self) -> None:
        self.viewport().update()
