"""One campaign being edited: the document, its undo stack, its file, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from canvas_widgets.commands import UndoStack
from engine.campaign.document import CampaignDocument
from engine.campaign.edits import Edit
from engine.campaign.model import START_ID
from engine.campaign.ops import Op
from engine.campaign.problem import Problem, Severity
from engine.campaign.rules import problems
from engine.workspace.workspace import Workspace

RECHECK_MS = 60


class EditorSession(QObject):
    """Changes go through `push`, and nothing else changes the document.

    Attributes: document, workspace, undo_stack, path (None until the first save), problems (latest findings).
    Signals: `changed(ops)` after every change, also by undo; `focused(node id)` after an edit that names a
    node to select; `problems_changed()`; `dirty_changed()`.
    """

    changed = Signal(object)
    focused = Signal(str)
    problems_changed = Signal()
    dirty_changed = Signal()

    def __init__(
        self,
        workspace: Workspace,
        document: CampaignDocument,
        path: Path | None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__()
        self.workspace = workspace
        self.document = document
        self.path = path
        self.problems: list[Problem] = []
        self.undo_stack = UndoStack(self)
        self.undo_stack.cleanChanged.connect(self.dirty_changed)
        self._now = now
        self._recheck = QTimer(self, singleShot=True, interval=RECHECK_MS)
        self._recheck.timeout.connect(self.check)
        self._unsubscribe = document.subscribe(self._on_ops)
        self.check()

    @property
    def dirty(self) -> bool:
        """Whether leaving now would lose something."""
        return self.path is None or not self.undo_stack.isClean()

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity is Severity.ERROR]

    def push(self, edit: Edit) -> None:
        """Make the edit one undo step."""
        self.undo_stack.push_edit(self.document, edit)
        if edit.focus is not None:
            self.focused.emit(edit.focus)

    def save(self) -> None:
        """Write the draft. Raises `FileError`; the old file then still stands and the session stays dirty."""
        self.path = self.workspace.save_campaign(self.document, self.path)
        self.undo_stack.setClean()
        self.dirty_changed.emit()

    def check(self) -> None:
        """Find the problems of the present document now."""
        self._recheck.stop()
        names = self.workspace.other_campaign_names(self.document.attributes.id)
        self.problems = problems(self.document, self.workspace, self._now(), names)
        self.problems_changed.emit()

    def open_links(self) -> list[str]:
        """The links that lead nowhere yet, by id."""
        return sorted(id for id, link in self.document.links.items() if link.target is None)

    def has_open_links(self) -> bool:
        """Whether "add End to every open link" has something to do."""
        return any(self.document.links[id].source != START_ID for id in self.open_links())

    def close(self) -> None:
        self._recheck.stop()
        self._unsubscribe()

    def _on_ops(self, ops: Sequence[Op]) -> None:
        self.changed.emit(ops)
        self._recheck.start()
