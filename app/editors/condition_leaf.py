"""One condition: field, operator, value."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pydantic import JsonValue
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.editors.base import Context, Errors, RawObject, as_text, lines, mark_invalid, route, together
from app.editors.condition_grip import Grip, Handling
from app.editors.condition_values import ConditionField, NoValue, ValueBox, value_box
from app.pickers.search import SearchCombo
from app.widgets.basic import IconButton, label
from app.widgets.combo_box import Option
from app.widgets.layouts import row
from engine.i18n import tr
from engine.shapes.conditions import OPERATOR_LABELS, OPERATORS

Fields = Callable[[], Sequence[ConditionField]]


class ConditionLeaf(QFrame):
    """One line: field, operator, value."""

    changed = Signal()
    removed = Signal()

    def __init__(self, context: Context, fields: Fields, handling: Handling | None = None) -> None:
        """`handling`: hears of its grip; None where it cannot be moved."""
        super().__init__()
        self.grip = None if handling is None else Grip(self, handling)
        self._context = context
        self._fields = fields
        self._field = SearchCombo(tr("Choose a field"))
        self._field.setAccessibleName(tr("Field"))
        self._field.chosen.connect(self._on_field)
        self._operator = SearchCombo(tr("Operator"))
        self._operator.setAccessibleName(tr("Operator"))
        self._operator.chosen.connect(self._on_operator)
        remove = IconButton("x", tr("Remove this condition"))
        remove.clicked.connect(self.removed)
        self._box: ValueBox = NoValue(self)
        self._box.hide()  # it stands in no layout, and would cover what does
        self._error = label("error", "", wrap=True)
        self._error.hide()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        top = row(spacing=4)
        if self.grip is not None:
            top.addWidget(self.grip)
        top.addWidget(self._field, 1)
        top.addWidget(remove)
        self._line = row(spacing=4)
        self._line.addWidget(self._operator, 1)
        self._column.addLayout(top)
        self._column.addLayout(self._line)
        self._column.addWidget(self._error)
        self.setFocusProxy(self._field)
        self.refresh()

    def value(self) -> RawObject:
        raw: RawObject = {}
        if self._field.value():
            raw = {"field": self._field.value(), "op": self._operator.value()}
        if (value := self._box.value()) is not None:
            raw["value"] = value
        return raw

    def set_value(self, raw: RawObject) -> None:
        self._field.set_value(as_text(raw.get("field")))
        self._show_operators()
        self._operator.set_value(as_text(raw.get("op")))
        self._show_box()
        self._box.set_value(raw.get("value"))

    def refresh(self) -> None:
        """The fields that can be chosen changed."""
        self._field.set_options(Option(field.value, field.text) for field in self._fields())
        self._show_operators()

    def show_errors(self, errors: Errors) -> None:
        inside, rest = route(errors, ("field", "op", "value"))
        mark_invalid(self._field, together(inside.get("field", {})))
        mark_invalid(self._operator, together(inside.get("op", {})))
        mark_invalid(self._box.focusProxy() or self._box, together(inside.get("value", {})))
        sentences = [together(part) for part in inside.values()] or [together(rest)]
        found = lines(sentences)
        self._error.setText((self._what_is_missing() or found) if found else "")
        self._error.setVisible(bool(self._error.text()))

    def _what_is_missing(self) -> str:
        """What to do where a part of the line is empty, in better words than a reader of files has."""
        if not self._field.value():
            return tr("Choose a field")
        if not isinstance(self._box, NoValue) and self._box.value() is None:
            return tr("Enter a value")
        return ""

    def invalid_target(self) -> QWidget | None:
        """The control with the error, or None."""
        if not self._error.text():
            return None
        candidates: tuple[QWidget, ...] = (self._field, self._operator, self._box.focusProxy() or self._box)
        return next((control for control in candidates if control.property("invalid")), self._field)

    def _chosen(self) -> ConditionField:
        value = self._field.value()
        found = next((field for field in self._fields() if field.value == value), None)
        return found or ConditionField(value, value, "text")

    def _show_operators(self) -> None:
        operators = OPERATORS[self._chosen().type]
        self._operator.set_options(Option(value, tr(OPERATOR_LABELS[value])) for value in operators)
        self._operator.setEnabled(bool(self._field.value()))

    def _show_box(self) -> None:
        old = self._box
        chosen = self._field.value() and self._operator.value()
        box: ValueBox = (
            value_box(self._context, self._chosen(), self._operator.value()) if chosen else NoValue(self)
        )
        self._line.removeWidget(old)
        self._column.removeWidget(old)
        old.hide()
        old.deleteLater()
        box.changed.connect(self.changed)
        self._box = box
        if isinstance(box, NoValue):
            box.hide()
        elif box.compact:
            self._line.addWidget(box, 1)
            self._line.setAlignment(self._operator, Qt.AlignmentFlag.AlignTop)
            box.show()
        else:
            self._column.insertWidget(2, box)
            box.show()

    def _on_field(self) -> None:
        known = OPERATORS[self._chosen().type]
        self._show_operators()
        if self._operator.value() not in known:
            self._operator.set_value(known[0])
        self._show_box()
        self.changed.emit()

    def _on_operator(self) -> None:
        kept = self._box.value()
        self._show_box()
        if _fits(kept, self._box):
            self._box.set_value(kept)
        self.changed.emit()


def _fits(value: JsonValue, box: ValueBox) -> bool:
    """Whether a value survives a change of the operator: texts, numbers and moments do, ranges do not."""
    box.set_value(value)
    fits = box.value() == value or (isinstance(value, str | list) and bool(box.value()))
    if not fits:
        box.set_value(None)
    return fits and value is not None
