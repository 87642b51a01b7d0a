"""Exporting and printing the canvas of the open campaign."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QPageLayout
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QFileDialog

from app.exporting.dialog import ExportDialog
from app.exporting.options import FORMATS, PICTURES, Options, making, with_ending, written
from app.tasks import SlicedTask, Task, run
from app.widgets.busy import BusyDialog
from app.widgets.paths import documents_folder, file_name
from app.widgets.toast import Link
from canvas_widgets.export import on_paper
from canvas_widgets.look import Look, Theme
from canvas_widgets.picture import Picture, shown_area
from engine.files import save_bytes
from engine.i18n import tr

if TYPE_CHECKING:
    from app.editor.page import EditorPage
    from app.window import MainWindow

BUSY_AFTER_MS = 400


class ExportCommands:
    """Asks what is wanted, then makes it in slices. What was chosen last is offered the next time."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._options = Options()
        self._folder: Path | None = None

    def to_file(self) -> None:
        """Ask for format and file, then write it."""
        self._ask(for_paper=False)

    def to_paper(self) -> None:
        """Ask for what and for a printer, then print it."""
        self._ask(for_paper=True)

    def _ask(self, *, for_paper: bool) -> None:
        page = self._window.the_editor
        page.view.notes.finish()
        chosen = page.scene.chosen
        ExportDialog(
            self._window,
            self._window.look,
            self._options,
            area=lambda only: shown_area(page.scene, chosen if only else None),
            has_selection=any(chosen),
            has_counts=page.scene.stage.counts is not None,
            for_paper=for_paper,
            confirmed=partial(self._on_printing if for_paper else self._on_exporting, page),
        ).open()

    # Into a file -------------------------------------------------------------------------------------------

    def _on_exporting(self, page: EditorPage, options: Options) -> None:
        self._options = options
        name = file_name(page.session.document.attributes.name, options.format)
        dialog = QFileDialog(self._window, tr("Export"), str(self._start_folder() / name))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(options.format)
        dialog.setNameFilter(f"{tr(FORMATS[options.format])} (*.{options.format})")
        dialog.fileSelected.connect(lambda path: self.write(page, options, Path(path)))
        dialog.open()

    def write(self, page: EditorPage, options: Options, path: Path) -> Task | SlicedTask:
        """Write the picture or text into a file, and say where it is or why it is not."""
        path = with_ending(path, options.format)
        self._folder = path.parent
        if options.format not in PICTURES:
            document, lookup = page.session.document.copy(), page.session.lookup
            return run(
                lambda: save_bytes(path, written(document, lookup, options.format)),
                lambda _saved: self._on_exported(path),
                self._window.show_error,
            )
        picture = self._picture(page, options)
        task = SlicedTask(making(picture, options), lambda content: save_bytes(path, content()))
        task.done.connect(lambda _saved: self._on_exported(path))
        self._start(task, picture, tr("Exporting"))
        return task

    def _on_exported(self, path: Path) -> None:
        folder = QUrl.fromLocalFile(str(path.parent.absolute()))
        link = Link(tr("Open folder"), lambda: QDesktopServices.openUrl(folder))
        self._window.toast.show_message(tr("Exported to {file}.", file=path.name), link=link)

    def _start_folder(self) -> Path:
        return documents_folder() if self._folder is None else self._folder

    # On paper ----------------------------------------------------------------------------------------------

    def _on_printing(self, page: EditorPage, options: Options) -> None:
        self._options = replace(options, format=self._options.format)
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setDocName(page.session.document.attributes.name)
        area = shown_area(page.scene, page.scene.chosen if options.selection else None)
        wide = area.width() > area.height()
        printer.setPageOrientation(
            QPageLayout.Orientation.Landscape if wide else QPageLayout.Orientation.Portrait
        )
        dialog = QPrintDialog(printer, self._window)
        dialog.accepted.connect(lambda: self.print_on(page, options, printer))
        QDialog.open(dialog)  # its own needs a receiver by name

    def print_on(self, page: EditorPage, options: Options, printer: QPrinter) -> SlicedTask:
        """Print one page, and say that it is on its way or why it is not."""
        picture = self._picture(page, options)
        task = SlicedTask(on_paper(picture, printer), lambda sheet: sheet.end())
        task.done.connect(lambda _sheet: self._say(tr("Printed.")))
        self._start(task, picture, tr("Printing"))
        return task

    # Both --------------------------------------------------------------------------------------------------

    def _picture(self, page: EditorPage, options: Options) -> Picture:
        look = Look(Theme.LIGHT, motion=False) if options.light else self._window.look
        counts = page.scene.stage.counts if options.counts else None
        only = page.scene.chosen if options.selection else None
        return Picture(page.session.document, page.session.workspace, look, counts, only)

    def _start(self, task: SlicedTask, picture: Picture, title: str) -> None:
        for ended in (task.done, task.failed, task.cancelled):
            ended.connect(lambda *_outcome: picture.close())
        task.failed.connect(self._window.show_error)
        waiting = QTimer(task, singleShot=True, interval=BUSY_AFTER_MS)
        waiting.timeout.connect(lambda: BusyDialog(self._window, self._window.look, title, task).open())
        for ended in (task.done, task.failed, task.cancelled):
            ended.connect(waiting.stop)
        waiting.start()
        task.start()

    def _say(self, text: str) -> None:
        self._window.toast.show_message(text)
