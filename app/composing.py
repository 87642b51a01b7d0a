"""Input methods: while something is being composed, its keys are nobody else's."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

_KEYS = frozenset(
    {
        Qt.Key.Key_Return,
        Qt.Key.Key_Enter,
        Qt.Key.Key_Escape,
        Qt.Key.Key_Tab,
        Qt.Key.Key_Backtab,
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
    }
)
"""What chooses among an input method's candidates. Some let these keys through to the program."""


class Composing(QObject):
    """Follows the field that has the focus. Attribute `active`: something is being composed in it.

    Meanwhile Enter does not confirm there, Escape does not close, and no shortcut fires.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.active = False
        self._field: QWidget | None = None
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._on_focus_changed)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QInputMethodEvent):
            self.active = bool(event.preeditString())
        elif self.active and isinstance(event, QKeyEvent):
            if event.type() is QEvent.Type.ShortcutOverride:
                event.accept()  # so it comes as a key, to the field
                return True
            return event.key() in _KEYS
        return False

    def _on_focus_changed(self, _old: QWidget | None, new: QWidget | None) -> None:
        """Only the field in use is watched: a filter on everything would cost every event."""
        self.active = False
        if self._field is not None and shiboken6.isValid(self._field):
            self._field.removeEventFilter(self)
        self._field = None
        if new is not None and new.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled):
            self._field = new
            new.installEventFilter(self)
