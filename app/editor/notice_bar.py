"""What has to be known while something is on show: sentences in a strip above it, each with a way out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.editor.floating import COVERED, Floating
from app.engine.notices import Notice
from app.widgets.basic import button, label
from canvas_widgets.look import Look

_LEAST_TEXT = 240
"""Pixels that a sentence has beside its links; where there are fewer, they stand below it."""
_ICONS = {"danger": "alert-circle", "warn": "alert-triangle", "muted": "alert-circle"}


class NoticeBar(QFrame):
    """One line a notice, hidden while there is none. Signal `asked(action id)`: a notice's link.

    Attribute `notices`: what is shown.
    """

    asked = Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.notices: list[Notice] = []
        self._lines: list[_Line] = []
        self._shelf: _Shelf | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        look.changed.connect(self._draw)
        self.hide()

    def show_notices(self, notices: Sequence[Notice]) -> None:
        """Show these instead; nothing is made anew where they say the same."""
        if list(notices) != self.notices:
            self.notices = list(notices)
            self._draw()
            self.setVisible(bool(notices))
            if self._shelf is not None:
                self._shelf.show_or_hide(bool(notices))

    def float_over(self, canvas: QWidget) -> None:
        """Stand over the upper edge of the canvas from now on: nothing moves where a notice comes or goes."""
        self._shelf = _Shelf(canvas, self._look, self)

    def fit(self, width: int) -> None:
        """Lay the lines out for so many pixels."""
        for line in self._lines:
            line.fit(width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.fit(event.size().width())
        super().resizeEvent(event)

    def _draw(self) -> None:
        for line in self._lines:
            line.hide()
            self._column.removeWidget(line)
            line.deleteLater()  # its link may be what was clicked
        self._lines = [self._line(notice) for notice in self.notices]
        for line in self._lines:
            self._column.addWidget(line)

    def _line(self, notice: Notice) -> _Line:
        size = self._look.sizes.small_icon
        icon = self._look.pixmap(_ICONS[notice.tone], notice.tone, size, self.devicePixelRatioF())
        line = _Line(notice, icon, self._look.sizes.grid, self.asked.emit)
        line.fit(self.width())
        return line


class _Line(QFrame):
    """One notice: a sentence, and links beside or below it."""

    def __init__(self, notice: Notice, icon: QPixmap, grid: int, asked: Callable[[str], object]) -> None:
        super().__init__()
        self.setProperty("role", "notice")
        self.setProperty("state", notice.tone)
        mark = QLabel()
        mark.setPixmap(icon)
        links = QHBoxLayout()
        links.setSpacing(grid)
        for action, words in ((notice.action, notice.link), *notice.more):
            if action:
                links.addWidget(button("link", partial(asked, action), words))
        links.addStretch(1)
        self._links = links
        self._parts = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._parts.setSpacing(grid)
        self._parts.addWidget(label(text=notice.text, wrap=True), 1)
        self._parts.addLayout(links)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * grid, grid, 2 * grid, grid)
        row.setSpacing(grid)
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(self._parts, 1)

    def fit(self, width: int) -> None:
        beside = width - self._links.sizeHint().width() >= _LEAST_TEXT
        ways = QBoxLayout.Direction
        self._parts.setDirection(ways.LeftToRight if beside else ways.TopToBottom)


class _Shelf(Floating):
    """As wide as the canvas, at its upper edge. What else floats there stands below it."""

    def __init__(self, over: QWidget, look: Look, notices: NoticeBar) -> None:
        super().__init__(over, look)
        self.setProperty("role", "")
        self._notices = notices
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(notices)
        self.hide()

    def show_or_hide(self, shown: bool) -> None:
        self.setVisible(shown)
        self._tell()

    def wanted_size(self) -> QSize:
        width = self._over.width()
        self._notices.fit(width)
        return QSize(width, self.heightForWidth(width))

    def wanted_place(self) -> QPoint:
        return QPoint(0, 0)

    def place(self) -> None:
        super().place()
        self._tell()

    def _tell(self) -> None:
        self._over.setProperty(COVERED, self.height() if self.isVisible() else 0)
