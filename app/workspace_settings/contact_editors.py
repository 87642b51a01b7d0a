"""Editors of what keeps people from too many messages: limits, quiet times, holidays, the whitelist."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.editors.base import (
    Context,
    Editor,
    Errors,
    RawObject,
    as_list,
    as_object,
    as_text,
    mark_invalid,
    together,
)
from app.editors.choice import ChoiceEditor
from app.editors.rows import RowsEditor
from app.editors.spec import FieldSpec
from app.pickers import library
from app.pickers.search import SearchCombo
from app.widgets.basic import LinkButton, label
from app.widgets.combo_box import Option
from app.widgets.fields import NumberEdit
from app.widgets.layouts import row
from engine.i18n import N_, tr

CHANNELS: Mapping[str, str] = {
    "text_sms": N_("Text SMS"),
    "digital_sms": N_("Digital SMS"),
    "email": N_("Email"),
    "wechat_message": N_("WeChat Message"),
    "template_message": N_("Template Message"),
    "app_push": N_("App Push"),
}
ALL = "global"
_PERIODS: Mapping[str, str] = {
    "minute": N_("a minute"),
    "hour": N_("an hour"),
    "day": N_("24 hours"),
    "week": N_("7 days"),
    "month": N_("30 days"),
}
_LIMITS = (
    {
        "name": "channel",
        "cell": "choice",
        "label": N_("Channel"),
        "choices": {ALL: N_("All channels together"), **CHANNELS},
        "new": ALL,
    },
    {"name": "max", "cell": "number", "label": N_("At most"), "new": 3, "width": 96},
    {"name": "per", "cell": "choice", "label": N_("Within"), "choices": _PERIODS, "new": "day", "width": 120},
    {
        "name": "signature",
        "cell": "text",
        "label": N_("Signature (SMS)"),
        "optional": True,
        "placeholder": N_("Each by itself"),
    },
)
_QUIET = (
    {"name": "channel", "cell": "choice", "label": N_("Channel"), "choices": CHANNELS, "new": "text_sms"},
    {"name": "from", "cell": "time", "label": N_("From"), "new": "21:00", "width": 96},
    {"name": "to", "cell": "time", "label": N_("To"), "new": "09:00", "width": 96},
    {"name": "postpone", "cell": "switch", "label": N_("Postpone instead of skip"), "new": True},
)
_HOLIDAYS = (
    {"name": "name", "cell": "text", "label": N_("Name"), "new": ""},
    {"name": "from", "cell": "date", "label": N_("First day"), "width": 128},
    {"name": "to", "cell": "date", "label": N_("Last day"), "width": 128},
    {"name": "postpone", "cell": "switch", "label": N_("Postpone instead of skip"), "new": False},
)


class FatigueEditor(Editor):
    """All limits in one table, those over all channels first."""

    def __init__(self, context: Context, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.rows = RowsEditor(context, _spec(spec, _LIMITS, N_("Add a limit")))
        self.rows.changed.connect(self.changed)
        row(self).addWidget(self.rows)
        self.setFocusProxy(self.rows)

    def value(self) -> JsonValue:
        everywhere: list[JsonValue] = []
        channels: dict[str, JsonValue] = {}
        for item in map(as_object, as_list(self.rows.value())):
            channel = as_text(item.pop("channel", ""))
            if channel == ALL:
                everywhere.append(item)
            elif channel:
                found = channels.setdefault(channel, [])
                assert isinstance(found, list)
                found.append(item)
        return {"global": everywhere, "channels": dict(sorted(channels.items()))}

    def set_value(self, value: JsonValue) -> None:
        shown = as_object(value)
        rows: list[JsonValue] = [{"channel": ALL, **as_object(item)} for item in as_list(shown.get("global"))]
        for channel, items in as_object(shown.get("channels")).items():
            rows += [{"channel": channel, **as_object(item)} for item in as_list(items)]
        self.rows.set_value(rows)

    def show_errors(self, errors: Errors) -> str:
        return self.rows.show_errors({self._place(path): text for path, text in errors.items()})

    def invalid_target(self) -> QWidget:
        return self.rows.invalid_target()

    def focus_target(self) -> QWidget:
        return self.rows.focus_target()

    def _place(self, path: str) -> str:
        """A path of the file as one of the table: the n-th row of its channel."""
        parts = path.split(".")
        channel, rest = (
            (ALL, parts[1:]) if parts[0] == "global" else (parts[1] if len(parts) > 1 else "", parts[2:])
        )
        if not rest or not rest[0].isdecimal():
            return path
        rows = [
            place
            for place, item in enumerate(as_list(self.rows.value()))
            if as_object(item).get("channel") == channel
        ]
        index = int(rest[0])
        return ".".join([str(rows[index]), *rest[1:]]) if index < len(rows) else path


class QuietEditor(Editor):
    """Daily quiet times by channel, and holidays."""

    def __init__(self, context: Context, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.times = RowsEditor(context, _spec(spec, _QUIET, N_("Add a quiet time"), most=len(CHANNELS)))
        self.holidays = RowsEditor(context, _spec(spec, _HOLIDAYS, N_("Add holidays"), most=20))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(label("small", tr("Every day; a range may go over midnight."), wrap=True))
        column.addWidget(self.times)
        column.addSpacing(8)
        column.addWidget(label("label", tr("Holidays"), wrap=True))
        column.addWidget(
            label("small", tr("All channels rest from the first to the last day, both included."), wrap=True)
        )
        column.addWidget(self.holidays)
        self.times.changed.connect(self.changed)
        self.holidays.changed.connect(self.changed)
        self.setFocusProxy(self.times)

    def value(self) -> JsonValue:
        channels: dict[str, JsonValue] = {}
        for item in map(as_object, as_list(self.times.value())):
            channels[as_text(item.pop("channel", ""))] = item
        return {"channels": dict(sorted(channels.items())), "holidays": self.holidays.value()}

    def set_value(self, value: JsonValue) -> None:
        shown = as_object(value)
        times = as_object(shown.get("channels")).items()
        self.times.set_value([{"channel": channel, **as_object(item)} for channel, item in times])
        self.holidays.set_value(shown.get("holidays"))

    def repeated(self) -> str:
        """The channel that has two quiet times, "" where none has."""
        channels = [as_text(as_object(item).get("channel")) for item in as_list(self.times.value())]
        return next((channel for channel in channels if channels.count(channel) > 1), "")

    def show_errors(self, errors: Errors) -> str:
        channels = [as_text(as_object(item).get("channel")) for item in as_list(self.times.value())]
        times: dict[str, str] = {}
        holidays: dict[str, str] = {}
        rest: list[str] = []
        for path, text in errors.items():
            head, _, tail = path.partition(".")
            if head == "holidays" and tail:
                holidays[tail] = text
            elif head == "channels" and tail.partition(".")[0] in channels:
                channel, _, name = tail.partition(".")
                times[f"{channels.index(channel)}.{name}"] = text
            else:
                rest.append(text)
        said = [self.times.show_errors(times), self.holidays.show_errors(holidays), *rest]
        return "\n".join(filter(None, said))

    def focus_target(self) -> QWidget:
        return self.times.focus_target()

    def invalid_target(self) -> QWidget:
        target = self.times.invalid_target()
        return target if target.property("invalid") else self.holidays.invalid_target()


class ControlGroupEditor(Editor):
    """How many per cent are held back from all campaigns; another salt draws other people."""

    def __init__(self, context: Context, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._salt = ""
        self._percent = NumberEdit(1, whole=False)
        self._percent.setPlaceholderText(tr("Nobody"))
        self._percent.setFixedWidth(96)
        self.redraw = LinkButton(tr("Draw other people"))
        self._percent.edited.connect(self._on_percent)
        self.redraw.clicked.connect(self._on_redraw)
        line = row(self, spacing=8)
        line.addWidget(self._percent)
        line.addWidget(label("small", tr("% of all people")))
        line.addWidget(self.redraw)
        line.addStretch(1)
        self.setFocusProxy(self._percent)

    def value(self) -> JsonValue:
        percent = self._percent.value()
        return None if percent is None else {"percent": percent, "salt": self._salt}

    def set_value(self, value: JsonValue) -> None:
        shown = as_object(value)
        self._percent.set_value(shown.get("percent"))
        self._salt = as_text(shown.get("salt"))
        self._enable()

    def show_errors(self, errors: Errors) -> str:
        sentences = together(errors)
        mark_invalid(self._percent, sentences)
        return sentences

    def _enable(self) -> None:
        self.redraw.setEnabled(self._percent.value() is not None)

    def _on_percent(self) -> None:
        self._enable()
        self.changed.emit()

    def _on_redraw(self) -> None:
        """Whoever is held back may get messages again, and others get none any more."""
        self._salt = str(int(self._salt) + 1 if self._salt.isdecimal() else 2)
        self.changed.emit()


class WhitelistEditor(ChoiceEditor):
    """The audience whose people have no limits and no quiet times, or none."""

    def __init__(self, context: Context, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(context, SearchCombo(tr("Nobody")), spec.label, parent)

    def refresh(self) -> None:
        nobody = Option("", tr("Nobody"))
        self._field.set_options([nobody, *library.audience_options(self.context.workspace)])


class ZoneEditor(ChoiceEditor):
    """A time zone, found by typing a part of its name."""

    def __init__(self, context: Context, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(context, SearchCombo(spec.placeholder), spec.label, parent)
        from zoneinfo import available_timezones

        self._field.set_options(
            Option(name, name) for name in sorted(available_timezones()) if "/" in name or name == "UTC"
        )


def _spec(spec: FieldSpec, columns: object, add: str, most: int = 1_000) -> FieldSpec:
    extra: RawObject = {"columns": columns, "add": add, "max": most}  # type: ignore[dict-item]  # not JSON
    return FieldSpec(spec.name, label=spec.label, extra=extra)
