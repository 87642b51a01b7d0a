"""The tour on its way: opened over a campaign of the sample shop, step by step, ended at any time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRect, Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut

from app.editor.page import EditorPage
from app.tour.overlay import Bubble, Spotlight
from app.tour.steps import STEPS
from app.workspaces.commands import sample_folder

if TYPE_CHECKING:
    from app.window import MainWindow

SAMPLE_CAMPAIGN = "c_arrivals"  # the sample shop's campaign that is not finished: it has a red dot
_FOLLOW_MS = (
    50  # how often it is looked whether what is pointed at has moved: panels slide, the canvas glides
)


class Tour(QObject):
    """Attributes: `bubble` and `spotlight` (None while there is no tour), `number` of the step, from 0.

    Nothing waits for the tour: the lit place can be used, and whoever goes elsewhere ends it.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._page: EditorPage | None = None
        self._came_from: Path | None = None
        self.number = 0
        self.bubble: Bubble | None = None
        self.spotlight: Spotlight | None = None
        self._following = QTimer(self, interval=_FOLLOW_MS)
        self._following.timeout.connect(self.follow)

    @property
    def running(self) -> bool:
        return self.bubble is not None

    def start(self) -> None:
        """Open the sample shop's unfinished campaign, and begin; asks first what becomes of unsaved work."""
        self.stop()
        workspace = self._window.workspace
        sample = sample_folder()
        if workspace is not None and workspace.folder.resolve() == sample.resolve():
            self._came_from = None
            self._open()
        else:
            self._came_from = workspace.folder if workspace is not None else None
            self._window.workspaces.open_sample(self._open)

    def go(self, by: int) -> None:
        """To the next step (1) or the one before (-1); past the last one the tour has ended."""
        if self.number + by >= len(STEPS):
            self.end()
        elif self.number + by >= 0:
            self.number += by
            self._show_step()

    def end(self) -> None:
        """End the tour, and go back to the workspace that it came from."""
        came_from, page = self._came_from, self._page
        self.stop()
        if came_from is not None:
            self._window.load(came_from)
        elif page is not None and page is self._window.editor:
            page.view.setFocus()

    def stop(self) -> None:
        """Put everything away, and leave the window as it is."""
        self._following.stop()
        for widget in (self.bubble, self.spotlight):
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.bubble = self.spotlight = self._page = self._came_from = None

    def follow(self) -> None:
        """Point at where the anchor is now; ends when its campaign is no longer on show."""
        page = self._page
        if page is None or self.bubble is None or self.spotlight is None:
            return
        if page is not self._window.editor:
            self.stop()
            return
        widget, part = STEPS[self.number].anchor(page)
        grid = self._window.look.sizes.grid
        room = self._window.rect()
        lit = QRect(widget.mapTo(self._window, part.topLeft()), part.size())
        lit = lit.adjusted(-grid // 2, -grid // 2, grid // 2, grid // 2).intersected(room)
        if self.spotlight.size() != room.size() or self.spotlight.target != lit:
            self.spotlight.setGeometry(room)
            self.spotlight.light(lit)
            self.spotlight.raise_()
            self.bubble.stand_beside(lit, room.adjusted(grid, grid, -grid, -grid))

    def _open(self) -> None:
        rows = [row for row in self._window.rows() if row.error is None]
        row = next((row for row in rows if row.id == SAMPLE_CAMPAIGN), rows[0] if rows else None)
        if row is not None:
            self._window.open_campaigns.open_row(row, read_only=False, then=self._begin_when_loaded)

    def _begin_when_loaded(self) -> None:
        page = self._window.the_editor
        if page.scene.is_loaded:
            self._begin(page)
        else:
            page.scene.loaded.connect(lambda: self._begin(page))

    def _begin(self, page: EditorPage) -> None:
        if self.running or page is not self._window.editor:
            return
        self._page, self.number = page, 0
        self.spotlight = Spotlight(self._window, self._window.look)
        self.bubble = Bubble(self._window, self._window.look)
        self.bubble.asked.connect(self.go)
        self.bubble.ended.connect(self.end)
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self.bubble, self.end)  # wherever the focus is
        self.spotlight.setGeometry(self._window.rect())
        self.spotlight.show()
        self.bubble.show()
        self._window.activateWindow()  # a dialog may have had the focus while the sample was made
        self._following.start()
        self._show_step()

    def _show_step(self) -> None:
        assert self._page is not None
        assert self.bubble is not None
        step = STEPS[self.number]
        step.prepare(self._page)
        self.bubble.show_step(step, self.number + 1, len(STEPS))
        self.follow()
