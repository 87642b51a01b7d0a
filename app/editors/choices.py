"""Editors of choices that depend on the campaign: results, audiences of a group, the branch after a test."""

from __future__ import annotations

from typing import Literal

from pydantic import JsonValue
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from app.editors.base import Context, Editor, Errors, as_list, as_object, as_text, mark_invalid, together
from app.editors.choice import ChoiceEditor
from app.editors.spec import FieldSpec
from app.editors.times import UNIT_LABELS
from app.pickers import library
from app.widgets.basic import label
from app.widgets.combo_box import ComboBox, Option
from app.widgets.fields import NumberEdit
from app.widgets.layouts import empty, row
from canvas_widgets.tooltip import plain
from engine.components.branches import result_label
from engine.components.result_judgment import result_codes
from engine.i18n import tr


class ChecksEditor(Editor):
    """Several of a list of options, in the list's order. `options()` says what is offered now."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._value: list[str] = []
        self._boxes: dict[str, QCheckBox] = {}
        self._shown: list[Option] | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)

    def options(self) -> list[Option]:
        """What can be chosen now; a note says why an option cannot be."""
        raise NotImplementedError

    def empty_text(self) -> str:
        """What stands there while nothing is offered."""
        raise NotImplementedError

    def unknown(self, value: str) -> Option:
        """How a chosen value shows that is not offered any more."""
        return Option(value, value)

    def value(self) -> JsonValue:
        return list[JsonValue](self._value) or None

    def set_value(self, value: JsonValue) -> None:
        self._value = [as_text(each) for each in as_list(value)]
        self._shown = None
        self.refresh()

    def refresh(self) -> None:
        offered = self.options()
        known = {option.value for option in offered}
        offered += [self.unknown(value) for value in self._value if value not in known]
        if offered == self._shown:
            return
        self._shown = offered
        empty(self._column)
        self._boxes = {}
        for option in offered:
            box = QCheckBox(option.text.replace("&", "&&"))
            box.setChecked(option.value in self._value)
            box.setEnabled(not option.note or option.value in self._value)
            box.setToolTip(plain(option.note or option.text))
            box.toggled.connect(lambda on, value=option.value: self._on_toggled(value, on))
            self._column.addWidget(box)
            self._boxes[option.value] = box
        if not offered:
            self._column.addWidget(label("small", self.empty_text(), wrap=True))
        if self._boxes:
            self.setFocusProxy(next(iter(self._boxes.values())))

    def boxes(self) -> dict[str, QCheckBox]:
        """The check box of each option."""
        return dict(self._boxes)

    def show_errors(self, errors: Errors) -> str:
        for box in self._boxes.values():
            mark_invalid(box, together(errors))
        return together(errors)

    def _on_toggled(self, value: str, on: bool) -> None:
        chosen = {*self._value, value} if on else {*self._value} - {value}
        order = [option.value for option in self._shown or ()]
        self._value = sorted(chosen, key=order.index)
        self.changed.emit()


class GroupAudiencesEditor(ChecksEditor):
    """Which of the trigger's audiences a group takes; each stands in one group at most."""

    def __init__(self, context: Context, spec: FieldSpec, group_id: str) -> None:
        super().__init__(context)
        self._field = spec.name
        self._group_id = group_id
        self.refresh()

    def options(self) -> list[Option]:
        workspace = self.context.workspace
        elsewhere = self._elsewhere()
        names = {option.value: option.text for option in library.audience_options(workspace)}
        return [
            Option(
                id,
                names.get(id, id),
                tr("Already in “{group}”", group=elsewhere[id]) if id in elsewhere else "",
            )
            for id in trigger_audiences(self.context)
        ]

    def empty_text(self) -> str:
        return tr("Choose the audiences of the campaign's trigger first.")

    def _elsewhere(self) -> dict[str, str]:
        groups = map(as_object, as_list(self.context.values().get(self._field)))
        return {
            as_text(id): as_text(group.get("name"))
            for group in groups
            if group.get("id") != self._group_id
            for id in as_list(group.get("audiences"))
        }


class ResultsEditor(ChecksEditor):
    """The result codes that get a branch: those that everything in front can have."""

    def __init__(self, context: Context, spec: FieldSpec) -> None:
        super().__init__(context)
        self.refresh()

    def options(self) -> list[Option]:
        by: Literal["send", "receipt"] = "receipt" if self.context.text("by") == "receipt" else "send"
        around = self.context.around()
        codes = result_codes(by, around, self.context.workspace)
        if not around.before:
            codes = ("success", "failed") if by == "send" else ()
        return [Option(code, str(result_label(code))) for code in codes]

    def unknown(self, value: str) -> Option:
        return Option(value, str(result_label(value)))

    def empty_text(self) -> str:
        return tr("What stands in front has no receipts. Judge the send result.")


def trigger_audiences(context: Context) -> list[str]:
    """The audiences of the campaign's Target Audience, in order."""
    trigger = context.around().trigger
    return [as_text(id) for id in as_list(trigger[1].get("audiences"))] if trigger else []


class ChannelEditor(ChoiceEditor):
    """The channel that a group of a Fatigue Judgment looks at."""

    def __init__(self, context: Context, spec: FieldSpec, group_id: str) -> None:
        super().__init__(context, ComboBox(tr("Choose a channel")), tr("Channel"))
        self._field.set_options(spec.options)


class ThenEditor(ChoiceEditor):
    """What follows after N people: the best group, or a named one of this form's groups."""

    def __init__(self, context: Context, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(context, ComboBox(spec.placeholder or tr("Choose")), spec.label, parent)

    def refresh(self) -> None:
        groups = map(as_object, as_list(self.context.values().get("groups")))
        named = [Option(f"group:{as_text(group.get('id'))}", as_text(group.get("name"))) for group in groups]
        self._field.set_options([Option("best", tr("The best group")), *named])


class AmountUnitEditor(Editor):
    """A whole number here, and its unit in a field of its own. Options: `unit_field`, `units` by mode."""

    def __init__(self, context: Context, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._units = dict(spec.extra.get("units", {}))
        self._unit_field = str(spec.extra.get("unit_field"))
        self._amount = NumberEdit(1)
        self._amount.setAccessibleName(tr("Amount"))
        self._amount.setMaximumWidth(96)
        self._amount.edited.connect(self.changed)
        self._unit = ComboBox()
        self._unit.setAccessibleName(tr("Unit"))
        self._unit.chosen.connect(self.changed)
        self._offered: tuple[str, ...] = ()
        line = row(self)
        line.addWidget(self._amount)
        line.addWidget(self._unit, 1)
        self.setFocusProxy(self._amount)

    def value(self) -> JsonValue:
        return self._amount.value()

    def set_value(self, value: JsonValue) -> None:
        self._amount.set_value(value)

    def siblings(self) -> dict[str, JsonValue]:
        return {self._unit_field: self._unit.value() or None}

    def set_siblings(self, raw: dict[str, JsonValue]) -> None:
        self._unit.set_value(as_text(raw.get(self._unit_field)))
        self._offer(raw)

    def refresh(self) -> None:
        self._offer(self.context.values())

    def show_errors(self, errors: Errors) -> str:
        mark_invalid(self._unit, errors.get(self._unit_field, ""))
        mark_invalid(
            self._amount, together({key: one for key, one in errors.items() if key != self._unit_field})
        )
        return together(errors)

    def invalid_target(self) -> QWidget:
        return (
            self._unit
            if self._unit.property("invalid") and not self._amount.property("invalid")
            else self._amount
        )

    def _offer(self, raw: dict[str, JsonValue]) -> None:
        """Only the units of the chosen mode; one that it lacks becomes its last, days in the usual case."""
        modes = [self._units[mode] for mode in map(as_text, raw.values()) if mode in self._units]
        offered = tuple(modes[0]) if modes else ()
        if offered and self._unit.value() not in offered:
            self._unit.set_value("day" if "day" in offered else offered[-1])
        if offered and offered != self._offered:
            self._offered = offered
            self._unit.set_options(Option(unit, tr(UNIT_LABELS[unit])) for unit in offered)
