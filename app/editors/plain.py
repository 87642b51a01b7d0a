"""Editors of single values: text, number, choice, yes or no."""

from __future__ import annotations

from pydantic import JsonValue
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from app.editors.base import Context, Editor, Errors, as_text, mark_invalid, together
from app.editors.spec import FieldSpec
from app.widgets.combo_box import ComboBox, Option
from app.widgets.fields import LineEdit, NumberEdit, TextArea
from app.widgets.layouts import row
from app.widgets.segmented import Segmented
from engine.i18n import N_, tr

_SEGMENTS_WIDTH = 30
"""Characters that fit side by side in the panel; longer choices become a list."""


class TextEditor(Editor):
    """One line of text, or several."""

    def __init__(
        self, context: Context, spec: FieldSpec, parent: QWidget | None = None, lines: int = 1
    ) -> None:
        super().__init__(context, parent)
        self._present = False
        self._field: LineEdit | TextArea
        if lines > 1:
            self._field = TextArea(lines)
            self._field.setPlaceholderText(spec.placeholder)
            self._field.edited.connect(self.changed)
        else:
            self._field = LineEdit(spec.placeholder)
            self._field.textEdited.connect(self.changed)
        row(self).addWidget(self._field)
        self.setFocusProxy(self._field)

    def value(self) -> JsonValue:
        text = self._field.value() if isinstance(self._field, TextArea) else self._field.text()
        return text if text or self._present else None

    def set_value(self, value: JsonValue) -> None:
        self._present = value == ""  # an explicit empty text stays one
        text = as_text(value)
        if isinstance(self._field, TextArea):
            self._field.set_value(text)
        else:
            self._field.setText(text)
            self._field.setCursorPosition(0)


class NumberEditor(Editor):
    """A whole number; empty where the field is optional and has none.

    Option: `empty`, what that means.
    """

    def __init__(
        self, context: Context, spec: FieldSpec, parent: QWidget | None = None, whole: bool = True
    ) -> None:
        super().__init__(context, parent)
        self._field = NumberEdit(spec.minimum, whole=whole)
        empty = "" if spec.required else tr(spec.extra.get("empty") or N_("No limit"))
        self._field.setPlaceholderText(spec.placeholder or empty)
        self._field.setMaximumWidth(160)
        self._field.edited.connect(self.changed)
        line = row(self)
        line.addWidget(self._field)
        line.addStretch(1)
        self.setFocusProxy(self._field)

    def value(self) -> JsonValue:
        return self._field.value()

    def set_value(self, value: JsonValue) -> None:
        self._field.set_value(value)


class ChoiceEditor(Editor):
    """One of a few options: side by side where they fit, else a list.

    Option: `by`, which says for each value of another field what may be chosen.
    """

    def __init__(self, context: Context, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._options = list(spec.options)
        self._by = dict(spec.extra.get("by", {}))
        if not spec.required:
            self._options.insert(0, Option("", spec.placeholder or tr("None")))
        width = sum(_width(option.text) for option in self._options)
        segments = len(self._options) <= 4 and width <= _SEGMENTS_WIDTH and spec.required and not self._by
        self._field: Segmented | ComboBox
        self._field = Segmented(self._options) if segments else ComboBox(spec.placeholder or tr("Choose"))
        self._field.chosen.connect(self.changed)
        row(self).addWidget(self._field)
        self.setFocusProxy(self._field)
        self.refresh()

    def value(self) -> JsonValue:
        return self._field.value() or None

    def set_value(self, value: JsonValue) -> None:
        self._field.set_value(as_text(value))

    def refresh(self) -> None:
        if isinstance(self._field, ComboBox):
            self._field.set_options(self._offered())

    def show_errors(self, errors: Errors) -> str:
        sentences = together(errors)
        targets = self._field.buttons().values() if isinstance(self._field, Segmented) else (self._field,)
        for target in targets:
            mark_invalid(target, sentences)
        return sentences

    def focus_target(self) -> QWidget:
        return self._field.focusProxy() or self._field

    def _offered(self) -> list[Option]:
        allowed = [by[chosen] for field, by in self._by.items() if (chosen := self.context.text(field)) in by]
        return [option for option in self._options if all(option.value in values for values in allowed)]


def _width(text: str) -> int:
    """Rough width in Latin letters: a Chinese character counts two."""
    return sum(2 if ord(char) > 0x2E80 else 1 for char in text) + 2


class BoolEditor(Editor):
    """Yes or no: a check box that carries the field's label."""

    labelled = True

    def __init__(self, context: Context, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._field = QCheckBox(spec.label)
        self._field.toggled.connect(self._on_toggled)
        self._silent = False
        self._raw: JsonValue = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._field)
        self.setFocusProxy(self._field)

    def value(self) -> JsonValue:
        return self._raw

    def set_value(self, value: JsonValue) -> None:
        self._raw = value
        self._silent = True
        self._field.setChecked(value is True)
        self._silent = False

    def _on_toggled(self, checked: bool) -> None:
        if not self._silent:
            self._raw = checked
            self.changed.emit()
