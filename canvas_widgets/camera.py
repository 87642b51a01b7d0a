"""How much of the scene a view shows: zoom at a point, fit, and gliding there."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import (
    QEasingCurve,
    QObject,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    Qt,
    QVariantAnimation,
    Signal,
)
from PySide6.QtGui import QTransform, QWheelEvent
from PySide6.QtWidgets import QGraphicsView

from canvas_widgets.look import Look

MIN_ZOOM, MAX_ZOOM = 0.05, 4.0
STEPS = (0.05, 0.1, 0.25, 0.33, 0.5, 0.67, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0, 3.0, 4.0)
_WHEEL_FACTOR = 1.0015  # zoom for an eighth of a degree of the wheel
MARGIN = 40  # pixels left free around what is fitted
_LEAST_SHARE = 0.5  # of the zoom without it: what floats over the view is not worth a smaller picture


class Camera(QObject):
    """Owns a view's transform. `zoom` is screen pixels to a scene unit; `zoom_changed` gives it.

    Attribute `covered`: asks for the part of the view that something floats over; an empty one where nothing
    does.
    """

    zoom_changed = Signal(float)

    def __init__(self, view: QGraphicsView, look: Look) -> None:
        super().__init__(view)
        self._view = view
        self._look = look
        self.zoom = 1.0
        self.covered: Callable[[], QRect] = QRect
        self._floor = MIN_ZOOM
        self._from = (1.0, QPointF())
        self._to = (1.0, QPointF())
        self._glide = QVariantAnimation(self)
        self._glide.setStartValue(0.0)
        self._glide.setEndValue(1.0)
        self._glide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._glide.valueChanged.connect(self._on_glide)

    @property
    def centre(self) -> QPointF:
        """What stands in the middle of the view, in scene coordinates."""
        return self._view.mapToScene(self._view.viewport().rect().center())

    def zoom_at(self, zoom: float, anchor: QPoint) -> None:
        """Zoom so that what is under `anchor` (viewport pixels) stays there."""
        self._glide.stop()
        under = self._view.mapToScene(anchor)
        self._set_zoom(zoom)
        off = self._view.mapFromScene(under) - anchor
        across, down = self._view.horizontalScrollBar(), self._view.verticalScrollBar()
        across.setValue(across.value() + off.x())
        down.setValue(down.value() + off.y())

    def wheel(self, event: QWheelEvent) -> None:
        """Zoom with Ctrl, else scroll; with Shift to the sides."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_at(self.zoom * wheel_factor(event), event.position().toPoint())
            return
        steps = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            steps = QPoint(steps.y() or steps.x(), 0)
        across, down = self._view.horizontalScrollBar(), self._view.verticalScrollBar()
        across.setValue(across.value() - steps.x())
        down.setValue(down.value() - steps.y())

    def zoom_in(self) -> None:
        """To the next larger step, around the middle."""
        self._step(min((step for step in STEPS if step > self.zoom * 1.001), default=MAX_ZOOM))

    def zoom_out(self) -> None:
        """To the next smaller step, around the middle."""
        self._step(max((step for step in STEPS if step < self.zoom * 0.999), default=MIN_ZOOM))

    def fit(self, rect: QRectF, glide: bool = True) -> None:
        """Show a rectangle of the scene whole, at 100 % at most."""
        room = self.room(rect)
        zoom = self._fitting(rect, room)
        self._floor = min(MIN_ZOOM, zoom)  # a flow too large for the limit is still shown whole
        self.go(zoom, rect.center() - self.off_centre(room) / zoom, glide)

    def fitting(self, rect: QRectF) -> float:
        """The zoom that shows a rectangle whole, 1.0 at most."""
        return self._fitting(rect, self.room(rect))

    def room(self, rect: QRectF) -> QRect:
        """The part of the view to show a rectangle in: all of it, unless the rectangle would be covered then.

        In that case the part beside or above what floats there, whichever shows the rectangle larger.
        """
        whole, covered = self._view.viewport().rect(), self.covered()
        zoom = self._fitting(rect, whole)
        shown = QRectF(QPointF(), rect.size() * zoom)
        shown.moveCenter(QRectF(whole).center())
        if not shown.intersects(QRectF(covered)):
            return whole
        parts = (
            whole.adjusted(0, 0, covered.left() - whole.width(), 0),
            whole.adjusted(0, 0, 0, covered.top() - whole.height()),
            whole.adjusted(covered.right() + 1, 0, 0, 0),
            whole.adjusted(0, covered.bottom() + 1, 0, 0),
        )
        best = max(parts, key=partial(self._fitting, rect))
        return best if self._fitting(rect, best) >= zoom * _LEAST_SHARE else whole

    def off_centre(self, room: QRect) -> QPointF:
        """How far the middle of a part of the view is from the middle of all of it."""
        return QRectF(room).center() - QRectF(self._view.viewport().rect()).center()

    @staticmethod
    def _fitting(rect: QRectF, room: QRect) -> float:
        across = (room.width() - 2 * MARGIN) / max(rect.width(), 1.0)
        down = (room.height() - 2 * MARGIN) / max(rect.height(), 1.0)
        return min(across, down, 1.0)

    def centre_on(self, point: QPointF, glide: bool = True) -> None:
        """Bring a point of the scene to the middle, at the present zoom."""
        self.go(self.zoom, point, glide)

    def go(self, zoom: float, centre: QPointF, glide: bool = True) -> None:
        """Show `centre` in the middle at `zoom`, gliding there unless motion is reduced."""
        self._glide.stop()
        if not glide or not self._look.duration:
            self._show(zoom, centre)
            return
        self._from, self._to = (self.zoom, self.centre), (zoom, centre)
        self._glide.setDuration(self._look.duration)
        self._glide.start()

    def _step(self, zoom: float) -> None:
        self.go(zoom, self.centre)

    def _on_glide(self, share: object) -> None:
        if not isinstance(share, float):
            return
        (zoom, centre), (to_zoom, to_centre) = self._from, self._to
        between = math.exp(math.log(zoom) + (math.log(to_zoom) - math.log(zoom)) * share)
        self._show(to_zoom if share == 1.0 else between, centre + (to_centre - centre) * share)

    def _show(self, zoom: float, centre: QPointF) -> None:
        self._set_zoom(zoom)
        self._view.centerOn(centre)

    def _set_zoom(self, zoom: float) -> None:
        zoom = max(self._floor, min(MAX_ZOOM, zoom))
        if zoom != self.zoom:
            self.zoom = zoom
            self._view.setTransform(QTransform.fromScale(zoom, zoom))
            self.zoom_changed.emit(zoom)


def wheel_factor(event: QWheelEvent) -> float:
    """How much a turn of the wheel magnifies."""
    return float(_WHEEL_FACTOR ** event.angleDelta().y())
