"""The table of messages: name, kind, state, account, and where each is used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from app.editors.message_fields import KIND_NAMES
from app.language import Retranslated
from app.messages.rows import STATUS_COLOURS, STATUS_NAMES, Row
from app.widgets.list_table import ListTable
from canvas_widgets.focus import draw_focus
from canvas_widgets.look import Look
from canvas_widgets.tooltip import plain
from engine.i18n import N_, tr

Index = QModelIndex | QPersistentModelIndex
COLUMNS = (N_("Name"), N_("Kind"), N_("State"), N_("Account"), N_("Used in"))
_STATE = 2
_WIDTHS = (36, 22, 18, 24)
"""Of the columns but the last, in steps of the grid."""


class MessageModel(QAbstractTableModel):
    """The rows as they are; a click on a header sorts by its texts."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self._order = (0, Qt.SortOrder.AscendingOrder)

    def show(self, rows: Sequence[Row]) -> None:
        self.beginResetModel()
        self.rows = list(rows)
        self._sort()
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self.layoutAboutToBeChanged.emit()
        self._order = (column, order)
        self._sort()
        self.layoutChanged.emit()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's name and default
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's name and default
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return tr(COLUMNS[section])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.rows[index.row()]
        text = texts(row)[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return text
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain("\n".join(row.used) if index.column() == len(COLUMNS) - 1 else text)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{tr(COLUMNS[index.column()])}: {text}"
        return None

    def _sort(self) -> None:
        column, order = self._order
        down = order is Qt.SortOrder.DescendingOrder
        self.rows.sort(key=lambda row: (texts(row)[column].casefold(), row.message.id), reverse=down)


def texts(row: Row) -> tuple[str, ...]:
    """What stands in the columns."""
    kind, status = tr(KIND_NAMES[row.message.kind]), tr(STATUS_NAMES[row.message.status])
    return row.message.name, kind, status, row.account, ", ".join(row.used)


class _RowDelegate(QStyledItemDelegate):
    """Draws the state as a word with a dot, for the colour says nothing that the word does not; and the focus
    around the whole row, for what is chosen here is always a row."""

    def __init__(self, view: QAbstractItemView, look: Look) -> None:
        super().__init__(view)
        self._view, self._look = view, look

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        cell = QRectF(option.rect)
        if index.column() == _STATE:
            self._draw_dot(painter, cell, index)
        if self._view.hasFocus() and index.row() == self._view.currentIndex().row():
            painter.setClipRect(cell)
            draw_focus(
                painter, self._look, QRectF(0, cell.top(), self._view.viewport().width(), cell.height())
            )
        painter.restore()

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:  # noqa: N802 - Qt's name
        super().initStyleOption(option, index)
        if index.column() == _STATE:
            option.text = f"    {index.data()}"  # behind the dot

    def _draw_dot(self, painter: QPainter, cell: QRectF, index: Index) -> None:
        model = index.model()
        assert isinstance(model, MessageModel)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._look.colours.named(STATUS_COLOURS[model.rows[index.row()].message.status]))
        grid = self._look.sizes.grid
        painter.drawEllipse(QRectF(cell.left() + 2 * grid, cell.center().y() - grid / 2 + 1, grid, grid))


class MessageTable(Retranslated, ListTable):
    """Signals: `opened(row)` by Enter or double click; `selection_changed()`; `menu_asked(global place)`."""

    opened = Signal(object)
    menu_asked = Signal(QPoint)

    def __init__(self, look: Look) -> None:
        model = MessageModel()
        super().__init__(model, look)
        self.model_ = model
        self.setItemDelegate(_RowDelegate(self, look))
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        for column, width in enumerate(_WIDTHS):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            header.resizeSection(column, width * look.sizes.grid)
        self.index_opened.connect(lambda index: self.opened.emit(self.model_.rows[index.row()]))
        self.index_menu_asked.connect(lambda _index, place: self.menu_asked.emit(place))
        self.retranslate()

    def retranslate(self) -> None:
        self.setAccessibleName(tr("Messages"))
        self.viewport().update()
        self.model_.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Replace the rows; what was selected stays so."""
        kept = self.selected()
        self.model_.show(rows)
        if kept is not None:
            self.select(kept.message.id)
        if self.selected() is None and rows:
            self.selectRow(0)  # the keyboard is somewhere

    def selected(self) -> Row | None:
        index = self.selected_index()
        return self.model_.rows[index.row()] if index.isValid() else None

    def select(self, id: str) -> None:
        """Select the message with this id, if it is shown."""
        for number, row in enumerate(self.model_.rows):
            if row.message.id == id:
                self.selectRow(number)
                return
