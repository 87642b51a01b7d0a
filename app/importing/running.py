"""An import in the engine as the designer follows it: begun, asked how far it is, cancelled, undone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from app.engine.service import EngineService
from app.importing.draft import Draft
from engine.client.imports import learned_of
from engine.i18n import tr
from engine.workspace.mapping import MappingFile
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from engine.client import EngineClient
    from engine.server.wire.imports import ImportAnswer, ImportState

POLL_MS = 300

T = TypeVar("T")


class Running(QObject):
    """Signals: `progressed(done, total)`; then `imported(ImportAnswer)` or `failed(text)`; `undone(counts)`.

    Attribute `active`: an import runs, and can be cancelled.
    """

    progressed = Signal(int, int)
    imported = Signal(object)
    failed = Signal(str)
    undone = Signal(object)

    def __init__(self, service: EngineService | None, workspace: Workspace) -> None:
        super().__init__()
        self._service, self._workspace = service, workspace
        self._closed = self.active = False
        self._id: int | None = None
        self._draft: Draft | None = None
        self._mapping: MappingFile | None = None
        self._timer = QTimer(self, singleShot=True, interval=POLL_MS)
        self._timer.timeout.connect(self._ask)

    def begin(self, draft: Draft, *, remember: bool) -> None:
        """Import a table. remember: keep what its columns are in the workspace, once it is imported."""
        self._draft, self.active = draft, True
        self._mapping = draft.kept(self._workspace.mappings) if remember else None

        def work(client: EngineClient) -> ImportState:
            self._workspace.amend_catalog(draft.identified)
            return client.import_table(draft.path, draft.mapping)

        self._use(work, self._on_state)

    def begin_folder(self, folder: Path) -> None:
        """Import a data folder."""
        self._draft, self._mapping, self.active = None, None, True
        self._use(lambda client: client.begin_folder(folder), self._on_state)

    def cancel(self) -> None:
        """Ask for an end: the answer is that nothing was imported."""
        self._use(lambda client: client.cancel_import(), lambda _state: None)

    def undo(self) -> None:
        """Take the import back that was last finished here."""
        id = self._id
        assert id is not None
        self._use(lambda client: client.undo_import(id), self.undone.emit)

    def save_rejects(self, path: Path) -> None:
        """Save the rows that were not taken."""
        id = self._id
        assert id is not None
        self._use(lambda client: client.save_rejects(id, path), lambda _answer: None)

    def close(self) -> None:
        """Nobody looks any more."""
        self._closed = True
        self._timer.stop()

    def _ask(self) -> None:
        self._use(lambda client: client.import_state(), self._on_state)

    def _on_state(self, state: ImportState) -> None:
        if state.state == "running":
            share = 1000 * state.done // state.total if state.total else 0
            self.progressed.emit(share, 1000 if state.total else 0)
            self._timer.start()
            return
        self.active = False
        if state.answer is not None:
            self._learn(state)
            return
        cancelled = tr("The import was cancelled: nothing of it is left.")
        self.failed.emit(cancelled if state.state == "cancelled" else state.problem or "")

    def _learn(self, state: ImportState) -> None:
        """Add what the import brought to the catalogue, and keep what the columns are."""

        def work(_client: EngineClient) -> ImportState:
            if state.learned is not None:
                self._workspace.amend_catalog(learned_of(state.learned).taught)
            if self._mapping is not None:
                self._workspace.mappings.reload()
                self._workspace.mappings.save(self._mapping)
            return state

        self._use(work, lambda done: self._on_imported(done.answer, done.id))

    def _on_imported(self, answer: ImportAnswer | None, id: int | None) -> None:
        self._id = id
        self.imported.emit(answer)

    def _use(self, work: Callable[[EngineClient], T], done: Callable[[T], None]) -> None:
        def failed(error: Exception) -> None:
            self.active = False
            if not self._closed:
                self.failed.emit(str(error))

        if self._service is None:
            failed(RuntimeError(tr("Open a workspace first.")))
            return
        self._service.use(work, lambda answer: None if self._closed else done(answer), failed)
