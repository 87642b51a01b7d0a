"""The settings of the workspace: their sections at the left, the chosen one beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QStackedWidget, QVBoxLayout

from app.navigation.page import PlacePage
from app.workspace_settings.section import SectionPage
from app.workspace_settings.sections import SECTIONS
from canvas_widgets.tooltip import plain
from engine.i18n import tr
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from app.window import MainWindow

_ID = Qt.ItemDataRole.UserRole


class SettingsPage(PlacePage):
    """`show_object("section")` or `show_object("section/id")` opens a section, and what is in it."""

    def __init__(self, window: MainWindow) -> None:
        self.list = QListWidget()
        side = QFrame()
        super().__init__(window.look, window.actions_, window.tabs.home, side)
        self._window = window
        self._sections = {section.id: section for section in SECTIONS}
        self._pages: dict[str, SectionPage] = {}
        self._workspace: Workspace | None = None
        self._stack = QStackedWidget()
        self.body.addWidget(self._stack)
        grid = window.look.sizes.grid
        side.setProperty("role", "side")
        side.setFixedWidth(window.look.sizes.palette + 2 * grid)  # names of sections are long
        column = QVBoxLayout(side)
        column.setContentsMargins(grid, 2 * grid, grid, grid)
        column.addWidget(self.list)
        self.list.setProperty("role", "plain")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        for section in SECTIONS:
            item = QListWidgetItem()
            item.setData(_ID, section.id)
            self.list.addItem(item)
        self.list.currentItemChanged.connect(self._on_chosen)
        window.look.changed.connect(self.retranslate)
        self.retranslate()
        self.list.setCurrentRow(0)

    def show_workspace(self, workspace: Workspace) -> None:
        self._workspace = workspace
        for page in self._pages.values():
            page.show_workspace(workspace)

    def show_object(self, id: str) -> None:
        section, _, within = id.partition("/")
        self.list.setCurrentRow(list(self._sections).index(section))
        if within:
            self._page(section).show_object(within)

    def focus_first(self) -> None:
        self.list.setFocus()

    def at_stake(self) -> Mapping[str, object]:
        stakes = {id: page.at_stake() for id, page in self._pages.items()}
        return {id: stake for id, stake in stakes.items() if stake is not None}

    def leave(self, then: Callable[[], object]) -> None:
        """Section by section, each on show while it is asked about."""
        leave: Callable[[], object] = then
        for id in reversed(list(self.at_stake())):
            leave = partial(self._leave_section, id, leave)
        leave()

    def _leave_section(self, id: str, then: Callable[[], object]) -> None:
        self._window.navigation.go("settings", id)
        self._pages[id].leave(then)

    def retranslate(self) -> None:
        self.list.setAccessibleName(tr("Sections of the settings"))
        for row, section in enumerate(self._sections.values()):
            item = self.list.item(row)
            item.setText(tr(section.title))
            item.setToolTip(plain(tr(section.title)))
            item.setIcon(self.look.icon(section.icon, "muted"))
        self._show_title()

    def _on_chosen(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self._stack.setCurrentWidget(self._page(item.data(_ID)))
            self._show_title()

    def _show_title(self) -> None:
        row = self.list.currentRow()
        self.title.setText(tr(list(self._sections.values())[row].title) if row >= 0 else tr("Settings"))

    def _page(self, section_id: str) -> SectionPage:
        if section_id not in self._pages:
            page = self._sections[section_id].make(self._window)
            self._pages[section_id] = page
            self._stack.addWidget(page)
            if self._workspace is not None:
                page.show_workspace(self._workspace)
        return self._pages[section_id]
