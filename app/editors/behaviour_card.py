"""The behaviour card of an audience rule: people by what they did, when, and how often or how much."""

from __future__ import annotations

from pydantic import JsonValue
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.editors.base import (
    Context,
    Editor,
    Errors,
    RawObject,
    as_object,
    as_text,
    lines,
    mark_invalid,
    route,
    together,
)
from app.editors.condition_values import NumberValue, RangeValue, ValueBox
from app.editors.conditions import ConditionEditor
from app.editors.events import EventEditor
from app.editors.ranges import RangeEditor
from app.editors.spec import FieldSpec
from app.pickers import library
from app.widgets.basic import label
from app.widgets.combo_box import ComboBox, Option
from app.widgets.layouts import row
from engine.i18n import N_, tr
from engine.shapes.conditions import OPERATOR_LABELS
from engine.workspace.workspace import Workspace

_OPERATORS = ("=", "!=", ">", ">=", "<", "<=", "between")
_MEASURES = {
    "sum": N_("Sum of {name}"),
    "avg": N_("Average of {name}"),
    "max": N_("Highest {name}"),
    "min": N_("Lowest {name}"),
}


class BehaviourEditor(Editor):
    """Event, condition over its attributes, time range, measure, comparison."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._raw: RawObject = {}
        self._event = EventEditor(context, FieldSpec("event"))
        self._event.changed.connect(self._on_event)
        self._where = ConditionEditor(
            context,
            lambda: library.event_fields(context.workspace, self._code()),
            unconditional=tr("Every event"),
        )
        self._range = RangeEditor(context)
        self._measure = ComboBox()
        self._measure.setAccessibleName(tr("What is measured"))
        self._operator = ComboBox()
        self._operator.setAccessibleName(tr("Operator"))
        self._operator.set_options(Option(each, tr(OPERATOR_LABELS[each])) for each in _OPERATORS)
        self._operator.chosen.connect(self._on_operator)
        self._box: ValueBox = NumberValue()
        self._measure.chosen.connect(self.changed)
        for part in (self._where, self._range):
            part.changed.connect(self.changed)
        self._lay_out()
        self.setFocusProxy(self._event)
        self.set_value({})

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._event)
        column.addWidget(label("small", tr("Only events where"), wrap=True))
        column.addWidget(self._where)
        column.addWidget(self._range)
        self._line = row()
        self._line.addWidget(self._measure, 3)
        self._line.addWidget(self._operator, 2)
        self._line.addWidget(self._box, 2)
        column.addLayout(self._line)
        self._box.changed.connect(self.changed)

    def value(self) -> JsonValue:
        raw: RawObject = {
            **self._raw,
            "event": self._event.value(),
            "where": self._where.value(),
            "range": self._range.value(),
            "measure": self._measure.value(),
            "op": self._operator.value(),
            "value": self._box.value(),
        }
        kept = ("where", "range")  # null in the file where there is none
        return {key: value for key, value in raw.items() if value is not None or key in kept}

    def set_value(self, value: JsonValue) -> None:
        raw = as_object(value)
        self._raw = raw
        self._event.set_value(raw.get("event"))
        self._where.refresh()
        self._where.set_value(raw.get("where"))
        self._range.set_value(raw.get("range"))
        self._measure.set_value(as_text(raw.get("measure")) or "count")
        self._show_measures()
        self._operator.set_value(as_text(raw.get("op")) or ">=")
        self._show_box()
        self._box.set_value(raw.get("value", 1))

    def refresh(self) -> None:
        self._event.refresh()
        self._where.refresh()
        self._show_measures()

    def show_errors(self, errors: Errors) -> str:
        inside, rest = route(errors, ("event", "where", "range", "measure", "op", "value"))
        mark_invalid(self._event.focus_target(), together(inside.get("event", {})))
        mark_invalid(self._measure, together(inside.get("measure", {})))
        mark_invalid(self._box.focusProxy() or self._box, together(inside.get("value", {})))
        if "event" in inside and not self._code():
            inside["event"] = {"": tr("Choose an event")}
        where = self._where.show_errors(inside.pop("where", {}))
        times = self._range.show_errors(inside.pop("range", {}))
        others = (together(each) for each in inside.values())
        return lines((*others, where, times, together(rest)))

    def _code(self) -> str:
        return as_text(self._event.value())

    def _show_measures(self) -> None:
        chosen = self._measure.value()
        self._measure.set_options(measure_options(self.context.workspace, self._code(), chosen))

    def _show_box(self) -> None:
        box = RangeValue(NumberValue, upright=False) if self._operator.value() == "between" else NumberValue()
        self._line.replaceWidget(self._box, box)
        box.show()
        self._box.hide()
        self._box.deleteLater()
        self._box = box
        box.changed.connect(self.changed)

    def _on_event(self) -> None:
        self._where.refresh()
        self._show_measures()
        self.changed.emit()

    def _on_operator(self) -> None:
        self._show_box()
        self.changed.emit()


def measure_options(workspace: Workspace, code: str, chosen: str) -> list[Option]:
    """What can be measured over events of a code: how many, and each attribute that is a number."""
    numbers = [field.value for field in library.event_fields(workspace, code) if field.type == "number"]
    kind, _, name = chosen.partition(":")
    if kind in _MEASURES and name not in numbers:
        numbers.append(name)  # what is chosen has its words also where the event lacks it
    return [Option("count", tr("Number of times"))] + [
        Option(f"{measure}:{name}", tr(text, name=name))
        for name in numbers
        for measure, text in _MEASURES.items()
    ]
