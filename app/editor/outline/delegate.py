"""How a row of the outline is drawn: icon, branch, name, and at the right its count or red dot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QLineEdit, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.widgets.rows import draw_ground
from canvas_widgets.items.dot import draw_mark
from canvas_widgets.look import Look
from engine.campaign.outline import Row
from engine.components.registry import component
from engine.i18n import tr
from engine.shapes.text import NAME_LENGTH

if TYPE_CHECKING:
    from app.editor.outline.tree import OutlineTree

_ICON = 16
_GAP = 8
_DOT = 12
_COUNT_SHARE = 0.4  # of a row's width that a count may take from the name
_COUNT_SHARE_OF_TROUBLE = 0.65  # the same where something went wrong
_Index = QModelIndex | QPersistentModelIndex


class OutlineDelegate(QStyledItemDelegate):
    """Paints rows; names are edited in place by Qt's own field."""

    def __init__(self, tree: OutlineTree, look: Look) -> None:
        super().__init__(tree)
        self._tree = tree
        self._look = look

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(120, self._look.sizes.row)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: _Index) -> QWidget:
        editor = super().createEditor(parent, option, index)
        if isinstance(editor, QLineEdit):
            editor.setMaxLength(NAME_LENGTH)
            editor.setAccessibleName(tr("Name"))
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: _Index) -> None:
        rect: QRect = option.rect
        editor.setGeometry(rect.adjusted(_ICON + _GAP // 2, 0, -2, 0))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        row = self._tree.outline.row_at(index)
        if row is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect: QRect = option.rect
        ground = QRectF(rect).adjusted(0.5, 1.5, -2.5, -1.5)
        draw_ground(painter, self._look, ground, option.state, lit=row.id in self._tree.lit)
        left = rect.left() + 4
        right = self._paint_right(painter, rect, row)
        if (icon := self._icon(row)) is not None:
            ratio = painter.device().devicePixelRatio()
            top = rect.top() + (rect.height() - _ICON) // 2
            painter.drawPixmap(left, top, self._look.pixmap(*icon, _ICON, ratio))
            left += _ICON + _GAP
        left = self._paint_branch(painter, QRect(left, rect.top(), right - left, rect.height()), row)
        strong = row.kind == "node"
        self._paint_text(painter, QRect(left, rect.top(), right - left, rect.height()), index, strong=strong)
        painter.restore()

    def _paint_right(self, painter: QPainter, rect: QRect, row: Row) -> int:
        """The dot of what is not configured, or the live count; gives where room for the name ends."""
        words, right = self._tree.outline.words, rect.right() - _GAP
        if not words.configured(row):
            box = QRectF(right - _DOT, rect.center().y() - _DOT / 2 + 0.5, _DOT, _DOT)
            draw_mark(painter, box, self._look.colours.danger, self._look.colours.on_danger)
            right -= _DOT + _GAP
        if (line := words.count(row)).text:
            painter.setFont(self._look.font("summary"))
            painter.setPen(self._look.colours.muted)
            advance, room = painter.fontMetrics().horizontalAdvance, right - rect.left()
            count = line.text
            if advance(count) > room * _COUNT_SHARE:  # how many arrived and what went wrong matter most
                count = " · ".join(part for part in (line.shortest, line.trouble) if part)
            if advance(count) > room * _COUNT_SHARE_OF_TROUBLE:
                count = line.shortest
            width = advance(count)
            area = QRect(right - width, rect.top(), width, rect.height())
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, count)
            right -= width + _GAP
        return right

    def _icon(self, row: Row) -> tuple[str, str] | None:
        match row.kind:
            case "node":
                declared = component(self._tree.node_kind(row.id))
                return declared.icon, declared.colour
            case "open":
                return "plus", "accent" if not self._tree.read_only else "muted"
            case "loose":
                return "alert-triangle", "warn"
            case _:
                return None

    def _paint_branch(self, painter: QPainter, rect: QRect, row: Row) -> int:
        """The name of the branch in front of an open end or a reference; gives where the text begins."""
        if row.kind not in ("open", "reference"):
            return rect.left()
        label = self._tree.outline.words.label(row.id)
        if not label:
            return rect.left()
        painter.setFont(self._look.font("section"))
        painter.setPen(self._look.colours.muted)
        metrics = painter.fontMetrics()
        text = metrics.elidedText(label, Qt.TextElideMode.ElideRight, rect.width() // 2)
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, text)
        return rect.left() + metrics.horizontalAdvance(text) + _GAP

    def _paint_text(self, painter: QPainter, rect: QRect, index: _Index, *, strong: bool) -> None:
        colours = self._look.colours
        row = self._tree.outline.row_at(index)
        branch = row is not None and row.kind in ("branch", "loose")
        painter.setFont(self._look.font("section" if branch else "control"))
        painter.setPen(colours.text if strong else colours.muted)
        words = painter.fontMetrics().elidedText(
            str(index.data() or ""), Qt.TextElideMode.ElideRight, rect.width()
        )
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, words)
