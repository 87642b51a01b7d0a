"""Notices that files or folders changed on disk, once things have settled."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication


class FileWatch(QObject):
    """Signal `settled()`: something that is watched has changed a moment ago, or the program has come to the
    front again, for not every change is told of."""

    settled = Signal()

    def __init__(self, parent: QObject, settle_ms: int) -> None:
        super().__init__(parent)
        self._closed = False
        self._files = QFileSystemWatcher(self)
        self._timer = QTimer(self, singleShot=True, interval=settle_ms)
        self._timer.timeout.connect(self.settled)
        self._files.fileChanged.connect(self._on_changed)
        self._files.directoryChanged.connect(self._on_changed)
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.applicationStateChanged.connect(self._on_application_state)

    def follow(self, paths: Iterable[Path]) -> None:
        """Watch these, as far as they are there, and nothing else."""
        wanted = {str(path) for path in paths}
        watched = {*self._files.files(), *self._files.directories()}
        if dropped := watched - wanted:
            self._files.removePaths(sorted(dropped))
        for name in sorted(wanted - watched):
            if Path(name).exists():
                self._files.addPath(name)

    def wait(self) -> None:
        """Tell once things have settled, as after a change."""
        if not self._closed:
            self._timer.start()

    def forget(self) -> None:
        """Watch nothing, and tell of nothing that was seen before."""
        self._timer.stop()
        self.follow(())

    def close(self) -> None:
        """Nothing is told any more."""
        self._closed = True
        self.forget()

    def _on_changed(self, _path: str) -> None:
        self.wait()

    def _on_application_state(self, state: Qt.ApplicationState) -> None:
        if state is Qt.ApplicationState.ApplicationActive:
            self.wait()
