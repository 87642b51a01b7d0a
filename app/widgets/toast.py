"""A short message at the window's lower edge: what happened, or what went wrong. It never takes the focus."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from app.widgets.announce import announce
from app.widgets.basic import label
from canvas_widgets.look import Look

Tone = Literal["ok", "warn", "danger"]
SHOWN_MS = 4000
ERROR_MS = 12000
_ICONS: dict[Tone, str] = {"ok": "circle-check", "warn": "alert-triangle", "danger": "alert-circle"}


class Toast(QFrame):
    """One at a time; a click puts it away. Errors and warnings stay longer."""

    def __init__(self, window: QWidget, look: Look) -> None:
        super().__init__(window)
        self.setProperty("role", "toast")
        self._look, self._window = look, window
        self._icon = QLabel()
        self._text = label(wrap=True)
        grid = look.sizes.grid
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * grid, grid + grid // 2, 2 * grid, grid + grid // 2)
        row.setSpacing(grid)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.hide)
        window.installEventFilter(self)
        self.hide()

    @property
    def message(self) -> str:
        """What is on show, "" while nothing is."""
        return self._text.text() if self.isVisible() else ""

    def show_message(self, text: str, *, tone: Tone = "ok", busy: bool = False) -> None:
        """Show a message in place of the one before; a `busy` one stays until the next."""
        name, colour = ("loader-2", "muted") if busy else (_ICONS[tone], tone)
        size = self._look.sizes.small_icon
        self._icon.setPixmap(self._look.pixmap(name, colour, size, self.devicePixelRatioF()))
        self._text.setText(text)
        self.setAccessibleName(text)
        self._place()
        announce(self, text, urgent=tone == "danger")
        self.show()
        self.raise_()
        if busy:
            self._timer.stop()
        else:
            self._timer.start(SHOWN_MS if tone == "ok" else ERROR_MS)

    def put_away(self, text: str) -> None:
        """Hide this message before its time, if it is on show: it holds no longer."""
        if self.message == text:
            self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.MouseButtonPress:
            self.hide()
            return True
        return super().event(event)

    def _place(self) -> None:
        window = self._window
        grid = self._look.sizes.grid
        most = min(self._look.sizes.panel * 2, window.width() - 4 * grid)
        natural = self._text.fontMetrics().horizontalAdvance(self._text.text()) + 8 * grid
        width = min(most, natural)
        self.setFixedWidth(width)
        # The row's own does not count the frame, which makes its last line too narrow and too low.
        self.setFixedHeight(self.heightForWidth(width))
        self.move((window.width() - width) // 2, window.height() - self.height() - 3 * grid)
