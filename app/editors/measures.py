"""Editors of what a campaign is measured by: its goal, and the control group that it holds back."""

from __future__ import annotations

from pydantic import JsonValue
from PySide6.QtWidgets import QWidget

from app.editors.base import Context, Errors, as_object, mark_invalid, route, together
from app.editors.events import EventBlock
from app.editors.spec import FieldSpec
from app.editors.switched import Switched
from app.editors.times import DurationEditor
from app.widgets.basic import label
from app.widgets.fields import NumberEdit
from app.widgets.layouts import row
from engine.i18n import tr


class GoalEditor(Switched):
    """The campaign's goal, none at first."""

    def __init__(self, context: Context) -> None:
        note = tr("Reports count who has this event after entering, also when they have left by then.")
        super().__init__(context, tr("Count who reaches a goal"), note)
        self.block = EventBlock(context, counted=False)
        self.within = DurationEditor(context, FieldSpec("within", required=True))
        line = row(spacing=8)
        line.addWidget(label("small", tr("Within")))
        line.addWidget(self.within)
        line.addWidget(label("small", tr("of entering")))
        line.addStretch(1)
        self.column.addWidget(self.block)
        self.column.addLayout(line)
        for part in (self.block, self.within):
            part.changed.connect(self.changed)
        self.within.set_value({"amount": 7, "unit": "day"})

    def value(self) -> JsonValue:
        if not self.switch.isChecked():
            return None
        within = self.within.value()
        return {**self.block.value(), **({} if within is None else {"within": within})}

    def set_value(self, value: JsonValue) -> None:
        shown = as_object(value)
        self.switch.setChecked(value is not None)
        if value is not None:
            self.within.set_value(shown.pop("within", None))
            self.block.set_value(shown)

    def show_errors(self, errors: Errors) -> str:
        inside, rest = route(errors, ("event", "where", "within"))
        if "event" in inside and not self.block.code():
            self.block.show_errors({"event": tr("Choose an event")})
        else:
            self.block.show_errors(
                {key: text for key, text in errors.items() if not key.startswith("within")}
            )
        wrong = bool(inside.get("within"))
        mark_invalid(self.within.focus_target(), together(inside.get("within", {})))
        self.say(tr("Enter for how long after entering it counts.") if wrong else together(rest))
        return ""

    def invalid_target(self) -> QWidget:
        if self.error.text():
            return self.within.focus_target()
        return self.block.invalid_target()


class HoldoutEditor(Switched):
    """The campaign's control group, none at first."""

    def __init__(self, context: Context) -> None:
        note = tr(
            "They get nothing, and are always the same people. With a goal, the report says what the "
            "campaign changes."
        )
        super().__init__(context, tr("Hold a control group back"), note)
        self.percent = NumberEdit(1, whole=False)
        self.percent.setFixedWidth(64)
        self.percent.setAccessibleName(tr("Percent of those who would enter"))
        line = row(spacing=8)
        line.addWidget(self.percent)
        line.addWidget(label("small", tr("% of those who would enter")))
        line.addStretch(1)
        self.column.addLayout(line)
        self.percent.edited.connect(self.changed)
        self.percent.set_value(10)

    def value(self) -> JsonValue:
        return {"percent": self.percent.value()} if self.switch.isChecked() else None

    def set_value(self, value: JsonValue) -> None:
        self.switch.setChecked(value is not None)
        if value is not None:
            self.percent.set_value(as_object(value).get("percent"))

    def show_errors(self, errors: Errors) -> str:
        said = together(errors)
        mark_invalid(self.percent, said)
        self.say(said)
        return ""

    def invalid_target(self) -> QWidget:
        return self.percent
