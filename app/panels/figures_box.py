"""The figures of the selected component, above its configuration."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from app.panels.figures import Table
from app.widgets import style
from app.widgets.basic import label
from app.widgets.layouts import empty, row

_LINE = 16
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop


class FiguresBox(QWidget):
    """Shows tables one below the other; hidden while there is none. `tables`: what is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[Table] = []
        self.setMinimumWidth(1)  # a wide table makes nothing else in the panel wider
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 8, 16, 8)
        self._column.setSpacing(8)
        self.hide()

    def set_right_margin(self, margin: int) -> None:
        self._column.setContentsMargins(16, 8, margin, 8)

    def show_tables(self, tables: Sequence[Table]) -> None:
        """Show these instead; nothing is made anew where they say the same."""
        if list(tables) == self.tables:
            return
        self.tables = list(tables)
        empty(self._column)
        for table in self.tables:
            title = label("section", table.title)
            title.setFixedHeight(_LINE)
            self._column.addWidget(title)
            if table.trouble:
                self._column.addWidget(_trouble(table.trouble))
            self._column.addWidget(_grid(table))
            if table.note:
                self._column.addWidget(label("small", table.note, wrap=True))
        self.setVisible(bool(self.tables))


def _trouble(text: str) -> QWidget:
    """What went wrong, with a mark that is not the colour alone."""
    line = QWidget()
    look = style.look()
    mark = QLabel()
    mark.setPixmap(look.pixmap("alert-triangle", "danger", look.sizes.small_icon, line.devicePixelRatioF()))
    layout = row(line, spacing=4)
    layout.addWidget(mark)
    layout.addWidget(label("error", text), 1)
    return line


def _grid(table: Table) -> QWidget:
    widget = QWidget()
    grid = QGridLayout(widget)
    grid.setContentsMargins(0, 0, 0, 8)
    grid.setHorizontalSpacing(8)
    grid.setVerticalSpacing(8)
    lines = [("small", table.head), *(("small", row) for row in table.rows)]
    for y, (role, cells) in enumerate(lines):
        for x, text in enumerate(cells):
            cell = _cell(text, role)
            if x:
                cell.setAlignment(_RIGHT)
            grid.addWidget(cell, y, x)
            grid.setColumnStretch(x, 1)
    return widget


def _cell(text: str, role: str) -> QLabel:
    cell = label(role, text)
    cell.setMinimumHeight(_LINE)
    cell.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return cell
