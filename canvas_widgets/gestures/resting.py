"""A pointer that rests on a + opens its list; when it turns away again, the list goes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QTimer
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QGraphicsView,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)
from shiboken6 import isValid

from canvas_widgets.gestures.adding import Adding
from canvas_widgets.gestures.chooser import Chooser
from canvas_widgets.gestures.hover import Hover

REST_MS = 350
AWAY_MS = 400
_AROUND = 16  # pixels around the + and its list that still belong to them
_WRITTEN_IN = (QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox, QComboBox)


class Resting(QObject):
    """Told where the pointer is; opens and closes by time.

    A list that somebody typed into stays, as does one that was opened by a click. Attributes: `opening` and
    `closing`, the timers.
    """

    def __init__(self, view: QGraphicsView, hover: Hover, adding: Adding) -> None:
        super().__init__(view)
        self._view, self._hover, self._adding = view, hover, adding
        self.opening = QTimer(self, singleShot=True, interval=REST_MS)
        self.opening.timeout.connect(self._open)
        self.closing = QTimer(self, singleShot=True, interval=AWAY_MS)
        self.closing.timeout.connect(self._close)
        self._link_id: str | None = None  # whose + the pointer is on
        self._opened: Chooser | None = None
        self._before: QWidget | None = None  # what had the keyboard when the list opened by itself

    def at(self, position: QPoint) -> None:
        """The pointer moved on the canvas, and no button is held."""
        if self._adding.chooser is not None:
            self._follow(position)
            return
        on = self._hover.handle.link_id if self._hover.holds_plus(self._view.mapToScene(position)) else None
        if on != self._link_id:  # where a list was closed none opens until the pointer comes anew
            self._link_id = on
            if on is None:
                self.opening.stop()
            else:
                self.opening.start()

    def pressed(self) -> None:
        """What a button does now decides."""
        self.opening.stop()

    def left(self) -> None:
        """The pointer left the canvas; it may have gone into the list."""
        self.opening.stop()
        self._link_id = None
        if self._opened is not None:
            self.closing.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """In the list the pointer is welcome, however long; whoever uses it keeps it."""
        match event.type():
            case QEvent.Type.Enter:
                self.closing.stop()
            case QEvent.Type.Leave if self._opened is not None:
                self.closing.start()
            case _:
                pass
        return False

    def _open(self) -> None:
        on, handle = self._link_id, self._hover.handle
        if on is None or handle.link_id != on or self._adding.chooser is not None:
            return
        self._before = QApplication.focusWidget()
        chooser = self._adding.open([on], make_room=False, take_focus=not _is_writing(self._before))
        self._opened = chooser
        if chooser is not None:
            chooser.installEventFilter(self)
            chooser.closed.connect(self._on_closed)

    def _follow(self, position: QPoint) -> None:
        if self._opened is None:
            return
        around = self._adding.anchor().united(self._opened.geometry())
        if around.adjusted(-_AROUND, -_AROUND, _AROUND, _AROUND).contains(position):
            self.closing.stop()
        elif not self.closing.isActive():
            self.closing.start()

    def _close(self) -> None:
        """The pointer only passed: the keyboard goes back to where it was."""
        if self._opened is None or self._opened.search.text():
            return
        before, had_focus = self._before, self._opened.search.hasFocus()
        self._opened.close()
        if had_focus and before is not None and isValid(before):
            before.setFocus()

    def _on_closed(self) -> None:
        self._opened = None
        self.closing.stop()


def _is_writing(widget: QWidget | None) -> bool:
    """Whether somebody may be typing into this while the pointer lies on the canvas."""
    return isinstance(widget, _WRITTEN_IN)
