"""Opening, making and filling workspaces; the sample workspace of a first start."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog

from app import tasks
from app.campaign_list import loading
from app.campaign_list.broken import error_words
from app.campaign_list.loading import Loaded
from app.tabs.leaving import Agreed
from app.tasks import Task
from app.widgets.ask import Choice, ask
from app.widgets.busy import BusyDialog
from engine.i18n import current_language, tr
from engine.shapes.text import NAME_LENGTH
from engine.workspace.engine_folder import user_data_folder
from engine.workspace.workspace import SETTINGS_NAME, Workspace

if TYPE_CHECKING:
    from app.window import MainWindow

SAMPLE_FOLDER = "sample-workspace"
MakeSample = Callable[[Path, str, tasks.Progress], None]
Then = Callable[[], None]


class WorkspaceCommands:
    """The commands; `make_sample` is what tests replace. `reading`: what a workspace that was asked for waits
    for, None where none was."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.make_sample: MakeSample = _make_sample
        self.reading: Task | None = None

    def load(self, folder: Path, then: Then | None = None) -> None:
        """Read a workspace in the background and show it; asks first what becomes of what is not saved."""
        window = self._window
        if (
            window.editors
            and window.workspace is not None
            and folder.resolve() == window.workspace.folder.resolve()
        ):
            window.tabs.show_page(None)
            window.dialogs.hide_start_page()
            if then is not None:
                then()
            return

        def read(agreed: Agreed) -> None:
            window.list_page.show_reading()
            self._read(Task(lambda _progress: loading.load(folder)), agreed, then, self.on_unreadable)

        window.leaving.ask(read)

    def begin(self, then: Then | None = None) -> None:
        """Open the last workspace; on a first start show where one can begin."""
        last = self._window.preferences.workspace
        if last is not None and (last / SETTINGS_NAME).exists():
            self._window.load(last, then)
        else:
            self._window.dialogs.start_page()
            if then is not None:
                then()

    def open_sample(self, then: Then | None = None) -> None:
        """Open the sample workspace; makes it first, with progress, where it is not there."""
        folder = sample_folder()
        if (folder / SETTINGS_NAME).exists():
            self._window.load(folder, then)
        else:
            self._window.leaving.ask(lambda agreed: self._make(folder, agreed, then))

    def _make(self, folder: Path, agreed: Agreed, then: Then | None) -> None:
        language = current_language()
        task = Task(lambda progress: self._sample(folder, language, progress))
        BusyDialog(self._window, self._window.look, tr("Making a sample workspace"), task).open()
        self._read(task, agreed, then, self._window.show_error)

    def choose(self) -> None:
        """Ask for a folder, and open it."""
        dialog = QFileDialog(self._window, tr("Open workspace"), str(self._parent()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda path: self._window.load(Path(path)))
        dialog.open()

    def create(self) -> None:
        """Ask for a name and a place, and make a workspace there."""
        from app.workspaces.new import NewWorkspaceDialog

        dialog = NewWorkspaceDialog(self._window, self._parent())
        dialog.asked.connect(self.create_in)
        dialog.open()

    def import_data(self, path: Path | None = None) -> None:
        """Open the import wizard, with a file that was chosen already."""
        from app.importing.wizard import ImportWizard

        wizard = ImportWizard(self._window)
        wizard.open()
        if path is not None:
            wizard.choose(path)

    def on_unreadable(self, error: Exception) -> None:
        """The workspace cannot be opened: say why, and offer the others."""
        ask(
            self._window,
            tr("This workspace cannot be opened"),
            error_words(error),
            Choice(tr("Open sample workspace"), self.open_sample, ""),
            Choice(tr("Open another workspace"), self.choose),
        )

    def _sample(self, folder: Path, language: str, progress: tasks.Progress) -> Loaded:
        """Made beside its place and then moved there: what was cut short leaves no half a workspace."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder.parent, prefix=".new-") as temporary:
            made = Path(temporary) / folder.name
            self.make_sample(made, language, progress)
            made.rename(folder)
        return loading.load(folder)

    def create_in(self, folder: Path, name: str = "") -> None:
        """Make a workspace, named like its folder unless it has a name, and open it."""

        called = (name or folder.name)[:NAME_LENGTH]

        def work() -> Loaded:
            Workspace.create(folder, called, local_time_zone(), current_language())
            return loading.load(folder)

        def make(agreed: Agreed) -> None:
            self._read(Task(lambda _progress: work()), agreed, None, self._window.show_error)

        self._window.leaving.ask(make)

    def _read(
        self, task: Task, agreed: Agreed, then: Then | None, failed: Callable[[Exception], object]
    ) -> None:
        """Show the workspace that a task reads, unless another one is asked for meanwhile."""

        def fail(error: Exception) -> None:
            if self._is_over(task):
                failed(error)

        task.done.connect(partial(self._on_read, task, agreed, then))
        task.failed.connect(fail)
        task.cancelled.connect(partial(self._is_over, task))
        self.reading = task
        task.start()

    def _on_read(self, task: Task, agreed: Agreed, then: Then | None, loaded: Loaded) -> None:
        """Show it, once a dialog about the one on show is through; what was done since is asked about."""
        modal = QApplication.activeModalWidget()
        if isinstance(modal, QDialog):
            again = partial(self._on_read, task, agreed, then, loaded)
            modal.finished.connect(lambda _result: QTimer.singleShot(0, again))
            return

        def show(_agreed: Agreed) -> None:
            self._window.show_loaded(loaded)
            if then is not None:
                then()

        if self._is_over(task):
            self._window.leaving.ask(show, agreed)

    def _is_over(self, task: Task) -> bool:
        """Whether it was what is waited for; from now on it is not."""
        if task is not self.reading:
            return False
        self.reading = None
        return True

    def _parent(self) -> Path:
        workspace = self._window.workspace
        return workspace.folder.parent if workspace is not None else Path.home()


def sample_folder() -> Path:
    """Where the sample workspace is, or is made."""
    return user_data_folder() / SAMPLE_FOLDER


def local_time_zone() -> str:
    """The IANA name of this computer's time zone; UTC where the system does not tell it."""
    from PySide6.QtCore import QTimeZone

    name = bytes(QTimeZone.systemTimeZoneId().data()).decode("ascii", "replace")
    return name if re.fullmatch(r"[A-Za-z_+-]+(/[A-Za-z0-9_+-]+)*", name) else "UTC"


def _make_sample(folder: Path, language: str, progress: tasks.Progress) -> None:
    from engine.run.sample import make_sample

    make_sample(folder, language, progress)
