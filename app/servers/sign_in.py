"""Signing in to a team's server: with name and password, an invitation, or a token."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget
from shiboken6 import isValid

from app import tasks
from app.servers.words import is_open
from app.widgets.basic import button, label
from app.widgets.combo_box import Option
from app.widgets.dialog import button_row, dialog_column
from app.widgets.fields import LineEdit
from app.widgets.segmented import Segmented
from engine.i18n import N_, tr

if TYPE_CHECKING:
    from canvas_widgets.look import Look
    from engine.client.signing_in import Connected

_WIDTH = 64  # of the grid
_HINTS = {
    "password": N_("An administrator of the server invites you; then you choose a password."),
    "invitation": N_("Paste the invitation that an administrator gave you. It serves once."),
    "token": N_("A token that you or an administrator made on the server."),
}


class SignInDialog(QDialog):
    """`signed_in(connected)` is called once the server has let the user in; until then errors are shown here.

    Attributes: url, way, name, secret, password, error, go.
    """

    def __init__(
        self, parent: QWidget, look: Look, signed_in: Callable[[Connected], None], url: str = ""
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._signed_in = signed_in
        self.url = LineEdit("https://canvas.example.com")
        self.url.setText(url)
        self.way = Segmented(
            [
                Option("password", tr("Password")),
                Option("invitation", tr("Invitation")),
                Option("token", tr("Token")),
            ]
        )
        self.name, self.secret, self.password = LineEdit(), LineEdit(), LineEdit()
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self._rows = {
            "name": _Row(tr("Name"), self.name),
            "secret": _Row("", self.secret),
            "password": _Row(tr("Password"), self.password),
        }
        self._hint = label("small", wrap=True)
        self._open = label("warning", wrap=True)
        self.error = label("error", wrap=True)
        self.go = button("primary", self._on_go, tr("Sign in"))
        self.go.setDefault(True)
        self._lay_out(look)
        self.way.chosen.connect(lambda _way: self._follow())
        self.url.textChanged.connect(lambda _text: self._follow_url())
        self.way.set_value("password")
        self._follow()
        self._follow_url()
        (self.name if url else self.url).setFocus()

    def _lay_out(self, look: Look) -> None:
        grid = look.sizes.grid
        title = tr("Sign in to a server")
        self.setWindowTitle(title)
        layout = dialog_column(self, title)
        layout.addWidget(_Row(tr("Address of the server"), self.url))
        layout.addWidget(self._open)
        layout.addSpacing(grid // 2)
        layout.addWidget(self.way)
        layout.addWidget(self._hint)
        for line in self._rows.values():
            layout.addWidget(line)
        words = tr(
            "Only a token is kept: in the system's keyring, or where there is none in a file of yours."
        )
        layout.addWidget(label("small", words, wrap=True))
        layout.addWidget(self.error)
        layout.addSpacing(grid)
        layout.addLayout(button_row(button("", self.reject, tr("Cancel")), self.go))
        self.error.hide()
        self.setFixedWidth(_WIDTH * grid)

    def _follow(self) -> None:
        """Ask for what this way of signing in needs."""
        way = self.way.value()
        self._rows["name"].setVisible(way == "password")
        self._rows["secret"].setVisible(way != "password")
        self._rows["secret"].rename(tr("Invitation") if way == "invitation" else tr("Token"))
        self._rows["password"].setVisible(way != "token")
        self._rows["password"].rename(tr("New password") if way == "invitation" else tr("Password"))
        self._hint.setText(tr(_HINTS[way]))
        self._show_error("")

    def _follow_url(self) -> None:
        self._open.setText(
            tr("This connection is not encrypted: others on the network can read the password.")
        )
        self._open.setVisible(is_open(self.url.text().strip()))

    def _on_go(self) -> None:
        trouble, field = self._trouble()
        if field is not None:
            self._show_error(trouble)
            field.setFocus()
            return
        self._show_error("")
        self._wait(waits=True)
        tasks.run(self._work(), self._on_signed_in, self._on_failed)

    def _trouble(self) -> tuple[str, QWidget | None]:
        """What is missing, and where."""
        if not self.url.text().strip().startswith(("http://", "https://")):
            return tr("Enter the address with http:// or https://."), self.url
        for field, text in (
            (self.name, tr("Enter your name on the server.")),
            (self.secret, tr("Enter what you were given.")),
            (self.password, tr("Enter a password.")),
        ):
            if field.isVisible() and not field.text().strip():
                return text, field
        return "", None

    def _work(self) -> Callable[[], Connected]:
        from engine.client import signing_in

        url, secret = self.url.text().strip(), self.secret.text().strip()
        password = self.password.text()
        match self.way.value():
            case "invitation":
                return partial(signing_in.accept, url, secret, password)
            case "token":
                return partial(signing_in.use_token, url, secret)
            case _:
                return partial(signing_in.sign_in, url, self.name.text().strip(), password)

    def _on_signed_in(self, connected: Connected) -> None:
        if isValid(self):
            self.accept()
        self._signed_in(connected)

    def _on_failed(self, error: Exception) -> None:
        from pydantic import ValidationError

        if not isValid(self):
            return
        self._wait(waits=False)
        # What no name, password or token can be; its own words would show what was typed.
        wrong = tr("Enter what you were given, without anything around it.")
        self._show_error(wrong if isinstance(error, ValidationError) else str(error))
        (self.secret if self.secret.isVisible() else self.password).setFocus()

    def _wait(self, *, waits: bool) -> None:
        self.go.setEnabled(not waits)
        self.go.setText(tr("Signing in…") if waits else tr("Sign in"))

    def _show_error(self, text: str) -> None:
        self.error.setText(text)
        self.error.setVisible(bool(text))
        self.adjustSize()


class _Row(QWidget):
    """A field below its name."""

    def __init__(self, text: str, field: QLineEdit) -> None:
        super().__init__()
        self._field, self._label = field, label("label")
        self._label.setBuddy(field)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._label)
        column.addWidget(field)
        self.rename(text)

    def rename(self, text: str) -> None:
        self._label.setText(text)
        self._field.setAccessibleName(text)
