"""Opening, making and filling workspaces; the sample workspace of a first start."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from app import tasks
from app.campaign_list import loading
from app.campaign_list.broken import error_words
from app.campaign_list.loading import Loaded
from app.widgets.ask import Choice, ask
from app.widgets.busy import BusyDialog
from engine.i18n import current_language, tr
from engine.workspace.engine_folder import user_data_folder
from engine.workspace.workspace import SETTINGS_NAME, Workspace

if TYPE_CHECKING:
    from app.window import MainWindow

SAMPLE_FOLDER = "sample-workspace"
MakeSample = Callable[[Path, str, tasks.Progress], None]


class WorkspaceCommands:
    """The commands; `make_sample` is what tests replace."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.make_sample: MakeSample = _make_sample

    def begin(self, then: Callable[[], None] | None = None) -> None:
        """Open the last workspace; on a first start show where one can begin."""
        last = self._window.preferences.workspace
        if last is not None and (last / SETTINGS_NAME).exists():
            self._window.load(last, then)
        else:
            self._window.dialogs.start_page()
            if then is not None:
                then()

    def open_sample(self, then: Callable[[], None] | None = None) -> None:
        """Open the sample workspace; makes it first, with progress, where it is not there."""
        folder = sample_folder()
        if (folder / SETTINGS_NAME).exists():
            self._window.load(folder, then)
        else:
            self._window.open_campaigns.leave_all(lambda: self._make(folder, then))

    def _make(self, folder: Path, then: Callable[[], None] | None) -> None:
        language = current_language()

        def show(loaded: Loaded) -> None:
            self._window.show_loaded(loaded)
            if then is not None:
                then()

        task = tasks.Task(lambda progress: self._sample(folder, language, progress))
        task.done.connect(show)
        task.failed.connect(self._window.show_error)
        BusyDialog(self._window, self._window.look, tr("Making a sample workspace"), task).open()
        task.start()

    def choose(self) -> None:
        """Ask for a folder, and open it."""
        dialog = QFileDialog(self._window, tr("Open workspace"), str(self._parent()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda path: self._window.load(Path(path)))
        dialog.open()

    def create(self) -> None:
        """Ask for an empty folder, and make a workspace in it."""
        dialog = QFileDialog(self._window, tr("Choose a folder for the new workspace"), str(self._parent()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda path: self.create_in(Path(path)))
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

    def create_in(self, folder: Path) -> None:
        """Make a workspace named like its folder, and open it."""

        def work() -> Loaded:
            Workspace.create(folder, folder.name[:50], local_time_zone(), current_language())
            return loading.load(folder)

        self._window.open_campaigns.leave_all(
            lambda: tasks.run(work, self._window.show_loaded, self._window.show_error)
        )

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
