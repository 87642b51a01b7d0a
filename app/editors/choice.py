"""One of some options, in a drop-down list: what all editors of such a choice share."""

from __future__ import annotations

from pydantic import JsonValue
from PySide6.QtWidgets import QWidget

from app.editors.base import Context, Editor, as_text
from app.widgets.combo_box import ComboBox
from app.widgets.layouts import row


class ChoiceEditor(Editor):
    """A choice out of `field`; a subclass gives its options, those that change in `refresh`."""

    def __init__(self, context: Context, field: ComboBox, name: str, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._field = field
        self._field.setAccessibleName(name)
        self._field.chosen.connect(self.changed)
        row(self).addWidget(self._field)
        self.setFocusProxy(self._field)
        self.refresh()

    def value(self) -> JsonValue:
        return self._field.value() or None

    def set_value(self, value: JsonValue) -> None:
        self._field.set_value(as_text(value))
