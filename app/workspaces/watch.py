"""Notices that others changed files of the workspace: the list and the open campaigns' red dots follow."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject

from app import tasks
from app.campaign_list import loading
from app.campaign_list.loading import Loaded
from app.file_watch import FileWatch
from engine.workspace.workspace import CATALOG_NAME, SETTINGS_NAME, Workspace

if TYPE_CHECKING:
    from app.window import MainWindow

SETTLE_MS = 400
"""A pull of a version control system changes many files, one after the other."""

Stamp = frozenset[tuple[str, int, int]]


class Stamps(NamedTuple):
    """What tells one state of the workspace's files from another: of its objects, and of its campaigns."""

    objects: Stamp
    campaigns: Stamp


def stamps(workspace: Workspace) -> Stamps:
    """Names, sizes and times of the files, without reading any."""
    folders = (workspace.audiences.path, workspace.messages.path, workspace.accounts.path)
    own = [entry for entry in _stamp(workspace.folder) if entry[0].endswith((SETTINGS_NAME, CATALOG_NAME))]
    objects = frozenset(own).union(*(_stamp(folder) for folder in folders))
    return Stamps(objects, _stamp(workspace.campaign_files.path))


def _stamp(folder: Path) -> Stamp:
    try:
        with os.scandir(folder) as entries:
            files = [entry for entry in entries if entry.name.endswith(".json")]
            found = [(entry.path, entry.stat()) for entry in files if not entry.name.startswith(".")]
    except OSError:  # there is no such folder, or not at this moment
        return frozenset()
    return frozenset((path, status.st_mtime_ns, status.st_size) for path, status in found)


class WorkspaceWatch(QObject):
    """Watches folders, not files, so that it costs the same for any number of them; what is changed inside a
    file without replacing it is seen when the program comes to the front again."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._known: Stamps | None = None
        self._looking = self._closed = False
        self._files = FileWatch(self, SETTLE_MS)
        self._files.settled.connect(self.look)
        window.ready.connect(self._begin)

    def look(self) -> None:
        """See in the background whether anything is different, and read that again."""
        workspace = self._window.workspace
        if workspace is None or self._closed:
            return
        if self._looking:
            self._files.wait()
            return
        self._looking = True
        tasks.run(partial(stamps, workspace), partial(self._on_stamps, workspace), self._on_failed)

    def close(self) -> None:
        """Nothing is noticed any more."""
        self._closed = True
        self._files.close()

    def _begin(self) -> None:
        self._known = None
        self._files.forget()
        self.look()

    def _follow(self, workspace: Workspace) -> None:
        """Watch the folders that are there; the workspace's own tells of new ones."""
        folders = (
            workspace.folder,
            workspace.audiences.path,
            workspace.messages.path,
            workspace.accounts.path,
            workspace.campaign_files.path,
        )
        self._files.follow(folders)

    def _on_stamps(self, workspace: Workspace, found: Stamps) -> None:
        self._looking = False
        if self._closed:
            return
        if workspace is not self._window.workspace:
            self.look()
            return
        known, self._known = self._known, found
        self._follow(workspace)
        if known is None or found == known:
            return
        objects = found.objects != known.objects
        read = loading.reload if objects else loading.read
        tasks.run(
            partial(read, workspace), partial(self._on_read, workspace, objects), self._window.show_error
        )

    def _on_read(self, workspace: Workspace, objects: bool, loaded: Loaded) -> None:
        if self._closed or workspace is not self._window.workspace:
            return
        self._window.show_rows_of(loaded)
        if objects:
            for page in self._window.editors:
                page.refresh_workspace()

    def _on_failed(self, error: Exception) -> None:
        self._looking = False
        self._window.show_error(error)
