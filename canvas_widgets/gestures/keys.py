"""What keys do on the canvas, as far as it takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from canvas_widgets.gestures.hover import Hover
from canvas_widgets.scene import CampaignScene

if TYPE_CHECKING:
    from canvas_widgets.view import CanvasView

_WRITING_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2)
_DELETING_KEYS = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
_WALKING_KEYS = (
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Tab,
    Qt.Key.Key_Backtab,
)


class Keys:
    """Attribute `space`: whether it is held; a press then begins to pan."""

    def __init__(self, view: CanvasView, scene: CampaignScene, hover: Hover) -> None:
        self._view, self._scene, self._hover = view, scene, hover
        self.space = False

    def pressed(self, event: QKeyEvent) -> bool:
        """Do what a key does; False where the canvas has nothing on it."""
        view, key = self._view, event.key()
        if key in _WALKING_KEYS:
            view.ring.use(keyboard=True)
        if _is_space(event):
            self.space = True
        elif view.pasting.key(event):
            self._hover.leave()
        elif key == Qt.Key.Key_Escape:
            return view.cancel() or self._select_nothing()
        elif key == Qt.Key.Key_Tab and not view.read_only:
            view.adding.open_behind()
        elif key in _DELETING_KEYS and not view.read_only:
            self._delete_selected()
        else:
            return key in _WRITING_KEYS and view.notes.write_selected()
        return True

    def released(self, event: QKeyEvent) -> bool:
        """A key was let go; False where the canvas has nothing on it."""
        if not _is_space(event):
            return False
        self.space = False
        return True

    def takes_tab(self, *, forward: bool) -> bool:
        """Tab is a key of the canvas in copy mode, and where it adds behind a selected card."""
        view = self._view
        if view.pasting.active:
            return True
        return forward and not view.read_only and bool(view.adding.lines_behind())

    def _select_nothing(self) -> bool:
        """False where nothing was, or where something else stands out: that is not for the canvas to end."""
        scene = self._scene
        if scene.stage.targets is not None or not any(scene.chosen):
            return False
        scene.select(())
        return True

    def _delete_selected(self) -> None:
        """Notes alone go at once; whoever owns the view asks before components do."""
        view, scene = self._view, self._scene
        if view.notes.delete_selected() or not scene.selection:
            return
        if (only := scene.selected_node) is not None:
            view.delete_requested.emit(only)
        else:
            view.delete_selected_requested.emit()


def _is_space(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_Space and not event.isAutoRepeat()
