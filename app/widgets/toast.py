"""A short message at the window's lower edge: what happened, or what went wrong. It never takes the focus."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QEnterEvent, QHideEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from app.widgets.announce import announce
from app.widgets.basic import button, label
from canvas_widgets.look import Look

Tone = Literal["ok", "warn", "danger"]
SHOWN_MS = 4000
ERROR_MS = 12000
_LOOK_AGAIN_MS = 150
_LETTER_MS, _IDEOGRAPH_MS = 60, 200
"""What a slow reader needs."""
_IDEOGRAPHS = "\u2e80"  # and what comes behind
_ICONS: dict[Tone, str] = {"ok": "circle-check", "warn": "alert-triangle", "danger": "alert-circle"}

FLOATS = "floats"
"""The property of what stands over a page, and is not to be covered."""


class Link(NamedTuple):
    """What can be done about a message: its words, and what does it."""

    text: str
    chosen: Callable[[], object]


class Toast(QFrame):
    """One at a time; a click puts it away. It stays as long as it takes to read, errors and warnings longer,
    and while the pointer is on it.
    """

    def __init__(self, window: QWidget, look: Look) -> None:
        super().__init__(window)
        self.setProperty("role", "toast")
        self._look, self._window = look, window
        self._icon = QLabel()
        self._text = label(wrap=True)
        grid = look.sizes.grid
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(2 * grid, grid + grid // 2, 2 * grid, grid + grid // 2)
        row.setSpacing(grid)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)
        self.link = button("link")
        self.link.clicked.connect(self._follow_link)
        self._led_to: Callable[[], object] = self.hide
        row.addWidget(self.link)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.hide)
        self._again = QTimer(self, interval=_LOOK_AGAIN_MS)
        self._again.timeout.connect(self._make_way)
        self._left = 0  # of the timer, while the pointer is here
        window.installEventFilter(self)
        self.hide()

    @property
    def message(self) -> str:
        """What is on show, "" while nothing is."""
        return self._text.text() if self.isVisible() else ""

    def show_message(
        self, text: str, *, tone: Tone = "ok", busy: bool = False, link: Link | None = None
    ) -> None:
        """Show a message in place of the one before; a `busy` one stays until the next."""
        name, colour = ("loader-2", "muted") if busy else (_ICONS[tone], tone)
        size = self._look.sizes.small_icon
        self._icon.setPixmap(self._look.pixmap(name, colour, size, self.devicePixelRatioF()))
        self._text.setText(text)
        self.setAccessibleName(text)
        if link is not None:
            self.link.setText(link.text)
            self._led_to = link.chosen
        self.link.setVisible(link is not None)
        beside = Qt.AlignmentFlag.AlignTop if link is None else Qt.AlignmentFlag.AlignVCenter
        self._row.setAlignment(self._icon, beside)  # a link makes the row higher than its words
        self._place()
        announce(self, text, urgent=tone == "danger")
        self.show()
        self.raise_()
        self._left = 0
        self._again.start()
        if busy:
            self._timer.stop()
        else:
            least = SHOWN_MS if tone == "ok" and link is None else ERROR_MS
            self._timer.start(max(least, reading_ms(text)))

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

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        if self._timer.isActive():
            self._left = self._timer.remainingTime()
            self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if self._left:
            self._timer.start(max(self._left, SHOWN_MS // 4))
            self._left = 0

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._again.stop()

    def _make_way(self) -> None:
        """What floats over the page may have come or grown meanwhile; under the pointer nothing moves."""
        if not self.underMouse():
            self._place()

    def _place(self) -> None:
        window = self._window
        grid = self._look.sizes.grid
        most = min(self._look.sizes.panel * 2, window.width() - 4 * grid)
        natural = self._text.fontMetrics().horizontalAdvance(self._text.text()) + 8 * grid
        if not self.link.isHidden():
            natural += self.link.sizeHint().width() + grid
        width = min(most, natural)
        self.setFixedWidth(width)
        # The row's own does not count the frame, which makes its last line too narrow and too low.
        self.setFixedHeight(self.heightForWidth(width))
        middle = QPoint((window.width() - width) // 2, window.height() - self.height() - 3 * grid)
        self.move(self._clear_of_floating(QRect(middle, self.size())))

    def _clear_of_floating(self, wanted: QRect) -> QPoint:
        """Where it covers nothing that floats over the page: beside it at the lower edge, else above it."""
        window, grid = self._window, self._look.sizes.grid
        floating = [found for found in window.findChildren(QFrame) if found.property(FLOATS)]
        over = {found: _place_in(window, found) for found in floating if found.isVisible()}
        room = window.rect().adjusted(grid, grid, -grid, -grid)
        beside: list[QRect] = []
        above: list[QRect] = []
        for found, covered in over.items():
            below = _place_in(window, found.parentWidget() or window)  # elsewhere are buttons, such as OK
            ends = (covered.left() - grid - wanted.width(), covered.right() + 1 + grid)
            places = (QRect(QPoint(x, wanted.y()), wanted.size()) for x in ends)
            beside += [place for place in places if below.contains(place)]
            if covered.intersects(wanted):
                above.append(wanted.translated(0, covered.top() - grid - wanted.bottom()))
        beside.sort(key=lambda place: abs(place.x() - wanted.x()))
        for place in (wanted, *beside, *above):
            if room.contains(place) and not any(place.intersects(covered) for covered in over.values()):
                return place.topLeft()
        return wanted.topLeft()

    def _follow_link(self) -> None:
        self.hide()
        self._led_to()


def reading_ms(text: str) -> int:
    """How long it takes to read a text, in milliseconds."""
    ideographs = sum(letter >= _IDEOGRAPHS for letter in text)
    return _LETTER_MS * (len(text) - ideographs) + _IDEOGRAPH_MS * ideographs


def _place_in(window: QWidget, widget: QWidget) -> QRect:
    """Where a widget stands, in coordinates of the window."""
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())
