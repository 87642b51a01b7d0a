"""The dialog that makes a workspace: what it is called, and in which folder its own one is made."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QWidget

from app.widgets import style
from app.widgets.basic import button, label
from app.widgets.dialog import button_row, dialog_column
from app.widgets.fields import LineEdit
from engine.i18n import tr
from engine.shapes.text import NAME_LENGTH

_NOT_IN_NAMES = re.compile(r'[\x00-\x1f<>:"/\\|?*]+')


class NewWorkspaceDialog(QDialog):
    """Signal `asked(folder, name)`: make it there."""

    asked = Signal(object, str)

    def __init__(self, parent: QWidget, place: Path) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("New workspace"))
        self.setMinimumWidth(64 * style.sizes().grid)
        self._place = place
        self.name = LineEdit(tr("Such as the name of your shop"))
        self.name.setMaxLength(NAME_LENGTH)
        self.name.setAccessibleName(tr("Name"))
        self.name.textEdited.connect(self._show)
        self.where = LineEdit()
        self.where.setText(_short(place))
        self.where.setAccessibleName(tr("In the folder"))
        self.where.textEdited.connect(self._show)
        self.told = label("small", wrap=True)
        self.problem = label("error", wrap=True)
        self.create_button = button("primary", self._on_create, tr("Create"))
        self.create_button.setDefault(True)
        self._lay_out()
        self._show()
        self.name.setFocus()

    @property
    def folder(self) -> Path | None:
        """The workspace's own folder; None where its name or its place is missing."""
        name = _NOT_IN_NAMES.sub("-", self.name.text()).strip(" .")
        where = self.where.text().strip()
        return Path(where).expanduser() / name if name and where else None

    def _lay_out(self) -> None:
        grid = style.sizes().grid
        column = dialog_column(self, tr("New workspace"))
        place = QHBoxLayout()
        place.setSpacing(grid)
        place.addWidget(self.where, 1)
        place.addWidget(button("", self._choose, tr("Choose…")))
        column.addWidget(label("label", tr("Name")))
        column.addWidget(self.name)
        column.addSpacing(grid)
        column.addWidget(label("label", tr("In the folder")))
        column.addLayout(place)
        column.addWidget(self.told)
        column.addWidget(self.problem)
        column.addSpacing(grid)
        column.addLayout(button_row(button("", self.reject, tr("Cancel")), self.create_button))

    def _show(self) -> None:
        """Say which folder it becomes, or why it cannot."""
        folder = self.folder
        problem = "" if folder is None else _problem(folder)
        self.told.setText(
            tr("Everything of it is in one folder of its own: plain files, yours alone.")
            if folder is None
            else tr("Everything of it is in {folder}: plain files, yours alone.", folder=_short(folder))
        )
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.create_button.setEnabled(folder is not None and not problem)

    def _choose(self) -> None:
        dialog = QFileDialog(self, tr("Choose the folder that holds it"), self._start())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self._on_chosen)
        dialog.open()

    def _start(self) -> str:
        return str(Path(self.where.text().strip()).expanduser())

    def _on_chosen(self, path: str) -> None:
        self.where.setText(_short(Path(path)))
        self._show()

    def _on_create(self) -> None:
        if (folder := self.folder) is not None:
            self.asked.emit(folder, self.name.text().strip())
            self.accept()


def _short(path: Path) -> str:
    """A path as people write it, from their home on."""
    try:
        return str(Path("~") / path.relative_to(Path.home()))
    except ValueError:
        return str(path)


def _problem(folder: Path) -> str:
    """Why no workspace can be made there, or ""."""
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            return tr("There is something in this folder already. Choose another name.")
    except OSError as error:
        return str(error.strerror or error)
    return ""
