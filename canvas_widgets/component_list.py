"""Components to choose from: the list that the palette and the + menu share."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import (
    QAbstractListModel,
    QByteArray,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from canvas_widgets.focus import draw_focus
from canvas_widgets.look import Look, set_role
from canvas_widgets.matching import best_first, in_every_language
from engine.components.base import Category
from engine.components.registry import component, palette
from engine.i18n import tr

MIME_TYPE = "application/x-campaign-canvas-component"
KIND_ROLE = Qt.ItemDataRole.UserRole
"""The kind of a row; None in a heading."""

_HEADING_HEIGHT = 30
_ICON_LEFT, _TEXT_LEFT = 18, 46
_Index = QModelIndex | QPersistentModelIndex


class ComponentModel(QAbstractListModel):
    """Components that are admissible, under headings; once something is typed, the best match first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[tuple[Category, str | None]] = []
        self._admissible: frozenset[str] | None = None
        self._typed = ""
        self._fill()

    def set_admissible(self, kinds: Iterable[str] | None) -> None:
        """Offer only these kinds; None offers all."""
        self._admissible = None if kinds is None else frozenset(kinds)
        self._fill()

    def set_typed(self, text: str) -> None:
        """Offer only components that `text` fits: label or category, in any language and in pinyin."""
        self._typed = text
        self._fill()

    def kinds(self) -> list[str]:
        """The kinds on offer, in order."""
        return [kind for _, kind in self._rows if kind is not None]

    def best_elsewhere(self) -> str | None:
        """Of those that are not on offer, the kind that fits best what is typed."""
        kinds = [member.kind for members in palette().values() for member in members]
        others = [kind for kind in kinds if not self._offers(kind)]
        return next(iter(best_first(self._typed, others, names_of)), None) if self._typed.strip() else None

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        category, kind = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return str(category.label) if kind is None else tr(component(kind).label)
        if role == KIND_ROLE:
            return kind
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if not index.isValid() or self._rows[index.row()][1] is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled

    def mimeTypes(self) -> list[str]:
        return [MIME_TYPE]

    def mimeData(self, indexes: Iterable[QModelIndex]) -> QMimeData:
        data = QMimeData()
        for index in indexes:
            kind = index.data(KIND_ROLE)
            if isinstance(kind, str):
                data.setData(MIME_TYPE, QByteArray(kind.encode()))
        return data

    def _fill(self) -> None:
        self.beginResetModel()
        offered = [
            (category, [member.kind for member in members if self._offers(member.kind)])
            for category, members in palette().items()
        ]
        if self._typed.strip():
            rows = [(category, kind) for category, kinds in offered for kind in kinds]
            self._rows = [*best_first(self._typed, rows, lambda row: names_of(row[1]))]
        else:
            self._rows = [
                row
                for category, kinds in offered
                if kinds
                for row in ((category, None), *((category, kind) for kind in kinds))
            ]
        self.endResetModel()

    def _offers(self, kind: str) -> bool:
        return self._admissible is None or kind in self._admissible


def names_of(kind: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a kind is found by: its labels, and less so its category's, in every language."""
    declared = component(kind)
    return in_every_language(declared.label), in_every_language(declared.category.label)


class ComponentDelegate(QStyledItemDelegate):
    """Paints a heading, or a component with its icon in its colour."""

    def __init__(self, look: Look, marks_current: bool, parent: QObject) -> None:
        super().__init__(parent)
        self._look = look
        self._marks_current = marks_current

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        height = _HEADING_HEIGHT if index.data(KIND_ROLE) is None else self._look.sizes.palette_row
        return QSize(120, height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect: QRect = option.rect
        kind = index.data(KIND_ROLE)
        text = str(index.data())
        if isinstance(kind, str):
            self._paint_row(painter, option, rect, kind, text)
        else:
            painter.setFont(self._look.font("section"))
            painter.setPen(self._look.colours.muted)
            painter.drawText(rect.adjusted(16, 8, -8, 0), Qt.AlignmentFlag.AlignVCenter, text)
        painter.restore()

    def _paint_row(
        self, painter: QPainter, option: QStyleOptionViewItem, rect: QRect, kind: str, text: str
    ) -> None:
        look = self._look
        state: QStyle.StateFlag = option.state
        marking = QStyle.StateFlag.State_HasFocus | QStyle.StateFlag.State_MouseOver
        if self._marks_current:
            marking |= QStyle.StateFlag.State_Selected
        if state & marking:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colours.hover)
            painter.drawRoundedRect(QRectF(rect).adjusted(8, 0, -8, 0), 6, 6)
        if state & QStyle.StateFlag.State_HasFocus:
            draw_focus(painter, look, QRectF(rect).adjusted(8, 0, -8, 0))
        declared, size = component(kind), 18
        ratio = painter.device().devicePixelRatio()
        icon = look.pixmap(declared.icon, declared.colour, size, ratio)
        painter.drawPixmap(rect.left() + _ICON_LEFT, rect.top() + (rect.height() - size) // 2, icon)
        painter.setFont(look.font("control"))
        painter.setPen(look.colours.text)
        area = rect.adjusted(_TEXT_LEFT, 0, -12, 0)
        elided = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, elided)


class ComponentList(QListView):
    """A plain list of components; headings are skipped by the keyboard.

    `marks_current` shows the current row even while the focus is elsewhere.
    """

    def __init__(self, look: Look, *, marks_current: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.components = ComponentModel(self)
        self.setModel(self.components)
        self.setItemDelegate(ComponentDelegate(look, marks_current, self))
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        set_role(self, "plain")
        look.changed.connect(self.viewport().update)

    def chosen(self) -> str | None:
        """The kind of the current row."""
        kind = self.currentIndex().data(KIND_ROLE)
        return kind if isinstance(kind, str) else None

    def choose_first(self) -> None:
        """Make the first component current."""
        self.step(0, start=-1)

    def step(self, by: int, start: int | None = None) -> None:
        """Move to the next (`by` 1) or previous (-1) component; headings are passed over."""
        row = self.currentIndex().row() if start is None else start
        direction = by or 1
        row += direction
        while 0 <= row < self.components.rowCount():
            index = self.components.index(row)
            if index.data(KIND_ROLE) is not None:
                self.setCurrentIndex(index)
                return
            row += direction

    def height_of_rows(self) -> int:
        """How high the list is when nothing of it is cut off."""
        return sum(self.sizeHintForRow(row) for row in range(self.components.rowCount()))
