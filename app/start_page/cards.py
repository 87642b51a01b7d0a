"""What stands on the start page: large cards for what to do, slim rows for what was open."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout

from app.preferences import Recent
from app.widgets.basic import Clickable, ElidedLabel, label
from app.widgets.paths import from_home
from canvas_widgets.look import Look
from canvas_widgets.tooltip import plain


class ActionCard(Clickable):
    """An icon, what is done, and a sentence about it."""

    def __init__(self, look: Look, icon: str, title: str, text: str, run: Callable[[], object]) -> None:
        super().__init__()
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self.clicked.connect(lambda: run())
        grid = look.sizes.grid
        picture = QLabel()
        picture.setPixmap(look.pixmap(icon, "accent", look.sizes.icon + grid // 2, self.devicePixelRatioF()))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * grid, 2 * grid, 2 * grid, 2 * grid)
        layout.setSpacing(grid // 2)
        layout.addWidget(picture)
        layout.addSpacing(grid // 2)
        for role, words in (("strong", title), ("small", text)):
            line = label(role, words, wrap=True)
            line.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
            layout.addWidget(line)
        layout.addStretch(1)
        for shown in self.findChildren(QLabel):
            shown.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)


class RecentRow(Clickable):
    """A name and where it is. Attribute `is_folder`: a workspace, no campaign."""

    def __init__(self, look: Look, recent: Recent, run: Callable[[], object]) -> None:
        super().__init__("row")
        self.is_folder = recent.path.is_dir()
        self.setAccessibleName(recent.name)
        self.setAccessibleDescription(str(recent.path))
        self.setToolTip(plain(str(recent.path)))
        self.clicked.connect(lambda: run())
        grid = look.sizes.grid
        icon = QLabel()
        name = "folder" if self.is_folder else "route"
        icon.setPixmap(look.pixmap(name, "muted", look.sizes.small_icon, self.devicePixelRatioF()))
        title, place = ElidedLabel("", 8 * grid), ElidedLabel("summary", 4 * grid)
        title.setText(recent.name)
        title.setMinimumWidth(min(title.sizeHint().width(), 30 * grid))  # it matters more than the place
        folder = recent.path if self.is_folder else recent.path.parent.parent
        place.setText(from_home(folder))
        row = QHBoxLayout(self)
        row.setContentsMargins(grid, grid // 2, grid, grid // 2)
        row.setSpacing(grid)
        row.addWidget(icon)
        row.addWidget(title)
        row.addWidget(place)
        row.addStretch(1)
        for shown in self.findChildren(QLabel):
            shown.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
