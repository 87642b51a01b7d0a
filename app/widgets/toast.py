"""A short message at the window's lower edge: what happened, or what went wrong. It never takes the focus."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from app.widgets.basic import label
from canvas_widgets.look import Look

SHOWN_MS = 4000
ERROR_MS = 12000


class Toast(QFrame):
    """One at a time; a click puts it away. Errors stay longer."""

    def __init__(self, window: QWidget, look: Look) -> None:
        super().__init__(window)
        self.setProperty("role", "toast")
        self._look, self._window = look, window
        self._icon = QLabel()
        self._text = label(wrap=True)
        grid = look.sizes.grid
        self._row = row = QHBoxLayout(self)
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

    def show_message(self, text: str, *, danger: bool = False, busy: bool = False) -> None:
        """Show a message in place of the one before; a `busy` one stays until the next."""
        name, colour = (
            ("alert-circle", "danger") if danger else ("loader-2" if busy else "circle-check", "ok")
        )
        size = self._look.sizes.small_icon
        self._icon.setPixmap(
            self._look.pixmap(name, "muted" if busy else colour, size, self.devicePixelRatioF())
        )
        self._text.setText(text)
        self.setAccessibleName(text)
        self._place()
        self.show()
        self.raise_()
        if busy:
            self._timer.stop()
        else:
            self._timer.start(ERROR_MS if danger else SHOWN_MS)

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
        self.setFixedHeight(self._row.heightForWidth(width))
        self.move((window.width() - width) // 2, window.height() - self.height() - 3 * grid)
