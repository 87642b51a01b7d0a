"""Files of the workspace that cannot be read: which, where in the file, and what to do."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QVBoxLayout

from app.language import Retranslated
from app.widgets.basic import label
from canvas_widgets.look import Look
from canvas_widgets.tooltip import plain
from engine.files import FileError
from engine.i18n import ntr, tr

_SHOWN_ROWS = 4


class BrokenFiles(Retranslated, QFrame):
    """A strip below the table while there are such files. Enter or a double click opens the folder."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setProperty("role", "surface")
        self._look = look
        self._errors: list[FileError] = []
        self._title = label("error")
        self.list = QListWidget()
        self.list.itemActivated.connect(self._on_activated)
        grid = look.sizes.grid
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * grid, grid, 2 * grid, grid)
        layout.setSpacing(grid // 2)
        layout.addWidget(self._title)
        layout.addWidget(self.list)
        look.changed.connect(self.retranslate)
        self.hide()

    def show_errors(self, errors: Sequence[FileError]) -> None:
        self._errors = list(errors)
        self.retranslate()
        self.setVisible(bool(errors))

    def retranslate(self) -> None:
        self._title.setText(
            ntr(
                "{n} file cannot be read. Repair it, or restore an older copy, then press F5.",
                "{n} files cannot be read. Repair them, or restore older copies, then press F5.",
                len(self._errors),
            )
        )
        self.list.setAccessibleName(tr("Files that cannot be read"))
        self.list.clear()
        for error in self._errors:
            item = QListWidgetItem(self._look.icon("alert-circle", "danger"), error_text(error))
            item.setToolTip(plain(str(error.path)))
            item.setData(Qt.ItemDataRole.UserRole, str(error.path.parent))
            self.list.addItem(item)
        rows = min(len(self._errors), _SHOWN_ROWS)
        self.list.setFixedHeight(rows * (self._look.sizes.row + 2) + self._look.sizes.grid)

    def _on_activated(self, item: QListWidgetItem) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(item.data(Qt.ItemDataRole.UserRole)))


def error_words(error: Exception) -> str:
    """What went wrong, of a file also where."""
    return error_text(error) if isinstance(error, FileError) else str(getattr(error, "message", error))


def error_text(error: FileError) -> str:
    """File, line, field and what to do, in one line."""
    name = f"{error.path.parent.name}/{error.path.name}"
    if error.line is None:
        return tr("{file}: {message}", file=name, message=error.message)
    if not error.field:
        return tr("{file}, line {line}: {message}", file=name, line=error.line, message=error.message)
    return tr(
        "{file}, line {line}, {field}: {message}",
        file=name,
        line=error.line,
        field=error.field,
        message=error.message,
    )
