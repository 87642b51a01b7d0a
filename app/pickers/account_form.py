"""A new simulated account: only a name; it accepts everything and sends nothing."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import TypeAdapter
from PySide6.QtWidgets import QWidget

from app.editors.base import Context, RawObject
from app.pickers.form_dialog import FormDialog, field, judged
from engine.components.hints import FormField, Hint
from engine.i18n import N_, tr
from engine.shapes.text import new_id
from engine.workspace.account import SimulatedAccount
from engine.workspace.folder import free_name
from engine.workspace.workspace import Workspace

_ACCOUNT = TypeAdapter(SimulatedAccount)


class AccountDialog(FormDialog):
    """Makes a simulated account."""

    title = N_("New simulated account")

    def __init__(self, parent: QWidget | None, workspace: Workspace) -> None:
        super().__init__(parent, Context(workspace))
        self.resize(self.minimumWidth(), 240)

    def fields(self) -> Iterable[FormField]:
        hint = Hint(
            N_("Name"),
            "text",
            missing=N_("Enter a name"),
            help=N_("It accepts every message and sends none. A rehearsal can say what becomes of them."),
        )
        return [field("name", hint)]

    def start_values(self) -> RawObject:
        taken = (account.name for account in self.context.workspace.accounts.values())
        return {"name": free_name(tr("Simulated"), taken)}

    def raw(self) -> RawObject:
        id = new_id("acc", self.context.workspace.accounts)
        return {**self.form.result(), "id": id, "kind": "simulated"}

    def validate(self) -> tuple[SimulatedAccount | None, dict[str, str]]:
        return judged(_ACCOUNT, self.raw())

    def save(self, value: SimulatedAccount) -> str:
        self.context.workspace.save_account(value)
        return value.id
