"""What the forms of the catalogue's definitions share: they change `catalog.json`, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import shiboken6
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.editors.base import Context, RawObject
from app.pickers.form_dialog import FormDialog, judged
from app.widgets import style
from app.widgets.basic import label
from app.widgets.debounce import Debounce
from app.widgets.layouts import row
from engine.i18n import tr
from engine.workspace.catalog import CATALOG, Catalog


class People(QFrame):
    """Lines about people: a heading, and below it the others in two columns."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "well")
        self.head = label("small", wrap=True)
        self.columns = label("small", wrap=True), label("small", wrap=True)
        grid = style.sizes().grid
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * grid, grid, 2 * grid, grid)
        column.setSpacing(grid // 2)
        column.addWidget(self.head)
        line = row(spacing=2 * grid)
        for side in self.columns:
            line.addWidget(side, 1)
        column.addLayout(line)
        self.show_lines(())

    def show_lines(self, lines: Sequence[str]) -> None:
        """Show these; nothing at all where there are none."""
        self.setVisible(bool(lines))
        self.head.setText(lines[0] if lines else "")
        rest = lines[1:]
        half = -(-len(rest) // 2)
        for side, part in zip(self.columns, (rest[:half], rest[half:]), strict=True):
            side.setText("\n".join(part))
            side.setVisible(bool(part))


class DefinitionDialog(FormDialog):
    """Base of the dialogs that make or change a definition; `key` is that of the one that is changed.

    The people in each of its parts are counted while one edits, where `context.figures` is given.
    """

    width_in_grid = 72

    def __init__(self, parent: QWidget | None, context: Context, key: str = "") -> None:
        self.key = key
        self.figures = People()
        self._asked = 0
        own = Context(context.workspace, now=context.now, figures=context.figures)
        super().__init__(parent, own)
        self._later = Debounce(self, self._count)
        self.on_form_changed()

    def retranslate_frame(self) -> None:
        super().retranslate_frame()
        if self.key:
            self.create_button.setText(tr("Save"))

    def foot(self) -> QWidget | None:
        return self.figures

    def catalog_with(self, raw: RawObject) -> tuple[Catalog | None, dict[str, str]]:
        """The catalogue with the definition in it, or None and what is wrong by path."""
        raise NotImplementedError

    def order(self, catalog: Catalog) -> RawObject | None:
        """What to ask for the figures; None where there are none."""
        return None

    def words(self, people: Mapping[str, int]) -> Sequence[str]:
        """The figures in words, each a line; the first one may be a heading."""
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
            self.figures.show_lines(())
            return
        asked = self._asked
        self.figures.show_lines([tr("Counting…")])
        self.context.figures(order, lambda found: self._on_counted(asked, found))

    def _on_counted(self, asked: int, found: Mapping[str, int] | str) -> None:
        if shiboken6.isValid(self) and asked == self._asked:
            self.figures.show_lines([found] if isinstance(found, str) else self.words(found))


def in_catalog(catalog: Catalog, table: str, entries: Any) -> tuple[Catalog | None, dict[str, str]]:
    """The catalogue with another table, checked; or None, and what is wrong by path below the table."""
    raw: RawObject = {**catalog.canonical(), table: entries}
    found, errors = judged(CATALOG.adapter, raw)
    return found, {path.removeprefix(f"{table}."): sentence for path, sentence in errors.items()}
