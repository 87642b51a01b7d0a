"""After a crash the campaigns that were open are opened again; who quits begins anew the next time."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.window import MainWindow


class Reopening:
    """Remembers which campaigns are open, and opens those of a run that came to no end of its own."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._left: tuple[Path, ...] = tuple(window.preferences.open_campaigns)
        self._begun = self._ended = False
        window.ready.connect(self._begin)
        window.tabs.current_changed.connect(self._remember)

    def end(self) -> None:
        """The program is quit: nothing is to be opened again."""
        self._ended = True
        self._window.preferences.open_campaigns = []

    def _begin(self) -> None:
        """The first workspace is on show."""
        if self._begun:
            return
        self._begun = True
        workspace = self._window.workspace
        assert workspace is not None
        self._open(
            deque(path for path in self._left if path.is_file() and path.is_relative_to(workspace.folder))
        )

    def _open(self, paths: deque[Path]) -> None:
        """One after the other, so that their tabs stand as they stood."""
        if paths:
            self._window.open_campaigns.open_file(paths.popleft(), lambda: self._open(paths))

    def _remember(self) -> None:
        if self._ended or not self._begun:
            return
        pages = (page for page in self._window.editors if page.shown_version is None)
        shown = [page.session.path for page in pages if page.session.path is not None]
        preferences = self._window.preferences
        if shown != preferences.open_campaigns:
            preferences.open_campaigns = shown
            preferences.save()
