"""The last imports: what each brought, the rows that it did not take, and undoing it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QDialog, QFileDialog, QHeaderView

from app.importing import words as counted
from app.people import words
from app.widgets.ask import Choice, ask
from app.widgets.basic import button, label
from app.widgets.dialog import button_row, dialog_column
from app.widgets.paged_table import PagedTable
from engine.i18n import tr

if TYPE_CHECKING:
    from app.window import MainWindow
    from engine.client import EngineClient
    from engine.server.wire.imports import KnownImport

T = TypeVar("T")


class ImportsDialog(QDialog):
    """Signal `changed()`: an import was undone."""

    changed = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Imports"))
        assert window.workspace is not None
        self._window, self._closed = window, False
        self._zone = ZoneInfo(window.workspace.settings.time_zone)
        self._imports: list[KnownImport] = []
        self.table = PagedTable(4)
        self.table.set_titles(tr("Imports"), [tr("File"), tr("When"), tr("State"), tr("What it did")])
        self.table.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.table.itemSelectionChanged.connect(self._follow)
        header = self.table.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        for section, width in enumerate((200, 176, 96)):
            header.resizeSection(section, width)
        self.text = label("muted", tr("Asking the engine…"), wrap=True)
        self.rejects = button("", self._save_rejects, tr("Save the rows that were not taken…"))
        self.undo = button("", self._ask_to_undo, tr("Undo…"))
        self._lay_out()
        self._follow()
        self.refresh()

    def refresh(self) -> None:
        """Ask the engine anew."""
        self._use(lambda client: client.imports(), self.show_imports)

    def show_imports(self, imports: Sequence[KnownImport]) -> None:
        """Show the engine's answer."""
        self._imports = list(imports)
        self.table.clear()
        rows = []
        for one in imports:
            did = [*counted.imported(one.counts)]
            if one.counts.get("rejected"):
                did.append(tr("rows not taken: {n:,}", n=one.counts["rejected"]))
            when = words.moment(one.started_at, self._zone)
            rows.append([one.source, when, words.import_state(one.state), " · ".join(did)])
        self.table.add(rows, more=False)
        self.text.setText(
            tr("Of the last ten it is known what was there before: they can be undone.")
            if imports
            else tr("Nothing has been imported yet.")
        )
        if rows:
            self.table.table.selectRow(0)
        self._follow()

    def done(self, result: int) -> None:
        self._closed = True
        super().done(result)

    @property
    def _selected(self) -> KnownImport | None:
        rows = self.table.selected()
        return self._imports[rows[0]] if rows and rows[0] < len(self._imports) else None

    def _follow(self) -> None:
        one = self._selected
        self.undo.setEnabled(one is not None and one.undoable)
        self.rejects.setEnabled(one is not None and one.rejects)

    def _ask_to_undo(self) -> None:
        one = self._selected
        if one is None:
            return
        text = tr(
            "The people and events that it brought are deleted, and what it changed is as before. What "
            "others use by now stays: people who are or were in campaigns, events that let somebody in, "
            "values changed since, people who were merged."
        )
        ask(
            self,
            tr("Undo the import of “{source}”?", source=one.source),
            text,
            Choice(tr("Undo the import"), lambda: self._undo(one.id), "danger"),
        )

    def _undo(self, id: int) -> None:
        self.undo.setEnabled(False)
        self.text.setText(tr("Undoing the import…"))
        self._use(lambda client: client.undo_import(id), self._on_undone)

    def _on_undone(self, counts: dict[str, int]) -> None:
        lines = [tr("The import is undone"), *counted.taken_back(counts)]
        stays = counted.stays(counts)
        if stays:
            lines += [tr("This stays, for it is in use:"), *stays]
        self.changed.emit()
        self._use(lambda client: client.imports(), lambda found: self._show_after(found, lines))

    def _show_after(self, imports: Sequence[KnownImport], lines: Sequence[str]) -> None:
        self.show_imports(imports)
        self.text.setText(" · ".join(lines))

    def _save_rejects(self) -> None:
        if (one := self._selected) is None:
            return
        dialog = QFileDialog(self, tr("Save the rows that were not taken"), str(Path.home()), "CSV (*.csv)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.fileSelected.connect(lambda path: self._save(one.id, Path(path)))
        dialog.open()

    def _save(self, id: int, path: Path) -> None:
        self._use(
            lambda client: client.save_rejects(id, path),
            lambda _answer: self.text.setText(tr("Saved as {file}.", file=path.name)),
        )

    def _use(self, work: Callable[[EngineClient], T], done: Callable[[T], None]) -> None:
        service = self._window.service
        if service is not None:
            service.use(
                work,
                lambda answer: None if self._closed else done(answer),
                lambda error: None if self._closed else self._on_failed(error),
            )

    def _on_failed(self, error: Exception) -> None:
        self.text.setText(str(error))
        self._follow()

    def _lay_out(self) -> None:
        grid = self._window.look.sizes.grid
        layout = dialog_column(self, tr("Imports"))
        layout.addWidget(self.table, 1)
        layout.addWidget(self.text)
        close = button("primary", self.accept, tr("Close"))
        layout.addLayout(button_row(self.rejects, self.undo, close))
        self.resize(100 * grid, 56 * grid)
