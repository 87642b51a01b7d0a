"""The first rows of a table, as they are read."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QTableWidget, QTableWidgetItem

from canvas_widgets.tooltip import plain
from engine.i18n import tr
from engine.store.imports.survey import Survey

ROWS, COLUMNS = 20, 60
"""So many are shown: enough to see whether the table is read rightly."""
_NARROW, _WIDE = 96, 320


class Preview(QTableWidget):
    """Reads only; its first column is the line in the file."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("First rows"))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        self.verticalHeader().hide()

    def show_survey(self, survey: Survey) -> None:
        """Show the first rows of a table."""
        shown = survey.preview[:ROWS]
        header = [tr("Line"), *survey.header[:COLUMNS]]
        self.setColumnCount(len(header))
        self.setRowCount(len(shown))
        self.setHorizontalHeaderLabels(header)
        for row, (line, cells) in enumerate(shown):
            for column, cell in enumerate([f"{line:,}", *cells[:COLUMNS]]):
                item = QTableWidgetItem(cell[:200].replace("\n", " "))
                item.setToolTip(plain(cell[:2_000]))
                self.setItem(row, column, item)
        self.resizeColumnsToContents()
        head = self.horizontalHeader()
        for column in range(1, len(header)):
            head.resizeSection(column, min(max(head.sectionSize(column), _NARROW), _WIDE))
