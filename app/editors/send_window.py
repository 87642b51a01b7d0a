"""The editor of a campaign's send window: when its marketing messages go out, and on whose clock."""

from __future__ import annotations

from pydantic import JsonValue
from PySide6.QtCore import QTime
from PySide6.QtWidgets import QWidget

from app.editors.base import Context, Errors, as_object, as_text, mark_invalid, route, together
from app.editors.switched import Switched
from app.widgets.basic import label
from app.widgets.combo_box import ComboBox, Option
from app.widgets.fields import TimeEdit
from app.widgets.layouts import row
from engine.i18n import tr

_FORM = "HH:mm"


class SendWindowEditor(Switched):
    """The campaign's send window, none at first."""

    def __init__(self, context: Context) -> None:
        note = tr("Marketing messages outside of it wait until it opens. Notifications go out at any time.")
        super().__init__(context, tr("Only send at certain times"), note)
        self.opens, self.closes = _time(tr("Send from")), _time(tr("Send until"))
        line = row(spacing=8)
        line.addWidget(label("small", tr("From")))
        line.addWidget(self.opens)
        line.addWidget(label("small", tr("To")))
        line.addWidget(self.closes)
        line.addStretch(1)
        self.zone = ComboBox()
        self.zone.setAccessibleName(tr("Whose clock counts"))
        self.zone.set_options(
            [
                Option("", tr("On the workspace’s clock ({zone})", zone=context.zone.key)),
                *(
                    Option(name, tr("On each person’s clock, by “{name}”", name=name))
                    for name, type_ in context.workspace.catalog.attributes.items()
                    if type_ == "text"
                ),
            ]
        )
        self.column.addLayout(line)
        self.column.addWidget(self.zone)
        for field in (self.opens, self.closes):
            field.timeChanged.connect(self.changed)
        self.zone.chosen.connect(self.changed)
        self._show("09:00", "20:00", "")

    def value(self) -> JsonValue:
        if not self.switch.isChecked():
            return None
        zone = self.zone.value()
        times = {"from": self.opens.time().toString(_FORM), "to": self.closes.time().toString(_FORM)}
        return {**times, **({"zone": zone} if zone else {})}

    def set_value(self, value: JsonValue) -> None:
        self.switch.setChecked(value is not None)
        if value is not None:
            shown = as_object(value)
            self._show(as_text(shown.get("from")), as_text(shown.get("to")), as_text(shown.get("zone")))

    def _show(self, opens: str, closes: str, zone: str) -> None:
        self.opens.setTime(QTime.fromString(opens, _FORM))
        self.closes.setTime(QTime.fromString(closes, _FORM))
        self.zone.set_value(zone)

    def show_errors(self, errors: Errors) -> str:
        inside, rest = route(errors, ("zone",))
        mark_invalid(self.zone, together(inside.get("zone", {})))
        mark_invalid(self.closes, together(rest))
        self.say(together(errors))
        return ""

    def invalid_target(self) -> QWidget:
        return self.zone if self.zone.property("invalid") else self.closes


def _time(name: str) -> TimeEdit:
    field = TimeEdit()
    field.setFixedWidth(88)
    field.setAccessibleName(name)
    return field
