"""Where an account's provider reports to, to be copied into the provider's console."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.widgets.announce import announce
from app.widgets.basic import button, label
from app.widgets.fields import LineEdit
from engine.i18n import tr
from engine.workspace.account import AccountFile


class ReceiptAddress(QWidget):
    """The address of one account; hidden where its provider does not report."""

    def __init__(self) -> None:
        super().__init__()
        self._heading = label("label", tr("Address for receipts"))
        self.line = LineEdit()
        self.line.setReadOnly(True)
        self.line.setAccessibleName(tr("Address for receipts"))
        self.copy_button = button("", self._on_copy, tr("Copy"))
        self._note = label("small", "", wrap=True)
        row = QHBoxLayout()
        row.addWidget(self.line, 1)
        row.addWidget(self.copy_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._heading)
        column.addLayout(row)
        column.addWidget(self._note)

    def tell(self, public_address: str | None, account: AccountFile, secrets: Mapping[str, str]) -> None:
        """Show the address of an account as it is saved, with its secrets by name."""
        from engine.channels.receipts.address import receipt_address, reports

        address = receipt_address(public_address, account, secrets) if public_address else ""
        self.line.setText(address)
        self.line.setCursorPosition(0)
        for widget in (self.line, self.copy_button):
            widget.setVisible(bool(address))
        if public_address is None:
            note = tr("First enter the public address of the engine, in Settings → General.")
        elif not address:
            note = tr("It is made from the account's secret: enter that first.")
        elif account.kind == "webhook":
            note = tr("The receiver signs its reports as we sign our requests.")
        else:
            note = tr("Enter it at the provider. Its last part is secret; a new secret makes a new one.")
        self._note.setText(note)
        self.setVisible(reports(account))

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.line.text())
        announce(self, tr("Copied"))
