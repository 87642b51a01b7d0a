"""The palette's rows: a list model of entries and headings, and how they are drawn."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.command_palette.entries import Entry, Listed
from canvas_widgets.look import Look
from engine.i18n import listed

EntryRole = Qt.ItemDataRole.UserRole
_Index = QModelIndex | QPersistentModelIndex


class EntryModel(QAbstractListModel):
    """What is listed; headings cannot be chosen."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rows: list[Listed] = []

    def show_rows(self, rows: Sequence[Listed]) -> None:
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def entry(self, row: int) -> Entry | None:
        """The entry of a row; None for a heading, or where there is no such row."""
        found = self._rows[row] if 0 <= row < len(self._rows) else None
        return found if isinstance(found, Entry) else None

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self._rows[index.row()]
        if role == EntryRole:
            return row if isinstance(row, Entry) else None
        if role == Qt.ItemDataRole.DisplayRole:
            return row.text if isinstance(row, Entry) else row
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken(row) if isinstance(row, Entry) else row
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        entry = self.entry(index.row())
        if entry is None:
            return Qt.ItemFlag.NoItemFlags
        if entry.why_not:
            return Qt.ItemFlag.ItemIsSelectable
        return Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled


def spoken(entry: Entry) -> str:
    """A row as one sentence, for those who hear it."""
    return listed(part for part in (entry.text, entry.why_not or entry.section, entry.keys) if part)


class EntryDelegate(QStyledItemDelegate):
    """Icon and text at the left; section, or why not, and keys at the right."""

    def __init__(self, look: Look, parent: QObject) -> None:
        super().__init__(parent)
        self._look = look

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        heading = index.data(EntryRole) is None
        return QSize(0, self._look.sizes.row if heading else self._look.sizes.control + 4)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        entry, grid = index.data(EntryRole), self._look.sizes.grid
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        if isinstance(entry, Entry):
            if state & QStyle.StateFlag.State_Selected:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(self._look.colours.hover)
                radius = self._look.sizes.control_radius
                ground = QRectF(rect).adjusted(grid, 0, -grid, 0)
                painter.drawRoundedRect(ground, radius, radius)
            self._paint_entry(painter, rect.adjusted(2 * grid, 0, -2 * grid, 0), entry)
        else:
            self._write(
                painter, rect.adjusted(2 * grid, grid // 2, -grid, 0), str(index.data()), "section", "muted"
            )
        painter.restore()

    def _paint_entry(self, painter: QPainter, rect: QRect, entry: Entry) -> None:
        grid, size = self._look.sizes.grid, self._look.sizes.small_icon
        if entry.icon:
            colour = "disabled" if entry.why_not else entry.colour
            ratio = painter.device().devicePixelRatioF()
            pixmap = self._look.pixmap(entry.icon, colour, size, ratio)
            painter.drawPixmap(rect.left(), rect.center().y() - size // 2 + 1, pixmap)
        right = rect.right()
        if entry.keys:
            right = self._paint_keys(painter, rect, entry.keys) - grid
        aside = entry.why_not or entry.section
        width = QFontMetrics(self._look.font("summary")).horizontalAdvance(aside) + 1
        left = rect.left() + size + grid + grid // 2
        if right - width - left >= _TEXT_ROOM * grid:
            place = QRect(right - width, rect.top(), width, rect.height())
            self._write(painter, place, aside, "summary", "muted")
            right -= width + 2 * grid
        colour = "faint" if entry.why_not else "text"
        self._write(
            painter, QRect(left, rect.top(), right - left, rect.height()), entry.text, "control", colour
        )

    def _paint_keys(self, painter: QPainter, rect: QRect, keys: str) -> int:
        """The keys in a frame at the right end. Returns its left edge."""
        font, grid = self._look.font("summary"), self._look.sizes.grid
        metrics = QFontMetrics(font)
        width, height = metrics.horizontalAdvance(keys) + 2 * grid - 4, metrics.height() + 4
        frame = QRect(rect.right() - width, rect.center().y() - height // 2, width, height)
        painter.setPen(QPen(QColor(self._look.colours.border), 1))
        painter.setBrush(self._look.colours.card)
        painter.drawRoundedRect(QRectF(frame).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setPen(self._look.colours.muted)
        painter.setFont(font)
        painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, keys)
        return frame.left()

    def _write(self, painter: QPainter, rect: QRect, text: str, role: str, colour: str) -> None:
        font = self._look.font(role)
        painter.setFont(font)
        painter.setPen(self._look.colours.named(colour))
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, shown)


_TEXT_ROOM = 20  # of the grid: so much stays for the text, else the section is left out
