"""The values of a message's variables: those of a person, until somebody types others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.widgets import style
from app.widgets.basic import label
from app.widgets.fields import LineEdit
from app.widgets.layouts import empty


class ValuesForm(QWidget):
    """A field a variable. Signal `changed()`: by a person. Attribute `touched`: whether by a person."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.touched = False
        self.fields: dict[str, LineEdit] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(style.sizes().grid // 2)

    def show_names(self, names: Sequence[str]) -> None:
        """Offer these variables; what was typed for one that stays is kept."""
        if list(names) == list(self.fields):
            return
        kept = self.values()
        empty(self._column)
        self.fields = {}
        for name in names:
            field = LineEdit()
            field.setAccessibleName(name)
            field.setText(kept.get(name, ""))
            field.textEdited.connect(self._on_edited)
            self._column.addWidget(label("small", name, wrap=True))
            self._column.addWidget(field)
            self.fields[name] = field

    def show_values(self, values: Mapping[str, str]) -> None:
        """Put in a person's values."""
        self.touched = False
        for name, field in self.fields.items():
            field.setText(values.get(name, ""))
            field.setCursorPosition(0)

    def values(self) -> dict[str, str]:
        return {name: field.text() for name, field in self.fields.items()}

    def _on_edited(self) -> None:
        self.touched = True
        self.changed.emit()
