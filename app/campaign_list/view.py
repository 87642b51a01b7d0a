"""The table as a widget: selection, keyboard, hidden columns, and the menu of a row."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from app.campaign_list.delegate import RowDelegate
from app.campaign_list.rows import Row
from app.campaign_list.table import COLUMNS, TableModel
from app.language import Retranslated
from canvas_widgets.look import Look
from engine.i18n import tr

FIXED = {"name", "menu"}
_WIDTHS = {
    "status": 13,
    "folder": 14,
    "sub_campaigns": 16,
    "start": 18,
    "end": 18,
    "next_run": 18,
    "entries": 11,
    "inside": 10,
    "changed": 18,
    "menu": 6,
}  # in steps of the grid; the name takes the rest
_LEAST_NAME = 24
_NAME = [column.id for column in COLUMNS].index("name")


class CampaignTable(Retranslated, QTableView):
    """Signals: `row_opened(row)`; `menu_asked(index, global place)`; `selection_changed()`;
    `columns_changed(ids of the hidden columns)`.
    """

    row_opened = Signal(object)
    menu_asked = Signal(QModelIndex, QPoint)
    selection_changed = Signal()
    columns_changed = Signal(object)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.model_ = TableModel()
        self.setModel(self.model_)
        self._delegate = RowDelegate(self, look)
        self._delegate.menu_asked.connect(self._on_mark_pressed)
        self.setItemDelegate(self._delegate)
        self.setMouseTracking(True)
        self.entered.connect(lambda index: self._hover(index.row()))
        self.viewportEntered.connect(lambda: self._hover(-1))
        self.setObjectName("campaigns")
        self.setProperty("role", "plain")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setSortingEnabled(True)
        self.sortByColumn([column.id for column in COLUMNS].index("changed"), Qt.SortOrder.DescendingOrder)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(5 * look.sizes.grid)
        self._size_columns()
        for changed in (self.model_.modelReset, self.model_.layoutChanged, self.model_.dataChanged):
            changed.connect(self._size_rows)
        self.doubleClicked.connect(self._on_double_clicked)
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)
        look.changed.connect(self.viewport().update)
        self.retranslate()

    def show_zone(self, name: str) -> None:
        """Show times in this zone (an IANA name); the tooltip names it."""
        self.model_.zone, self.model_.zone_name = ZoneInfo(name), name

    def show_rows(self, rows: Sequence[Row]) -> None:
        kept = self.selected()
        self.model_.show(rows)
        if kept is not None and self.selected() is None:
            self.select(kept.path)

    def selected(self) -> Row | None:
        indexes = self.selectionModel().selectedRows()
        return self.model_.row(indexes[0]) if indexes else None

    def select(self, path: Path) -> None:
        index = self.model_.index_of(path)
        if index.isValid():
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def hide_columns(self, hidden: Sequence[str]) -> None:
        for number, column in enumerate(COLUMNS):
            self.setColumnHidden(number, column.id in hidden and column.id not in FIXED)

    def columns_menu(self, parent: QWidget) -> QMenu:
        """A menu that shows and hides columns."""
        menu = QMenu(parent)
        for number, column in enumerate(COLUMNS):
            if column.id not in FIXED:
                action = QAction(
                    tr(column.title), menu, checkable=True, checked=not self.isColumnHidden(number)
                )
                action.toggled.connect(lambda shown, number=number: self._set_shown(number, shown))
                menu.addAction(action)
        return menu

    def retranslate(self) -> None:
        self.setAccessibleName(tr("Campaigns"))
        self.model_.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if index.isValid():
                self.row_opened.emit(self.model_.row(index))
            case Qt.Key.Key_Menu if index.isValid():
                self.menu_asked.emit(index, self.viewport().mapToGlobal(self.visualRect(index).bottomLeft()))
            case _:
                super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.indexAt(event.pos())
        if index.isValid():
            self.setCurrentIndex(index)
            self.menu_asked.emit(index, event.globalPos())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def _hover(self, row: int) -> None:
        self._delegate.hovered_row = row
        self.viewport().update()

    def _size_columns(self) -> None:
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(5 * self._look.sizes.grid)
        for number, column in enumerate(COLUMNS):
            if column.id == "name":
                header.setSectionResizeMode(number, QHeaderView.ResizeMode.Fixed)
            else:
                self.setColumnWidth(number, _WIDTHS[column.id] * self._look.sizes.grid)
        header.sectionResized.connect(self._on_section_resized)

    def _size_name(self) -> None:
        """Names take what the other columns leave, and never so little that they cannot be told apart."""
        others = self.horizontalHeader().length() - self.columnWidth(_NAME)
        least = _LEAST_NAME * self._look.sizes.grid
        self.setColumnWidth(_NAME, max(least, self.viewport().width() - others))

    def _on_section_resized(self, number: int, _before: int, _after: int) -> None:
        if number != _NAME:
            self._size_name()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._size_name()

    def _size_rows(self) -> None:
        for number in range(self.model_.rowCount()):
            row = self.model_.row(self.model_.index(number, 0))
            if row is not None and self.rowHeight(number) != (height := self._delegate.height(row)):
                self.setRowHeight(number, height)

    def _set_shown(self, number: int, shown: bool) -> None:
        self.setColumnHidden(number, not shown)
        hidden = [column.id for number, column in enumerate(COLUMNS) if self.isColumnHidden(number)]
        self.columns_changed.emit(hidden)

    def _on_double_clicked(self, index: QModelIndex) -> None:
        self.row_opened.emit(self.model_.row(index))

    def _on_selection_changed(self) -> None:
        self.selection_changed.emit()

    def _on_mark_pressed(self, index: QModelIndex) -> None:
        self.setCurrentIndex(index)
        self.menu_asked.emit(index, self.viewport().mapToGlobal(self.visualRect(index).bottomLeft()))
