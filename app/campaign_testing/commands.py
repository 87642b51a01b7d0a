"""What the actions about a campaign's tests do."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.campaign_testing.drawer import TestsDrawer
from app.campaign_testing.running import FileResult, run_tests
from app.tasks import Task
from engine.i18n import tr

if TYPE_CHECKING:
    from app.editor.page import EditorPage
    from app.window import MainWindow


class CampaignTesting:
    """Of one page. Attribute `drawer`: where the results are shown."""

    def __init__(self, page: EditorPage, window: MainWindow) -> None:
        self._page, self._window = page, window
        self._task: Task | None = None
        self.drawer = TestsDrawer(window.look)
        self.drawer.again.connect(self.run)
        self.drawer.chosen.connect(self._go)
        self.drawer.closed.connect(page.view.setFocus)

    def run(self) -> None:
        """Run the tests beside the file, on what is on the canvas; nothing while they run already."""
        session = self._page.session
        if self._task is not None:
            return
        if session.path is None:
            self._page.say(tr("Save the campaign first: its tests lie beside its file."))
            return
        self._page.problems.hide()  # one drawer at a time
        self.drawer.show_running()
        self._task = Task(partial(run_tests, session.path, session.document.copy(), session.workspace))
        self._task.done.connect(self._on_done)
        self._task.failed.connect(self._on_failed)
        self._task.cancelled.connect(self._on_cancelled)
        self._task.start()

    def close(self) -> None:
        """Nobody waits for results any more."""
        if self._task is not None:
            self._task.cancel()

    def _go(self, node: str) -> None:
        if node in self._page.session.document.nodes:
            self._page.show_node(node)

    def _on_done(self, results: list[FileResult]) -> None:
        self._task = None
        if not self._page.session.closed:
            self.drawer.show_results(results)

    def _on_failed(self, error: Exception) -> None:
        self._task = None
        if not self._page.session.closed:
            self.drawer.close_drawer()
            self._window.show_error(error)

    def _on_cancelled(self) -> None:
        self._task = None
