"""A new account from where it is needed: a simulated one, or one of the kinds that fit there.

The fields are those of Settings; passwords, keys and the check of the connection are there only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.editors.base import Context, RawObject
from app.pickers.form_dialog import FormDialog, field, judged
from app.widgets.basic import label
from app.widgets.combo_box import ComboBox, Option
from engine.components.hints import FormField, Hint
from engine.components.hints import form as form_of
from engine.i18n import N_, tr
from engine.shapes.text import new_id
from engine.workspace.account import ACCOUNT, KIND_NAMES, SETTINGS_OF, AccountFile, AccountKind
from engine.workspace.folder import free_name
from engine.workspace.workspace import Workspace


def account_fields(kind: AccountKind) -> Iterable[FormField]:
    """The fields of an account: its name, and the settings of its kind."""
    about = N_("It accepts every message and sends none. A rehearsal can say what becomes of them.")
    help = about if kind == "simulated" else None
    yield field("name", Hint(N_("Name"), "text", missing=N_("Enter a name"), help=help))
    for found in form_of(SETTINGS_OF[kind]):
        optional = not (found.required or found.hint.missing or found.hint.choices)
        yield FormField(found.name, found.hint, not optional, found.default)


def account_file(id: str, kind: AccountKind, values: RawObject) -> RawObject:
    """The account's file with what its form says."""
    settings = {key: value for key, value in values.items() if key != "name"}
    name = values.get("name")
    return {"format": "account", "version": 1, "id": id, "name": name, "kind": kind, "settings": settings}


class AccountDialog(FormDialog):
    """Makes an account of one of the `kinds`; the first one is chosen."""

    title = N_("New account")

    def __init__(
        self, parent: QWidget | None, workspace: Workspace, kinds: Sequence[AccountKind] = ("simulated",)
    ) -> None:
        self.kind = kinds[0]
        self._kinds = kinds
        self.kinds = ComboBox()
        self.kinds.chosen.connect(self._on_kind)
        super().__init__(parent, Context(workspace))
        self.resize(self.minimumWidth(), 280 if len(kinds) == 1 else 640)

    def fields(self) -> Iterable[FormField]:
        return account_fields(self.kind)

    def above(self) -> QWidget | None:
        if len(self._kinds) == 1:
            return None
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.kinds)
        return box

    def below(self) -> QWidget | None:
        if self.kind == "simulated":
            return None
        return label(
            "small", tr("Enter its password or key in Settings, and check the connection there."), wrap=True
        )

    def start_values(self) -> RawObject:
        taken = (account.name for account in self.context.workspace.accounts.values())
        return {"name": free_name(tr(KIND_NAMES[self.kind])[:40], taken)}

    def raw(self) -> RawObject:
        return account_file(new_id("acc", self.context.workspace.accounts), self.kind, self.form.result())

    def validate(self) -> tuple[AccountFile | None, dict[str, str]]:
        account, errors = judged(ACCOUNT.adapter, self.raw())
        return account, {path.removeprefix("settings."): text for path, text in errors.items()}

    def save(self, value: AccountFile) -> str:
        self.context.workspace.save_account(value)
        return value.id

    def retranslate_frame(self) -> None:
        super().retranslate_frame()
        self.kinds.setAccessibleName(tr("Kind of account"))
        self.kinds.set_options(Option(kind, tr(KIND_NAMES[kind])) for kind in self._kinds)
        self.kinds.set_value(self.kind)

    def _on_kind(self, kind: str) -> None:
        self.kind = next(known for known in self._kinds if known == kind)
        self.form = self._make_form(self.start_values())
