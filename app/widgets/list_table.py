"""The lists of places as tables: rows of which one is selected, opened, and has a menu."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView

from canvas_widgets.look import Look


class ListTable(QTableView):
    """Signals: `index_opened(index)` by Enter or a double click; `index_menu_asked(index, global place)` by a
    right click or the menu key; `selection_changed()`."""

    index_opened = Signal(QModelIndex)
    index_menu_asked = Signal(QModelIndex, QPoint)
    selection_changed = Signal()

    def __init__(
        self,
        model: QAbstractTableModel,
        look: Look,
        sorted_by: tuple[int, Qt.SortOrder] = (0, Qt.SortOrder.AscendingOrder),
    ) -> None:
        super().__init__()
        self.setModel(model)
        self.setObjectName("campaigns")  # as the style sheet calls these lists
        self.setProperty("role", "plain")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setSortingEnabled(True)
        self.sortByColumn(*sorted_by)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(5 * look.sizes.grid)
        self.doubleClicked.connect(self.index_opened)
        self.selectionModel().selectionChanged.connect(lambda *_: self.selection_changed.emit())
        look.changed.connect(self.viewport().update)

    def selected_index(self) -> QModelIndex:
        """Of the selected row; an invalid one where none is."""
        indexes = self.selectionModel().selectedRows()
        return indexes[0] if indexes else QModelIndex()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.selected_index()
        if index.isValid() and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.index_opened.emit(index)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        mouse = event.reason() is QContextMenuEvent.Reason.Mouse
        index = self.indexAt(event.pos()) if mouse else self.currentIndex()
        if index.isValid():
            self.setCurrentIndex(index)
            below = self.viewport().mapToGlobal(self.visualRect(index).bottomLeft())
            self.index_menu_asked.emit(index, event.globalPos() if mouse else below)
