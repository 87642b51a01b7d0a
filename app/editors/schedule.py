"""The recurring schedule: every N hours, days, weeks or months, with the next two run times."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from pydantic import JsonValue, TypeAdapter, ValidationError
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.editors.base import (
    Context,
    Editor,
    Errors,
    as_list,
    as_object,
    as_text,
    mark_invalid,
    route,
    together,
)
from app.editors.spec import FieldSpec
from app.editors.times import TimeOfDayEditor, instant
from app.widgets.basic import label
from app.widgets.combo_box import ComboBox, Option
from app.widgets.fields import NumberEdit
from app.widgets.layouts import row
from engine.i18n import N_, tr
from engine.shapes.schedule import DEFAULT_EVERY, WEEKDAYS, Every, runs

_UNITS = {"hour": N_("hours"), "day": N_("days"), "week": N_("weeks"), "month": N_("months")}
_EVERY: TypeAdapter[Every] = TypeAdapter(Every)


class DayToggles(QWidget):
    """Days to choose several of: weekdays in a row, or days of the month in rows of seven."""

    changed = Signal()

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(4)
        self._buttons: list[QPushButton] = []
        self._raw: list[JsonValue] = []
        for index, name in enumerate(names):
            button = QPushButton(name)
            button.setCheckable(True)
            button.setProperty("role", "day")
            button.setAccessibleName(name)
            button.setMinimumWidth(0)
            button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            button.clicked.connect(self._on_clicked)
            grid.addWidget(button, index // 7, index % 7)
            self._buttons.append(button)
        for column in range(7):
            grid.setColumnStretch(column, 1)
        self.setFocusProxy(self._buttons[0])

    def value(self) -> list[JsonValue]:
        return list(self._raw)

    def set_value(self, days: Iterable[JsonValue]) -> None:
        self._raw = list(days)
        for number, button in enumerate(self._buttons, start=1):
            button.setChecked(number in self._raw)

    def _on_clicked(self) -> None:
        self._raw = [number for number, button in enumerate(self._buttons, start=1) if button.isChecked()]
        self.changed.emit()


class ScheduleEditor(Editor):
    """An `every`. The hint `start` adds the next two run times, counted from the campaign's start or now."""

    def __init__(self, context: Context, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._interval = NumberEdit(1)
        self._interval.setAccessibleName(tr("Interval"))
        self._interval.setMaximumWidth(72)
        self._unit = ComboBox()
        self._unit.setAccessibleName(tr("Unit"))
        self._unit.set_options(Option(unit, tr(text)) for unit, text in _UNITS.items())
        self._minute = NumberEdit(0)
        self._minute.setAccessibleName(tr("Minute"))
        self._minute.setMaximumWidth(72)
        self._minute_label = label("small", tr("at minute"))
        self._time = TimeOfDayEditor(context, FieldSpec("time"))
        self._time_label = label("small", tr("at"))
        self._weekdays = DayToggles(tr(name) for name in WEEKDAYS)
        self._weekdays.setAccessibleName(tr("Weekdays"))
        self._days = DayToggles(str(day) for day in range(1, 32))
        self._days.setAccessibleName(tr("Days of the month"))
        self._last_day = label("small", tr("In a shorter month, 29 to 31 mean its last day."), wrap=True)
        self._next = label("small", "", wrap=True)
        self._with_next = bool(spec.extra.get("start"))
        self._lay_out()
        for part in (self._interval, self._minute):
            part.edited.connect(self._on_changed)
        for other in (self._time, self._weekdays, self._days):
            other.changed.connect(self._on_changed)
        self._unit.chosen.connect(self._on_changed)
        self.setFocusProxy(self._interval)
        self.set_value(_EVERY.dump_python(DEFAULT_EVERY, mode="json"))

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        first = row()
        first.addWidget(label("small", tr("Every")))
        first.addWidget(self._interval)
        first.addWidget(self._unit, 1)
        column.addLayout(first)
        column.addWidget(self._weekdays)
        column.addWidget(self._days)
        column.addWidget(self._last_day)
        second = row()
        for part in (self._minute_label, self._minute, self._time_label, self._time):
            second.addWidget(part)
        second.addStretch(1)
        column.addLayout(second)
        column.addWidget(self._next)

    def value(self) -> JsonValue:
        unit = self._unit.value()
        raw: dict[str, JsonValue] = {"unit": unit}
        if (interval := self._interval.value()) is not None:
            raw["interval"] = interval
        if unit == "hour":
            if (minute := self._minute.value()) is not None:
                raw["minute"] = minute
            return raw
        raw["time"] = self._time.value()
        if unit == "week":
            raw["weekdays"] = self._weekdays.value()
        elif unit == "month":
            raw["days_of_month"] = self._days.value()
        return raw

    def set_value(self, value: JsonValue) -> None:
        shown = as_object(value) or _EVERY.dump_python(DEFAULT_EVERY, mode="json")
        self._unit.set_value(as_text(shown.get("unit")) or "day")
        self._interval.set_value(shown.get("interval", 1))
        self._minute.set_value(shown.get("minute", 0))
        self._time.set_value(shown.get("time"))
        self._weekdays.set_value(as_list(shown.get("weekdays")) or [1])
        self._days.set_value(as_list(shown.get("days_of_month")) or [1])
        self._show()

    def refresh(self) -> None:
        self._show()

    def show_errors(self, errors: Errors) -> str:
        places: dict[str, QWidget] = {"interval": self._interval, "minute": self._minute, "time": self._time}
        inside, _rest = route(errors, places)
        for key, control in places.items():
            mark_invalid(control, together(inside.get(key, {})))
        return together(errors)

    def invalid_target(self) -> QWidget:
        controls = (self._interval, self._minute, self._time)
        return next((control for control in controls if control.property("invalid")), self._interval)

    def _on_changed(self) -> None:
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        unit = self._unit.value()
        self._weekdays.setVisible(unit == "week")
        self._days.setVisible(unit == "month")
        self._last_day.setVisible(unit == "month" and any(day in (29, 30, 31) for day in self._days.value()))
        for hourly in (self._minute_label, self._minute):
            hourly.setVisible(unit == "hour")
        for daily in (self._time_label, self._time):
            daily.setVisible(unit != "hour")
        self._next.setVisible(self._with_next)
        if self._with_next:
            self._next.setText(self._next_runs())
            self._next.setToolTip(tr("Time zone: {zone}", zone=self.context.zone.key))

    def _next_runs(self) -> str:
        try:
            every = _EVERY.validate_python(self.value())
        except ValidationError:
            return tr("The next run times show once the schedule is complete.")
        now = self.context.now()
        start = self._campaign_start() or now
        found = list(islice(runs(every, start, self.context.zone, max(start, now)), 2))
        first = next(runs(every, start, self.context.zone), None)
        if first is not None and first == start >= now:
            found = [first, *found][:2]
        if not found:
            return tr("There is no next run time.")
        return tr("Next runs: {times}", times=" · ".join(self._shown(moment) for moment in found))

    def _campaign_start(self) -> datetime | None:
        document = self.context.document
        return instant(document.attributes.start) if document is not None else None

    def _shown(self, moment: datetime) -> str:
        return moment.astimezone(self.context.zone).strftime("%Y-%m-%d %H:%M")
