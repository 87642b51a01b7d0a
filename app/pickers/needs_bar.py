"""What the catalogue lacks, each entry with a button that creates it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from app.widgets.basic import LinkButton, label
from app.widgets.layouts import empty
from engine.files import FileError
from engine.i18n import ntr
from engine.workspace.needs import Need
from engine.workspace.workspace import Workspace

_MOST = 4
"""So many are offered at a time."""


class NeedsBar(QFrame):
    """Two lines an entry, hidden while nothing is missing. Signal `created()`: the catalogue has one more.

    The catalogue is no part of a campaign: what is created here stays when the campaign's steps are undone.
    """

    created = Signal()

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._needs: list[Need] = []
        self.buttons: list[QPushButton] = []
        self.setProperty("role", "alert")
        self._lines = QVBoxLayout()
        self._lines.setSpacing(2)
        self._error = label("error", "", wrap=True)
        self._error.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(4)
        column.addLayout(self._lines)
        column.addWidget(self._error)
        self.hide()

    @property
    def error(self) -> str:
        """Why an entry could not be created, "" while nothing went wrong."""
        return self._error.text()

    def show_needs(self, needs: Sequence[Need]) -> None:
        """Offer to create these, in the words of the moment."""
        self._needs = list(needs)
        empty(self._lines)
        self.buttons = [self._line(need) for need in needs[:_MOST]]
        if (more := len(needs) - _MOST) > 0:
            self._add(label("small", ntr("{n} more after these.", "{n} more after these.", more), wrap=True))
        self._show_error("")
        self.setVisible(bool(needs))

    def _line(self, need: Need) -> QPushButton:
        sentence, button = label("small", str(need.message), wrap=True), LinkButton(str(need.remedy))
        button.clicked.connect(partial(self._create, need))
        self._add(sentence)
        self._add(button)
        return button

    def _add(self, part: QWidget) -> None:
        self._lines.addWidget(part)
        part.show()  # at once: only what is shown has a height

    def _create(self, need: Need) -> None:
        try:
            self._workspace.amend_catalog(need.met)
        except FileError as error:
            self._show_error(str(error.message))
            return
        self.created.emit()

    def _show_error(self, sentence: str) -> None:
        self._error.setText(sentence)
        self._error.setVisible(bool(sentence))
