"""The view that takes input: it turns it into gestures, and asks for edits. It changes no document."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from canvas_widgets.gestures.adding import Adding
from canvas_widgets.gestures.asking import menu_request
from canvas_widgets.gestures.autoscroll import AutoScroll
from canvas_widgets.gestures.chooser import Chooser
from canvas_widgets.gestures.drop import DropTarget
from canvas_widgets.gestures.gesture import Gesture, PanGesture
from canvas_widgets.gestures.handling import Handling
from canvas_widgets.gestures.holding import Holding
from canvas_widgets.gestures.hover import Hover
from canvas_widgets.gestures.keys import Keys
from canvas_widgets.gestures.noting import Noting
from canvas_widgets.gestures.pasting import PasteMode
from canvas_widgets.gestures.pressing import Pressing
from canvas_widgets.gestures.resting import Resting
from canvas_widgets.look import Look
from canvas_widgets.looking import LookingView
from canvas_widgets.overview import OVERVIEW_BELOW
from canvas_widgets.scene import CampaignScene
from canvas_widgets.tooltip import hide_tip, show_tip
from engine.campaign.edits import Edit, Refused, insert
from engine.campaign.model import Point

_TIP_REACH = 8.0


class CanvasView(LookingView):
    """Shows a scene and takes gestures. Selection is kept by the scene.

    Attributes: `adding` (the list of a +), `resting` (opens it where the pointer stays on a +), `notes` (the
    part for notes), `pasting` (copy mode), `handling` (what hovers at the pointer), `holding` (whether a
    button is held).
    Signals: `edit_requested` (an `Edit` to push), `delete_requested` (a node id: ask, then delete it with
    everything behind), `delete_selected_requested`, `cut_requested` (a link id: ask, then cut it),
    `copy_requested` (a node id, and whether with everything behind), `menu_requested` (a `MenuRequest`),
    `activated` (a double click on the card that it selects), `refused` (a `Message` or text that says why
    not).
    """

    edit_requested = Signal(object)
    delete_requested = Signal(str)
    delete_selected_requested = Signal()
    menu_requested = Signal(object)
    activated = Signal()
    cut_requested = Signal(str)
    copy_requested = Signal(str, bool)
    refused = Signal(object)

    def __init__(
        self, scene: CampaignScene, look: Look, *, read_only: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(scene, look, parent)
        self._read_only = read_only
        self._hover = Hover(scene)
        self._gesture: Gesture | None = None
        self._held = Qt.MouseButton.NoButton  # that the gesture began with
        self.holding = Holding()
        self.notes = Noting(self, scene, self._overlay)
        self._autoscroll = AutoScroll(self)
        self._autoscroll.scrolled.connect(self._move_gesture)
        self._keys = Keys(self, scene, self._hover)
        self._pressing = Pressing(self, scene, self._hover, self._overlay)
        self.adding = Adding(self, scene, self._hover, look, self._add)
        self.handling = Handling(self, scene, self._hover)
        self.resting = Resting(self, self._hover, self.adding)
        self.pasting = PasteMode(self, scene)
        self.pasting.changed.connect(self._hover.leave)
        self._drops = DropTarget(self, scene, self._hover, self._add, self.refused.emit)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.read_only = read_only

    @property
    def read_only(self) -> bool:
        """Whether gestures and keys only look around and select."""
        return self._read_only

    @read_only.setter
    def read_only(self, read_only: bool) -> None:
        self._read_only = read_only
        self._scene.notes.resizable = not read_only
        self.setAcceptDrops(not read_only)

    # Input -------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        position = event.position().toPoint()
        if self._gesture is not None:
            return
        self._held = event.button()
        self.holding.begin()
        self._autoscroll.begin(position)
        self.notes.finish()
        self.ring.use(keyboard=False)
        self.resting.pressed()
        if event.button() is Qt.MouseButton.MiddleButton or (
            self._keys.space and event.button() is Qt.MouseButton.LeftButton
        ):
            self._begin(PanGesture(self, position))
        elif event.button() is Qt.MouseButton.LeftButton:
            self._point_at(position)
            self._begin(self._pressing.begun_at(position, event.modifiers()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        position = event.position().toPoint()
        if not event.buttons() & self._held:
            self._drop_gesture()  # the button was released over a dialog that opened meanwhile
            self.holding.end()
        if self._gesture is not None:
            self._gesture.modifiers = event.modifiers()
            self._move_gesture(position)
        elif event.buttons() == Qt.MouseButton.NoButton:
            self._point_at(position)
            self.resting.at(position)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & self._held:
            return  # another button, while that of the gesture is held
        if (gesture := self._end_gesture()) is not None:
            gesture.modifiers = event.modifiers()
            gesture.release(event.position().toPoint())
        self.holding.end()
        self._show_cursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        if self.pasting.active:
            self.mousePressEvent(event)
            return
        if self.notes.write_at(self.mapToScene(point)):
            return
        card = self._scene.card_at(self.mapToScene(point))
        if event.button() is Qt.MouseButton.LeftButton and card is not None and not self._keys.space:
            self._scene.select([card.node_id])
            self.activated.emit()
            event.accept()
        else:
            self.mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self._gesture is None and not self.pasting.active:
            self._hover.leave()
            self.holding.end()  # the menu gets the button's release
            self.menu_requested.emit(menu_request(self, self._scene, event))
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        self.resting.left()
        self._hover.leave()
        hide_tip()
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.chooser is not None:
            self.chooser.close()  # its + moves away from below it
        super().wheelEvent(event)
        self._hover.leave()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() is Qt.NativeGestureType.ZoomNativeGesture:
                self._camera.zoom_at(self.zoom * (1 + event.value()), event.position().toPoint())
                return True
        elif isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            show_tip(self, event.pos(), self._tip(self.mapToScene(event.pos())))
            return True
        return super().viewportEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and self.notes.claims(event):
            event.accept()  # it opens the note, not what the window has on this key
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.setAccepted(self._keys.pressed(event))
        self._show_cursor()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if self._keys.released(event):
            self._show_cursor()
        else:
            super().keyReleaseEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802 - Qt's signature
        return not self._keys.takes_tab(forward=forward) and super().focusNextPrevChild(forward)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._keys.space = False
        super().focusOutEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.read_only:
            event.ignore()
        else:
            self.pasting.end()
            self._drops.enter(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._drops.move(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._drops.leave()

    def dropEvent(self, event: QDropEvent) -> None:
        self._drops.drop(event)

    # Gestures ----------------------------------------------------------------------------------------------

    def _begin(self, gesture: Gesture | None) -> None:
        self._gesture = gesture
        self._show_cursor()

    def _move_gesture(self, position: QPoint) -> None:
        """The pointer moved, or the scene did under it."""
        if self._gesture is None:
            return
        self._gesture.move(position)
        self._show_cursor()
        if self._gesture.scrolls:
            self._autoscroll.follow(position)

    def _end_gesture(self) -> Gesture | None:
        self._autoscroll.stop()
        gesture, self._gesture = self._gesture, None
        return gesture

    def cancel(self) -> bool:
        """Give up what is being done; False where nothing was."""
        dropped = self._drop_gesture()
        self._hover.leave()
        self._show_cursor()
        return dropped

    def _drop_gesture(self) -> bool:
        if (gesture := self._end_gesture()) is not None:
            gesture.cancel()
        return gesture is not None

    def _show_cursor(self) -> None:
        of_gesture = None if self._gesture is None else self._gesture.cursor
        of_space = Qt.CursorShape.OpenHandCursor if self._keys.space else None
        cursor = of_gesture or of_space or self.pasting.cursor or self.notes.cursor
        if cursor is None:
            self.viewport().unsetCursor()
        else:
            self.viewport().setCursor(cursor)

    # Adding ------------------------------------------------------------------------------------------------

    @property
    def chooser(self) -> Chooser | None:
        """The list that a + opened, while it is open."""
        return self.adding.chooser

    def _add(self, link_id: str, kind: str, place: Point | None = None) -> None:
        self.ask_for(lambda: insert(self._scene.document, link_id, kind, place))

    def ask_for(self, make: Callable[[], Edit]) -> None:
        """Ask for an edit, or say why it is refused."""
        try:
            edit = make()
        except Refused as refused:
            self.refused.emit(refused.message)
        else:
            self.edit_requested.emit(edit)

    # Following ---------------------------------------------------------------------------------------------

    def _point_at(self, position: QPoint) -> None:
        point = self.mapToScene(position)
        if self.pasting.active:
            self.pasting.point_at(point)
            self._show_cursor()
            return
        if not self.read_only:
            self.notes.point_at(None if self._hover.handle.holds(point) else point)
        self._show_cursor()
        if self.notes.cursor is not None:
            self._hover.leave()
        elif self.zoom >= OVERVIEW_BELOW:
            self._hover.at(point, self.zoom, read_only=self.read_only)

    def _tip(self, point: QPointF) -> str:
        """What the pointer is over, in full."""
        if self.chooser is not None:
            return ""  # the list says it
        if (text := self.handling.tip(point)) is not None:
            return text
        if (text := self.notes.tip(point)) is not None:
            return text
        if (card := self._scene.card_at(point) or self._scene.dot_at(point)) is not None:
            return card.full_text()
        link = self._scene.link_at(point, _TIP_REACH)
        return "" if link is None else link.full_text()

    def _on_zoom_changed(self, zoom: float) -> None:
        self._hover.leave()
        super()._on_zoom_changed(zoom)

    def _on_mirrored(self) -> None:
        self.cancel()  # what a gesture is about may be gone
        hide_tip()
        self._hover.forget()
        super()._on_mirrored()

    def _on_look_changed(self) -> None:
        self._hover.handle.set_paints(self._scene.stage.paints)
        super()._on_look_changed()
