"""What a view does with notes and frames: taking hold of them, and writing in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent

from canvas_widgets.gestures.gesture import Gesture, MoveGesture, ResizeGesture
from canvas_widgets.gestures.writing import NoteEditor
from canvas_widgets.items.note_layer import CORNER_CURSORS, Grip
from canvas_widgets.scene import CampaignScene
from engine.campaign.edits import delete_notes, write_note

if TYPE_CHECKING:
    from canvas_widgets.overlay import Overlay
    from canvas_widgets.view import CanvasView

_LINE_REACH = 4.0  # screen pixels from a line at which it comes before a frame


class Noting(QObject):
    """The view's part for notes.

    Attributes: `written` (the note that is being written, or None), `editor` (the field in which it is),
    `cursor` (what says that the pointer is over a note, and what can be done there; else None).
    """

    def __init__(self, view: CanvasView, scene: CampaignScene, overlay: Overlay) -> None:
        super().__init__(view)
        self._view = view
        self._scene = scene
        self._overlay = overlay
        self.written: str | None = None
        self.cursor: Qt.CursorShape | None = None
        self.editor = NoteEditor(view)
        self.editor.ended.connect(self.finish)
        scene.mirrored.connect(self._follow)
        view.zoom_changed.connect(self._follow)
        for bar in (view.horizontalScrollBar(), view.verticalScrollBar()):
            bar.valueChanged.connect(self._follow)

    # The mouse ---------------------------------------------------------------------------------------------

    def grip_at(self, point: QPointF) -> Grip | None:
        """What a press takes hold of; a frame only where no card and no line lies over it."""
        scene, zoom = self._scene, self._view.zoom
        behind = scene.card_at(point) is None and scene.link_at(point, _LINE_REACH / zoom) is None
        return scene.notes.grip_at(point, zoom, behind=behind)

    def point_at(self, point: QPointF | None) -> None:
        """The pointer is over this point of the scene; None where something else takes it."""
        grip = None if point is None else self.grip_at(point)
        if grip is None:
            self.cursor = None
        else:
            moved = Qt.CursorShape.SizeAllCursor
            self.cursor = moved if grip.corner is None else CORNER_CURSORS[grip.corner]

    def press(self, grip: Grip, position: QPoint, *, adding: bool) -> Gesture | None:
        """Select the note and begin to move or resize it; `adding` to the selection only changes that."""
        scene, note_id = self._scene, grip.note_id
        if adding:
            scene.select(scene.selection, scene.selected_notes ^ {note_id})
            return None
        if note_id not in scene.selected_notes:
            scene.select((), [note_id])
        if self._view.read_only:
            return None
        request = self._view.edit_requested.emit
        if grip.corner is not None:
            return ResizeGesture(self._view, scene, note_id, grip.corner, position, request)
        return MoveGesture(self._view, scene, self._overlay, scene.chosen, position, request)

    def tip(self, point: QPointF) -> str | None:
        """The whole text of the note at a point; None where none takes the pointer."""
        grip = self.grip_at(point)
        return None if grip is None else self._scene.notes.items[grip.note_id].text

    def delete_selected(self) -> bool:
        """Delete the notes, where nothing but notes is selected; else False."""
        scene = self._scene
        if scene.selection or not scene.selected_notes:
            return False
        self._view.edit_requested.emit(delete_notes(scene.document, scene.selected_notes))
        return True

    # Writing -----------------------------------------------------------------------------------------------

    @property
    def changed(self) -> bool:
        """Whether something is written that is not yet in the document."""
        return self.written is not None and self.editor.changed

    @property
    def writable(self) -> bool:
        """Whether exactly one note is selected, and can be written in."""
        scene = self._scene
        return not self._view.read_only and not scene.selection and len(scene.selected_notes) == 1

    def claims(self, event: QKeyEvent) -> bool:
        """Whether Qt asks if F2, a shortcut of the window, is meant for the selected note."""
        asks = event.type() is QEvent.Type.ShortcutOverride
        return asks and event.key() == Qt.Key.Key_F2 and self.writable

    def write_selected(self) -> bool:
        """Write in the one note that is selected. False where that cannot be."""
        if not self.writable:
            return False
        self.write(next(iter(self._scene.selected_notes)))
        return True

    def write_at(self, point: QPointF) -> bool:
        """Write in the note at a point. False where there is none, or none may be changed."""
        grip = self.grip_at(point)
        if grip is None or self._view.read_only:
            return False
        self.write(grip.note_id)
        return True

    def write(self, note_id: str) -> None:
        """Open the field over a note; from however far away, it is large enough to write in."""
        self.finish()
        item = self._scene.notes.items[note_id]
        self._view.ensureVisible(item.scene_rect)
        self.written = note_id
        item.set_written(True)
        self.editor.begin(item, self._scene.stage.paints)

    def finish(self, keep: bool = True) -> None:
        """Close the field; what is written becomes one edit if it is to be kept."""
        note_id, self.written = self.written, None
        if note_id is None:
            return
        had_focus = self.editor.hasFocus()
        self.editor.hide()
        if (item := self._scene.notes.items.get(note_id)) is not None:
            item.set_written(False)
            if keep and self.editor.changed:
                text = self.editor.text
                self._view.ask_for(lambda: write_note(self._scene.document, note_id, text))
        if had_focus:
            self._view.setFocus()

    def _follow(self) -> None:
        """The view or the note moved, or the note is gone."""
        if self.written is None:
            return
        item = self._scene.notes.items.get(self.written)
        if item is None:
            self.finish(keep=False)
        else:
            self.editor.follow(item, self._scene.stage.paints)
