"""What the mouse does between press and release: small state objects, owned by the view.

A gesture previews on items and asks for one edit at its end; `cancel` leaves no trace.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtWidgets import QApplication, QGraphicsView

from canvas_widgets.gestures.moving import MovePreview
from canvas_widgets.gestures.snapping import Snap, Snapper
from canvas_widgets.items.note_layer import CORNER_CURSORS, Corner, resized
from canvas_widgets.overlay import Overlay
from canvas_widgets.scene import CampaignScene
from engine.campaign.edits import Edit, move_group, resize_note
from engine.campaign.model import START_ID, Point
from engine.campaign.notes import NOTHING, Group, carried, note_box

_SNAP_REACH = 6.0  # screen pixels from being in line at which a card is drawn there


class Gesture(ABC):
    """Positions are in viewport pixels.

    Attributes: `cursor`; `scrolls` (the view scrolls while the pointer is held at its edge); `modifiers` (the
    keys that are held, kept by the view).
    """

    cursor: Qt.CursorShape | None = None
    scrolls: bool = False
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier

    @abstractmethod
    def move(self, position: QPoint) -> None: ...

    @abstractmethod
    def release(self, position: QPoint) -> None: ...

    @abstractmethod
    def cancel(self) -> None: ...


class PanGesture(Gesture):
    """Drag the canvas under the pointer."""

    cursor = Qt.CursorShape.ClosedHandCursor

    def __init__(self, view: QGraphicsView, position: QPoint) -> None:
        self._view = view
        self._last = position

    def move(self, position: QPoint) -> None:
        step = position - self._last
        self._last = position
        across, down = self._view.horizontalScrollBar(), self._view.verticalScrollBar()
        across.setValue(across.value() - step.x())
        down.setValue(down.value() - step.y())

    def release(self, position: QPoint) -> None:
        self.move(position)

    def cancel(self) -> None:
        """The canvas stays where it was dragged: nothing was changed."""


class MoveGesture(Gesture):
    """Drag cards and notes until they come to rest in line with others or on the grid; one edit on release.

    Frames take along what they hold. While Alt is held things go wherever the pointer goes, and frames that
    are dragged from the start with Alt go alone.
    """

    def __init__(
        self,
        view: QGraphicsView,
        scene: CampaignScene,
        overlay: Overlay,
        group: Group,
        position: QPoint,
        request: Callable[[Edit], None],
    ) -> None:
        self._view = view
        self._scene = scene
        self._overlay = overlay
        self._group = Group(group.nodes - {START_ID}, group.notes)
        self._pressed = position
        self._origin: QPointF = view.mapToScene(position)
        self._request = request
        self._by = Point(0, 0)
        self._alone = False
        self._preview: MovePreview | None = None
        self._snapper: Snapper | None = None

    def move(self, position: QPoint) -> None:
        if self._preview is None or self._snapper is None:
            if not any(self._group) or not _meant(self._pressed, position):
                return
            self._preview, self._snapper = self._begin()
            self.scrolls = True
        by = self._view.mapToScene(position) - self._origin
        if self.modifiers & Qt.KeyboardModifier.AltModifier:
            snap = Snap(Point(round(by.x()), round(by.y())), ())
        else:
            snap = self._snapper.snap(by, _SNAP_REACH / self._view.transform().m11())
        self._overlay.show_guides(snap.guides)
        if snap.by != self._by:
            self._by = snap.by
            self._preview.show(self._by)

    def release(self, position: QPoint) -> None:
        if self._preview is None:
            return
        self.move(position)
        self._overlay.clear()
        self._preview.end()  # what is mirrored then begins from what the document had
        if self._by != (0, 0):
            self._request(move_group(self._scene.document, self._group, self._by, alone=self._alone))

    def cancel(self) -> None:
        self._overlay.clear()
        if self._preview is not None:
            self._preview.end()

    def _begin(self) -> tuple[MovePreview, Snapper]:
        scene = self._scene
        self._alone = bool(self.modifiers & Qt.KeyboardModifier.AltModifier)
        moved = self._group if self._alone else carried(scene.document, *self._group)
        taken, others = QRectF(), []
        for node_id, card in scene.cards.items():
            if node_id in moved.nodes:
                taken = taken.united(card.scene_rect)
            else:
                others.append(card.scene_rect)
        for note_id, item in scene.notes.items.items():
            if note_id in moved.notes:
                taken = taken.united(item.scene_rect)
            elif not item.note.is_frame:
                others.append(item.scene_rect)
        return MovePreview(scene, moved.nodes, moved.notes), Snapper(taken, others)


class ResizeGesture(Gesture):
    """Drag a corner of a note or frame by steps of the grid; one edit on release."""

    def __init__(
        self,
        view: QGraphicsView,
        scene: CampaignScene,
        note_id: str,
        corner: Corner,
        position: QPoint,
        request: Callable[[Edit], None],
    ) -> None:
        self._view = view
        self._scene = scene
        self._note_id = note_id
        self._corner = corner
        self._from = note_box(scene.document.notes[note_id])
        self._box = self._from
        self._pressed = position
        self._origin: QPointF = view.mapToScene(position)
        self._request = request
        self.cursor = CORNER_CURSORS[corner]

    def move(self, position: QPoint) -> None:
        if not self.scrolls and not _meant(self._pressed, position):
            return
        self.scrolls = True
        by = self._view.mapToScene(position) - self._origin
        self._box = resized(self._from, self._corner, by)
        self._scene.notes.preview_box(self._note_id, self._box)

    def release(self, position: QPoint) -> None:
        self.move(position)
        if self._box != self._from:
            self._request(resize_note(self._scene.document, self._note_id, self._box))
        self.cancel()

    def cancel(self) -> None:
        self._scene.notes.preview_box(self._note_id, None)


class BandGesture(Gesture):
    """Drag a rubber band over empty canvas: what it touches lights up, and is selected on release.

    Frames, which may lie behind much, must be wholly inside. `kept` is what stays selected. A press that is
    not dragged selects just that.
    """

    def __init__(
        self,
        view: QGraphicsView,
        scene: CampaignScene,
        overlay: Overlay,
        position: QPoint,
        kept: Group = NOTHING,
    ) -> None:
        self._view = view
        self._scene = scene
        self._overlay = overlay
        self._kept = kept
        self._pressed = position
        self._origin: QPointF = view.mapToScene(position)
        self._touched = NOTHING
        self._cards: list[tuple[str, QRectF]] | None = None

    def move(self, position: QPoint) -> None:
        if self._cards is None:
            if not _meant(self._pressed, position):
                return
            self._cards = [(id, card.scene_rect) for id, card in self._scene.cards.items()]
            self.scrolls = True
        band = QRectF(self._origin, self._view.mapToScene(position)).normalized()
        self._overlay.show_band(band)
        touching = band.adjusted(-0.5, -0.5, 0.5, 0.5)  # Qt finds that a band without a height meets nothing
        nodes = frozenset(id for id, rect in self._cards if rect.intersects(touching))
        self._touched = Group(nodes, self._scene.notes.within(touching))
        self._scene.show_selected(*self._chosen())

    def release(self, position: QPoint) -> None:
        self.move(position)
        self._overlay.clear()
        self._scene.select(*self._chosen())

    def cancel(self) -> None:
        self._overlay.clear()
        self._scene.show_selected(self._scene.selection, self._scene.selected_notes)

    def _chosen(self) -> Group:
        return Group(self._kept.nodes | self._touched.nodes, self._kept.notes | self._touched.notes)


class PressGesture(Gesture):
    """A button on the canvas: it acts when it is released where it was pressed."""

    def __init__(self, holds: Callable[[QPoint], bool], act: Callable[[], object]) -> None:
        self._holds = holds
        self._act = act

    def move(self, position: QPoint) -> None:
        """A pressed button stays."""

    def release(self, position: QPoint) -> None:
        if self._holds(position):
            self._act()

    def cancel(self) -> None:
        """Nothing was done yet."""


class PressOrDrag(Gesture):
    """A button that can also be dragged: `begin` makes the gesture that goes on once the pointer means it."""

    def __init__(self, position: QPoint, press: PressGesture, begin: Callable[[], Gesture]) -> None:
        self._pressed = position
        self._begin = begin
        self._goes_on: Gesture = press
        self._dragging = False

    def move(self, position: QPoint) -> None:
        if not self._dragging and _meant(self._pressed, position):
            self._goes_on, self._dragging = self._begin(), True
        self._goes_on.move(position)
        self.scrolls, self.cursor = self._goes_on.scrolls, self._goes_on.cursor

    def release(self, position: QPoint) -> None:
        self._goes_on.release(position)

    def cancel(self) -> None:
        self._goes_on.cancel()


def _meant(pressed: QPoint, position: QPoint) -> bool:
    """Whether the pointer went far enough from where it was pressed to mean it."""
    return (position - pressed).manhattanLength() >= QApplication.startDragDistance()
