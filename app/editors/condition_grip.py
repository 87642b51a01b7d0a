"""The grip of a condition or a group of conditions: it is dragged by the mouse, and opens a menu of moves."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from app.widgets.basic import IconButton
from engine.i18n import N_, tr

MOVES: dict[str, tuple[str, Qt.Key]] = {
    "up": (N_("Move up, or into the group above"), Qt.Key.Key_Up),
    "down": (N_("Move down, or into the group below"), Qt.Key.Key_Down),
    "out": (N_("Move out of its group"), Qt.Key.Key_Left),
    "group": (N_("Put into a group of its own"), Qt.Key.Key_Right),
}
"""Moves by the keyboard: what they are called, and the key that does them together with Alt."""


class Handling(QObject):
    """What grips tell the editor that they belong to. `may(owner, move)`: whether a move is possible.

    Signals: `dragged(owner, place)`; `dropped(owner, place)`; `cancelled()`; `asked(owner, move)`. Places are
    global.
    """

    dragged = Signal(object, QPoint)
    dropped = Signal(object, QPoint)
    cancelled = Signal()
    asked = Signal(object, str)

    def __init__(self, parent: QObject, may: Callable[[QWidget, str], bool]) -> None:
        super().__init__(parent)
        self.may = may


class Grip(IconButton):
    """Pressed and moved, it drags its owner; clicked, it opens the menu."""

    def __init__(self, owner: QWidget, handling: Handling) -> None:
        super().__init__("grip-vertical", tr("Move this condition"))
        self._owner, self._handling = owner, handling
        self._pressed: QPoint | None = None
        self._dragging = False
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.clicked.connect(self._open_menu)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed = event.globalPosition().toPoint()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = event.globalPosition().toPoint()
        if self._pressed is None:
            super().mouseMoveEvent(event)
            return
        far = (place - self._pressed).manhattanLength() >= QApplication.startDragDistance()
        if not self._dragging and far:
            self._dragging = True
            self.setDown(False)
            self.setFocus(Qt.FocusReason.MouseFocusReason)  # for Escape
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        if self._dragging:
            self._handling.dragged.emit(self._owner, place)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        was, self._pressed = self._dragging, None
        if not was:
            super().mouseReleaseEvent(event)
            return
        self._end()
        self._handling.dropped.emit(self._owner, event.globalPosition().toPoint())

    def event(self, event: QEvent) -> bool:
        """Its keys are no shortcuts of the window while it has the focus."""
        if (
            event.type() is QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and move_of(event) is not None
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if (move := move_of(event)) is not None:
            self._handling.asked.emit(self._owner, move)
        elif self._dragging and event.key() == Qt.Key.Key_Escape:
            self._pressed = None
            self._end()
            self._handling.cancelled.emit()
        else:
            super().keyPressEvent(event)

    def _end(self) -> None:
        self._dragging = False
        self.setDown(False)
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def _open_menu(self) -> None:
        menu = QMenu(self)
        for move, (text, key) in MOVES.items():
            action = menu.addAction(tr(text))
            action.setShortcut(Qt.KeyboardModifier.AltModifier | key)
            action.setShortcutVisibleInContextMenu(True)
            action.setEnabled(self._handling.may(self._owner, move))
            action.triggered.connect(
                lambda _checked=False, move=move: self._handling.asked.emit(self._owner, move)
            )
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))


def move_of(event: QKeyEvent) -> str | None:
    """The move that a key means, with Alt."""
    if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier != Qt.KeyboardModifier.AltModifier:
        return None
    return next((move for move, (_text, key) in MOVES.items() if event.key() == key), None)
