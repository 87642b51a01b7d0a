"""One campaign being edited: the document, its undo stack, its file, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app import tasks
from app.editor.keeping import WorkKeeper
from canvas_widgets.commands import UndoStack
from engine.campaign import campaign_file
from engine.campaign.differences import ops_between
from engine.campaign.document import CampaignDocument
from engine.campaign.edits import Edit, prefilled
from engine.campaign.layout import complete
from engine.campaign.model import START_ID
from engine.campaign.ops import Op
from engine.campaign.problem import Problem, Severity
from engine.campaign.rules import problems_in_steps
from engine.files import FileError
from engine.steps import Steps, finished
from engine.workspace.workspace import Workspace

Then = Callable[[], object]
Failed = Callable[[FileError], object]

RECHECK_MS = 20
LARGE = 500  # components: up to here a check takes about a frame, and so does a save


def _raise(error: FileError) -> None:
    raise error


class EditorSession(QObject):
    """Changes go through `push`, and nothing else changes the document.

    Attributes: document, workspace, lookup (what the document refers to, and what that is called: the
    workspace, or what an earlier version was published with), undo_stack, path (None until the first save),
    saved (the document as the file had it when it was read or written last),
    problems (latest findings), amended (puts what stands in the panels into the findings), keeper (of what is
    not saved), missing (its file is gone: saving writes it again), changes (so many so far), saving (a save
    is under way), closed.
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
        *,
        lookup: Workspace | None = None,
    ) -> None:
        """`lookup`: what the campaign was published with, which is not checked; None: the workspace."""
        super().__init__()
        self.workspace = workspace
        self.lookup = lookup or workspace
        self.document = document
        self.path = path
        self.problems: list[Problem] = []
        self.undo_stack = UndoStack(self)
        self.undo_stack.cleanChanged.connect(self.dirty_changed)
        self._now = now
        self._checked = lookup is None  # what can be published
        self._found: list[Problem] = []
        self.amended: Callable[[list[Problem]], list[Problem]] = list
        self.missing = False
        self.keeper = WorkKeeper(self)
        self.changes = 0
        self._open, self._open_at = False, -1
        self.saving = self.closed = False
        self._after_saving: list[Then] = []
        self._checking: tasks.Task | None = None
        self._waiting: list[Then] = []
        self._recheck = QTimer(self, singleShot=True, interval=RECHECK_MS)
        self._recheck.timeout.connect(lambda: self.check())
        complete(document)
        self.saved = document.copy()
        self._unsubscribe = document.subscribe(self._on_ops)
        if not self.large:
            self.check()

    @property
    def large(self) -> bool:
        """Whether checks and saves take so long that the window goes on meanwhile.

        The first one is then up to whoever shows the campaign: beside the loading it would hold that up.
        """
        return len(self.document.nodes) > LARGE

    @property
    def dirty(self) -> bool:
        """Whether leaving now would lose something."""
        return self.path is None or self.missing or self.edited

    @property
    def edited(self) -> bool:
        """Whether the document differs from what was opened or saved last."""
        return self.saving or not self.undo_stack.isClean()

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity is Severity.ERROR]

    def push(self, edit: Edit) -> None:
        """Make the edit one undo step. New touches begin with what is obvious for them."""
        accounts = {id: file.kind for id, file in self.workspace.accounts.items()}
        edit = prefilled(self.document, edit, self.workspace, accounts)
        self.undo_stack.push_edit(self.document, edit)
        if edit.focus is not None:
            self.focused.emit(edit.focus)

    def save(self, then: Then = lambda: None, failed: Failed = _raise) -> None:
        """Write the draft as it is now; `then` is called when it is on the disk.

        Otherwise `failed` is called: the old file then still stands and the session stays dirty, also where
        others have changed it (`FileChangedError`). A large draft is written in the background; one that is
        asked for meanwhile comes next.
        """
        if self.saving:
            self.when_saved(partial(self.save, then, failed))
        elif not self.dirty and self.path is not None and self.path.exists():
            then()  # the file is as it was opened, to the byte
        elif self.large:
            self._save_behind(then, failed)
        else:
            try:
                path = self.workspace.save_campaign(self.document, self.path, unless_changed=True)
            except FileError as error:
                failed(error)
                return
            self.undo_stack.setClean()
            self._on_saved(self.document, then, path)

    def when_saved(self, then: Then) -> None:
        """Call this once the save that is under way has come to its end, good or bad."""
        self._after_saving.append(then)

    def _save_behind(self, then: Then, failed: Failed) -> None:
        copy = self.document.copy()
        copy.origin = self.document.origin
        self.saving = True
        self.undo_stack.setClean()  # now: steps that follow are not in the file
        save = partial(self.workspace.save_campaign, copy, self.path, unless_changed=True)
        tasks.run_in_slices(
            campaign_file.dump_in_steps(copy),
            lambda data: save(data=data),
            partial(self._on_saved, copy, then),
            partial(self._on_not_saved, failed),
        )

    def _on_saved(self, written: CampaignDocument, then: Then, path: Path) -> None:
        self.saving = False
        if not self.closed:
            self.document.origin = written.origin
            self.saved = written.copy()
            self.path, self.missing = path, False
            self.keeper.saved()
            self.dirty_changed.emit()
            then()
        self._go_on()

    def _on_not_saved(self, failed: Failed, error: Exception) -> None:
        self.saving = False
        try:
            if not self.closed:
                self.undo_stack.resetClean()
                self.dirty_changed.emit()
            if not isinstance(error, FileError):
                raise error
            if not self.closed:
                failed(error)
        finally:  # whoever waits must not wait for ever
            self._go_on()

    def _go_on(self) -> None:
        waiting, self._after_saving = self._after_saving, []
        for then in waiting:
            then()

    def take_over(self, document: CampaignDocument) -> None:
        """Go on from the state that now stands in the file; the steps so far do not fit it any more."""
        complete(document)
        self.undo_stack.clear()
        self.document.apply(ops_between(self.document, document))
        self.document.origin = document.origin
        self.saved = document.copy()
        self.missing = False
        self.keeper.saved()
        self.dirty_changed.emit()

    def check(self, then: Callable[[], None] = lambda: None) -> None:
        """Find the problems of the present document; `then` is called when `problems` holds them.

        At once for most campaigns; for a large one in slices, and from the begin where it changes meanwhile.
        """
        self._give_up_check()
        self._recheck.stop()
        self._waiting.append(then)
        if not self._checked:
            self._on_checked([])
        elif self.large:
            self._checking = tasks.run_in_slices(self._looking(), None, self._on_checked)
        else:
            self._on_checked(finished(self._looking()))

    def _looking(self) -> Steps[list[Problem]]:
        names = self.workspace.other_campaign_names(self.document.attributes.id)
        return problems_in_steps(self.document, self.lookup, self._now(), names)

    def _on_checked(self, found: list[Problem]) -> None:
        self._checking = None
        waiting, self._waiting = self._waiting, []
        if self.closed:
            return
        self._found = found
        self.amend()
        for then in waiting:
            then()

    def _give_up_check(self) -> None:
        """What it looks at changes, or goes. Who waits for what it finds waits for the next one."""
        if self._checking is not None:
            self._checking.cancel()
            self._checking = None

    def amend(self) -> None:
        """Tell the last findings anew: what stands in the panels may have changed."""
        found = self.amended(self._found)
        self.problems = found
        self.problems_changed.emit()

    def open_links(self) -> list[str]:
        """The links that lead nowhere yet, by id."""
        return sorted(id for id, link in self.document.links.items() if link.target is None)

    def has_open_links(self) -> bool:
        """Whether "add End to every open link" has something to do."""
        if self._open_at != self.changes:  # commands ask at every turn
            links = self.document.links.values()
            self._open = any(link.target is None and link.source != START_ID for link in links)
            self._open_at = self.changes
        return self._open

    def close(self) -> None:
        """Let go of the document; no check is delivered any more."""
        self.closed = True
        self._recheck.stop()
        self._give_up_check()
        self.keeper.close()
        self._unsubscribe()
        self.undo_stack.blockSignals(True)  # it tells of its steps once more when Qt destroys it

    def _on_ops(self, ops: Sequence[Op]) -> None:
        self.changes += 1
        self._give_up_check()
        self.keeper.record(ops)
        self.changed.emit(ops)
        self._recheck.start()
