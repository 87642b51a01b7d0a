"""An uploaded list: its people are those whose ids a CSV file holds."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.language import Retranslated
from app.widgets.basic import LinkButton, button, label
from engine.i18n import ntr, tr
from engine.workspace.audience import AudienceFile

if TYPE_CHECKING:
    from app.window import MainWindow

UNKNOWN_NAME = "unknown-ids-{id}.csv"


class ListBox(Retranslated, QWidget):
    """Signal `uploaded()`. The file is read by the engine; ids that nobody has can be saved."""

    uploaded = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__()
        self._window = window
        self._file: AudienceFile | None = None
        self._unknown: Path | None = None
        self._label = label("label")
        self._hint = label("small", wrap=True)
        self._replace = button("", partial(self._choose, False))
        self._add = button("", partial(self._choose, True))
        self.outcome = label("small", wrap=True)
        self._save = LinkButton("")
        self._save.clicked.connect(self._choose_unknown)
        self._save.hide()
        grid = window.look.sizes.grid
        buttons = QHBoxLayout()
        buttons.setSpacing(grid)
        buttons.addWidget(self._replace)
        buttons.addWidget(self._add)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(grid)
        for part in (self._label, self._hint):
            column.addWidget(part)
        column.addLayout(buttons)
        column.addWidget(self.outcome)
        column.addWidget(self._save)
        self.retranslate()

    def show_list(self, file: AudienceFile | None) -> None:
        """The saved list that can be filled; None while it is not saved yet."""
        if file is None or self._file is None or file.id != self._file.id:
            self.outcome.setText("")
            self._save.hide()
        self._file = file if file is not None and file.list is not None else None
        for control in (self._replace, self._add):
            control.setEnabled(self._file is not None)

    def retranslate(self) -> None:
        self._label.setText(tr("People of the list"))
        self._hint.setText(
            tr(
                "A CSV file whose first column holds ids of the chosen type; other columns are passed over. "
                "Save the list first."
            )
        )
        self._replace.setText(tr("Upload and replace…"))
        self._add.setText(tr("Upload and add…"))
        self._save.setText(tr("Save the ids that nobody has…"))

    def upload(self, source: Path, add: bool) -> None:
        """Let the engine take the people of a file."""
        file, service = self._file, self._window.service
        if file is None or service is None:
            return
        unknown = service.workspace / ".engine" / UNKNOWN_NAME.format(id=file.id)
        self.outcome.setText(tr("Reading {file}…", file=source.name))
        service.use(
            lambda client: client.upload_list(file.id, source, add=add, unknown=unknown),
            partial(self._on_uploaded, unknown),
            lambda error: self.outcome.setText(str(error)),
        )

    def save_unknown(self, target: Path) -> None:
        """Copy the ids that nobody has to where one wants them."""
        if self._unknown is not None:
            try:
                shutil.copyfile(self._unknown, target)
            except OSError as error:
                self._window.show_error(error)

    def _choose(self, add: bool) -> None:
        dialog = QFileDialog(self._window, tr("Upload a list"), str(Path.home()), "CSV (*.csv *.txt)")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.upload(Path(path), add))
        dialog.open()

    def _choose_unknown(self) -> None:
        dialog = QFileDialog(self._window, tr("Save the ids that nobody has"), "", "CSV (*.csv)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile("unknown-ids.csv")
        dialog.fileSelected.connect(lambda path: self.save_unknown(Path(path)))
        dialog.open()

    def _on_uploaded(self, unknown: Path, done: Any) -> None:
        self._unknown = unknown
        parts = [
            ntr("{n:,} id", "{n:,} ids", done.ids),
            ntr("{n:,} person in the audience", "{n:,} people in the audience", done.size),
        ]
        if done.unknown:
            parts.append(ntr("{n:,} id that nobody has", "{n:,} ids that nobody has", done.unknown))
        if done.repeated:
            parts.append(ntr("{n:,} repetition", "{n:,} repetitions", done.repeated))
        self.outcome.setText(" · ".join(parts))
        self._save.setVisible(bool(done.unknown))
        self.uploaded.emit()
