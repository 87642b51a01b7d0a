"""The campaigns of one server, in the place of the campaign list's table."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.campaign_list.status import ALLOWED, May, status_of
from app.language import Retranslated
from app.servers.campaigns import ServerState
from app.servers.words import covers, server_name
from app.widgets import moments
from app.widgets.basic import button, label
from app.widgets.paged_table import PagedTable
from engine.i18n import ntr, tr
from engine.shapes.time import instant

if TYPE_CHECKING:
    from app.servers.running import ServerCommands
    from app.window import MainWindow
    from engine.server.wire.campaigns import Campaign


class ServerPanel(Retranslated, QWidget):
    """Attributes: url (of the server on show, "" for none), table, state, and the buttons look, take, stop,
    restart, versions."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # the window stays small
        self._window: MainWindow | None = None
        self.url = ""
        self._rows: tuple[Campaign, ...] = ()
        self._shown: object = None
        self.title, self.state = label("strong"), label("muted", wrap=True)
        self.table = PagedTable(7)
        self.look = button("primary", lambda: self._on_command(lambda commands: commands.look))
        self.take = button("", lambda: self._on_command(lambda commands: commands.take))
        self.versions = button("", lambda: self._on_command(lambda commands: commands.versions))
        self.stop = button("", lambda: self._on_command(lambda commands: commands.stop))
        self.restart = button("", lambda: self._on_command(lambda commands: commands.restart))
        self._buttons = (self.look, self.take, self.versions, self.stop, self.restart)
        self._row = QHBoxLayout()
        for one in self._buttons:
            self._row.addWidget(one)
        self._row.addStretch(1)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.title)
        self._column.addWidget(self.state)
        self._column.addLayout(self._row)
        self._column.addWidget(self.table, 1)
        self.table.table.itemSelectionChanged.connect(self._show_possible)
        self.table.table.itemDoubleClicked.connect(lambda _item: self.look.click())
        self.retranslate()

    def follow(self, window: MainWindow) -> None:
        """Show what this window's servers say, from now on."""
        self._window = window
        grid = window.look.sizes.grid
        self._column.setContentsMargins(2 * grid, 2 * grid, 2 * grid, grid)
        self._column.setSpacing(grid)
        self._row.setSpacing(grid)
        window.servers.campaigns.changed.connect(self._fill)
        window.servers.connections.changed.connect(self._fill)

    def show_server(self, url: str) -> None:
        self.url = url
        self._fill()
        if self._rows:
            self.table.table.selectRow(0)
        if self._window is not None:
            self._window.servers.campaigns.poll()

    def selected(self) -> Campaign | None:
        rows = self.table.selected()
        return self._rows[rows[0]] if rows and rows[0] < len(self._rows) else None

    def retranslate(self) -> None:
        texts = (tr("Look at it"), tr("Take into the workspace"), tr("Versions…"), tr("Stop…"), tr("Restart"))
        for one, text in zip(self._buttons, texts, strict=True):
            one.setText(text)
        titles = (
            tr("Name"),
            tr("Status"),
            tr("Version"),
            tr("Published at"),
            tr("Next run"),
            tr("Entered"),
            tr("Inside"),
        )
        self.table.set_titles(tr("Campaigns on the server"), titles)
        self.table.keep_narrow(1, 2, 3, 4, 5, 6)
        self._shown = None
        self._fill()

    def _fill(self) -> None:
        if self._window is None or not self.url:
            return
        window = self._window
        server = window.servers.connections.get(self.url)
        state = window.servers.campaigns.states.get(self.url, ServerState())
        self.title.setText(self.url if server is None else server_name(server))
        self.state.setText(self._words(state))
        if state.campaigns != self._shown:
            chosen = self.selected()
            self._shown, self._rows = state.campaigns, state.campaigns
            self.table.clear()
            self.table.add([self._texts(one) for one in self._rows], more=False)
            ids = [one.id for one in self._rows]
            if ids:
                self.table.table.selectRow(
                    ids.index(chosen.id) if chosen is not None and chosen.id in ids else 0
                )
        self._show_possible()

    def _words(self, state: ServerState) -> str:
        if state.trouble:
            if state.known:
                return tr("{reason} This is what it said last.", reason=state.trouble)
            return state.trouble
        if not state.known:
            return tr("Asking the server…")
        return ntr("{n:,} campaign", "{n:,} campaigns", len(state.campaigns))

    def _texts(self, one: Campaign) -> tuple[str, ...]:
        assert self._window is not None
        workspace = self._window.workspace
        zone = ZoneInfo("UTC" if workspace is None else workspace.settings.time_zone)
        next_run = "" if one.next_run is None else moments.shown(instant(one.next_run), zone)
        return (
            one.name,
            str(status_of(one.status, one.backlog).label),
            str(one.version),
            moments.shown(instant(one.version_published_at), zone),
            next_run,
            f"{one.entries:,}",
            f"{one.inside:,}",
        )

    def _show_possible(self) -> None:
        one, window = self.selected(), self._window
        server = None if window is None else window.servers.connections.get(self.url)
        runs = server is not None and covers(server.role, "publisher")
        allowed = ALLOWED[status_of(one.status, one.backlog)] if one is not None else frozenset[May]()
        for button_ in (self.look, self.take, self.versions):
            button_.setEnabled(one is not None)
        self.stop.setEnabled(runs and May.STOP in allowed)
        self.restart.setEnabled(runs and May.RESTART in allowed)

    def _on_command(self, which: Callable[[ServerCommands], Callable[[str, Campaign], None]]) -> None:
        one = self.selected()
        if one is not None and self._window is not None:
            which(self._window.servers.commands)(self.url, one)
