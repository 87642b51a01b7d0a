"""A few exclusive choices side by side."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QPushButton, QSizePolicy, QWidget

from app.widgets.combo_box import Option
from app.widgets.layouts import row
from canvas_widgets.tooltip import plain


class Segmented(QWidget):
    """Two to four exclusive choices side by side; arrow keys move between them."""

    chosen = Signal(str)

    def __init__(self, options: Sequence[Option], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: dict[str, QPushButton] = {}
        self._value = ""
        self._group = QButtonGroup(self)
        self._row = row(self, spacing=0)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.set_options(options)
        self._group.buttonClicked.connect(self._on_clicked)

    def set_options(self, options: Sequence[Option]) -> None:
        """Replace the choices; the value stays where it is still offered."""
        if [option.value for option in options] != list(self._buttons):
            for old in self._buttons.values():
                self._group.removeButton(old)
                old.deleteLater()
            self._buttons = {option.value: self._button() for option in options}
        for index, option in enumerate(options):
            button = self._buttons[option.value]
            button.setText(option.text)
            button.setAccessibleName(option.text)
            button.setToolTip(plain(option.note))
            button.setProperty("place", _place(index, len(options)))
        self.set_value(self._value)

    def _button(self) -> QPushButton:
        button = QPushButton()
        button.setCheckable(True)
        button.setAutoDefault(False)  # Enter is for the dialog's own button
        button.setProperty("role", "segment")
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.setMinimumWidth(0)
        self._group.addButton(button)
        self._row.addWidget(button, 1)
        return button

    def buttons(self) -> dict[str, QPushButton]:
        """The button of each value."""
        return dict(self._buttons)

    def value(self) -> str:
        return self._value

    def set_value(self, value: str) -> None:
        self._value = value
        if value in self._buttons:
            self._buttons[value].setChecked(True)
            self.setFocusProxy(self._buttons[value])
            return
        self._group.setExclusive(False)
        for button in self._buttons.values():
            button.setChecked(False)
        self._group.setExclusive(True)
        if self._buttons:
            self.setFocusProxy(next(iter(self._buttons.values())))

    def _on_clicked(self, clicked: QPushButton) -> None:
        value = next(key for key, button in self._buttons.items() if button is clicked)
        if value != self._value:
            self._value = value
            self.setFocusProxy(clicked)
            self.chosen.emit(value)


def _place(index: int, count: int) -> str:
    """Where a segment stands: its outer corners are round."""
    if count == 1:
        return "only"
    return "first" if index == 0 else "last" if index == count - 1 else "middle"
