"""A phone, and what every kind of message puts on its screen."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.widgets import style
from app.widgets.basic import ElidedLabel, label

WIDTH = 38
"""Of the phone, in steps of the grid."""

Screen = Literal["screen", "lock"]


class Phone(QFrame):
    """The frame of a phone with a status bar; what is shown goes into `column`, from the top."""

    def __init__(self, screen: Screen = "screen", height: int = 52) -> None:
        super().__init__()
        grid = style.sizes().grid
        self.setProperty("role", "phone")
        self.setFixedWidth(WIDTH * grid)
        self.setMinimumHeight(height * grid)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Minimum)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(grid // 2, grid // 2, grid // 2, grid // 2)
        inside = QFrame()
        inside.setProperty("role", screen)
        outer.addWidget(inside)
        self.column = QVBoxLayout(inside)
        self.column.setContentsMargins(2 * grid, grid, 2 * grid, 2 * grid)
        self.column.setSpacing(grid)
        self.column.addLayout(_status_bar())

    def finish(self) -> None:
        """What was added stands at the top."""
        self.column.addStretch(1)


def _status_bar() -> QHBoxLayout:
    bar = QHBoxLayout()
    bar.addWidget(label("section", "9:41"))
    bar.addStretch(1)
    battery = QLabel()
    battery.setPixmap(style.look().pixmap("battery-2", "muted", style.sizes().small_icon))
    bar.addWidget(battery)
    return bar


def sender_head(name: str) -> QHBoxLayout:
    """Who writes, over a conversation: a round initial and the name."""
    grid = style.sizes().grid
    head = QHBoxLayout()
    head.setSpacing(grid)
    head.addWidget(app_icon(name, 3 * grid))
    shown = ElidedLabel("strong", text=name, fills=True)
    head.addWidget(shown, 1)
    return head


def app_icon(name: str, size: int) -> QLabel:
    """A square with the first letter of a name: whose icon it would be."""
    initial = next((char for char in name if char.isalnum()), "·").upper()
    icon = label("app", initial)
    icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
    icon.setFixedSize(size, size)
    return icon


def bubble(role: str = "bubble") -> tuple[QFrame, QVBoxLayout]:
    """A speech bubble, a notification or a card, and its layout."""
    grid = style.sizes().grid
    frame = QFrame()
    frame.setProperty("role", role)
    column = QVBoxLayout(frame)
    column.setContentsMargins(grid + grid // 2, grid, grid + grid // 2, grid)
    column.setSpacing(grid // 2)
    return frame, column


def media_box(icon: str, text: str, height: int = 12) -> QWidget:
    """Where a picture, a sound or a film stands that is not shown itself."""
    grid = style.sizes().grid
    box = QFrame()
    box.setProperty("role", "media")
    box.setMinimumHeight(height * grid)
    column = QVBoxLayout(box)
    column.setContentsMargins(grid, grid, grid, grid)
    picture = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
    picture.setPixmap(style.look().pixmap(icon, "muted", style.sizes().icon))
    column.addStretch(1)
    column.addWidget(picture)
    words = ElidedLabel("summary", text=text)
    column.addWidget(words, 0, Qt.AlignmentFlag.AlignHCenter)
    column.addStretch(1)
    return box
