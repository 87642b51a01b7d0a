"""An entry of the catalogue, chosen in a list: judged, saved and deleted by changes of the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.workspace_settings.detail import Detail
from engine.i18n import N_, Message
from engine.workspace.catalog import Catalog
from engine.workspace.catalog_edits import CatalogRefused
from engine.workspace.workspace import Workspace

Change = Callable[[Catalog], Catalog]
"""Makes another catalogue of one. Raises `CatalogRefused`."""


class EntryDetail(Detail):
    """A subclass says how the catalogue changes when it is saved (`saving`) or deleted (`deleting`).

    Attribute `refused_at`: the field where a refusal is shown that names none.
    """

    refused_at = "key"

    def saving(self) -> Change:
        """What puts into a catalogue what the form says now."""
        raise NotImplementedError

    def deleting(self) -> Change:
        """What takes it out of a catalogue."""
        raise NotImplementedError

    def key_saved(self) -> str:
        """Its key once it is saved."""
        raise NotImplementedError

    def judge(self) -> tuple[Change | None, dict[str, str]]:
        change = self.saving()
        try:
            change(self.workspace.catalog)
        except CatalogRefused as refused:
            return None, {refused.field or self.refused_at: str(refused.message)}
        return change, {}

    def write(self, value: Any) -> str:
        key = self.key_saved()
        self._amend(value)
        return key

    def remove(self) -> None:
        self._amend(self.deleting())

    def take_back(self) -> Callable[[], object]:
        self._restoring = _Restoring(self.workspace)
        return self._restoring

    def _amend(self, change: Change) -> None:
        self.workspace.amend_catalog(change)
        self._restoring.after = self.workspace.catalog


class _Restoring:
    """Brings the catalogue back as it was, unless somebody has changed it since `after`."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._before = self.after = workspace.catalog

    def __call__(self) -> None:
        """Raises `CatalogRefused`, `FileError`."""

        def restored(catalog: Catalog) -> Catalog:
            if catalog != self.after:
                raise CatalogRefused(Message(N_("The catalogue has been changed since. Nothing was undone.")))
            return self._before

        self._workspace.amend_catalog(restored)
