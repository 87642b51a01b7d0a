"""Tidying up the campaign, or what is selected of it; in slices where it takes its time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer

from app.tasks import SlicedTask, Task
from app.widgets.busy import BusyDialog
from engine.campaign import edits
from engine.campaign.edits import Edit
from engine.i18n import tr

if TYPE_CHECKING:
    from app.editor.page import EditorPage
    from app.window import MainWindow

_BUSY_AFTER_MS = 400


class Tidying:
    """Finds the places in slices for a large campaign, and again if it changed meanwhile."""

    def __init__(self, page: EditorPage, window: MainWindow) -> None:
        self._page, self._window = page, window

    def tidy(self) -> Task | None:
        """Tidy what is selected, if that is several components, else everything. The task, if any."""
        session, chosen = self._page.session, self._page.selecting.cards()
        part = frozenset(self._page.scene.selection) if len(chosen) > 1 else None
        if session.large:
            return self._start(part)
        self._push(edits.tidy(session.document, session.document.nodes if part is None else part), part)
        return None

    def _start(self, part: frozenset[str] | None) -> Task:
        session = self._page.session
        copy, seen = session.document.copy(), session.changes
        task = SlicedTask(edits.tidy_in_steps(copy, copy.nodes if part is None else part))

        def done(edit: Edit) -> None:
            if session.changes == seen:
                self._push(edit, part)
            elif not session.closed and not self._page.read_only:
                self._start(part)

        task.done.connect(done)
        task.failed.connect(self._window.show_error)
        waiting = QTimer(task, singleShot=True, interval=_BUSY_AFTER_MS)
        waiting.timeout.connect(
            lambda: BusyDialog(self._page, self._window.look, tr("Tidying up"), task).open()
        )
        for ended in (task.done, task.failed, task.cancelled):
            ended.connect(waiting.stop)
        waiting.start()
        task.start()
        return task

    def _push(self, edit: Edit, part: frozenset[str] | None) -> None:
        """One undo step; after the whole campaign has moved, show it."""
        session, scene = self._page.session, self._page.scene
        if session.closed:
            return
        if not edit.ops:
            self._window.toast.show_message(tr("Everything is in its place already."))
            return
        session.push(edit)
        if part is not None:
            return
        if scene.catching_up.active:
            scene.catching_up.caught_up.connect(self._page.view.fit, Qt.ConnectionType.SingleShotConnection)
        else:
            self._page.view.fit()
