"""How a row is drawn: the status as a coloured pill, broken files in red, a menu mark at the end, and what
has to be known of a campaign on a line of its own, over the whole row."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QMouseEvent, QPainter, QPalette
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.campaign_list.rows import Row
from app.campaign_list.status import Status
from app.campaign_list.table import COLUMNS, RowRole, ToneRole
from app.engine.situation import Trouble
from canvas_widgets.focus import draw_focus
from canvas_widgets.look import Look

Index = QModelIndex | QPersistentModelIndex


class RowDelegate(QStyledItemDelegate):
    """Signal `menu_asked(index)`: the mark at the row's end was pressed."""

    menu_asked = Signal(QModelIndex)

    def __init__(self, view: QAbstractItemView, look: Look) -> None:
        super().__init__(view)
        self._view, self._look = view, look
        self.hovered_row = -1

    def height(self, row: Row) -> int:
        """How high a row is: one line, and a second one where there is something to tell."""
        return (7 if row.trouble else 5) * self._look.sizes.grid

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(super().sizeHint(option, index).width(), self.height(index.data(RowRole)))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        first = QRectF(option.rect)
        first.setHeight(5 * self._look.sizes.grid)
        trouble = index.data(RowRole).trouble
        match COLUMNS[index.column()].id:
            case "status":
                self._paint_pill(painter, first, index)
            case "menu":
                self._paint_mark(painter, first)
            case _ if trouble:
                self._paint_text(painter, first, index)
        if trouble:
            self._paint_trouble(painter, option, trouble)
        if self._view.hasFocus() and index.row() == self._view.currentIndex().row():
            self._paint_focus(painter, option)

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
        if column in {"status", "menu"} or (row is not None and row.trouble):
            option.text = ""
        if index.row() == self.hovered_row:  # the whole row lights up, not the cell alone
            option.state |= QStyle.StateFlag.State_MouseOver
        else:
            option.state &= ~QStyle.StateFlag.State_MouseOver

    def editorEvent(self, event: QEvent, model: object, option: QStyleOptionViewItem, index: Index) -> bool:
        if (
            isinstance(event, QMouseEvent)
            and event.type() is QEvent.Type.MouseButtonRelease
            and COLUMNS[index.column()].id == "menu"
        ):
            self.menu_asked.emit(index)
            return True
        return False

    def _paint_text(self, painter: QPainter, line: QRectF, index: Index) -> None:
        """The cell's text in a row of two lines, where the style sheet's would stand between them."""
        column, margin = COLUMNS[index.column()], 2 * self._look.sizes.grid
        font = self._look.font("strong" if column.id == "name" else "control")
        room = line.adjusted(margin, 0, -margin, 0)
        text = str(index.data(Qt.ItemDataRole.DisplayRole))
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, int(room.width()))
        side = Qt.AlignmentFlag.AlignRight if column.numeric else Qt.AlignmentFlag.AlignLeft
        painter.save()
        painter.setPen(self._look.colours.text)
        painter.setFont(font)
        painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.restore()

    def _paint_trouble(self, painter: QPainter, option: QStyleOptionViewItem, trouble: Trouble) -> None:
        """This cell's part of the second line, which goes on through all cells of the row."""
        grid, font = self._look.sizes.grid, self._look.font("small")
        cell = QRectF(option.rect)
        width = self._view.viewport().width()
        line = QRectF(2 * grid, cell.top() + 4 * grid, width - 4 * grid, 2 * grid)
        painter.save()
        painter.setClipRect(cell)
        painter.setPen(self._look.colours.named(trouble.tone))
        painter.setFont(font)
        shown = QFontMetrics(font).elidedText(trouble.text, Qt.TextElideMode.ElideRight, int(line.width()))
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.restore()

    def _paint_focus(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        """This cell's part of the ring around its row: what is chosen here is always a row."""
        cell = QRectF(option.rect)
        row = QRectF(0, cell.top(), self._view.viewport().width(), cell.height())
        painter.save()
        painter.setClipRect(cell)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_focus(painter, self._look, row)
        painter.restore()

    def _paint_pill(self, painter: QPainter, line: QRectF, index: Index) -> None:
        colour = self._colour(str(index.data(ToneRole)))
        text = str(index.data(Qt.ItemDataRole.DisplayRole))
        font = self._look.font("section")
        grid = self._look.sizes.grid
        height = QFontMetrics(font).height() + grid // 2
        width = QFontMetrics(font).horizontalAdvance(text) + 2 * grid
        pill = QRectF(line.left() + 2 * grid, line.center().y() - height / 2, width, height)
        tint = QColor(colour)
        tint.setAlphaF(self._look.tints.soft)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for ground in (self._look.colours.surface, tint):  # the row's own would take from the contrast
            painter.setBrush(ground)
            painter.drawRoundedRect(pill, height / 2, height / 2)
        painter.setPen(colour)
        painter.setFont(font)
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)
        painter.restore()

    def _paint_mark(self, painter: QPainter, line: QRectF) -> None:
        size = self._look.sizes.icon
        pixmap = self._look.pixmap("dots", "muted", size, painter.device().devicePixelRatioF())
        center = line.center()
        painter.drawPixmap(int(center.x() - size / 2), int(center.y() - size / 2), pixmap)

    def _colour(self, tone: str) -> QColor:
        """The tone's colour for words on a ground of the same; plain danger would be too light."""
        return self._look.colours.named("danger_hover" if tone == "danger" else tone)
