"""The base of editors with a switch: the campaign's own fields that most campaigns do without."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from app.editors.base import Context, Editor
from app.widgets.basic import label


class Switched(Editor):
    """A value that a switch brings and takes away; what was entered stays while the dialog is open."""

    def __init__(self, context: Context, text: str, note: str) -> None:
        super().__init__(context)
        self.switch = QCheckBox(text)
        self.body = QWidget()
        self.column = QVBoxLayout(self.body)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(8)
        self.error = label("error", "", wrap=True)
        self.error.hide()
        outside = QVBoxLayout(self)
        outside.setContentsMargins(0, 0, 0, 0)
        outside.setSpacing(8)
        for part in (self.switch, self.body, self.error, label("small", note, wrap=True)):
            outside.addWidget(part)
        self.body.hide()
        self.switch.toggled.connect(self._on_switch)

    def _on_switch(self, on: bool) -> None:
        self.body.setVisible(on)
        self.say("")
        self.changed.emit()

    def say(self, text: str) -> None:
        """Show a sentence below the fields, "" for none."""
        self.error.setText(text)
        self.error.setVisible(bool(text))
