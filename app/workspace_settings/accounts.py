"""Accounts: how channels and systems are reached, with their secrets, checked on the spot."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from app import tasks
from app.editors.base import RawObject, as_object
from app.pickers.account_form import account_fields, account_file
from app.pickers.form_dialog import judged
from app.widgets.basic import button, label, set_property
from app.widgets.fields import LineEdit
from app.workspace_settings.detail import Detail
from app.workspace_settings.listing import Item, ListSection
from app.workspace_settings.receipt_address import ReceiptAddress
from engine.components.base import RefKind
from engine.components.hints import FormField
from engine.i18n import tr
from engine.shapes.text import new_id
from engine.workspace.account import ACCOUNT, KIND_NAMES, AccountFile, AccountKind
from engine.workspace.folder import free_name
from engine.workspace.secrets import Secrets, secret_fields
from engine.workspace.uses import Use
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from app.window import MainWindow
    from engine.channels.network import Network
    from engine.channels.verdict import Verdict

_ICONS = {
    "simulated": "eye",
    "alibaba_sms": "device-mobile-message",
    "http_sms": "device-mobile-message",
    "alibaba_mail": "mail",
    "smtp": "mail",
    "wechat": "brand-wechat",
    "umeng": "bell",
    "webhook": "webhook",
    "kafka": "database-export",
}


class AccountsSection(ListSection):
    """Every account of the workspace."""

    empty_icon = "plug-connected"

    def items(self, workspace: Workspace) -> Sequence[Item]:
        return [
            Item(account.id, account.name, tr(KIND_NAMES[account.kind]), _ICONS[account.kind])
            for account in workspace.accounts.values()
        ]

    def kinds(self) -> Sequence[tuple[str, str]]:
        return [(kind, tr(name)) for kind, name in KIND_NAMES.items()]

    def make_detail(self, workspace: Workspace, key: str | None, kind: str) -> Detail:
        account = workspace.accounts[key] if key is not None else None
        return AccountDetail(self.window_, workspace, account, kind)

    def texts(self) -> tuple[str, str, str, str]:
        return (
            tr("Accounts"),
            tr("SMS platforms, mail servers, WeChat, push apps, webhooks and Kafka: what messages leave by."),
            tr("New account…"),
            tr("New account…"),
        )


class AccountDetail(Detail):
    """One account; its secrets go to the keyring, never into its file."""

    def __init__(
        self, window: MainWindow, workspace: Workspace, account: AccountFile | None, kind: str
    ) -> None:
        super().__init__(window, workspace, account.id if account else None)
        self.kind: AccountKind = account.kind if account else kind  # type: ignore[assignment]  # one of the list
        self._new = new_id("acc", workspace.accounts)
        self._secrets = Secrets(workspace.folder)
        self._typed: dict[str, str] = {}
        self._known: dict[str, str] = {}
        self._moved = False
        self._fields: dict[str, QLineEdit] = {}
        self.begin()
        self._ask_for_secrets()

    # What it is --------------------------------------------------------------------------------------------

    def fields(self) -> Iterable[FormField]:
        return account_fields(self.kind)

    def stored(self) -> RawObject:
        if self.key is not None and self.key in self.workspace.accounts:
            account = self.workspace.accounts[self.key]
            return {**as_object(account.canonical()["settings"]), "name": account.name}
        taken = (account.name for account in self.workspace.accounts.values())
        return {"name": free_name(tr(KIND_NAMES[self.kind])[:40], taken)}

    def title_text(self) -> str:
        name = self.form.values().get("name")
        return name if isinstance(name, str) and name else tr("New account")

    def kind_text(self) -> str:
        return tr(KIND_NAMES[self.kind])

    def judge(self) -> tuple[AccountFile | None, dict[str, str]]:
        values = self.form.result()
        account, errors = judged(ACCOUNT.adapter, account_file(self.key or self._new, self.kind, values))
        return account, {path.removeprefix("settings."): text for path, text in errors.items()}

    def write(self, value: Any) -> str:
        assert not isinstance(value, str)
        self.workspace.save_account(value)
        if self._typed:
            kept = {**self._known, **self._typed}
            names = {found.name for found in secret_fields(value)}
            self._in_keyring = self._secrets.store(
                value, {name: kept[name] for name in kept if name in names}
            )
        id: str = value.id
        return id

    def take_back(self) -> Callable[[], object]:
        before = self.workspace.accounts.get(self.key or "")
        id, workspace, secrets, known = (
            self.key or self._new,
            self.workspace,
            self._secrets,
            dict(self._known),
        )

        def undo() -> None:
            if before is None:
                workspace.delete_account(id)
                secrets.forget(id)
            else:
                workspace.save_account(before)
                secrets.store(before, known)

        return undo

    def remove(self) -> None:
        assert self.key is not None
        self.workspace.delete_account(self.key)
        self._secrets.forget(self.key)

    def uses(self) -> Sequence[Use]:
        return self.workspace.uses(RefKind.ACCOUNT, self.key or "")

    @property
    def touched(self) -> bool:
        return super().touched or any(self._typed.values())

    # Secrets and checks ------------------------------------------------------------------------------------

    def below(self) -> Sequence[QWidget]:
        self._box = QWidget()
        self._column = QVBoxLayout(self._box)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._shown: tuple[str, ...] | None = None
        self._fields = {}
        self.check_button = button("", self._on_check, tr("Check connection"))
        self.test_button = button("", self._on_test, tr("Send a test request"))
        self.verdict = label("muted", wrap=True)
        self.preview = QPlainTextEdit(readOnly=True)
        self.preview.setProperty("role", "code")
        self.preview.setAccessibleName(tr("What is sent"))
        self.preview.setFixedHeight(self.window_.look.sizes.grid * 28)
        heading = label("label", tr("What is sent"))
        requests = self.kind in ("webhook", "http_sms")
        row = QWidget()
        buttons = QHBoxLayout(row)
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.addWidget(self.check_button)
        buttons.addWidget(self.test_button)
        buttons.addStretch(1)
        # What has no parent yet would become a window of its own if it were shown.
        self.receipts = ReceiptAddress()
        absent: list[QWidget] = [self.verdict, self.receipts]
        absent += [heading, self.preview] if not requests else []
        absent += [self.test_button] if self.kind != "webhook" else []
        absent += [row] if self.kind == "simulated" else []
        for widget in absent:
            widget.hide()
        return (self._box, heading, self.preview, row, self.verdict, self.receipts)

    def on_changed(self) -> None:
        self._follow()

    def retranslate_frame(self) -> None:
        super().retranslate_frame()
        self._follow()

    def _follow(self) -> None:
        """Which secrets are asked for, and what is sent, follow the form."""
        account, _ = self.judge()
        self._title.setText(self.title_text())
        if account is None:
            return
        wanted = secret_fields(account)
        names = tuple(found.name for found in wanted)
        if names != self._shown:
            self._show_secret_fields([(found.name, str(found.label)) for found in wanted])
            self._shown = names
        if self.kind in ("webhook", "http_sms"):
            from engine.channels.checking import preview

            self.preview.setPlainText(preview(account))

    def _show_secret_fields(self, wanted: Sequence[tuple[str, str]]) -> None:
        from app.widgets.layouts import empty

        empty(self._column)
        self._fields = {}
        for name, text in wanted:
            line = LineEdit()
            line.setEchoMode(QLineEdit.EchoMode.Password)
            line.setText(self._typed.get(name, ""))
            line.setAccessibleName(text)
            line.textEdited.connect(lambda typed, name=name: self._on_typed(name, typed))
            self._column.addWidget(label("label", text))
            self._column.addWidget(line)
            self._fields[name] = line
        if wanted:
            words = tr(
                "Kept in the system's keyring, or where there is none in a file that only you can read."
            )
            self._column.addWidget(label("small", words, wrap=True))
        self._show_known()

    def _show_known(self) -> None:
        for name, line in self._fields.items():
            if name in self._known:
                line.setPlaceholderText(tr("Kept. Type to replace it."))
            elif self._moved:
                line.setPlaceholderText(tr("Entered for another address. Enter it again."))
            else:
                line.setPlaceholderText(tr("Not entered yet"))

    def _show_receipts(self) -> None:
        """Where the provider reports to, of the account as it is saved."""
        account = self.workspace.accounts.get(self.key or "")
        if account is not None:
            self.receipts.tell(self.workspace.settings.public_address, account, self._known)

    def _on_typed(self, name: str, text: str) -> None:
        self._typed[name] = text
        self._show_state()

    def _ask_for_secrets(self) -> None:
        """The keyring may ask its owner first, so it is asked in the background."""
        if self.key is None:
            return
        account, secrets = self.workspace.accounts[self.key], self._secrets

        def done(found: tuple[dict[str, str], bool]) -> None:
            self._known, self._moved = found
            self._show_known()
            self._show_receipts()

        tasks.run(
            lambda: (secrets.load(account), secrets.was_for_another_address(account)),
            done,
            self.window_.show_error,
        )

    def save(self, then: Callable[[], object] | None = None) -> None:
        self._in_keyring = True

        def after() -> None:
            self._known |= {name: value for name, value in self._typed.items() if value}
            self._typed = {}
            for line in self._fields.values():
                line.clear()
            self._show_known()
            self._show_receipts()
            self._show_state()
            if not self._in_keyring:
                self.window_.toast.show_message(
                    tr("This computer has no keyring: the secret is in a file that only you can read."),
                    tone="warn",
                )
            if then is not None:
                then()

        super().save(after)

    def _on_check(self) -> None:
        from engine.channels.checking import check

        self._judge_connection(check)

    def _on_test(self) -> None:
        from engine.channels.checking import test

        self._judge_connection(test)

    def _judge_connection(self, work: Callable[[AccountFile, dict[str, str], Network], Verdict]) -> None:
        """Ask the provider with what the form says now, saved or not."""
        account, errors = self.judge()
        if self._show(errors) or account is None:
            return
        secrets, typed = self._secrets, {name: text for name, text in self._typed.items() if text}
        self._show_verdict(tr("Asking…"), "muted")
        self.check_button.setEnabled(False)
        self.test_button.setEnabled(False)

        def done(verdict: Verdict) -> None:
            self.check_button.setEnabled(True)
            self.test_button.setEnabled(True)
            self._show_verdict(str(verdict.message), "ok" if verdict.ok else "error")

        def failed(error: Exception) -> None:
            self.check_button.setEnabled(True)
            self.test_button.setEnabled(True)
            self.window_.show_error(error)

        allowed = self.workspace.settings.allowed_addresses

        def judged() -> Verdict:
            from engine.channels.network import Network

            return work(account, {**secrets.load(account), **typed}, Network(allowed))

        tasks.run(judged, done, failed)

    def _show_verdict(self, text: str, role: str) -> None:
        from app.widgets.announce import announce

        self.verdict.setText({"ok": "✓ ", "error": "✕ "}.get(role, "") + text)
        set_property(self.verdict, "role", role)
        self.verdict.show()
        announce(self.verdict, text)
