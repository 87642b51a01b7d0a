"""Every action with its shortcut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from app.actions import ACTIONS, SECTIONS
from app.widgets.basic import button, label
from engine.i18n import tr

if TYPE_CHECKING:
    from app.window import MainWindow


class Shortcuts(QDialog):
    """Read from the table of actions, with the keys that the user chose."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Keyboard shortcuts"))
        grid = window.look.sizes.grid
        content = QWidget()
        content.setObjectName("content")
        table = QGridLayout(content)
        table.setHorizontalSpacing(4 * grid)
        table.setVerticalSpacing(grid // 2)
        row = 0
        for place, title in SECTIONS.items():
            table.addWidget(label("section", tr(title)), row, 0)
            table.setRowMinimumHeight(row, 3 * grid)
            row += 1
            for spec in ACTIONS:
                if spec.place is place:
                    table.addWidget(label("", tr(spec.text).rstrip("…")), row, 0)
                    table.addWidget(label("muted", window.actions_.keys(spec.id)), row, 1)
                    row += 1
        scroll = QScrollArea(widgetResizable=True)
        scroll.setWidget(content)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * grid, 3 * grid, 2 * grid, 2 * grid)
        layout.addWidget(label("title", tr("Keyboard shortcuts")))
        layout.addWidget(scroll, 1)
        layout.addWidget(button("", self.accept, tr("Close")), 0, Qt.AlignmentFlag.AlignRight)
        self.resize(window.look.sizes.panel + 16 * grid, 72 * grid)
