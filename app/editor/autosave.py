"""Saves a draft by itself, where the user wants it: minutes after a change, in a pause of the hands."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTime, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from app.editor.session import EditorSession, Failed, Then
from app.preferences import Preferences
from engine.files import FileError

PAUSE_MS = 2000
MINUTE_MS = 60_000


class Autosave(QObject):
    """Signals: `saved(time)`; `failed(error)`, once until a save succeeds again."""

    saved = Signal(object)
    failed = Signal(object)

    def __init__(
        self, session: EditorSession, save: Callable[[Then, Failed], object], preferences: Preferences
    ) -> None:
        """`save` saves where that is possible without a question, and says when it has, or why it cannot."""
        super().__init__(session)
        self._session, self._save, self._preferences = session, save, preferences
        self._is_due = self._has_failed = False
        self._minutes = QTimer(self, singleShot=True)
        self._minutes.timeout.connect(self._on_due)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self.save)
        session.changed.connect(lambda _ops: self.wait())
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.applicationStateChanged.connect(self._on_application_state)

    def wait(self) -> None:
        """Something is being done: a save that is due comes in the pause after it."""
        if self._is_due:
            self._pause.start()
        elif self._preferences.autosave and not self._minutes.isActive():
            self._minutes.start(self._preferences.autosave * MINUTE_MS)

    def save(self) -> None:
        """Save now, unless there is nothing to save or somebody would have to be asked."""
        self._is_due = False
        self._save(self._on_saved, self._on_failed)
        if self._session.edited:
            self.wait()

    def close(self) -> None:
        """Nothing is saved any more."""
        self._minutes.stop()
        self._pause.stop()
        self._is_due = False
        self._preferences = Preferences()

    def _on_saved(self) -> None:
        self._has_failed = False
        self.saved.emit(QTime.currentTime())

    def _on_failed(self, error: FileError) -> None:
        if not self._has_failed:
            self._has_failed = True
            self.failed.emit(error)

    def _on_due(self) -> None:
        if self._preferences.autosave:
            self._is_due = True
            self._pause.start()

    def _on_application_state(self, state: Qt.ApplicationState) -> None:
        if state is Qt.ApplicationState.ApplicationInactive and self._preferences.autosave_on_leave:
            self.save()
