"""The foot of the panel: what is not applied yet, and Cancel and OK; it does not scroll away."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout

from app.widgets.basic import LinkButton, label
from app.widgets.layouts import empty, row
from app.widgets.toast import FLOATS
from engine.i18n import tr


class PanelFooter(QFrame):
    """Cancel and OK, an error that belongs to no field, and links to other components' drafts."""

    confirmed = Signal()
    cancelled = Signal()
    jump_requested = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "foot")
        self.setProperty(FLOATS, True)  # messages keep off its buttons
        self._error = label("error", "", wrap=True)
        self._state = label("small", "", wrap=True)
        self._links = QVBoxLayout()
        self._links.setSpacing(0)
        self.cancel = QPushButton()
        self.cancel.clicked.connect(self.cancelled)
        self.ok = QPushButton()
        self.ok.setProperty("role", "primary")
        self.ok.clicked.connect(self.confirmed)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(8)
        column.addWidget(self._error)
        column.addLayout(self._links)
        buttons = row()
        buttons.addWidget(self._state, 1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.ok)
        column.addLayout(buttons)
        self._error.hide()
        self.retranslate()

    def retranslate(self) -> None:
        self.cancel.setText(tr("Cancel"))
        self.ok.setText(tr("OK"))

    def show_error(self, sentence: str) -> None:
        self._error.setText(sentence)
        self._error.setVisible(bool(sentence))

    @property
    def error(self) -> str:
        """The sentence that belongs to no field."""
        return self._error.text()

    def show_dirty(self, dirty: bool) -> None:
        self._state.setText(tr("Not applied yet") if dirty else "")

    def show_others(self, others: Sequence[tuple[str, str]]) -> None:
        """Other components (id, name) whose panels hold changes that were not applied."""
        empty(self._links)
        if others:
            self._links.addWidget(label("small", tr("Also not applied yet:"), wrap=True))
        for node_id, name in others:
            link = LinkButton(name)
            link.clicked.connect(lambda _checked=False, id=node_id: self.jump_requested.emit(id))
            self._links.addWidget(link)
