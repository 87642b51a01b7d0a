"""How a row is drawn: the status as a coloured pill, broken files in red, and a menu mark at the end."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QMouseEvent, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.campaign_list.status import Status
from app.campaign_list.table import COLUMNS, RowRole, ToneRole
from canvas_widgets.look import Look

Index = QModelIndex | QPersistentModelIndex
_SOFT = 0.14


class RowDelegate(QStyledItemDelegate):
    """Signal `menu_asked(index)`: the mark at the row's end was pressed."""

    menu_asked = Signal(QModelIndex)

    def __init__(self, parent: QWidget, look: Look) -> None:
        super().__init__(parent)
        self._look = look
        self.hovered_row = -1

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(super().sizeHint(option, index).width(), 5 * self._look.sizes.grid)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        column = COLUMNS[index.column()].id
        if column == "status":
            self._paint_cell(painter, option, index)
            self._paint_pill(painter, option, index)
        elif column == "menu":
            self._paint_cell(painter, option, index)
            self._paint_mark(painter, option)
        else:
            super().paint(painter, option, index)

    def initStyleOption(  # noqa: N802 - Qt's name
        self, option: QStyleOptionViewItem, index: Index
    ) -> None:
        super().initStyleOption(option, index)
        row = index.data(RowRole)
        column = COLUMNS[index.column()].id
        if column == "name":
            option.font = self._look.font("strong")
            if row is not None and row.status is Status.UNREADABLE:
                option.palette.setColor(QPalette.ColorRole.Text, self._look.colours.danger)
        elif column in {"status", "menu"}:
            option.text = ""
        if index.row() == self.hovered_row:  # the whole row lights up, not the cell alone
            option.state |= QStyle.StateFlag.State_MouseOver

    def editorEvent(self, event: QEvent, model: object, option: QStyleOptionViewItem, index: Index) -> bool:
        if (
            isinstance(event, QMouseEvent)
            and event.type() is QEvent.Type.MouseButtonRelease
            and COLUMNS[index.column()].id == "menu"
        ):
            self.menu_asked.emit(index)
            return True
        return False

    def _paint_cell(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """The cell's ground, without its text: selection and hover stay the style sheet's."""
        super().paint(painter, option, index)

    def _paint_pill(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colour = self._colour(str(index.data(ToneRole)))
        text = str(index.data(Qt.ItemDataRole.DisplayRole))
        font = self._look.font("section")
        grid = self._look.sizes.grid
        height = QFontMetrics(font).height() + grid // 2
        width = QFontMetrics(font).horizontalAdvance(text) + 2 * grid
        rect = QRectF(option.rect)
        pill = QRectF(rect.left() + 2 * grid, rect.center().y() - height / 2, width, height)
        ground = QColor(colour)
        ground.setAlphaF(_SOFT)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(pill, height / 2, height / 2)
        painter.setPen(colour)
        painter.setFont(font)
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)
        painter.restore()

    def _paint_mark(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        size = self._look.sizes.icon
        pixmap = self._look.pixmap("dots", "muted", size, painter.device().devicePixelRatioF())
        center = QRectF(option.rect).center()
        painter.drawPixmap(int(center.x() - size / 2), int(center.y() - size / 2), pixmap)

    def _colour(self, tone: str) -> QColor:
        return self._look.colours.named(tone)
