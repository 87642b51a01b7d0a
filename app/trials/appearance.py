"""What a test looks like where it arrives: on a phone, in a mailbox, or the data that a system gets."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from app.previews.pane import VIEWS
from app.previews.view import Shown, View
from app.widgets import style
from app.widgets.basic import label
from engine.channels.adapter import Delivery
from engine.channels.trial import Trial
from engine.channels.trial_sending import payload, shown
from engine.i18n import tr
from engine.workspace.sms_length import is_international, price_per_part
from engine.workspace.workspace import Workspace


class Appearance(QWidget):
    """Attributes: view (of a message) and data (of a webhook or Kafka), of which one is made and shown."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self.setObjectName("content")
        self.view: View | None = None
        self.data: QPlainTextEdit | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, style.sizes().grid, 0)
        self._column.setSpacing(style.sizes().grid)
        self._column.addWidget(label("label", tr("What is sent")))

    def show_test(self, trial: Trial, test: Delivery, values: Mapping[str, str], language: str) -> None:
        """Show a message as it goes out; always of the same kind."""
        if trial.kind not in VIEWS:
            self._show_data(payload(trial.account, test))
            return
        if self.view is None:
            self.view = VIEWS[trial.kind]()
            self._column.addWidget(self.view, 1)
        accounts = self._workspace.accounts
        self.view.show_message(
            Shown(
                shown(trial, test, values, language),
                sender=_sender(trial),
                international=is_international(accounts, trial.account.id),
                price=price_per_part(accounts, trial.account.id),
                media=self._workspace.messages.path,
            )
        )

    def _show_data(self, text: str) -> None:
        if self.data is None:
            self.data = QPlainTextEdit(readOnly=True)
            self.data.setProperty("role", "code")
            self.data.setAccessibleName(tr("What is sent"))
            self.data.setTabChangesFocus(True)
            self._column.addWidget(self.data, 1)
        if text != self.data.toPlainText():
            self.data.setPlainText(text)


def _sender(trial: Trial) -> str:
    """Whom people see as the sender."""
    return getattr(trial.config, "signature", "") or getattr(trial.config, "app", "") or trial.account.name
