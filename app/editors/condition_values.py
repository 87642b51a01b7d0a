"""The right-hand side of a condition: one control for each kind of value that an operator compares with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from pydantic import JsonValue
from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from app.editors.base import Context, Editor, as_list, as_text
from app.editors.spec import FieldSpec
from app.editors.times import DateTimeEditor, DurationEditor
from app.widgets.basic import LinkButton, label
from app.widgets.fields import LineEdit, NumberEdit, TextArea
from app.widgets.layouts import row
from engine.i18n import tr
from engine.shapes.conditions import FieldType


class ConditionField(NamedTuple):
    """Something that a condition can look at; `values` are the known ones, to choose from."""

    value: str
    text: str
    type: FieldType
    values: tuple[str, ...] = ()


class ValueBox(QWidget):
    """Base of the value controls; `compact` ones stand beside the operator, the others below it."""

    changed = Signal()
    compact = True

    def value(self) -> JsonValue:
        """The value as the leaf holds it, None where there is none yet."""
        raise NotImplementedError

    def set_value(self, value: JsonValue) -> None:
        raise NotImplementedError


class NoValue(ValueBox):
    """For `empty` and `not_empty`."""

    def value(self) -> JsonValue:
        return None

    def set_value(self, value: JsonValue) -> None:
        pass


class TextValue(ValueBox):
    """One text."""

    def __init__(self) -> None:
        super().__init__()
        self.field = LineEdit(tr("Value"))
        self.field.setAccessibleName(tr("Value"))
        self.field.textEdited.connect(self.changed)
        row(self).addWidget(self.field)
        self.setFocusProxy(self.field)

    def value(self) -> JsonValue:
        return self.field.text() or None

    def set_value(self, value: JsonValue) -> None:
        first = as_list(value)[:1] or [value]
        self.field.setText(as_text(first[0]))


class ListValue(ValueBox):
    """One or several texts, one a line, with the known values of the tag to choose from."""

    def __init__(self, known: Sequence[str], single: bool) -> None:
        super().__init__()
        self._single = single
        self._raw: JsonValue = None
        self._known = known
        self._field = TextArea(1)
        self._field.setAccessibleName(tr("Values, one a line"))
        self._field.setPlaceholderText(tr("Values, one a line"))
        self._field.edited.connect(self._on_edited)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._field)
        column.addWidget(label("small", tr("One value a line: Enter begins the next."), wrap=True))
        if known:
            self._choose = LinkButton(tr("Choose values"))
            self._choose.clicked.connect(self._on_choose)
            column.addWidget(self._choose)
        self.setFocusProxy(self._field)

    def value(self) -> JsonValue:
        return self._raw

    def set_value(self, value: JsonValue) -> None:
        self._raw = value if isinstance(value, str | list) else None
        lines = [as_text(each) for each in as_list(value)] or ([value] if isinstance(value, str) else [])
        self._field.set_value("\n".join(lines))

    def _on_edited(self) -> None:
        lines = [line for line in self._field.value().split("\n") if line.strip()]
        if not lines:
            self._raw = None
        elif len(lines) == 1 and self._single and not isinstance(self._raw, list):
            self._raw = lines[0]
        else:
            self._raw = list[JsonValue](lines)
        self.changed.emit()

    def _on_choose(self) -> None:
        menu = QMenu(self)
        chosen = self._field.value().split("\n")
        for known in self._known:
            action = menu.addAction(known.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(known in chosen)
            action.toggled.connect(lambda on, value=known: self.toggle(value, on))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._choose.mapToGlobal(QPoint(0, self._choose.height())))

    def toggle(self, value: str, on: bool) -> None:
        """Add or remove one value."""
        lines = [line for line in self._field.value().split("\n") if line.strip() and line != value]
        self._field.set_value("\n".join([*lines, value] if on else lines))
        self._on_edited()


class NumberValue(ValueBox):
    """One number."""

    def __init__(self) -> None:
        super().__init__()
        self._field = NumberEdit(whole=False)
        self._field.setAccessibleName(tr("Value"))
        self._field.setPlaceholderText(tr("Value"))
        self._field.edited.connect(self.changed)
        row(self).addWidget(self._field)
        self.setFocusProxy(self._field)

    def value(self) -> JsonValue:
        return self._field.value()

    def set_value(self, value: JsonValue) -> None:
        self._field.set_value(None if isinstance(value, bool | list | dict) else value)


class EditorValue(ValueBox):
    """A date-time or a duration."""

    def __init__(self, editor: Editor, compact: bool) -> None:
        super().__init__()
        self.compact = compact
        self._editor = editor
        editor.changed.connect(self.changed)
        row(self).addWidget(editor)
        self.setFocusProxy(editor)

    def value(self) -> JsonValue:
        return self._editor.value()

    def set_value(self, value: JsonValue) -> None:
        self._editor.set_value(value)


class RangeValue(ValueBox):
    """A lower and an upper bound, both included."""

    compact = False

    def __init__(self, make: Callable[[], ValueBox], upright: bool) -> None:
        super().__init__()
        self._ends = (make(), make())
        layout = QVBoxLayout(self) if upright else row(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._ends[0])
        layout.addWidget(label("small", tr("to")))
        layout.addWidget(self._ends[1])
        for end in self._ends:
            end.changed.connect(self.changed)
        self.setFocusProxy(self._ends[0])

    def value(self) -> JsonValue:
        ends = [end.value() for end in self._ends]
        return None if None in ends else list[JsonValue](ends)

    def set_value(self, value: JsonValue) -> None:
        bounds = [*as_list(value), None, None]
        for end, bound in zip(self._ends, bounds, strict=False):
            end.set_value(bound)


def value_box(context: Context, field: ConditionField, operator: str) -> ValueBox:
    """The control for the right-hand side of `field operator …`."""
    if operator in ("empty", "not_empty"):
        return NoValue()
    if field.type == "number":
        return RangeValue(NumberValue, upright=False) if operator == "between" else NumberValue()
    if field.type == "time":
        if operator in ("in_last", "not_in_last", "in_next"):
            return EditorValue(DurationEditor(context, FieldSpec("value")), compact=False)
        if operator == "between":
            return RangeValue(lambda: _moment(context), upright=True)
        return _moment(context)
    if field.type == "multi":
        return ListValue(field.values, single=False)
    return ListValue(field.values, single=True) if operator in ("is", "is_not") else TextValue()


def _moment(context: Context) -> EditorValue:
    return EditorValue(DateTimeEditor(context, FieldSpec("value")), compact=False)
