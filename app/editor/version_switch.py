"""The button beside the status that says which version is on show, and leads to the others."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal

from app.editor.switch import OFFERED, Switch
from app.engine.situation import Rows
from canvas_widgets.look import Look
from engine.i18n import tr


class VersionSwitch(Switch):
    """Hidden until there are two versions. Attribute `rows`: them all. Signal `chosen(number)`."""

    chosen = Signal(int)

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        self.rows: Rows = ()
        self._shown: int | None = None

    def show_versions(self, rows: Rows, shown: int | None) -> None:
        """The versions that there are. `shown`: which one is on show, None: the campaign itself."""
        self.rows, self._shown = tuple(rows), shown
        self.setVisible(len(rows) > 1)
        self.retranslate()

    def retranslate(self) -> None:
        number = self._shown if self._shown is not None else max((row.number for row in self.rows), default=0)
        self.setText(tr("Version {version}", version=number))
        self.setToolTip(tr("Show another version, and who is in it"))

    def fill(self) -> None:
        latest = self.rows[-OFFERED:]
        for row in reversed(self.rows):
            if row in latest or row.inside:
                checked = row.current if self._shown is None else row.number == self._shown
                self.offer(row.words, partial(self.chosen.emit, row.number), checked=checked)
