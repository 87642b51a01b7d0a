"""What floats over a window for a moment goes when the user turns to something else."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget


class Dismissal(QObject):
    """Closes a floating child of a window on a press elsewhere in it, or when the focus goes elsewhere.

    Menus and windows of what floats are no elsewhere.
    """

    def __init__(self, floating: QWidget) -> None:
        super().__init__(floating)
        self._floating = floating

    @property
    def has_focus(self) -> bool:
        """Whether the focus is still inside; if not, it is not to be taken back."""
        return self._is_inside(QApplication.focusWidget())

    def begin(self) -> None:
        """From now on; once the floating widget is on show and has the focus."""
        app = _application()
        app.installEventFilter(self)
        app.focusChanged.connect(self._on_focus_changed)

    def end(self) -> None:
        app = _application()
        app.removeEventFilter(self)
        app.focusChanged.disconnect(self._on_focus_changed)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.MouseButtonPress and isinstance(watched, QWidget):
            self._turned_to(watched)
        return False

    def _on_focus_changed(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is not None:
            self._turned_to(now)

    def _turned_to(self, widget: QWidget) -> None:
        if widget.window() is self._floating.window() and not self._is_inside(widget):
            self._floating.close()

    def _is_inside(self, widget: QWidget | None) -> bool:
        return widget is not None and (widget is self._floating or self._floating.isAncestorOf(widget))


def _application() -> QApplication:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app
