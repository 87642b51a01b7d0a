"""How large a window may be on a screen."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize
from PySide6.QtWidgets import QDialog

_FRAME = QSize(0, 40)
"""What the desktop puts around a window at most: its title, mainly."""


def on_screen(size: tuple[int, int], screen: QSize) -> tuple[int, int]:
    """A window's size as far as there is room for it: its title and its end must stay in reach."""
    bounded = QSize(*size).boundedTo(screen - _FRAME)
    return bounded.width(), bounded.height()


def keep_on_screen(dialog: QDialog) -> None:
    """Let a dialog open no larger than there is room for."""
    dialog.installEventFilter(_Bounds(dialog))


def room_for(dialog: QDialog) -> QSize:
    """How large a dialog may be that Qt centres over its window.

    It does so without reckoning with the title: there must be room for that at both ends.
    """
    return dialog.screen().availableSize() - _FRAME * 2


class _Bounds(QObject):
    """Makes its dialog smaller, where it must be, before it is centred."""

    def __init__(self, dialog: QDialog) -> None:
        super().__init__(dialog)
        self._dialog = dialog

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Show and not event.spontaneous():
            dialog = self._dialog
            if dialog.size() != (bounded := dialog.size().boundedTo(room_for(dialog))):
                dialog.resize(bounded)
        return False
