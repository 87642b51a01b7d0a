"""The table of campaigns: its columns, its model, and how a row is drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from app.campaign_list.rows import Row, folder_label
from app.campaign_list.status import Status
from app.widgets import moments
from canvas_widgets.tooltip import plain
from engine.i18n import N_, listed, tr
from engine.shapes.time import instant

RowRole = int(Qt.ItemDataRole.UserRole)
ToneRole = RowRole + 1
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Column:
    """Attributes: id; title (marked for translation); text and sort key of a row; numeric (right-aligned);
    when (of a column of moments: which one a row has)."""

    id: str
    title: str
    text: Callable[[Row, TableModel], str]
    key: Callable[[Row], Any]
    numeric: bool = False
    when: Callable[[Row], datetime | None] = lambda _row: None


def _time(value: datetime | None, model: TableModel) -> str:
    return "" if value is None else moments.shown(value, model.zone)


def _stamp(value: datetime | None) -> float:
    return value.timestamp() if value is not None else 0.0


def _next_run(row: Row) -> datetime | None:
    return None if row.run is None or row.run.next_run is None else instant(row.run.next_run)


def _time_column(id: str, title: str, when: Callable[[Row], datetime | None]) -> Column:
    return Column(
        id, title, lambda row, model: _time(when(row), model), lambda row: _stamp(when(row)), when=when
    )


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


COLUMNS: tuple[Column, ...] = (
    Column("name", N_("Name"), lambda row, _: row.name, lambda row: row.name.casefold()),
    Column(
        "status",
        N_("Status"),
        lambda row, _: str(row.status.label),
        lambda row: list(Status).index(row.status),
    ),
    Column("folder", N_("Folder"), lambda row, _: folder_label(row.group), lambda row: row.group),
    Column(
        "sub_campaigns",
        N_("Sub-campaigns"),
        lambda row, model: listed(model.sub_campaign_name(id) for id in row.sub_campaigns),
        lambda row: row.sub_campaigns,
    ),
    _time_column("start", N_("Start"), lambda row: row.start),
    _time_column("end", N_("End"), lambda row: row.end),
    _time_column("next_run", N_("Next run"), _next_run),
    Column(
        "entries",
        N_("Entered"),
        lambda row, _: _number(row.run.entries if row.run else None),
        lambda row: row.run.entries if row.run else -1,
        numeric=True,
    ),
    Column(
        "inside",
        N_("Inside"),
        lambda row, _: _number(row.run.inside if row.run else None),
        lambda row: row.run.inside if row.run else -1,
        numeric=True,
    ),
    _time_column("changed", N_("Changed"), lambda row: row.modified),
    Column("menu", "", lambda _row, _model: "", lambda _row: 0),
)


class TableModel(QAbstractTableModel):
    """The filtered, sorted rows. Texts are made when they are asked for, so they follow the language."""

    def __init__(self) -> None:
        super().__init__()
        self.zone = ZoneInfo("UTC")
        self.sub_campaign_name: Callable[[str], str] = lambda id: id
        self._rows: list[Row] = []
        self._sort_column = [column.id for column in COLUMNS].index("changed")
        self._descending = True

    def show(self, rows: Sequence[Row]) -> None:
        """Replace the rows, keeping the order that was chosen."""
        rows = self._sorted(rows)
        if [row.path for row in rows] == [row.path for row in self._rows]:
            self._rows = rows
            if rows:
                self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(COLUMNS) - 1))
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def row(self, index: Index) -> Row | None:
        return self._rows[index.row()] if index.isValid() and index.row() < len(self._rows) else None

    def index_of(self, path: object) -> QModelIndex:
        for number, row in enumerate(self._rows):
            if row.path == path:
                return self.index(number, 0)
        return QModelIndex()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._sort_column, self._descending = column, order is Qt.SortOrder.DescendingOrder
        self.layoutAboutToBeChanged.emit()
        self._rows = self._sorted(self._rows)
        self.layoutChanged.emit()

    def _sorted(self, rows: Sequence[Row]) -> list[Row]:
        key = COLUMNS[self._sort_column].key
        return sorted(sorted(rows, key=lambda row: row.name.casefold()), key=key, reverse=self._descending)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row(index)
        if row is None:
            return None
        column = COLUMNS[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.text(row, self)
            case Qt.ItemDataRole.ToolTipRole:
                return plain(self._tooltip(row, column))
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(row, column)
            case Qt.ItemDataRole.TextAlignmentRole if column.numeric:
                return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            case _ if role == RowRole:
                return row
            case _ if role == ToneRole and column.id == "status":
                return row.tone
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        column = COLUMNS[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return tr(column.title) if column.title else ""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.numeric else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def _spoken(self, row: Row, column: Column) -> str:
        if column.id == "menu":
            return tr("Actions of {name}", name=row.name)
        text = column.text(row, self)
        return f"{text}. {row.trouble.text}" if column.id == "status" and row.trouble else text

    def _tooltip(self, row: Row, column: Column) -> str:
        if row.error is not None:
            return str(row.error.message)
        moment = column.when(row)
        text = column.text(row, self) if moment is None else moments.hint(moment, self.zone)
        return "\n".join(filter(None, (text, row.trouble and row.trouble.text)))
