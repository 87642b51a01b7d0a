"""The fixed limits, and how near to them the workspace is. Nothing here can be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QVBoxLayout

from app.campaign_list.status import Status
from app.widgets.basic import label
from app.workspace_settings.section import SectionPage
from engine.i18n import tr
from engine.workspace.limits import IN_PROGRESS, FixedLimit, fixed_limits
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from app.window import MainWindow

WHAT, MOST, USED = range(3)
WIDTH = 90
"""In grid steps: farther off, a number is no longer seen to belong to its line."""


class LimitsSection(SectionPage):
    """A table: what is limited, to how many, and how many there are."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__()
        self.window_ = window
        self._workspace: Workspace | None = None
        self._about = label("muted", wrap=True)
        self.table = QTableWidget(0, 3)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setTabKeyNavigation(False)
        self.table.setShowGrid(False)
        self.table.setProperty("role", "plain")
        self.table.verticalHeader().hide()
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(WHAT, QHeaderView.ResizeMode.Stretch)
        grid = window.look.sizes.grid
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * grid, 3 * grid, 2 * grid, 2 * grid)
        column.setSpacing(2 * grid)
        column.addWidget(self._about)
        column.addWidget(self.table, 1)
        self.table.setMaximumWidth(WIDTH * grid)
        self.setFocusProxy(self.table)
        window.look.changed.connect(self.retranslate)
        self.retranslate()

    def show_workspace(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._fill()

    def retranslate(self) -> None:
        self._about.setText(tr("What holds for every workspace. These numbers cannot be changed."))
        self.table.setAccessibleName(tr("Limits"))
        for column, title in enumerate((tr("What"), tr("At most"), tr("In use"))):
            item = _number(title)
            if column == WHAT:
                item.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            self.table.setHorizontalHeaderItem(column, item)
        self._fill()

    def _fill(self) -> None:
        self.table.setRowCount(0)
        for title, limits in fixed_limits():
            self._add_title(str(title))
            for limit in limits:
                self._add(limit)

    def _add_title(self, text: str) -> None:
        row = self._new_row()
        item = QTableWidgetItem(text)
        item.setFont(self.window_.look.font("section"))
        item.setForeground(self.window_.look.colours.muted)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        self.table.setItem(row, WHAT, item)
        self.table.setSpan(row, WHAT, 1, 3)

    def _add(self, limit: FixedLimit) -> None:
        row = self._new_row()
        self.table.setItem(row, WHAT, QTableWidgetItem(str(limit.what)))
        self.table.setItem(row, MOST, _number(f"{limit.most:,}"))
        used = self._used(limit)
        item = _number("" if used is None else f"{used:,}")
        if used is not None and used >= limit.most:
            item.setText(tr("{n:,}: full", n=used))
            item.setForeground(self.window_.look.colours.warn)
        self.table.setItem(row, USED, item)

    def _used(self, limit: FixedLimit) -> int | None:
        if limit.code == IN_PROGRESS:
            return sum(row.status is Status.IN_PROGRESS for row in self.window_.rows())
        if limit.used is None or self._workspace is None:
            return None
        return limit.used(self._workspace)

    def _new_row(self) -> int:
        row = self.table.rowCount()
        self.table.insertRow(row)
        return row


_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def _number(text: str) -> QTableWidgetItem:
    item = QTableWidgetItem(text)
    item.setTextAlignment(_RIGHT)
    return item
