"""Questions before what cannot be taken back. They never stop the event loop: the answer is a call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QPushButton, QWidget

from app.widgets import style
from app.widgets.basic import button, label
from app.widgets.dialog import button_row, dialog_column
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
        layout = dialog_column(self, title)
        self.sentence = label("muted", text, wrap=True)
        layout.addWidget(self.sentence)
        layout.addSpacing(grid)
        self.cancel = button("", self.reject, tr("Cancel"))
        self.buttons = [self._button(choice) for choice in choices]
        layout.addLayout(button_row(self.cancel, *self.buttons))
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
