"""The import wizard: choose a file, say what its columns are, watch it being imported."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QCheckBox, QDialog, QFileDialog, QStackedWidget, QVBoxLayout, QWidget

from app import tasks
from app.importing import words
from app.importing.columns import ColumnsEditor
from app.importing.draft import Draft
from app.importing.outcome import Outcome
from app.importing.preview import Preview
from app.importing.reading import ReadingBar
from app.importing.running import Running
from app.opening.opening import TABLES
from app.widgets.announce import announce
from app.widgets.basic import button, label
from app.widgets.dialog import button_row, dialog_column
from app.widgets.empty import EmptyState
from engine.i18n import ntr, tr
from engine.store.imports.survey import Survey, survey

if TYPE_CHECKING:
    from app.window import MainWindow
    from engine.server.wire.imports import ImportAnswer

SUFFIXES = " ".join(f"*{ending}" for ending in TABLES)


class ImportWizard(QDialog):
    """Its steps are pages of one stack: the file, the columns, the outcome."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Import people and events"))
        self.setAcceptDrops(True)
        assert window.workspace is not None
        self._window, self._workspace = window, window.workspace
        self._draft: Draft | None = None
        self._source = ""
        self._task: tasks.Task | None = None
        self._closed = False
        self.running = Running(window.service, self._workspace)
        self.start = EmptyState(window.look, "upload")
        self.reading = ReadingBar(window.look)
        self.columns = ColumnsEditor(window.look)
        self.preview = Preview()
        self.outcome = Outcome(window.look)
        self.file = label("title", wrap=True)
        self.summary = label("muted", wrap=True)
        self.problem = label("warning", wrap=True)
        self.keep = QCheckBox(tr("An empty cell leaves what is known as it is"))
        self.remember = QCheckBox(tr("Remember these columns"))
        self.remember.setChecked(True)
        self.folder = button("", self._choose_folder, tr("Choose a folder of CSV files…"))
        self.other = button("", self._choose_file, tr("Another file…"))
        self.cancel = button("", self.reject, tr("Cancel"))
        self.go = button("primary", self._begin, tr("Import"))
        self.pages = QStackedWidget()
        self._lay_out()
        self._connect()
        self._show_start()

    def choose(self, path: Path) -> None:
        """Read a file as a whole, in the background, then show its columns."""
        self._read(path, None)

    def reject(self) -> None:
        """Cancel what goes on; what does not is left."""
        if self._task is not None:
            self._task.cancel()
            self._show_start()
        elif self.running.active:
            self.running.cancel()
            self.cancel.setEnabled(False)
            self.outcome.show_progress(tr("Cancelling: what was taken is taken back…"), 0, 0)
        else:
            super().reject()

    def done(self, result: int) -> None:
        self._closed = True
        self.running.close()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._task is not None or self.running.active:
            event.ignore()
            self.reject()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._droppable(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if (path := self._droppable(event.mimeData())) is not None:
            event.acceptProposedAction()
            self.choose(path)

    def _droppable(self, data: QMimeData) -> Path | None:
        """The one file that hovers, where nothing goes on that it would interrupt."""
        files = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        busy = self._task is not None or self.running.active
        return files[0] if len(files) == 1 and files[0].is_file() and not busy else None

    # ---- steps

    def _show_start(self) -> None:
        self._task = None
        self.start.set_texts(
            tr("Which people, or what they did?"),
            tr(
                "A CSV file in any encoding, an Excel workbook or a Parquet file. It is only read now: "
                "nothing is taken before you have seen its columns."
            ),
            tr("Choose a file…"),
        )
        self._show_page(self.start, folder=True)

    def _read(self, path: Path, format: Any) -> None:
        self.outcome.show_progress(tr("Reading {file}…", file=path.name), 0, 0)
        self._show_page(self.outcome)
        task = tasks.Task(lambda progress: _read_whole(path, format, progress))
        task.progressed.connect(
            lambda done, total, _text: self.outcome.show_progress(
                tr("Reading {file}…", file=path.name), done, total
            )
        )
        task.done.connect(lambda found: self._on_read(path, *found))
        task.failed.connect(lambda error: self._on_unreadable(path, error))
        self._task = task
        task.start()

    def _on_read(self, path: Path, found: Survey, sheets: list[str]) -> None:
        if self._closed:
            return
        self._task, self._sheets = None, sheets
        if self._draft is not None and self._draft.path == path:
            self._draft.look_again(found)
        else:
            self._draft = Draft.of(path, found, self._workspace.catalog, self._workspace.mappings)
            if (wanted := self._draft.wanted) is not None:
                self._read(path, wanted)
                return
        self._show_columns()

    def _on_unreadable(self, path: Path, error: Exception) -> None:
        if self._closed:
            return
        self._task = None
        if self._draft is not None and self._draft.path == path:  # read in another way than before
            self._show_columns()
            self._say(str(error))
        else:
            self.outcome.show_failure(tr("{file} cannot be imported", file=path.name), str(error))
            self._show_page(self.outcome, other=True)

    def _show_columns(self) -> None:
        draft = self._draft
        assert draft is not None
        self.file.setText(draft.path.name)
        said = [ntr("{n:,} row", "{n:,} rows", draft.survey.rows)]
        if draft.survey.rejected:
            said.append(
                ntr("{n:,} row cannot be read", "{n:,} rows cannot be read", draft.survey.rejected)
                + f" ({draft.survey.rejects[0]})"
            )
        if draft.known is not None:
            said.append(tr("columns as in “{name}”", name=draft.known.name))
        self.summary.setText(" · ".join(said))
        self.reading.show_draft(draft, self._sheets)
        self.columns.show_draft(draft)
        self.preview.show_survey(draft.survey)
        self.keep.setChecked(draft.mapping.keep)
        self.keep.setVisible(draft.mapping.kind == "people")
        self._show_page(self._columns_page, other=True, go=True)
        self._on_changed()
        self.columns.list.setFocus()

    def _on_changed(self) -> None:
        """Say what is missing still; without that nothing can be imported."""
        assert self._draft is not None
        problem = self._draft.problem
        self._say("" if problem is None else str(problem))
        self.go.setEnabled(problem is None)

    def _say(self, problem: str) -> None:
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))

    def _on_kind(self, kind: str) -> None:
        assert self._draft is not None
        self._draft.set_kind(kind)
        self._show_columns()

    def _on_event(self, code: str) -> None:
        if self._draft is not None:
            self._draft.change(event=code or None)
            self._on_changed()

    # ---- the import

    def _begin(self) -> None:
        assert self._draft is not None
        self._draft.change(keep=self.keep.isChecked())
        self._show_page(self.outcome)
        self._source = self._draft.path.name
        self.outcome.show_progress(tr("Importing {file}…", file=self._source), 0, 0)
        self.running.begin(self._draft, remember=self.remember.isChecked())

    def _on_progress(self, done: int, total: int) -> None:
        if self.cancel.isEnabled():
            self.outcome.show_progress(tr("Importing {file}…", file=self._source), done, total)

    def _on_imported(self, answer: ImportAnswer) -> None:
        self.outcome.show_answer(answer)
        self._show_end()
        announce(self, self.outcome.title.text())
        self._window.reload()

    def _on_failed(self, text: str) -> None:
        self.outcome.show_failure(tr("Nothing was imported"), text)
        self._show_page(self.outcome, other=True)
        announce(self, text)

    def _on_undone(self, counts: dict[str, int]) -> None:
        self.outcome.show_undone(words.taken_back(counts), words.stays(counts))
        self._show_end()

    def _show_end(self) -> None:
        self._show_page(self.outcome, other=True)
        self.cancel.setText(tr("Close"))
        self.cancel.setFocus()

    def _undo(self) -> None:
        self.outcome.show_progress(tr("Undoing the import…"), 0, 0)
        self.cancel.setEnabled(False)
        self.running.undo()

    def _save_rejects(self) -> None:
        dialog = QFileDialog(self, tr("Save the rows that were not taken"), str(Path.home()), "CSV (*.csv)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.fileSelected.connect(lambda path: self.running.save_rejects(Path(path)))
        dialog.open()

    # ---- choosing

    def _choose_file(self) -> None:
        filters = [f"{tr('Tables')} ({SUFFIXES})", f"{tr('All files')} (*)"]
        dialog = QFileDialog(self, tr("Choose a file to import"), str(self._workspace.folder.parent))
        dialog.setNameFilters(filters)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.choose(Path(path)))
        dialog.open()

    def _choose_folder(self) -> None:
        dialog = QFileDialog(self, tr("Choose a folder of CSV files"), str(self._workspace.folder.parent))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda path: self.import_folder(Path(path)))
        dialog.open()

    def import_folder(self, folder: Path) -> None:
        """Let the engine import a data folder."""
        self._show_page(self.outcome)
        self._source = folder.name
        self.outcome.show_progress(tr("Importing {file}…", file=self._source), 0, 0)
        self.running.begin_folder(folder)

    # ---- layout

    def _show_page(
        self, page: QWidget, *, folder: bool = False, other: bool = False, go: bool = False
    ) -> None:
        self.pages.setCurrentWidget(page)
        self.folder.setVisible(folder)
        self.other.setVisible(other)
        self.go.setVisible(go)
        self.remember.setVisible(go)
        self.cancel.setEnabled(True)
        self.cancel.setText(tr("Cancel"))

    def _lay_out(self) -> None:
        grid = self._window.look.sizes.grid
        self._columns_page = QWidget()
        column = QVBoxLayout(self._columns_page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(grid)
        column.addWidget(self.file)
        column.addWidget(self.summary)
        column.addWidget(self.reading)
        column.addWidget(self.columns, 3)
        column.addWidget(label("section", tr("First rows")))
        column.addWidget(self.preview, 2)
        column.addWidget(self.keep)
        column.addWidget(self.problem)
        for page in (self.start, self._columns_page, self.outcome):
            self.pages.addWidget(page)
        layout = dialog_column(self)
        layout.addWidget(self.pages, 1)
        layout.addLayout(button_row(self.folder, self.other, self.cancel, self.go, at_left=self.remember))
        self.resize(118 * grid, 84 * grid)

    def _connect(self) -> None:
        self.start.asked.connect(self._choose_file)
        self.reading.kind_chosen.connect(self._on_kind)
        self.reading.event_changed.connect(self._on_event)
        self.reading.format_chosen.connect(self._on_format)
        self.columns.changed.connect(self._on_changed)
        self.outcome.rejects_asked.connect(self._save_rejects)
        self.outcome.undo_asked.connect(self._undo)
        self.running.progressed.connect(self._on_progress)
        self.running.imported.connect(self._on_imported)
        self.running.failed.connect(self._on_failed)
        self.running.undone.connect(self._on_undone)

    def _on_format(self, format: object) -> None:
        assert self._draft is not None
        self._read(self._draft.path, format)


def _read_whole(path: Path, format: Any, progress: tasks.Progress) -> tuple[Survey, list[str]]:
    found = survey(path, format, lambda done, total: progress(*_small(done, total)))
    sheets: list[str] = []
    if found.format.kind == "excel":
        from engine.store.imports.excel import sheets_of

        sheets = sheets_of(path)
    return found, sheets


def _small(done: int, total: int) -> tuple[int, int]:
    """The same share in numbers that a signal of Qt can carry, however large the file."""
    return (1000 * done // total, 1000) if total else (0, 0)
