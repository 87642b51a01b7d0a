"""Long work on show: what is done, how far it is, and a way to stop it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QProgressBar, QWidget

from app.tasks import Task
from app.widgets.basic import button, label, set_property
from app.widgets.dialog import button_row, dialog_column
from canvas_widgets.look import Look
from engine.i18n import tr


class BusyDialog(QDialog):
    """Stands over the window while a task runs, and goes with it. Cancel asks the task to stop."""

    def __init__(self, parent: QWidget, look: Look, title: str, task: Task) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self._task, self._ended = task, False
        self.text = label("muted", wrap=True)
        self.bar = QProgressBar(textVisible=False)
        self._still = not look.duration
        self._show_progress(0, 0)
        self.cancel = button("", self._on_cancel, tr("Cancel"))
        grid = look.sizes.grid
        self.setFixedWidth(look.sizes.panel + 8 * grid)
        layout = dialog_column(self, title)
        layout.addWidget(self.text)
        layout.addWidget(self.bar)
        layout.addLayout(button_row(self.cancel))
        task.progressed.connect(self._on_progress)
        for signal in (task.done, task.failed, task.cancelled):
            signal.connect(self._on_end)

    def reject(self) -> None:
        if self._ended:
            super().reject()
        else:
            self._on_cancel()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._ended:
            event.ignore()
            self._on_cancel()

    def _on_progress(self, done: int, total: int, text: str) -> None:
        self._show_progress(done, total)
        if text:
            self.text.setText(text)

    def _show_progress(self, done: int, total: int) -> None:
        """How far it is; where that is not known, a bar that runs, or with reduced motion a pale one."""
        pale = not total and self._still
        set_property(self.bar, "state", "pale" if pale else "")
        self.bar.setRange(0, 1 if pale else total)
        self.bar.setValue(1 if pale else done)

    def _on_cancel(self) -> None:
        self.cancel.setEnabled(False)
        self.text.setText(tr("Stopping…"))
        self._task.cancel()

    def _on_end(self, *_outcome: object) -> None:
        self._ended = True
        self.accept()
