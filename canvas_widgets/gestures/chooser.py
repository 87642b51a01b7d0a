"""The list that a + opens: the components that are admissible there."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from canvas_widgets.component_list import ComponentList
from canvas_widgets.dismissal import Dismissal
from canvas_widgets.look import Look, set_role
from canvas_widgets.tooltip import plain
from engine.components.registry import component
from engine.i18n import tr

_WIDTH = 240
_MAX_LIST = 400
_EDGE = 8  # pixels that stay free at the parent's edges
_GAP = 4  # pixels from what it stands beside
_LEAST = 280  # pixels below that are enough to stand there
_HEAD_ROOM = 104  # pixels that the head and the search field take
_LEFT = 11


class Chooser(QFrame):
    """A floating list over the view: type to search, arrows to move, Enter or a click to choose.

    Its head says where what is chosen goes; Tab and Shift+Tab ask for another line (`line_asked(1 or -1)`).
    Escape, or turning elsewhere, closes it. `chosen` gives the kind; `closed` comes first. It is a child of
    the view and no window of its own, so that it looks and behaves alike on every desktop.
    """

    chosen = Signal(str)
    closed = Signal()
    line_asked = Signal(int)

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self._most = self._room().height()
        self.dismissal = Dismissal(self)
        self._why_not: Callable[[str], str] = lambda _kind: ""
        set_role(self, "popup")
        self.where = _line("label")
        self.before = _line("summary")
        self.turn = _line("summary")
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search components"))
        self.search.setAccessibleName(tr("Search components"))
        self.list = ComponentList(look, marks_current=True)
        self.list.setAccessibleName(tr("Components"))
        self.nothing = _line("summary")
        self.nothing.setWordWrap(True)
        self._lay_out()
        self.search.textChanged.connect(self._on_typed)
        self.search.installEventFilter(self)
        self.list.clicked.connect(self._on_clicked)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 8, 1, 8)
        layout.setSpacing(4)
        head = QVBoxLayout()
        head.setContentsMargins(_LEFT, 4, _LEFT, 0)
        head.setSpacing(2)
        second = QHBoxLayout()
        second.addWidget(self.before, 1)
        second.addWidget(self.turn)
        head.addWidget(self.where)
        head.addLayout(second)
        head.addSpacing(4)
        head.addWidget(self.search)
        head.addWidget(self.nothing)
        layout.addLayout(head)
        layout.addWidget(self.list)
        self.setFixedWidth(_WIDTH)

    def offer(
        self, kinds: Iterable[str], where: str, before: str, turn: str, why_not: Callable[[str], str]
    ) -> None:
        """Offer these kinds. The head: where they go, what follows there, which line of how many it is.

        why_not: why a kind is not among them.
        """
        self._why_not = why_not
        room = _WIDTH - 2 * _LEFT - 2
        _say(self.where, where, room)
        self.turn.setText(turn)
        _say(self.before, before, room - self.turn.sizeHint().width() - 8 if turn else room)
        self.before.setVisible(bool(before or turn))
        self.turn.setVisible(bool(turn))
        self.setAccessibleName(f"{where}. {before}" if before else where)
        self.search.setAccessibleDescription(f"{where}. {before} {turn}".strip())
        self.list.components.set_admissible(kinds)
        self._show_found()

    def stand_beside(self, rect: QRect) -> None:
        """Stand to the right of a part of the parent, else below it, else to its left; never on it."""
        room = self._room()
        self._most = room.height()
        below = rect.bottom() + _GAP
        if rect.right() + _GAP + self.width() <= room.right():
            place = QPoint(rect.right() + _GAP, rect.top() - _GAP)
        elif room.bottom() - below >= _LEAST:
            self._most = room.bottom() - below
            place = QPoint(rect.left(), below)
        else:
            place = QPoint(rect.left() - _GAP - self.width(), rect.top() - _GAP)
        self._fit()
        self.move(self._inside(place))

    def begin(self, *, take_focus: bool = True) -> None:
        """Show the list, ready to be typed into."""
        self.show()
        self.raise_()
        if take_focus:
            self.search.setFocus()
        self.dismissal.begin()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys move through the list while the search field keeps the cursor."""
        if watched is self.search and event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._on_key(event)
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._on_key(event):
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.dismissal.end()
        super().closeEvent(event)
        self.closed.emit()

    def _fit(self) -> None:
        self.list.setFixedHeight(min(_MAX_LIST, self._most - _HEAD_ROOM, self.list.height_of_rows() + 2))
        self.adjustSize()

    def _on_key(self, event: QKeyEvent) -> bool:
        if event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            self.line_asked.emit(1 if event.key() == Qt.Key.Key_Tab else -1)
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
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
        self._show_found()

    def _show_found(self) -> None:
        found = bool(self.list.components.kinds())
        self.list.setVisible(found)
        self.nothing.setVisible(not found)
        if not found:
            self.nothing.setText(self._what_is_meant() or tr("Nothing found."))
        self._fit()
        self.list.choose_first()

    def _what_is_meant(self) -> str:
        """The component that fits what is typed and may not stand here, with the reason; "" for none."""
        kind = self.list.components.best_elsewhere()
        return "" if kind is None else f"{tr(component(kind).label)}: {self._why_not(kind)}"

    def _on_clicked(self, _index: QModelIndex) -> None:
        self._choose(self.list.chosen())

    def _choose(self, kind: str | None) -> None:
        if kind is not None:
            self.close()
            self.chosen.emit(kind)

    def _room(self) -> QRect:
        return self._over.rect().adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE)

    def _inside(self, place: QPoint) -> QPoint:
        room = self._room()
        x = max(room.left(), min(place.x(), room.right() - self.width()))
        y = max(room.top(), min(place.y(), room.bottom() - self.height()))
        return QPoint(x, y)


def _line(role: str) -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)  # names come from files: no markup of theirs is obeyed
    set_role(label, role)
    return label


def _say(label: QLabel, text: str, room: int) -> None:
    """As much of a text as fits; the tooltip has it whole."""
    label.ensurePolished()
    shown = label.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room)
    label.setText(shown)
    label.setToolTip(plain(text) if shown != text else "")
