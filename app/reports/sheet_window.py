"""What all windows with a painted sheet have: asking the engine, showing what it said, making files of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QRectF, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QFileDialog, QFrame, QScrollArea, QStackedWidget

from app.reports.files import FORMATS, content
from app.reports.ink import Spot
from app.reports.painted import PaintedSheet
from app.reports.view import ReportView
from app.widgets.basic import button
from app.widgets.empty import EmptyState
from app.widgets.on_screen import keep_on_screen
from app.widgets.paths import documents_folder, file_name
from app.widgets.toast import Link
from engine.client import EngineClient
from engine.files import save_bytes
from engine.i18n import tr

if TYPE_CHECKING:
    from app.window import MainWindow

T = TypeVar("T")
_SIZE = (1180, 820)


class SheetWindow(QDialog):
    """A kind of it says how to `refresh`, and what a click on a number does. Files are called as it is.

    Attributes: window_; view; stack (the sheet, or why there is none); again, export (buttons). Signal
    `answered(ms)`: what is shown has come, and took so long.
    """

    answered = Signal(int)

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window, Qt.WindowType.Window)
        self.window_ = window
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*_SIZE)
        keep_on_screen(self)
        self._asked = 0
        self._open = True
        self.finished.connect(self._end)
        self.again = button("ghost", self.refresh, tr("Refresh"))
        self.export = button("primary", self._choose_file, tr("Export…"))
        for widget in (self.again, self.export):
            widget.setAutoDefault(False)
        self.view = ReportView(window.look)
        self.view.asked.connect(self.on_spot)
        self.view.reached.connect(self._show_area)
        self.area = QScrollArea(widgetResizable=True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setWidget(self.view)
        self.waiting = EmptyState(window.look, "loader-2")
        self.waiting.set_texts(tr("One moment…"))
        self.trouble = EmptyState(window.look, "alert-triangle")
        self.stack = QStackedWidget()
        for page in (self.waiting, self.trouble, self.area):
            self.stack.addWidget(page)

    def refresh(self) -> None:
        """Ask the engine anew."""
        raise NotImplementedError

    def on_spot(self, spot: Spot) -> None:
        """A number was clicked."""
        raise NotImplementedError

    def ask(self, work: Callable[[EngineClient], T], done: Callable[[T], None]) -> None:
        """Ask the engine for what is to be shown; an answer counts only until something else is asked."""
        if self.view.sheet is None:
            self.stack.setCurrentWidget(self.waiting)
        self._asked += 1
        asked, began = self._asked, monotonic()

        def show(answer: T) -> None:
            if asked == self._asked:
                done(answer)
                self.answered.emit(round(1000 * (monotonic() - began)))

        self.use(work, show)

    def ask_nothing(self) -> None:
        """Nothing is to be shown: no answer counts any more."""
        self._asked += 1

    def use(self, work: Callable[[EngineClient], T], done: Callable[[T], None]) -> None:
        """Ask the engine; what goes wrong is said. After the window has closed nobody wants to know."""
        service = self.window_.service
        if service is not None:
            service.use(
                work,
                lambda answer: done(answer) if self._open else None,
                lambda error: self._fail(error) if self._open else None,
            )

    def show_sheet(self, sheet: PaintedSheet, *, stay: bool = False) -> None:
        """stay: it is the same, later: the keyboard stays at its number."""
        self.view.show_sheet(sheet, stay=stay)
        self.export.setEnabled(True)
        self.stack.setCurrentWidget(self.area)

    def write(self, path: Path, format: str) -> None:
        """Write the sheet into a file, and say where it is or why it is not."""
        if self.view.sheet is None:
            return
        try:
            save_bytes(path, content(self.view.sheet, format))
        except OSError as error:
            self.window_.show_error(error)
            return
        folder = QUrl.fromLocalFile(str(path.parent.absolute()))
        link = Link(tr("Open folder"), lambda: QDesktopServices.openUrl(folder))
        self.window_.toast.show_message(tr("Exported to {file}.", file=path.name), link=link)

    def _end(self) -> None:
        self._open = False

    def _show_area(self, area: QRectF) -> None:
        middle = area.center().toPoint()
        self.area.ensureVisible(middle.x(), middle.y(), 50, 120)

    def _choose_file(self) -> None:
        proposed = documents_folder() / file_name(self.windowTitle(), "pdf")
        dialog = QFileDialog(self, tr("Export"), str(proposed))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        filters = {f"{tr(name)} (*.{format})": format for format, name in FORMATS.items()}
        dialog.setNameFilters(list(filters))
        dialog.setDefaultSuffix("pdf")
        dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(filters.get(chosen, "pdf")))

        def write(chosen: str) -> None:
            format = Path(chosen).suffix.lower().removeprefix(".")
            known = format if format in FORMATS else filters.get(dialog.selectedNameFilter(), "pdf")
            self.write(Path(chosen), known)

        dialog.fileSelected.connect(write)
        dialog.open()

    def _fail(self, error: Exception) -> None:
        if self.view.sheet is None:
            self.trouble.set_texts(tr("There is no report."), str(error))
            self.stack.setCurrentWidget(self.trouble)
        else:
            self.window_.show_error(error)
