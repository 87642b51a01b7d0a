"""The button beside the status that says which version is on show, and leads to the others."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QPushButton

from app.engine.situation import Rows
from canvas_widgets.look import Look
from engine.i18n import tr

_OFFERED = 12
"""So many versions are offered, besides those that somebody is in."""


class VersionSwitch(QPushButton):
    """Hidden until there are two versions. Attribute `rows`: them all. Signal `chosen(number)`."""

    chosen = Signal(int)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.rows: Rows = ()
        self._shown: int | None = None
        self.setProperty("role", "versions")
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow stands behind the words
        look.set_icon(self, "chevron-down", "muted", look.sizes.small_icon)
        self.setMenu(QMenu(self))
        self.menu().setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.menu().aboutToShow.connect(self._fill)
        self.hide()

    def show_versions(self, rows: Rows, shown: int | None) -> None:
        """The versions that there are. `shown`: which one is on show, None: the campaign itself."""
        self.rows, self._shown = tuple(rows), shown
        self.setVisible(len(rows) > 1)
        self.retranslate()

    def retranslate(self) -> None:
        number = self._shown if self._shown is not None else max((row.number for row in self.rows), default=0)
        self.setText(tr("Version {version}", version=number))
        self.setToolTip(tr("Show another version, and who is in it"))

    def _fill(self) -> None:
        menu = self.menu()
        menu.clear()
        latest = self.rows[-_OFFERED:]
        for row in reversed(self.rows):
            if row in latest or row.inside:
                action = menu.addAction(row.words)
                action.setCheckable(True)
                action.setChecked(row.current if self._shown is None else row.number == self._shown)
                action.triggered.connect(partial(self._on_chosen, row.number))

    def _on_chosen(self, number: int) -> None:
        self.chosen.emit(number)
