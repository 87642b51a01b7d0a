"""The campaign list: folders, filters, the table, and the files that cannot be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedWidget, QWidget

from app.actions import Actions
from app.campaign_list.broken import BrokenFiles
from app.campaign_list.filters import SearchField, StatusFilter, SubCampaignFilter
from app.campaign_list.rows import Filter, Row, counts_by_status
from app.campaign_list.sidebar import Sidebar
from app.campaign_list.status import ALLOWED, RARE, May
from app.campaign_list.view import CampaignTable
from app.navigation.going import go_to
from app.navigation.page import PlacePage
from app.servers.later_strip import LaterStrip
from app.servers.panel import ServerPanel
from app.servers.words import server_name
from app.widgets.announce import announce
from app.widgets.basic import ActionButton, button
from app.widgets.empty import EmptyState
from app.widgets.paths import from_home
from canvas_widgets.look import Look
from engine.files import FileError
from engine.i18n import ntr, tr
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from app.window import MainWindow

ROW_ACTIONS = (
    "campaign.open",
    "campaign.view",
    "campaign.attributes",
    "run.publish",
    "run.publish_remote",
    "run.stop",
    "run.restart",
    "run.report",
    "run.sending",
    "campaign.copy",
    "campaign.save_template",
    "campaign.delete",
)


class CampaignListPage(PlacePage):
    """Signals: `opened(row)` by Enter or double click; `selection_changed()`."""

    opened = Signal(object)
    selection_changed = Signal()

    def __init__(self, look: Look, actions: Actions, home: QWidget) -> None:
        self.sidebar = Sidebar(look)
        super().__init__(look, actions, home, self.sidebar)
        self._rows: list[Row] = []
        self._filter = Filter()
        self._read = False
        self.statuses = StatusFilter(look)
        self.search = SearchField(look)
        self.sub_campaigns = SubCampaignFilter(look)
        self.table = CampaignTable(look)
        self.broken = BrokenFiles(look)
        self.later = LaterStrip(look)
        self.server = ServerPanel()
        self.reading = EmptyState(look, "loader-2")
        self.nothing = EmptyState(look, "route")
        self.nothing_found = EmptyState(look, "search")
        self._columns = button("ghost", self._show_columns_menu)
        self._stack = QStackedWidget()
        self._lay_out()
        self._connect()
        self.retranslate()

    def show_reading(self) -> None:
        """Say that a workspace is being read, where there is none on show yet."""
        if not self._read:
            self._stack.setCurrentWidget(self.reading)
            announce(self, tr("Reading the workspace…"))

    def show_campaigns(
        self, workspace: Workspace, rows: Sequence[Row], broken: Sequence[FileError], declared: Sequence[str]
    ) -> None:
        """Show a workspace's campaigns and every file of it that cannot be read."""
        self._read = True
        catalog = workspace.catalog.marketing_campaigns
        self.table.show_zone(workspace.settings.time_zone)
        self.table.model_.sub_campaign_name = lambda id: catalog[id].name if id in catalog else id
        zone = ZoneInfo(workspace.settings.time_zone)
        self.sidebar.show_workspace(workspace.settings.name, from_home(workspace.folder), zone)
        self.sub_campaigns.show_tree({id: (item.name, item.parent) for id, item in catalog.items()})
        self.sidebar.show_folders(rows, declared)
        self.broken.show_errors(broken)
        self.show_rows(rows)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Replace the rows; selection and filters stay."""
        self._rows = list(rows)
        self._refresh()

    def selected(self) -> Row | None:
        return None if self.server.url else self.table.selected()

    def select(self, path: Path) -> None:
        self.table.select(path)

    def allowed(self) -> frozenset[May]:
        row = self.selected()
        return ALLOWED[row.status] if row is not None else frozenset()

    def focus_first(self) -> None:
        self.table.setFocus()

    def focus_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def clear_filters(self) -> None:
        self.search.clear()
        self.statuses.choose(None)
        self.sub_campaigns.clear_choice()
        self.sidebar.list.setCurrentRow(0)

    def retranslate(self) -> None:
        self.title.setText(tr("Campaigns"))
        self._columns.setText(tr("Columns"))
        self.reading.set_texts(tr("Reading the workspace…"))
        self.nothing.set_texts(
            tr("No campaigns yet"),
            tr(
                "A campaign says who gets which message, when, and what happens next. "
                "Start from a template or from nothing."
            ),
            tr("New campaign…"),
        )
        self.nothing_found.set_texts(
            tr("No campaign matches"),
            tr("Change the search or the filters to see more."),
            tr("Clear filters"),
        )
        self._refresh()

    def _lay_out(self) -> None:
        grid = self.look.sizes.grid
        new = ActionButton(self.actions_["campaign.new"], "primary")
        self.add_tools((self.search, self.sub_campaigns, self._columns, new))
        filters = QHBoxLayout()
        filters.setContentsMargins(grid, grid, 2 * grid, grid)
        filters.addWidget(self.statuses, 1)
        blank = QWidget()  # until it is known what there is to read
        self.body.addLayout(filters)
        self.body.addWidget(self._stack, 1)
        for page in (blank, self.reading, self.table, self.nothing, self.nothing_found, self.server):
            self._stack.addWidget(page)
        self.body.addWidget(self.later)
        self.body.addWidget(self.broken)

    def _connect(self) -> None:
        self.sidebar.chosen.connect(lambda group: self._set_filter(group=group))
        self.sidebar.server_chosen.connect(self._show_server)
        self.sidebar.action_asked.connect(self._on_action_asked)
        self.statuses.chosen.connect(lambda status: self._set_filter(status=status))
        self.sub_campaigns.chosen.connect(lambda ids: self._set_filter(sub_campaigns=ids))
        self.sub_campaigns.edit_asked.connect(lambda: go_to(self, "settings", "marketing"))
        self.search.textChanged.connect(lambda text: self._set_filter(text=text.strip()))
        self.table.row_opened.connect(self.opened)
        self.table.menu_asked.connect(self._show_row_menu)
        self.table.selection_changed.connect(self.selection_changed)
        self.nothing.asked.connect(self.actions_["campaign.new"].trigger)
        self.nothing_found.asked.connect(self.clear_filters)

    def follow_servers(self, window: MainWindow) -> None:
        """Show the servers that the user is signed in to, and what waits for them."""
        self.later.follow(window.servers.later)
        self.server.follow(window)
        connections = window.servers.connections

        def show() -> None:
            self.sidebar.show_servers([(one.url, server_name(one)) for one in connections.signed_in])

        connections.changed.connect(show)
        show()

    def _show_server(self, url: str) -> None:
        """A server's campaigns instead of the workspace's; "": these again."""
        for control in (self.statuses, self.search, self.sub_campaigns, self._columns):
            control.setVisible(not url)
        if url:
            self.server.show_server(url)
            self._stack.setCurrentWidget(self.server)
        elif self.server.url:
            self.server.url = ""
            self._refresh()

    def _on_action_asked(self, action_id: str) -> None:
        self.table.setFocus()  # what was clicked may go with the trouble
        self.actions_[action_id].trigger()

    def _set_filter(self, **change: object) -> None:
        self._filter = replace(self._filter, **change)  # type: ignore[arg-type]  # each signal has its own type
        self._refresh()

    def _refresh(self) -> None:
        counts = counts_by_status(self._rows, self._filter)
        if self._filter.status in RARE and not counts[self._filter.status]:
            self.statuses.choose(None)
            return
        shown = [row for row in self._rows if self._filter.keeps(row)]
        self.statuses.show_counts(counts)
        self.table.show_rows(shown)
        self.summary.setText(ntr("{n:,} campaign", "{n:,} campaigns", len(self._rows)) if self._rows else "")
        if self._read and not self.server.url:
            self._stack.setCurrentWidget(
                self.table if shown else self.nothing_found if self._rows else self.nothing
            )
        self.selection_changed.emit()

    def _show_row_menu(self, index: QModelIndex, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for action_id in ROW_ACTIONS:
            if self.actions_[action_id].isEnabled():
                menu.addAction(self.actions_[action_id])
        menu.popup(place)

    def _show_columns_menu(self) -> None:
        menu = self.table.columns_menu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self._columns.mapToGlobal(self._columns.rect().bottomLeft()))
