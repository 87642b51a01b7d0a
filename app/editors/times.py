"""Editors of times: duration, date-time, time of day, and the latest moment of a judgment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pydantic import JsonValue
from PySide6.QtCore import QDate, QDateTime, Qt, QTime, QTimeZone
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QDateTimeEdit, QLabel, QVBoxLayout, QWidget

from app.editors.base import Context, Editor, Errors, as_object, as_text, mark_invalid, route, together
from app.editors.spec import FieldSpec
from app.widgets import moments
from app.widgets.basic import IconButton, LinkButton, label
from app.widgets.combo_box import ComboBox, Option
from app.widgets.fields import NumberEdit, TimeEdit
from app.widgets.layouts import row
from engine.i18n import N_, tr

UNIT_LABELS = {
    "minute": N_("minutes"),
    "hour": N_("hours"),
    "day": N_("days"),
    "week": N_("weeks"),
    "month": N_("months"),
}
ALL_UNITS: Sequence[str] = tuple(UNIT_LABELS)


def zone_label(context: Context) -> QLabel:
    """The workspace's time zone beside a time of it, where the computer's clock shows another one."""
    said = moments.elsewhere(context.zone, context.now())
    return label("small", tr("Time zone: {zone}", zone=context.zone.key) if said else "")


class DurationEditor(Editor):
    """An amount and a unit. The hint `units` says which units may be chosen, `empty` what no amount means."""

    def __init__(self, context: Context, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._amount = NumberEdit(1)
        empty = tr(spec.extra.get("empty") or N_("No limit"))
        self._amount.setPlaceholderText("" if spec.required else empty)
        self._amount.setAccessibleName(tr("Amount"))
        self._amount.setMaximumWidth(96)
        self._unit = ComboBox()
        self._unit.setAccessibleName(tr("Unit"))
        self._unit.set_options(
            Option(unit, tr(UNIT_LABELS[unit])) for unit in spec.extra.get("units") or ALL_UNITS
        )
        self._default_unit = str(self._unit.itemData(min(2, self._unit.count() - 1)))
        self._amount.edited.connect(self.changed)
        self._unit.chosen.connect(self._on_unit)
        line = row(self)
        line.addWidget(self._amount)
        line.addWidget(self._unit)
        self.setFocusProxy(self._amount)
        self.set_value(None)

    def value(self) -> JsonValue:
        amount = self._amount.value()
        return None if amount is None else {"amount": amount, "unit": self._unit.value()}

    def set_value(self, value: JsonValue) -> None:
        shown = as_object(value)
        self._amount.set_value(shown.get("amount"))
        self._unit.set_value(as_text(shown.get("unit")) or self._default_unit)

    def show_errors(self, errors: Errors) -> str:
        sentences = together(errors)
        mark_invalid(self._amount, sentences)
        return sentences

    def _on_unit(self) -> None:
        if self._amount.value() is not None:
            self.changed.emit()


class TimeOfDayEditor(Editor):
    """A wall-clock time. It always holds one: 09:00 to begin with."""

    def __init__(self, context: Context, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._field = TimeEdit()
        self._field.setFixedWidth(88)
        self._field.setAccessibleName(spec.label or tr("Time of day"))
        self._field.setToolTip(context.zone.key)
        self._raw: JsonValue = None
        self._field.timeChanged.connect(self._on_changed)
        line = row(self)
        line.addWidget(self._field)
        line.addWidget(zone_label(context))
        line.addStretch(1)
        self.setFocusProxy(self._field)
        self.set_value(None)

    def value(self) -> JsonValue:
        return self._raw

    def set_value(self, value: JsonValue) -> None:
        self._raw = as_text(value) or "09:00"
        shown = QTime.fromString(self._raw, "HH:mm")
        self._field.blockSignals(True)
        self._field.setTime(shown if shown.isValid() else QTime(9, 0))
        self._field.blockSignals(False)

    def _on_changed(self, time: QTime) -> None:
        self._raw = time.toString("HH:mm")
        self.changed.emit()


class _DateTimeField(QDateTimeEdit):
    """Qt's field on UTC as a neutral clock: the machine's own time zone must not skip hours in it."""

    def __init__(self) -> None:
        super().__init__()
        self.setTimeZone(QTimeZone(QTimeZone.Initialization.UTC))
        self.setDisplayFormat("yyyy-MM-dd HH:mm")
        self.setCalendarPopup(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class DateTimeEditor(Editor):
    """An instant, shown in the workspace's time zone; untouched, it stays in the notation it came in.

    `days`, `hour`: what it begins with, by days from today; otherwise with nine o'clock tomorrow.
    """

    def __init__(
        self,
        context: Context,
        spec: FieldSpec,
        parent: QWidget | None = None,
        *,
        days: int = 1,
        hour: int = 9,
    ) -> None:
        super().__init__(context, parent)
        self._days, self._hour = days, hour
        self._raw: JsonValue = None
        self._choose = LinkButton(spec.placeholder or tr("Choose date and time"))
        self._choose.clicked.connect(self._on_choose)
        self._field = _DateTimeField()
        self._field.setAccessibleName(spec.label or tr("Date and time"))
        self._field.setToolTip(tr("Time zone: {zone}", zone=context.zone.key))
        self._field.dateTimeChanged.connect(self._on_changed)
        self._clear = IconButton("x", tr("Remove this time"))
        self._clear.clicked.connect(self._on_clear)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        line = row()
        line.addWidget(self._choose)
        line.addWidget(self._field, 1)
        line.addWidget(self._clear)
        line.addStretch(0)
        column.addLayout(line)
        self._zone = zone_label(context)
        column.addWidget(self._zone)
        self._show()

    def value(self) -> JsonValue:
        return self._raw

    def set_value(self, value: JsonValue) -> None:
        self._raw = value
        self._show()

    def focus_target(self) -> QWidget:
        return self._choose if self._raw is None else self._field

    def _show(self) -> None:
        moment = instant(self._raw)
        self._choose.setVisible(self._raw is None)
        self._field.setVisible(self._raw is not None)
        self._clear.setVisible(self._raw is not None)
        self._zone.setVisible(self._raw is not None and bool(self._zone.text()))
        self.setFocusProxy(self.focus_target())
        if moment is not None:
            local = moment.astimezone(self.context.zone)
            date, time = QDate(local.year, local.month, local.day), QTime(local.hour, local.minute)
            self._field.blockSignals(True)
            self._field.setDateTime(QDateTime(date, time, QTimeZone(QTimeZone.Initialization.UTC)))
            self._field.blockSignals(False)

    def _on_choose(self) -> None:
        day = self.context.now().astimezone(self.context.zone) + timedelta(days=self._days)
        clock = day.replace(hour=self._hour, minute=0, second=0, microsecond=0, tzinfo=None)
        self._raw = self._written(clock)
        self._show()
        self._field.setFocus()
        self.changed.emit()

    def _on_clear(self) -> None:
        self._raw = None
        self._show()
        self._choose.setFocus()
        self.changed.emit()

    def _on_changed(self, shown: QDateTime) -> None:
        date, time = shown.date(), shown.time()
        clock = datetime(date.year(), date.month(), date.day(), time.hour(), time.minute())  # noqa: DTZ001
        self._raw = self._written(clock)
        self.changed.emit()

    def _written(self, clock: datetime) -> str:
        """A wall-clock time as the file's notation; a time that the clocks skip becomes the one after."""
        moment = clock.replace(tzinfo=self.context.zone).astimezone(UTC)
        return moment.astimezone(self.context.zone).isoformat(timespec="seconds")


def instant(value: JsonValue) -> datetime | None:
    """The moment that a date-time of the file names, or None where it is none."""
    try:
        moment = datetime.fromisoformat(as_text(value))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


class JudgeAfterEditor(Editor):
    """When to judge: a duration after the arrival, or a fixed date-time."""

    def __init__(self, context: Context, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._duration = DurationEditor(context, spec)
        self._at = DateTimeEditor(context, spec)
        self._how = ComboBox()
        self._how.setAccessibleName(tr("How the time is given"))
        self._how.set_options([Option("duration", tr("after arrival")), Option("at", tr("at a fixed time"))])
        self._how.set_value("duration")
        self._how.chosen.connect(self._on_how)
        self._duration.changed.connect(self.changed)
        self._at.changed.connect(self.changed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        line = row()
        line.addWidget(self._duration, 3)
        line.addWidget(self._how, 2)
        column.addLayout(line)
        column.addWidget(self._at)
        self._show()

    def value(self) -> JsonValue:
        if self._how.value() == "duration":
            return self._duration.value()
        at = self._at.value()
        return None if at is None else {"at": at}

    def set_value(self, value: JsonValue) -> None:
        shown = as_object(value)
        if "at" in shown:
            self._how.set_value("at")
            self._at.set_value(shown["at"])
        else:
            self._how.set_value("duration")
            self._duration.set_value(value)
        self._show()

    def show_errors(self, errors: Errors) -> str:
        # The model tries both forms and complains about each; only what concerns the chosen one is shown.
        inside, _rest = route(errors, ("at", "amount", "unit"))
        fixed = self._how.value() == "at"
        own = inside.get("at", {}) if fixed else inside.get("amount", inside.get("unit", {}))
        sentences = together(own or errors)
        mark_invalid(self.focus_target(), sentences)
        return sentences

    def focus_target(self) -> QWidget:
        return self._at.focus_target() if self._how.value() == "at" else self._duration.focus_target()

    def _on_how(self) -> None:
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        fixed = self._how.value() == "at"
        self._at.setVisible(fixed)
        self._duration.setVisible(not fixed)
        self.setFocusProxy(self.focus_target())
