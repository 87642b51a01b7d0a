"""A table that shows a long list of the engine's a page at a time."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.widgets.basic import LinkButton
from canvas_widgets.tooltip import plain
from engine.i18n import tr

PAGE = 200


class _Table(QTableWidget):
    """Signal `delete_asked()`: Delete, which is for the rows here, whatever it is for elsewhere."""

    delete_asked = Signal()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Delete:
            if event.type() is QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() is QEvent.Type.KeyPress:
                self.delete_asked.emit()
                return True
        return super().event(event)


class PagedTable(QWidget):
    """Signals: `more_asked()`, the next page; `delete_asked()`, the key on selected rows."""

    more_asked = Signal()
    delete_asked = Signal()

    def __init__(self, columns: int) -> None:
        super().__init__()
        self.table = _Table(0, columns)
        self.table.delete_asked.connect(self.delete_asked)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)  # rows are one line high: with it, what is too long ends at a word
        self.table.setProperty("role", "plain")
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        self.more = LinkButton("")
        self.more.clicked.connect(self.more_asked)
        self.more.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.table, 1)
        column.addWidget(self.more)
        self.setFocusProxy(self.table)

    def keep_narrow(self, *columns: int, narrow: bool = True) -> None:
        """These are as wide as what stands in them, or not so; the others share the rest."""
        modes = QHeaderView.ResizeMode
        for column in columns:
            mode = modes.ResizeToContents if narrow else modes.Stretch
            self.table.horizontalHeader().setSectionResizeMode(column, mode)

    def set_titles(self, name: str, titles: Sequence[str]) -> None:
        self.table.setAccessibleName(name)
        self.table.setHorizontalHeaderLabels(list(titles))
        self.more.setText(tr("Show more"))

    def clear(self) -> None:
        self.table.setRowCount(0)
        self.more.hide()

    def add(self, rows: Sequence[Sequence[str]], *, more: bool) -> None:
        """Add a page. `more`: there is another one."""
        first = self.table.rowCount()
        self.table.setRowCount(first + len(rows))
        for place, row in enumerate(rows):
            for column, text in enumerate(row):
                item = QTableWidgetItem(text)
                item.setToolTip(plain(text))
                self.table.setItem(first + place, column, item)
        self.more.setVisible(more)

    def remove(self, rows: Sequence[int]) -> None:
        """Take rows out; what stands above them stays where it is."""
        for row in sorted(rows, reverse=True):
            self.table.removeRow(row)

    def rows(self) -> int:
        return self.table.rowCount()

    def text(self, row: int, column: int) -> str:
        item: QTableWidgetItem | None = self.table.item(row, column)  # the stubs forget None
        return item.text() if item is not None else ""

    def selected(self) -> list[int]:
        """The rows that are selected, in order."""
        return sorted({index.row() for index in self.table.selectedIndexes()})
