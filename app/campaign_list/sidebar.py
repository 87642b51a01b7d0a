"""The workspace's folders at the left of the list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QVBoxLayout

from app.campaign_list.rows import UNGROUPED, Row, folder_label, folders
from app.engine import notices
from app.engine.situation import Situation, State
from app.language import Retranslated
from app.widgets import moments
from app.widgets.basic import ElidedLabel, button, label, set_property
from canvas_widgets.look import Look
from canvas_widgets.tooltip import plain
from engine.i18n import tr

_SERVERS_SHOWN = 5


class Sidebar(Retranslated, QFrame):
    """Signals: `chosen(group)`: a folder's name, "" for Ungrouped, None for all campaigns;
    `server_chosen(url)`: a team's server instead of them; `action_asked(id)`: what leads out of the engine's
    trouble."""

    chosen = Signal(object)
    server_chosen = Signal(str)
    action_asked = Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setProperty("role", "side")
        self.setFixedWidth(look.sizes.palette)
        self._look = look
        self._rows: list[Row] = []
        self._declared: list[str] = []
        grid = look.sizes.grid
        self._workspace = ElidedLabel("strong")
        self._folder = ElidedLabel("summary")
        self._heading = label("section")
        self.engine = label("summary")
        self.engine.setContentsMargins(grid, 0, grid, 0)
        self._zone: ZoneInfo | None = None
        self.zone = ElidedLabel("summary")
        self.zone.setContentsMargins(grid, 0, grid, 0)
        self._situation = Situation()
        self.trouble = label("small", wrap=True)
        self._action = ""
        self.way_out = button("link", lambda: self.action_asked.emit(self._action))
        self.list = QListWidget()
        self.list.setProperty("role", "plain")
        self.list.currentItemChanged.connect(self._on_current_changed)
        self.list.itemClicked.connect(self._on_folder_clicked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(grid, 2 * grid, grid, grid)
        layout.setSpacing(grid // 2)
        for widget in (self._workspace, self._folder, self._heading):
            widget.setContentsMargins(grid, 0, grid, 0)
            layout.addWidget(widget)
        layout.insertSpacing(2, grid)
        layout.addWidget(self.list, 1)
        self._servers_heading = label("section")
        self._servers_heading.setContentsMargins(grid, grid, grid, 0)
        self.servers = QListWidget()
        self.servers.setProperty("role", "plain")
        self.servers.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.servers.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.servers.itemClicked.connect(self._on_server)
        self.servers.currentItemChanged.connect(lambda item, _before: self._on_server(item))
        layout.addWidget(self._servers_heading)
        layout.addWidget(self.servers)
        self.show_servers(())
        layout.addWidget(self.zone)
        layout.addWidget(self.engine)
        self._alert = QFrame()
        self._alert.setProperty("role", "alert")
        inside = QVBoxLayout(self._alert)
        inside.setContentsMargins(grid, grid, grid, grid)
        inside.setSpacing(grid // 2)
        inside.addWidget(self.trouble)
        inside.addWidget(self.way_out, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._alert)
        look.changed.connect(self.retranslate)
        self.retranslate()

    @property
    def group(self) -> str | None:
        found = self.list.currentIndex().data(Qt.ItemDataRole.UserRole)
        return found if isinstance(found, str) else None

    def show_workspace(self, name: str, place: str, zone: ZoneInfo) -> None:
        self._workspace.setText(name)
        self._folder.setText(place)
        self._zone = zone
        self._show_zone()

    def show_folders(self, rows: Sequence[Row], declared: Sequence[str]) -> None:
        """Show every folder with the number of its campaigns; the chosen one stays chosen."""
        chosen = self.group
        self._rows, self._declared = list(rows), list(declared)
        count = Counter(row.group for row in rows)
        self.list.blockSignals(True)
        self.list.clear()
        self._add(tr("All campaigns"), None, len(rows), "layout-grid")
        for name in [*folders(rows, declared), UNGROUPED]:
            self._add(folder_label(name), name, count[name], "folder")
        places = [self.list.item(i).data(Qt.ItemDataRole.UserRole) for i in range(self.list.count())]
        self.list.setCurrentRow(places.index(chosen) if chosen in places else 0)
        self.list.blockSignals(False)
        if chosen not in places:
            self.chosen.emit(None)

    def show_servers(self, servers: Sequence[tuple[str, str]]) -> None:
        """The servers that the user is signed in to: address and name; the one on show stays chosen."""
        chosen: QListWidgetItem | None = self.servers.currentItem()  # the stubs forget None
        url = None if chosen is None else chosen.data(Qt.ItemDataRole.UserRole)
        self.servers.blockSignals(True)
        self.servers.clear()
        for address, name in servers:
            item = QListWidgetItem(self._look.icon("server", "muted"), name)
            item.setData(Qt.ItemDataRole.UserRole, address)
            item.setToolTip(plain(name))
            self.servers.addItem(item)
            if address == url:
                self.servers.setCurrentItem(item)
        self.servers.blockSignals(False)
        rows = min(len(servers), _SERVERS_SHOWN)
        self.servers.setFixedHeight(rows * (self._look.sizes.row + 2) + self._look.sizes.grid)
        for widget in (self._servers_heading, self.servers):
            widget.setVisible(bool(servers))
        if url is not None and url not in [address for address, _ in servers]:
            self._choose_folders()

    def show_engine(self, situation: Situation) -> None:
        """Say whether the bundled engine runs, what keeps it from its work, or what should be seen to."""
        self._situation = situation
        texts = {
            State.OFF: tr("Engine: not running"),
            State.STARTING: tr("Engine: starting…"),
            State.ON: tr("Engine: running"),
        }
        self.engine.setText(tr("Engine: held") if situation.condition.held else texts[situation.state])
        found = notices.of_engine(situation, waits=situation.going_on > 0)
        notice = found[0] if found else notices.Notice("warn", "")
        set_property(self._alert, "state", notice.tone)
        self.trouble.setText(notice.text)
        self.trouble.setToolTip(plain(notice.text))
        self._alert.setVisible(bool(notice.text))
        self._action = notice.action
        self.way_out.setText(notice.link)
        self.way_out.setVisible(bool(notice.action))

    def _show_zone(self) -> None:
        """Say whose clocks the times of the list are of, where this machine's show others."""
        self.zone.setVisible(self._zone is not None and moments.elsewhere(self._zone))
        self.zone.setText("" if self._zone is None else tr("Times: {zone}", zone=self._zone.key))

    def retranslate(self) -> None:
        self._show_zone()
        self._heading.setText(tr("Folders"))
        self._servers_heading.setText(tr("Servers"))
        self.servers.setAccessibleName(tr("Servers"))
        self.list.setAccessibleName(tr("Folders"))
        self.show_engine(self._situation)
        self.show_folders(self._rows, self._declared)

    def _add(self, text: str, group: str | None, count: int, icon: str) -> None:
        item = QListWidgetItem(f"{text}  {count:,}" if count else text)
        item.setIcon(self._look.icon(icon, "muted"))
        item.setData(Qt.ItemDataRole.UserRole, group)
        item.setToolTip(plain(text))
        self.list.addItem(item)

    def _on_current_changed(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self._choose_folders()
            self.chosen.emit(item.data(Qt.ItemDataRole.UserRole))

    def _on_folder_clicked(self, item: QListWidgetItem) -> None:
        """The folder that was chosen before, after a server was on show."""
        if self.servers.currentRow() >= 0:
            self._on_current_changed(item)

    def _on_server(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.list.clearSelection()
            self.server_chosen.emit(item.data(Qt.ItemDataRole.UserRole))

    def _choose_folders(self) -> None:
        """The campaigns of the workspace are on show, and no server."""
        self.servers.blockSignals(True)
        self.servers.setCurrentRow(-1)
        self.servers.blockSignals(False)
        self.list.setCurrentIndex(self.list.currentIndex())  # it is selected again, too
        self.server_chosen.emit("")
