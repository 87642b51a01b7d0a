"""Erasing a person: what there is of it is counted, and asked before, for it cannot be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QDialog

from app.importing import words
from app.widgets.basic import button, label
from app.widgets.dialog import button_row, dialog_column
from engine.i18n import tr

if TYPE_CHECKING:
    from app.window import MainWindow
    from engine.server.wire.people import Person


class EraseDialog(QDialog):
    """Signal `erased(text)`: it is done, and what there was."""

    erased = Signal(str)

    def __init__(self, window: MainWindow, person: Person) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Erase a person"))
        self._window, self._id, self._closed = window, person.person_id, False
        tags = sum(len(values) for values in person.tags.values())
        counts = {"ids": len(person.ids), "tags": tags, "events": person.events, "messages": person.messages}
        self.suppress = QCheckBox(tr("Send nothing to these addresses, should they come again"))
        self.error = label("error", wrap=True)
        self.error.hide()
        grid = window.look.sizes.grid
        self.setMinimumWidth(window.look.sizes.panel + 12 * grid)
        layout = dialog_column(self, tr("Erase “{id}” for ever?", id=person.person_id))
        layout.addWidget(label("muted", tr("This cannot be undone. It forgets:"), wrap=True))
        lines = [*words.erased(counts), tr("attributes: {n:,}", n=len(person.attributes))]
        layout.addWidget(label("", "\n".join(f"• {line}" for line in lines)))
        explanation = tr(
            "The person leaves the campaigns it is in, and nothing more is sent. Counts of campaigns stay as "
            "they are. Addresses on the suppression list stay on it."
        )
        layout.addWidget(label("muted", explanation, wrap=True))
        layout.addWidget(self.suppress)
        layout.addWidget(self.error)
        layout.addSpacing(grid)
        self.cancel = button("", self.reject, tr("Cancel"))
        self.go = button("danger", self._erase, tr("Erase for ever"))
        layout.addLayout(button_row(self.cancel, self.go))
        self.cancel.setDefault(True)
        self.cancel.setFocus()

    def done(self, result: int) -> None:
        self._closed = True
        super().done(result)

    def _erase(self) -> None:
        service, id, suppress = self._window.service, self._id, self.suppress.isChecked()
        if service is None:
            return
        self.go.setEnabled(False)
        service.use(
            lambda client: client.erase_person(id, suppress=suppress), self._on_erased, self._on_failed
        )

    def _on_erased(self, counts: dict[str, int]) -> None:
        text = " · ".join([tr("Erased"), *words.erased(counts)])
        if not self._closed:
            self.accept()
        self.erased.emit(text)

    def _on_failed(self, error: Exception) -> None:
        if not self._closed:
            self.error.setText(str(error))
            self.error.show()
            self.go.setEnabled(True)
