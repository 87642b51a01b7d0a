"""An import that runs, and what came of it: progress and Cancel, then counts, rejected rows and Undo."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from app.importing import words
from app.widgets.basic import button, label, set_property
from canvas_widgets.look import Look
from engine.i18n import ntr, tr
from engine.server.wire.imports import ImportAnswer

_LISTED = 8


class Outcome(QWidget):
    """Signals: `rejects_asked()`; `undo_asked()`."""

    rejects_asked = Signal()
    undo_asked = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._still = not look.duration
        self.title = label("title", wrap=True)
        self.text = label("muted", wrap=True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.bar = QProgressBar(textVisible=False)
        self.rejects = label("warning", wrap=True)
        self.rejects.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.save = button("", self.rejects_asked.emit, tr("Save the rows that were not taken…"))
        self.undo = button("", self.undo_asked.emit, tr("Undo this import"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.sizes.grid)
        for widget in (self.title, self.bar, self.text, self.rejects):
            column.addWidget(widget)
        row = QHBoxLayout()
        row.addWidget(self.save)
        row.addWidget(self.undo)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(1)

    def show_progress(self, title: str, done: int, total: int) -> None:
        """Show how far it is; total 0 where that is not known."""
        self.title.setText(title)
        self.text.setText(f"{100 * done // total} %" if total else "")
        pale = not total and self._still
        set_property(self.bar, "state", "pale" if pale else "")
        # Whole bytes of a large file are more than a progress bar can count.
        self.bar.setRange(0, 1 if pale else (1000 if total else 0))
        self.bar.setValue(1 if pale else (1000 * done // total if total else 0))
        self._show(progress=True)

    def show_answer(self, answer: ImportAnswer) -> None:
        """Show what was imported, and what was not."""
        lines = words.imported(answer.counts)
        self.title.setText(tr("Imported") if lines else tr("There was nothing to import."))
        self.text.setText("\n".join([*lines, *answer.notes[:_LISTED]]))
        rejected = [f"{one.line}: {one.text}" if one.line else one.text for one in answer.rejects[:_LISTED]]
        refused = ntr("{n:,} row was not taken:", "{n:,} rows were not taken:", answer.rejected)
        self.rejects.setText("\n".join([refused, *rejected]))
        self._show(rejects=bool(answer.rejected), undo=bool(lines))

    def show_undone(self, taken_back: list[str], stays: list[str]) -> None:
        """Show what undoing took back, and what stays."""
        self.title.setText(tr("The import is undone"))
        self.text.setText("\n".join(taken_back) or tr("There was nothing to take back."))
        self.rejects.setText("\n".join([tr("This stays, for it is in use:"), *stays]))
        self._show(rejects=bool(stays), save=False)

    def show_failure(self, title: str, text: str) -> None:
        """Show why nothing was imported, or undone."""
        self.title.setText(title)
        self.text.setText(text)
        self._show()

    def _show(
        self, *, progress: bool = False, rejects: bool = False, save: bool | None = None, undo: bool = False
    ) -> None:
        self.bar.setVisible(progress)
        self.rejects.setVisible(rejects)
        self.save.setVisible(rejects if save is None else save)
        self.undo.setVisible(undo)
