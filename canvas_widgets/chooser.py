"""The list that a + opens: the components that are admissible there."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QLineEdit, QVBoxLayout, QWidget

from canvas_widgets.component_list import ComponentList
from canvas_widgets.look import Look, set_role
from engine.i18n import tr

_WIDTH = 240
_MAX_LIST = 400
_EDGE = 8  # pixels that stay free at the parent's edges
_SEARCH_ROOM = 64  # pixels that the search field takes
_SEARCH_FROM = 6  # components: fewer need no search field


class Chooser(QFrame):
    """A floating list over the view: type to search, arrows to move, Enter or a click to choose.

    A press elsewhere or Escape closes it. `chosen` gives the kind; `closed` follows in any case. It is
    a child of the view and no window of its own, so that it looks and behaves alike on every desktop.
    """

    chosen = Signal(str)
    closed = Signal()

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        set_role(self, "popup")
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search components"))
        self.search.setAccessibleName(tr("Search components"))
        self.list = ComponentList(look, marks_current=True)
        self.list.setAccessibleName(tr("Components"))
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
        """Offer these kinds beside a place of the parent, wholly inside it where it fits."""
        self.list.components.set_admissible(kinds)
        self.search.setVisible(len(self.list.components.kinds()) >= _SEARCH_FROM)
        self._fit()
        self.move(self._inside(place))
        self.show()
        self.raise_()
        self.list.choose_first()
        (self.list if self.search.isHidden() else self.search).setFocus()
        self._watch(True)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Closes on a press elsewhere; keys move through the list while the search field keeps the cursor."""
        if event.type() is QEvent.Type.MouseButtonPress and isinstance(watched, QWidget):
            if watched is not self and not self.isAncestorOf(watched):
                self.close()
        elif watched is self.search and event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._on_key(event)
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._on_key(event):
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._watch(False)
        super().closeEvent(event)
        self.closed.emit()

    def _fit(self) -> None:
        room = self._over.height() - 2 * _EDGE - _SEARCH_ROOM
        self.list.setFixedHeight(min(_MAX_LIST, room, self.list.height_of_rows() + 2))
        self.adjustSize()

    def _watch(self, watch: bool) -> None:
        app = QApplication.instance()
        assert app is not None
        if watch:
            app.installEventFilter(self)
        else:
            app.removeEventFilter(self)

    def _on_key(self, event: QKeyEvent) -> bool:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.list.step(1 if event.key() == Qt.Key.Key_Down else -1)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.list.chosen())
        elif event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            return False
        return True

    def _on_typed(self, text: str) -> None:
        self.list.components.set_typed(text)
        self._fit()
        self.list.choose_first()

    def _on_clicked(self, _index: QModelIndex) -> None:
        self._choose(self.list.chosen())

    def _choose(self, kind: str | None) -> None:
        if kind is not None:
            self.close()
            self.chosen.emit(kind)

    def _inside(self, place: QPoint) -> QPoint:
        room = self._over.rect().adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE)
        x = max(room.left(), min(place.x(), room.right() - self.width()))
        y = max(room.top(), min(place.y(), room.bottom() - self.height()))
        return QPoint(x, y)
