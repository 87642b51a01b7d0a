"""A new event from where it is needed; the fields are those of the catalogue in Settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtWidgets import QWidget

from app.editors.base import Context, RawObject, as_text
from app.pickers.form_dialog import FormDialog
from app.workspace_settings.catalog_entries import SHAPES, amend
from engine.components.hints import FormField
from engine.i18n import N_
from engine.workspace.catalog import Catalog
from engine.workspace.catalog_edits import CatalogRefused
from engine.workspace.workspace import Workspace

_TABLE = "events"


class EventDialog(FormDialog):
    """Makes an event in the catalogue; its id is the event's code."""

    title = N_("New event")

    def __init__(self, parent: QWidget | None, workspace: Workspace) -> None:
        super().__init__(parent, Context(workspace))
        self.resize(self.minimumWidth(), 520)

    def fields(self) -> Iterable[FormField]:
        return SHAPES[_TABLE].fields

    def start_values(self) -> RawObject:
        return {"attributes": []}

    def raw(self) -> RawObject:
        return self.form.result()

    def validate(self) -> tuple[Callable[[Catalog], Catalog] | None, dict[str, str]]:
        values = self.raw()

        def amended(catalog: Catalog) -> Catalog:
            return amend(catalog, _TABLE, values, None)

        try:
            amended(self.context.workspace.catalog)
        except CatalogRefused as refused:
            return None, {refused.field or "key": str(refused.message)}
        return amended, {}

    def save(self, value: Callable[[Catalog], Catalog]) -> str:
        self.context.workspace.amend_catalog(value)
        return as_text(self.raw().get("key")).strip()
