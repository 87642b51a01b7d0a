"""What the views of a calendar have in common: a chosen day, and keys that choose another one."""

from __future__ import annotations

from datetime import date, timedelta

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.calendar.layout import WEEK, add_months
from canvas_widgets.look import Look

_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -WEEK, Qt.Key.Key_Down: WEEK}
_PAGES = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}
_IN_EVERY_MONTH = 28


class DayView(QWidget):
    """Signals: `day_chosen(date)`; `day_entered(date)` by Enter. Attribute `day`: the chosen one."""

    day_chosen = Signal(object)
    day_entered = Signal(object)

    def __init__(self, look: Look, *, page: int) -> None:
        """page: so many months a page key leads on."""
        super().__init__()
        self._look = look
        self._page = page
        self._today: date | None = None
        self.day = date(2000, 1, 1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        look.changed.connect(self.update)

    def choose(self, day: date) -> None:
        """Choose a day, which may be out of sight."""
        raise NotImplementedError

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _STEPS:
            self.choose(self.day + timedelta(days=_STEPS[key]))
        elif key in _PAGES:
            month = add_months(self.day, _PAGES[key] * self._page)
            self.choose(month.replace(day=min(self.day.day, _IN_EVERY_MONTH)))
        elif key is Qt.Key.Key_Home and self._today is not None:
            self.choose(self._today)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.day_entered.emit(self.day)
        else:
            super().keyPressEvent(event)
