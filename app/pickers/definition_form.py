"""What the forms of the catalogue's definitions share: they change `catalog.json`, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import shiboken6
from PySide6.QtWidgets import QWidget

from app.editors.base import Context, RawObject
from app.pickers.form_dialog import FormDialog, judged
from app.widgets.basic import label
from app.widgets.debounce import Debounce
from engine.i18n import tr
from engine.workspace.catalog import CATALOG, Catalog


class DefinitionDialog(FormDialog):
    """Base of the dialogs that make or change a definition; `key` is that of the one that is changed.

    The people in each of its parts are counted while one edits, where `context.figures` is given.
    """

    width_in_grid = 72

    def __init__(self, parent: QWidget | None, context: Context, key: str = "") -> None:
        self.key = key
        self.figures = label("small", "", wrap=True)
        self._asked = 0
        own = Context(context.workspace, now=context.now, figures=context.figures)
        super().__init__(parent, own)
        self._later = Debounce(self, self._count)
        self.on_form_changed()

    def retranslate_frame(self) -> None:
        super().retranslate_frame()
        if self.key:
            self.create_button.setText(tr("Save"))

    def below(self) -> QWidget | None:
        return self.figures

    def catalog_with(self, raw: RawObject) -> tuple[Catalog | None, dict[str, str]]:
        """The catalogue with the definition in it, or None and what is wrong by path."""
        raise NotImplementedError

    def order(self, catalog: Catalog) -> RawObject | None:
        """What to ask for the figures; None where there are none."""
        return None

    def words(self, people: Mapping[str, int]) -> str:
        """The figures in words."""
        raise NotImplementedError

    def on_form_changed(self) -> None:
        if self.context.figures is not None:
            self._later.start()

    def amend(self, change: Callable[[Catalog], Catalog]) -> None:
        """Change the catalogue as it is now. Raises `FileError`."""
        self.context.workspace.amend_catalog(change)

    def _count(self) -> None:
        catalog, errors = self.catalog_with(self.raw())
        order = None if catalog is None or errors else self.order(catalog)
        self._asked += 1
        if order is None or self.context.figures is None:
            self.figures.setText("")
            return
        asked = self._asked
        self.figures.setText(tr("Counting…"))
        self.context.figures(order, lambda found: self._on_counted(asked, found))

    def _on_counted(self, asked: int, found: Mapping[str, int] | str) -> None:
        if shiboken6.isValid(self) and asked == self._asked:
            self.figures.setText(found if isinstance(found, str) else self.words(found))


def in_catalog(catalog: Catalog, table: str, entries: Any) -> tuple[Catalog | None, dict[str, str]]:
    """The catalogue with another table, checked; or None, and what is wrong by path below the table."""
    raw: RawObject = {**catalog.canonical(), table: entries}
    found, errors = judged(CATALOG.adapter, raw)
    return found, {path.removeprefix(f"{table}."): sentence for path, sentence in errors.items()}
