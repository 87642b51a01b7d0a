"""How every dialog is laid out: one margin, the title on top, the buttons at the lower right."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.widgets import style
from app.widgets.basic import label
from app.widgets.on_screen import keep_on_screen


def dialog_column(dialog: QDialog, title: str = "") -> QVBoxLayout:
    """The layout of a dialog, which begins with its title. Without one, the caller adds its own label.

    The dialog opens no larger than there is room for on its screen.
    """
    grid = style.sizes().grid
    keep_on_screen(dialog)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(3 * grid, 3 * grid, 3 * grid, 2 * grid)
    column.setSpacing(grid)
    if title:
        column.addWidget(label("title", title, wrap=True))
    return column


def button_row(*buttons: QWidget, at_left: QWidget | None = None) -> QHBoxLayout:
    """Buttons side by side at the right, what leaves the dialog without doing anything first."""
    row = QHBoxLayout()
    row.setSpacing(style.sizes().grid)
    if at_left is not None:
        row.addWidget(at_left)
    row.addStretch(1)
    for button in buttons:
        row.addWidget(button)
    return row
