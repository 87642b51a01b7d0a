"""What of the audiences the engine holds, asked again and again while the place is on show."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject, QTimer, Signal

from app import tasks
from app.audiences.rows import uses_of_all
from app.engine.situation import State
from engine.server.wire.audiences import AudienceState
from engine.workspace.uses import Use
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from app.window import MainWindow

POLL_MS = 2000


class Keeping(QObject):
    """Attributes: states (by id), uses (by id). Signal `changed()`: one of them did."""

    changed = Signal()

    def __init__(self, parent: QObject, window: MainWindow) -> None:
        super().__init__(parent)
        self._window = window
        self.states: dict[str, AudienceState] = {}
        self.uses: dict[str, list[Use]] = {}
        self._asking = False
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self.poll)

    def show_workspace(self, workspace: Workspace) -> None:
        """Its files were read: what uses its audiences is found out in the background."""
        tasks.run(partial(uses_of_all, workspace), self._on_uses, lambda _error: None)

    def begin(self) -> None:
        """The place is on show."""
        self._timer.start()
        service = self._window.service
        if service is not None and service.state is State.OFF and self._has_data():
            service.use(lambda client: client.audiences(), self._on_states, lambda _error: None)
        else:
            self.poll()

    def end(self) -> None:
        """It is not."""
        self._timer.stop()

    def poll(self) -> None:
        """Ask once, where an engine runs."""
        service = self._window.service
        if self._asking or service is None or service.state is not State.ON:
            return
        self._asking = True
        service.use(lambda client: client.audiences(), self._on_states, self._on_no_answer)

    def forget(self) -> None:
        """Another workspace is open."""
        self.states, self.uses = {}, {}

    def _has_data(self) -> bool:
        workspace = self._window.workspace
        return workspace is not None and self._window.runs.engine_has_data(workspace.folder)

    def _on_uses(self, uses: dict[str, list[Use]]) -> None:
        if shiboken6.isValid(self) and uses != self.uses:
            self.uses = uses
            self.changed.emit()

    def _on_states(self, found: Sequence[AudienceState]) -> None:
        if not shiboken6.isValid(self):
            return
        self._asking = False
        states = {state.id: state for state in found}
        if states != self.states:
            self.states = states
            self.changed.emit()

    def _on_no_answer(self, _error: Exception) -> None:
        self._asking = False
