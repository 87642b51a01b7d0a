"""Entries of a list that end in a few quiet words at the right: how many people, how many codes."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from app.widgets import style

TAIL_ROLE = int(Qt.ItemDataRole.UserRole) + 1
_GAP = 16
_EDGE = 8


class TailDelegate(QStyledItemDelegate):
    """Draws an entry as the style does, and its tail, where it has one, at the right."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        tail = index.data(TAIL_ROLE)
        if not tail:
            super().paint(painter, option, index)
            return
        self.initStyleOption(option, index)
        width = option.fontMetrics.horizontalAdvance(tail)
        shown = option.fontMetrics.elidedText(
            option.text, Qt.TextElideMode.ElideRight, option.rect.width() - width - _GAP - 2 * _EDGE
        )
        drawn = QStyleOptionViewItem(option)
        drawn.text = shown
        option.widget.style().drawControl(
            option.widget.style().ControlElement.CE_ItemViewItem, drawn, painter, option.widget
        )
        painter.save()
        painter.setFont(option.font)
        painter.setPen(style.look().colours.muted)
        place = option.rect.adjusted(_EDGE, 0, -_EDGE, 0)
        painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, tail)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        size = super().sizeHint(option, index)
        tail = index.data(TAIL_ROLE)
        return size if not tail else size + QSize(_GAP + option.fontMetrics.horizontalAdvance(tail), 0)
