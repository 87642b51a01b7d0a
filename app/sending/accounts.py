"""The accounts that messages leave by, each with how it goes, as it is now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from app.sending import words
from canvas_widgets.look import Look
from canvas_widgets.tooltip import plain
from engine.i18n import tr

if TYPE_CHECKING:
    from engine.server.wire.sending import AccountSending

NAME, STATE, WAITING, IN_FLIGHT, LIMIT, DOUBTFUL = range(6)
MOST_ROWS = 6
"""Shown at once; further ones are scrolled to."""
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class AccountsTable(QTableWidget):
    """One row an account; what is told again is written into its row, so that nothing jumps."""

    def __init__(self, look: Look) -> None:
        super().__init__(0, 6)
        self._look = look
        self._ids: list[str] = []
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setProperty("role", "plain")
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(STATE, QHeaderView.ResizeMode.Stretch)
        self.retranslate()
        self._fit()

    def retranslate(self) -> None:
        self.setAccessibleName(tr("Accounts"))
        titles = (
            tr("Account"),
            tr("State"),
            tr("Waiting"),
            tr("On the way"),
            tr("Limit"),
            tr("In doubt"),
        )
        for column, title in enumerate(titles):
            item = QTableWidgetItem(title)
            item.setTextAlignment(_LEFT if column in (NAME, STATE) else _RIGHT)
            self.setHorizontalHeaderItem(column, item)

    def show_accounts(self, accounts: Sequence[AccountSending], name_of: Callable[[str], str]) -> None:
        """Show how it goes with these. name_of: what an account is called, by its id."""
        ids = [one.account for one in accounts]
        if ids != self._ids:
            self._ids = ids
            self.setRowCount(0)
            self.setRowCount(len(ids))
            self._fit()
        for row, account in enumerate(accounts):
            told = words.state(account)
            self._write(row, NAME, name_of(account.account))
            self._write(row, STATE, told.text, told.tone)
            self._write(row, WAITING, words.waiting(account))
            self._write(row, IN_FLIGHT, f"{account.in_flight:,}")
            self._write(row, LIMIT, words.limit(account))
            self._write(row, DOUBTFUL, f"{account.doubtful:,}", "warn" if account.doubtful else "")

    def _write(self, row: int, column: int, text: str, tone: str = "") -> None:
        item: QTableWidgetItem | None = self.item(row, column)  # the stubs forget None
        if item is None:
            item = QTableWidgetItem()
            item.setTextAlignment(_LEFT if column in (NAME, STATE) else _RIGHT)
            self.setItem(row, column, item)
        colours = self._look.colours
        item.setForeground(colours.named(tone) if tone else colours.text)
        if item.text() != text:
            item.setText(text)
            item.setToolTip(plain(text))

    def _fit(self) -> None:
        """As high as its rows."""
        rows = min(max(self.rowCount(), 1), MOST_ROWS)
        height = self.horizontalHeader().sizeHint().height()
        self.setFixedHeight(height + rows * self.verticalHeader().defaultSectionSize() + 2)
