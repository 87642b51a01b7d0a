"""A button in the top bar that says what is on show, and leads to what else could be."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QMenu, QPushButton

from canvas_widgets.look import Look

OFFERED = 12
"""So many of the latest are offered, besides those that somebody is in."""


class _Menu(QMenu):
    """Begins at the left edge of its button, which counts as written from right to left."""

    def __init__(self, button: QPushButton) -> None:
        super().__init__(button)
        self._button = button

    def showEvent(self, event: QShowEvent) -> None:
        self.move(self._button.mapToGlobal(self._button.rect().bottomLeft()))
        super().showEvent(event)


class Switch(QPushButton):
    """Hidden until there is something to choose. Its menu is filled anew each time it opens."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setProperty("role", "switch")
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow stands behind the words
        look.set_icon(self, "chevron-down", "muted", look.sizes.small_icon)
        self.setMenu(_Menu(self))
        self.menu().setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.menu().aboutToShow.connect(self._fill_anew)
        self.hide()

    def fill(self) -> None:
        """Offer what there is to choose, by `offer`."""
        raise NotImplementedError

    def offer(self, words: str, chosen: Callable[[], None], *, checked: bool) -> None:
        """One more line in the menu."""
        action = self.menu().addAction(words)
        action.setCheckable(True)
        action.setChecked(checked)
        action.triggered.connect(lambda: chosen())

    def _fill_anew(self) -> None:
        self.menu().clear()
        self.fill()
