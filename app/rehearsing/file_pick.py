"""Choosing a file or a folder: its name, and a button that asks for another."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from app.widgets.basic import ElidedLabel, button
from app.widgets.layouts import row
from engine.i18n import tr


class FilePick(QWidget):
    """Signal `chosen()`. folder: whether a folder is asked for; nothing: what stands there without one."""

    chosen = Signal()

    def __init__(self, title: str, nothing: str, *, folder: bool) -> None:
        super().__init__()
        self._title, self._nothing, self._folder = title, nothing, folder
        self._path: Path | None = None
        self._name = ElidedLabel("muted", fills=True)
        self.button = button("", self._ask, tr("Choose…"))
        line = row(self)
        line.addWidget(self._name, 1)
        line.addWidget(self.button)
        self.setFocusProxy(self.button)
        self.set_path(None)

    def path(self) -> Path | None:
        return self._path

    def set_path(self, path: Path | None) -> None:
        self._path = path
        self._name.setText(self._nothing if path is None else str(path))

    def _ask(self) -> None:
        start = str(Path.home() if self._path is None else self._path.parent)
        dialog = QFileDialog(self.window(), self._title, start)
        if self._folder:
            dialog.setFileMode(QFileDialog.FileMode.Directory)
        else:
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
            dialog.setNameFilters([f"{tr('CSV files')} (*.csv *.txt)", f"{tr('All files')} (*)"])
        dialog.fileSelected.connect(self._on_selected)
        dialog.open()

    def _on_selected(self, path: str) -> None:
        self.set_path(Path(path))
        self.chosen.emit()
