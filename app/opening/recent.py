"""What was open lately: campaigns and workspaces, the latest first, kept in the preferences."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

from app.preferences import Recent
from canvas_widgets.tooltip import plain
from engine.i18n import tr
from engine.workspace.workspace import SETTINGS_NAME

if TYPE_CHECKING:
    from app.window import MainWindow

KEPT = 10


class RecentFiles:
    """Remembers, and offers what still exists."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def remember_campaign(self, path: Path, name: str) -> None:
        preferences = self._window.preferences
        preferences.recent_campaigns = _first(Recent(path=path, name=name), preferences.recent_campaigns)
        preferences.save()

    def remember_workspace(self, folder: Path, name: str) -> None:
        preferences = self._window.preferences
        preferences.recent_workspaces = _first(Recent(path=folder, name=name), preferences.recent_workspaces)
        preferences.save()

    def campaigns(self) -> list[Recent]:
        """The campaigns whose files are still there; the others are forgotten."""
        preferences = self._window.preferences
        preferences.recent_campaigns = [
            found for found in preferences.recent_campaigns if found.path.is_file()
        ]
        return preferences.recent_campaigns

    def workspaces(self) -> list[Recent]:
        """The workspaces that are still there; the others are forgotten."""
        preferences = self._window.preferences
        preferences.recent_workspaces = [
            found for found in preferences.recent_workspaces if (found.path / SETTINGS_NAME).is_file()
        ]
        return preferences.recent_workspaces

    def add_campaigns(self, menu: QMenu) -> None:
        """Offer them in a menu of their own, where there are any."""
        self._add(menu, tr("Recent campaigns"), self.campaigns())

    def add_workspaces(self, menu: QMenu) -> None:
        self._add(menu, tr("Recent workspaces"), self.workspaces())

    def _add(self, menu: QMenu, title: str, found: Sequence[Recent]) -> None:
        if not found:
            return
        menu.addSeparator()
        offered = menu.addMenu(title)
        offered.setToolTipsVisible(True)
        for recent in found:
            action = offered.addAction(recent.name.replace("&", "&&"))
            action.setToolTip(plain(str(recent.path)))
            action.triggered.connect(partial(self._window.opening.open_path, recent.path))


def _first(recent: Recent, others: Sequence[Recent]) -> list[Recent]:
    return [recent, *(other for other in others if other.path != recent.path)][:KEPT]
