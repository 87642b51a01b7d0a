"""A new test address, entered where one is needed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter
from PySide6.QtWidgets import QWidget

from app.editors.base import Context, RawObject
from app.pickers.form_dialog import FormDialog, field, judged
from app.pickers.library import id_type_name
from app.widgets import style
from engine.components.hints import FormField, Hint
from engine.i18n import N_, tr
from engine.workspace.settings import MAX_TRIAL_ADDRESSES, TrialAddress

_ADDRESS: TypeAdapter[TrialAddress] = TypeAdapter(TrialAddress)


class NewAddress(FormDialog):
    """Adds an address of one ID type to the workspace's list; `created(address)` tells it as it is stored."""

    title = N_("New test address")

    def __init__(self, parent: QWidget, context: Context, id_type: str) -> None:
        self._id_type = id_type
        super().__init__(parent, context)
        self.resize(self.minimumWidth(), 42 * style.sizes().grid)

    def fields(self) -> Iterable[FormField]:
        kind = id_type_name(self.context.workspace, self._id_type)
        return (
            field("address", Hint(N_("Address"), "text", missing=N_("Enter an address"), help=kind)),
            field("name", Hint(N_("Whose it is"), "text"), required=False),
        )

    def raw(self) -> RawObject:
        return {**self.form.result(), "id_type": self._id_type}

    def validate(self) -> tuple[Any, dict[str, str]]:
        listed = self.context.workspace.settings.test_addresses
        if len(listed) >= MAX_TRIAL_ADDRESSES:
            return None, {"": tr("There are {max} test addresses already.", max=MAX_TRIAL_ADDRESSES)}
        found, errors = judged(_ADDRESS, self.raw())
        if any((one.id_type, one.address) == (self._id_type, found and found.address) for one in listed):
            return None, {"address": tr("This address is listed already.")}
        return found, errors

    def save(self, value: Any) -> str:
        workspace = self.context.workspace
        listed = (*workspace.settings.test_addresses, value)
        workspace.save_settings(workspace.settings.model_copy(update={"test_addresses": listed}))
        address: str = value.address
        return address
