"""The table as a widget: selection, keyboard, hidden columns, and the menu of a row."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QHoverEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QMenu, QWidget

from app.campaign_list.columns import FIXED, Columns
from app.campaign_list.delegate import RowDelegate
from app.campaign_list.rows import Row
from app.campaign_list.table import COLUMNS, TableModel
from app.language import Retranslated
from app.widgets.list_table import ListTable
from canvas_widgets.look import Look
from engine.i18n import tr

_SORTED_BY = ([column.id for column in COLUMNS].index("changed"), Qt.SortOrder.DescendingOrder)


class CampaignTable(Retranslated, ListTable):
    """Signals: `row_opened(row)`; `menu_asked(index, global place)`; `selection_changed()`;
    `columns_changed(ids of the hidden columns)`.
    """

    row_opened = Signal(object)
    menu_asked = Signal(QModelIndex, QPoint)
    columns_changed = Signal(object)

    def __init__(self, look: Look) -> None:
        model = TableModel()
        super().__init__(model, look, _SORTED_BY)
        self.model_ = model
        self._look = look
        self._delegate = RowDelegate(self, look)
        self._delegate.menu_asked.connect(self._on_mark_pressed)
        self.setItemDelegate(self._delegate)
        self.setMouseTracking(True)
        self.entered.connect(lambda index: self._hover(index.row()))  # also by scrolling under the pointer
        self.columns = Columns(self, look)
        for changed in (self.model_.modelReset, self.model_.layoutChanged, self.model_.dataChanged):
            changed.connect(self._size_rows)
        self.index_opened.connect(lambda index: self.row_opened.emit(self.model_.row(index)))
        self.retranslate()

    def show_zone(self, name: str) -> None:
        """Show times in this zone (an IANA name); the tooltip names it."""
        self.model_.zone = ZoneInfo(name)

    def show_rows(self, rows: Sequence[Row]) -> None:
        kept = self.selected()
        self.model_.show(rows)
        if kept is not None and self.selected() is None:
            self.select(kept.path)

    def selected(self) -> Row | None:
        index = self.selected_index()
        return self.model_.row(index) if index.isValid() else None

    def select(self, path: Path) -> None:
        index = self.model_.index_of(path)
        if index.isValid():
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def hide_columns(self, hidden: Sequence[str]) -> None:
        self.columns.hide(hidden)

    def columns_menu(self, parent: QWidget) -> QMenu:
        """A menu that shows and hides columns; it says where there is no room for one now."""
        menu, columns = QMenu(parent), self.columns
        for column in COLUMNS:
            if column.id not in FIXED:
                title = tr(column.title)
                words = tr("{column} (no room now)", column=title) if column.id in columns.crowded else title
                action = QAction(words, menu, checkable=True, checked=column.id not in columns.hidden)
                action.toggled.connect(partial(self._set_shown, column.id))
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

    def viewportEvent(self, event: QEvent) -> bool:
        """The whole row under the pointer lights up, also where the pointer was there before the table."""
        if isinstance(event, QHoverEvent):
            inside = event.type() is not QEvent.Type.HoverLeave
            self._hover(self.rowAt(event.position().toPoint().y()) if inside else -1)
        return super().viewportEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def _hover(self, row: int) -> None:
        if row != self._delegate.hovered_row:
            self._delegate.hovered_row = row
            self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.columns.fit()

    def _size_rows(self) -> None:
        for number in range(self.model_.rowCount()):
            row = self.model_.row(self.model_.index(number, 0))
            if row is not None and self.rowHeight(number) != (height := self._delegate.height(row)):
                self.setRowHeight(number, height)

    def _set_shown(self, id: str, shown: bool) -> None:
        self.columns.set_shown(id, shown)
        hidden = self.columns.hidden
        self.columns_changed.emit([column.id for column in COLUMNS if column.id in hidden])

    def _on_mark_pressed(self, index: QModelIndex) -> None:
        self.setCurrentIndex(index)
        self.menu_asked.emit(index, self.viewport().mapToGlobal(self.visualRect(index).bottomLeft()))
