"""The window in which campaigns stand side by side: which ones, the painted sheet, and files made of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.reports.comparison_sheet import ComparisonSheet
from app.reports.ink import Spot
from app.reports.sheet_window import SheetWindow
from app.widgets.basic import button, label
from app.widgets.empty import EmptyState
from canvas_widgets.tooltip import plain
from engine.i18n import tr
from engine.server.reported.comparing import LEAST, MOST
from engine.server.wire.reporting import Comparison

if TYPE_CHECKING:
    from app.window import MainWindow

_LIST, _ROW = 34, 32  # of the grid; pixels
_ID = Qt.ItemDataRole.UserRole


class ComparisonOfCampaigns(SheetWindow):
    """Attributes: campaigns (a list in which they are ticked); chosen (their ids)."""

    def __init__(self, window: MainWindow, first: str | None = None) -> None:
        super().__init__(window)
        self.setWindowTitle(tr("Compare campaigns"))
        self.campaigns = QListWidget()
        self.campaigns.setAccessibleName(tr("Campaigns to compare"))
        self.choose = EmptyState(window.look, "activity")
        self._fill(first)
        self._lay_out()
        self.campaigns.itemChanged.connect(lambda _item: self.refresh())
        self.refresh()

    @property
    def chosen(self) -> list[str]:
        items = [self.campaigns.item(row) for row in range(self.campaigns.count())]
        return [item.data(_ID) for item in items if item.checkState() is Qt.CheckState.Checked]

    def refresh(self) -> None:
        """Ask the engine about those that are ticked; what is on show stays until it has answered."""
        chosen = self.chosen
        if not LEAST <= len(chosen) <= MOST:
            self.ask_nothing()
            self.export.setEnabled(False)
            many = tr("So many are hard to compare: tick ten at most.")
            few = tr("Tick two to ten campaigns at the left.")
            self.choose.set_texts(many if len(chosen) > MOST else few)
            self.stack.setCurrentWidget(self.choose)
            return
        self.ask(lambda client: client.comparison(chosen), self.show_comparison)

    def show_comparison(self, comparison: Comparison) -> None:
        self.show_sheet(ComparisonSheet(comparison))

    def on_spot(self, spot: Spot) -> None:
        """A number leads to the report that it is from."""
        from app.reports.window import ReportWindow

        ReportWindow(self.window_, str(spot.ask["campaign"])).show()

    def _fill(self, first: str | None) -> None:
        """The campaigns that the engine knows; ticked are the first and those that most people entered."""
        known = self._known()
        largest = sorted(known, key=lambda one: (one[0] != first, -one[2]))
        chosen = {id for id, _name, _entries in largest[:LEAST]}
        for id, name, entries in known:
            item = QListWidgetItem(tr("{name} · {n:,} entered", name=name, n=entries))
            item.setData(_ID, id)
            item.setToolTip(plain(item.text()))
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if id in chosen else Qt.CheckState.Unchecked)
            item.setSizeHint(QSize(0, _ROW))
            self.campaigns.addItem(item)

    def _known(self) -> Sequence[tuple[str, str, int]]:
        service = self.window_.service
        runs = {} if service is None else service.runs
        names = {row.id: row.name for row in self.window_.rows()}
        found = [(id, names.get(id, id), run.entries) for id, run in runs.items()]
        return sorted(found, key=lambda one: one[1].casefold())

    def _lay_out(self) -> None:
        grid = self.window_.look.sizes.grid
        head = QHBoxLayout()
        head.setContentsMargins(2 * grid, grid, 2 * grid, grid)
        head.setSpacing(grid)
        head.addWidget(label("title", tr("Compare campaigns")), 1)
        for widget in (self.again, self.export):
            head.addWidget(widget)
        self.stack.addWidget(self.choose)
        side = QWidget()
        side.setFixedWidth(_LIST * grid)
        column = QVBoxLayout(side)
        column.setContentsMargins(2 * grid, 0, 0, 2 * grid)
        column.addWidget(self.campaigns, 1)
        column.addWidget(button("", self._untick, tr("Untick all")))
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(side)
        body.addWidget(self.stack, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(head)
        whole.addLayout(body, 1)

    def _untick(self) -> None:
        self.campaigns.blockSignals(True)
        for row in range(self.campaigns.count()):
            self.campaigns.item(row).setCheckState(Qt.CheckState.Unchecked)
        self.campaigns.blockSignals(False)
        self.refresh()
