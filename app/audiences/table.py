"""The table of audiences: its columns, its model, and its widget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHeaderView

from app.audiences.rows import STATES, TONES, Row, use_words
from app.language import Retranslated
from app.widgets import moments
from app.widgets.list_table import ListTable
from canvas_widgets.look import Look
from canvas_widgets.tooltip import plain
from engine.i18n import N_, tr

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


@dataclass(frozen=True)
class Column:
    """Attributes: title (marked for translation); text and sort key of a row; width; numeric."""

    title: str
    text: Callable[[Row, ZoneInfo], str]
    key: Callable[[Row], Any]
    width: int
    numeric: bool = False


def _stamp(value: datetime | None) -> float:
    return 0.0 if value is None else value.timestamp()


COLUMNS: tuple[Column, ...] = (
    Column(N_("Name"), lambda row, _: row.file.name, lambda row: row.file.name.casefold(), 240),
    Column(N_("Folder"), lambda row, _: row.file.directory, lambda row: row.file.directory.casefold(), 104),
    Column(N_("Kind"), lambda row, _: row.kind, lambda row: row.file.cards is None, 72),
    Column(
        N_("Members"),
        lambda row, _: "" if row.size is None else f"{row.size:,}",
        lambda row: -1 if row.size is None else row.size,
        88,
        numeric=True,
    ),
    Column(N_("State"), lambda row, _: tr(STATES[row.state]), lambda row: row.state, 112),
    Column(
        N_("Updated"),
        lambda row, zone: "" if row.updated_at is None else moments.shown(row.updated_at, zone),
        lambda row: _stamp(row.updated_at),
        168,
    ),
    Column(N_("Update"), lambda row, _: row.update_words, lambda row: row.update_words, 168),
    Column(N_("Used by"), lambda row, _: use_words(row.uses), lambda row: -len(row.uses), 160),
)
_STATE, _UPDATED = 4, 5
_LEAST_NAME = 24  # steps of the grid
_GIVE_WAY = (1, 2, 6, 7)
"""What is hidden first where a name would get too little room: the folders stand beside the table anyway."""


class AudienceModel(QAbstractTableModel):
    """The filtered, sorted rows. Texts are made when they are asked for, so they follow the language."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.zone = ZoneInfo("UTC")
        self._rows: list[Row] = []
        self._order: tuple[int, bool] = (0, False)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Replace the rows, keeping the order that was chosen."""
        found = self._sorted(rows)
        if [row.file.id for row in found] == [row.file.id for row in self._rows]:
            self._rows = found
            if found:
                self.dataChanged.emit(self.index(0, 0), self.index(len(found) - 1, len(COLUMNS) - 1))
            return
        self.beginResetModel()
        self._rows = found
        self.endResetModel()

    def row(self, index: Index) -> Row:
        return self._rows[index.row()]

    def index_of(self, id: str) -> QModelIndex:
        at = next((n for n, row in enumerate(self._rows) if row.file.id == id), -1)
        return self.index(at, 0) if at >= 0 else QModelIndex()

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = self.row(index), COLUMNS[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.text(row, self.zone)
            case Qt.ItemDataRole.ToolTipRole:
                return plain(self._tooltip(row, index.column()))
            case Qt.ItemDataRole.ForegroundRole if index.column() == _STATE:
                return getattr(self._look.colours, TONES[row.state])
            case Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if column.numeric else Qt.AlignmentFlag.AlignLeft
                return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def _tooltip(self, row: Row, column: int) -> str:
        if column == _STATE and row.reason:
            return row.reason
        if column == _UPDATED and row.updated_at is not None:
            return moments.hint(row.updated_at, self.zone)
        return COLUMNS[column].text(row, self.zone)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return tr(COLUMNS[section].title)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if COLUMNS[section].numeric else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._order = (column, order is Qt.SortOrder.DescendingOrder)
        self.layoutAboutToBeChanged.emit()
        self._rows = self._sorted(self._rows)
        self.layoutChanged.emit()

    def _sorted(self, rows: Sequence[Row]) -> list[Row]:
        column, descending = self._order
        return sorted(rows, key=COLUMNS[column].key, reverse=descending)


class AudienceTable(Retranslated, ListTable):
    """Signals: `row_opened(row)`; `menu_asked(row, global place)`; `selection_changed()`."""

    row_opened = Signal(object)
    menu_asked = Signal(object, QPoint)

    def __init__(self, look: Look) -> None:
        model = AudienceModel(look)
        super().__init__(model, look)
        self.model_, self._grid = model, look.sizes.grid
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(64)
        for section, column in enumerate(COLUMNS):
            self.setColumnWidth(section, column.width)
        self.index_opened.connect(lambda index: self.row_opened.emit(self.model_.row(index)))
        self.index_menu_asked.connect(lambda index, at: self.menu_asked.emit(self.model_.row(index), at))
        self.retranslate()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Names stay long enough to be told apart: other columns give way to them."""
        shown = {number: column.width for number, column in enumerate(COLUMNS) if number}
        room = self.viewport().width() - _LEAST_NAME * self._grid
        for number in _GIVE_WAY:
            if sum(shown.values()) > room:
                del shown[number]
        for number in range(1, len(COLUMNS)):
            self.setColumnHidden(number, number not in shown)

    def retranslate(self) -> None:
        self.setAccessibleName(tr("Audiences"))
        self.viewport().update()

    def show_rows(self, rows: Sequence[Row]) -> None:
        kept = self.selected()
        self.model_.show_rows(rows)
        if kept is not None and self.selected() is None:
            self.select(kept.file.id)

    def selected(self) -> Row | None:
        index = self.selected_index()
        return self.model_.row(index) if index.isValid() else None

    def select(self, id: str) -> None:
        index = self.model_.index_of(id)
        if index.isValid():
            self.setCurrentIndex(index)
