"""Doing something once, when nothing has asked for it for a while."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget


class Debounce(QTimer):
    """Calls once, when nothing has asked for it for a while."""

    def __init__(self, parent: QWidget, action: Callable[[], None], milliseconds: int = 300) -> None:
        super().__init__(parent)
        self.setSingleShot(True)
        self.setInterval(milliseconds)
        self.timeout.connect(action)
