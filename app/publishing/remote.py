"""Publishing to an engine on another machine: its address and token, kept for the next time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLineEdit, QWidget

from app.preferences import Remote
from app.publishing.dialog import WIDTH, SummaryView
from app.widgets.basic import button, label, set_property
from app.widgets.dialog import button_row, dialog_column
from app.widgets.drop_down import DropDown
from canvas_widgets.look import Look
from engine.client import tokens
from engine.i18n import tr

_AROUND, _HIGHEST = 41, 84  # of the grid: what stands around the summary; the whole


class RemoteDialog(QDialog):
    """What publishing does, address and token; Publish calls `confirmed(url, token)`.

    It is answered by `show_failure` or `accept`.
    """

    def __init__(
        self,
        parent: QWidget,
        look: Look,
        remotes: Sequence[Remote],
        confirmed: Callable[[str, str], None],
        summary: SummaryView,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Publish to another machine"))
        self._confirmed = confirmed
        self.url = DropDown(editable=True)
        address = QLineEdit(placeholderText="https://engine.example:8080")
        self.url.setLineEdit(address)
        self.url.addItems([remote.url for remote in remotes])
        self.url.setAccessibleName(tr("Address of the engine"))
        self.url.currentTextChanged.connect(self._on_url_changed)
        self.token = QLineEdit(echoMode=QLineEdit.EchoMode.Password)
        self.token.setAccessibleName(tr("Token"))
        self.error = label("error", wrap=True)
        self.publish = button("primary", self._on_publish, tr("Publish"))
        self.publish.setDefault(True)
        self._lay_out(look, summary)
        self._on_url_changed(self.url.currentText())
        self.url.setFocus()

    def show_failure(self, text: str) -> None:
        """Say why it did not work; the dialog stays open for another try."""
        self.error.setText(text)
        self.error.show()
        self.publish.setEnabled(True)

    def _lay_out(self, look: Look, summary: SummaryView) -> None:
        grid = look.sizes.grid
        self.resize(WIDTH * grid, min(summary.height_for(WIDTH * grid) + _AROUND * grid, _HIGHEST * grid))
        layout = dialog_column(self, tr("Publish to another machine"))
        explanation = tr(
            "The engine there runs the campaign on its own people and accounts. "
            "Its operator gives you the address and the token."
        )
        layout.addWidget(label("muted", explanation, wrap=True))
        layout.addWidget(summary, 1)
        for text, field in ((tr("Address of the engine"), self.url), (tr("Token"), self.token)):
            layout.addSpacing(grid // 2)
            layout.addWidget(label("label", text))
            layout.addWidget(field)
        layout.addWidget(self.error)
        self.error.hide()
        layout.addSpacing(grid)
        layout.addLayout(button_row(button("", self.reject, tr("Cancel")), self.publish))

    def _on_url_changed(self, url: str) -> None:
        known = tokens.load(url.strip()) if url.strip() else None
        if known is not None:
            self.token.setText(known)

    def _on_publish(self) -> None:
        url, token = self.url.currentText().strip().rstrip("/"), self.token.text().strip()
        problem = ""
        if not url.startswith(("http://", "https://")):
            problem = tr("Enter the address with http:// or https://.")
        elif not token:
            problem = tr("Enter the token that the engine's operator gave you.")
        set_property(self.token, "invalid", bool(problem) and not token)
        if problem:
            self.show_failure(problem)
            return
        self.error.hide()
        self.publish.setEnabled(False)
        self._confirmed(url, token)
