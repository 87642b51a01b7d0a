"""Keeps what is not saved yet in the workspace's journal, a second behind the hand at most."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app import tasks
from engine.campaign.document import CampaignDocument
from engine.campaign.ops import Op
from engine.files import FileError
from engine.workspace.journal import Inputs, Journal
from engine.workspace.recovery import Left

if TYPE_CHECKING:
    from app.editor.session import EditorSession

log = logging.getLogger(__name__)

FLUSH_MS = 1000
RETRY_MS = 10_000
"""After a failed write: a full disk is not asked every second."""


class WorkKeeper(QObject):
    """Begins a journal with the first change, and removes it once nothing is unsaved. The disk is only
    touched in the background.

    Attributes: inputs (asks for what stands in the panels), writing (asks for the ops that would keep what is
    being written on the canvas), trouble (why the work cannot be kept, None while it can).
    Signals: `trouble_changed()`; `kept()` after a write that has arrived on the disk.
    """

    trouble_changed = Signal()
    kept = Signal()

    def __init__(self, session: EditorSession) -> None:
        super().__init__(session)
        self._session = session
        self._journal: Journal | None = None
        self._replaced: list[Left | Journal] = []
        self._restored = False
        self._writing = self._due = self._closed = False
        self.inputs: Callable[[], Inputs] = dict
        self.writing: Callable[[], Sequence[Op]] = tuple
        self._written: Sequence[Op] = ()
        self.trouble: FileError | None = None
        self._timer = QTimer(self, singleShot=True, interval=FLUSH_MS)
        self._timer.timeout.connect(self.flush)

    def record(self, ops: Sequence[Op]) -> None:
        """The document changed."""
        if self._journal is not None:
            self._journal.record(ops)
        self.touch()

    def touch(self) -> None:
        """Something may have to be kept; from now on a flush is due in a second."""
        if not self._closed and not self._timer.isActive():
            self._timer.start(RETRY_MS if self.trouble is not None else FLUSH_MS)

    def replace(self, left: Left) -> None:
        """The work of an earlier journal goes on here: that one goes once this one is on the disk."""
        self._replaced.append(left)
        self._restored = True
        self.flush()

    def saved(self) -> None:
        """The document stands in its file, as it was when that was begun."""
        self._restored = False
        if self._session.edited:  # what came meanwhile builds on that file
            if self._journal is not None:
                self._replaced.append(self._journal)
            self._journal, self._written = None, ()
            self.flush()
        else:
            self._forget()
            self.touch()  # what the panels hold is not in the file

    def flush(self) -> None:
        """Write what is not on the disk yet, unless a write is under way: then right after it."""
        self._timer.stop()
        self._due = self._writing
        if self._writing or self._closed:
            return
        session, inputs, writing = self._session, self.inputs(), self.writing()
        has_no_file_yet = self._restored and session.path is None
        if not session.edited and not inputs and not writing and not has_no_file_yet:
            self._forget()
            return
        document = session.document
        if self._journal is None:
            self._journal = Journal(
                session.workspace.folder, document.attributes.id, session.path, document.origin
            )
        self._journal.record_inputs(inputs)
        part = self._journal.collect(self._with_writing(self._journal, writing))
        if part is not None:
            self._writing = True
            replaced = tuple(self._replaced)
            journal = self._journal
            tasks.run_in_slices(
                journal.encoded(part), journal.write, lambda _: self._on_written(replaced), self._on_failed
            )

    def _with_writing(self, journal: Journal, writing: Sequence[Op]) -> CampaignDocument:
        """The document as if what is being written had been kept; what no longer is, is taken back."""
        document = self._session.document
        if writing != self._written:
            ended = [Op(op.table, op.id, None, document.get(op.table, op.id)) for op in self._written]
            journal.record([*ended, *writing])
            self._written = writing
        if not writing:
            return document
        written = document.copy()
        written.apply(writing)
        return written

    def close(self) -> None:
        """The session ends: what is still unsaved is not wanted."""
        self._closed = True
        self._timer.stop()
        self._forget()

    def _forget(self) -> None:
        if self._journal is not None:
            self._journal.remove()
            self._journal = None
        self._written = ()
        self._remove(tuple(self._replaced))
        self._show(None)

    def _remove(self, replaced: Sequence[Left | Journal]) -> None:
        for left in replaced:
            if left in self._replaced:
                self._replaced.remove(left)
                left.remove()

    def _on_written(self, replaced: Sequence[Left | Journal]) -> None:
        self._writing = False
        if self._closed:
            return
        self._remove(replaced)
        self._show(None)
        self.kept.emit()
        if self._due:
            self.flush()

    def _on_failed(self, error: Exception) -> None:
        self._writing = False
        if self._closed:
            return
        if not isinstance(error, FileError):
            raise error
        log.warning("unsaved work is not kept: %s", error)
        if self._journal is not None:
            self._show(error)
            self.touch()
        elif self._due:  # it was a journal that another one is to replace
            self.flush()

    def _show(self, trouble: FileError | None) -> None:
        if (trouble is None) != (self.trouble is None):
            self.trouble = trouble
            self.trouble_changed.emit()
