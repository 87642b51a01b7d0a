"""Questions before what cannot be taken back. They never stop the event loop: the answer is a call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.editors import style
from app.widgets.basic import button, label
from engine.i18n import tr


class Choice(NamedTuple):
    """A button: its verb, what it does, and its role ("", primary or danger)."""

    text: str
    chosen: Callable[[], object]
    role: str = "primary"


class Question(QDialog):
    """A title, a sentence that says what will happen, and one button a choice, Cancel first.

    Enter takes the last choice unless it destroys something; then Cancel holds the focus.
    """

    def __init__(self, parent: QWidget, title: str, text: str, choices: Sequence[Choice]) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        grid = style.sizes().grid
        self.setMinimumWidth(style.sizes().panel + 8 * grid)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * grid, 3 * grid, 3 * grid, 2 * grid)
        layout.setSpacing(grid)
        layout.addWidget(label("title", title, wrap=True))
        self.sentence = label("muted", text, wrap=True)
        layout.addWidget(self.sentence)
        layout.addSpacing(grid)
        row = QHBoxLayout()
        row.setSpacing(grid)
        row.addStretch(1)
        self.cancel = button("", self.reject, tr("Cancel"))
        self.buttons = [self._button(choice) for choice in choices]
        for widget in (self.cancel, *self.buttons):
            row.addWidget(widget)
        layout.addLayout(row)
        first = (
            self.cancel if choices and choices[-1].role == "danger" else (self.buttons or [self.cancel])[-1]
        )
        first.setDefault(True)
        first.setFocus()

    def _button(self, choice: Choice) -> QPushButton:
        return button(choice.role, lambda: self._on_chosen(choice), choice.text)

    def _on_chosen(self, choice: Choice) -> None:
        self.accept()
        choice.chosen()


def ask(parent: QWidget, title: str, text: str, *choices: Choice) -> Question:
    """Show the question over `parent`'s window and return at once; Escape and Cancel do nothing."""
    question = Question(parent.window(), title, text, choices)
    question.open()
    return question
