"""The list that a + opens: the components that are admissible there."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout, QWidget

from canvas_widgets.component_list import ComponentList
from canvas_widgets.look import Look, set_role
from engine.i18n import tr

_WIDTH = 240
_MAX_LIST = 360
_SEARCH_FROM = 6  # components: fewer need no search field


class Chooser(QFrame):
    """A popup: type to search, arrows to move, Enter or a click to choose.

    `chosen` gives the kind; `closed` follows in any case.
    """

    chosen = Signal(str)
    closed = Signal()

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        set_role(self, "popup")
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search components"))
        self.list = ComponentList(look)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 8, 1, 8)
        layout.setSpacing(4)
        field = QVBoxLayout()
        field.setContentsMargins(11, 4, 11, 0)
        field.addWidget(self.search)
        layout.addLayout(field)
        layout.addWidget(self.list)
        self.setFixedWidth(_WIDTH)
        self.search.textChanged.connect(self._on_typed)
        self.search.installEventFilter(self)
        self.list.clicked.connect(self._on_clicked)

    def open_at(self, place: QPoint, kinds: Iterable[str]) -> None:
        """Offer these kinds beside a place (global coordinates), on the screen whole."""
        self.list.components.set_admissible(kinds)
        self.search.setVisible(len(self.list.components.kinds()) >= _SEARCH_FROM)
        self.list.setFixedHeight(min(_MAX_LIST, self.list.height_of_rows() + 2))
        self.adjustSize()
        self.move(_inside(QRect(place, self.size()), place))
        self.show()
        self.list.choose_first()
        (self.search if self.search.isVisible() else self.list).setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The search field keeps the cursor while the arrows move through the list."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            return self._on_key(event)
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._on_key(event):
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.emit()

    def _on_key(self, event: QKeyEvent) -> bool:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.list.step(1 if event.key() == Qt.Key.Key_Down else -1)
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.list.chosen())
            return True
        return False

    def _on_typed(self, text: str) -> None:
        self.list.components.set_typed(text)
        self.list.choose_first()

    def _on_clicked(self, _index: QModelIndex) -> None:
        self._choose(self.list.chosen())

    def _choose(self, kind: str | None) -> None:
        if kind is not None:
            self.close()
            self.chosen.emit(kind)


def _inside(popup: QRect, place: QPoint) -> QPoint:
    """The popup's corner, moved so that it does not leave the screen."""
    screen = QGuiApplication.screenAt(place) or QGuiApplication.primaryScreen()
    room = screen.availableGeometry()
    x = min(popup.x(), room.right() - popup.width())
    y = min(popup.y(), room.bottom() - popup.height())
    return QPoint(max(x, room.left()), max(y, room.top()))
