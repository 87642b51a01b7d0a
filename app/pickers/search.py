"""A drop-down list with a search line, and "New …" where something can be made on the spot."""

from __future__ import annotations

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPoint,
    QRegularExpression,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QListView, QVBoxLayout, QWidget

from app.widgets.basic import LinkButton, label
from app.widgets.combo_box import ComboBox
from app.widgets.fields import LineEdit
from app.widgets.tail import TailDelegate
from engine.i18n import tr

_FEW = 7
"""Up to so many entries are seen at a glance: they open as a plain list."""
_SHOWN = 8


class SearchPopup(QFrame):
    """The list below a `SearchCombo`: type to filter, Enter or a click chooses, Escape closes."""

    picked = Signal(int)
    """The row in the combo box's own model."""
    create_requested = Signal()

    def __init__(self, combo: SearchCombo) -> None:
        # Below the window, not the box: style rules for what stands in a combo box are not for this.
        super().__init__(combo.window(), Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("role", "popup")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.search = LineEdit(tr("Search"))
        self.search.setAccessibleName(tr("Search"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._on_search)
        self.search.installEventFilter(self)
        self._rows = QSortFilterProxyModel(self)
        self._rows.setSourceModel(combo.model())
        self.list = QListView()
        self.list.setModel(self._rows)
        self.list.setAccessibleName(combo.accessibleName() or tr("Choose"))
        self.list.setUniformItemSizes(True)
        self.list.setItemDelegate(TailDelegate(self.list))
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setMouseTracking(True)
        self.list.clicked.connect(self._on_picked)
        self._nothing = label("small", tr("Nothing found."), wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        column.addWidget(self.search)
        column.addWidget(self.list)
        column.addWidget(self._nothing)
        if combo.new_text:
            self.new = LinkButton(combo.new_text)
            self.new.clicked.connect(self._on_new)
            column.addWidget(self.new)
        self._select(combo.currentIndex())
        self._fit()

    def _select(self, source_row: int) -> None:
        model = self._rows.sourceModel()
        index = self._rows.mapFromSource(model.index(source_row, 0))
        self.list.setCurrentIndex(index if index.isValid() else self._rows.index(0, 0))

    def _fit(self) -> None:
        count = self._rows.rowCount()
        height = max(self.list.sizeHintForRow(0), 24)
        edges = self.list.height() - self.list.viewport().height()
        self.list.setFixedHeight(min(max(count, 1), _SHOWN) * height + max(edges, 2 * self.list.frameWidth()))
        self.list.setVisible(count > 0)
        self._nothing.setVisible(count == 0)
        self.adjustSize()

    def refit(self) -> None:
        """The entries are others now."""
        self.list.setCurrentIndex(self._rows.index(0, 0))
        self._fit()

    def _on_search(self, text: str) -> None:
        begins = (f"(?=.*(?<![0-9a-z]){QRegularExpression.escape(word)})" for word in text.split())
        pattern = f"{QRegularExpression.escape(text)}|^{''.join(begins)}"  # as typed, or by beginnings
        case = QRegularExpression.PatternOption.CaseInsensitiveOption
        self._rows.setFilterRegularExpression(QRegularExpression(pattern, case))
        self.list.setCurrentIndex(self._rows.index(0, 0))
        self._fit()

    def _on_picked(self, index: QModelIndex) -> None:
        if index.isValid() and index.flags() & Qt.ItemFlag.ItemIsEnabled:
            self.picked.emit(self._rows.mapToSource(index).row())
            self.close()

    def _on_new(self) -> None:
        self.close()
        self.create_requested.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() is not QEvent.Type.KeyPress:
            return False
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_picked(self.list.currentIndex())
            return True
        steps = {
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_PageDown: _SHOWN,
            Qt.Key.Key_PageUp: -_SHOWN,
        }
        if key in steps:
            last = self._rows.rowCount() - 1
            wanted = self.list.currentIndex().row() + steps[Qt.Key(key)]
            self.list.setCurrentIndex(self._rows.index(min(max(wanted, 0), last), 0))
            return True
        return False


class SearchCombo(ComboBox):
    """A combo box with a searchable list; with `new_text` it ends in that action (`create_requested`)."""

    create_requested = Signal()

    def __init__(self, placeholder: str = "", new_text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(placeholder, parent)
        self.new_text = new_text
        self.popup: SearchPopup | None = None

    @property
    def _searches(self) -> bool:
        return self.count() > _FEW or bool(self.new_text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A typed letter begins a search; without one, Qt would choose whatever begins with it."""
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
        if self._searches and plain and event.text().strip() and event.text().isprintable():
            self.showPopup()
            if self.popup is not None:
                self.popup.search.setText(event.text())
        else:
            super().keyPressEvent(event)

    def showPopup(self) -> None:  # noqa: N802 - Qt's name
        if not self._searches:
            super().showPopup()
            return
        popup = SearchPopup(self)
        popup.picked.connect(self._on_picked)
        popup.create_requested.connect(self.create_requested)
        popup.destroyed.connect(self._on_closed)
        popup.setMinimumWidth(max(self.width(), 240))
        popup.adjustSize()
        popup.move(self._place(popup))
        self.popup = popup
        popup.show()
        popup.search.setFocus()

    def _place(self, popup: QWidget) -> QPoint:
        """Below the box, or above where the screen ends."""
        below = self.mapToGlobal(QPoint(0, self.height() + 2))
        screen = self.screen().availableGeometry()
        x = max(screen.left(), min(below.x(), screen.right() - popup.width()))
        if below.y() + popup.height() > screen.bottom():
            return QPoint(x, self.mapToGlobal(QPoint(0, -popup.height() - 2)).y())
        return QPoint(x, below.y())

    def _on_picked(self, index: int) -> None:
        self.setCurrentIndex(index)
        self._on_activated(index)

    def _on_closed(self) -> None:
        self.popup = None
