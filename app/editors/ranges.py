"""When something happened: a range of time, relative to now or between two moments."""

from __future__ import annotations

from pydantic import JsonValue
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.editors.base import Context, Editor, Errors, as_object, mark_invalid, route, together
from app.editors.spec import FieldSpec
from app.editors.times import DateTimeEditor, DurationEditor
from app.widgets.combo_box import ComboBox, Option
from app.widgets.layouts import row
from engine.i18n import tr

_DAYS_BACK = 30
"""So far a range between two moments reaches back to begin with, until today."""


class RangeEditor(Editor):
    """All the time (where `always` is offered), the last while, or between two moments."""

    def __init__(self, context: Context, parent: QWidget | None = None, *, always: bool = True) -> None:
        super().__init__(context, parent)
        self._first = "all" if always else "last"
        self._kind = ComboBox()
        self._kind.setAccessibleName(tr("When it happened"))
        self._kind.set_options(
            [
                *([Option("all", tr("At any time until now"))] if always else []),
                Option("last", tr("In the last")),
                Option("between", tr("Between two times")),
            ]
        )
        self._kind.set_value(self._first)
        self._last = DurationEditor(context, FieldSpec("last"))
        # Each says which end it is: there is no label beside them.
        begin = FieldSpec("from", tr("Not before"), placeholder=tr("Choose since when"))
        end = FieldSpec("to", tr("Not after"), placeholder=tr("Choose until when"))
        self._from = DateTimeEditor(context, begin, days=-_DAYS_BACK, hour=0)
        self._to = DateTimeEditor(context, end, days=0, hour=0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        first = row()
        first.addWidget(self._kind, 1)
        first.addWidget(self._last, 1)
        column.addLayout(first)
        for part in (self._from, self._to):
            column.addWidget(part)
        for editor in (self._last, self._from, self._to):
            editor.changed.connect(self.changed)
        self._kind.chosen.connect(self._on_kind)
        self.setFocusProxy(self._kind)
        self._show()

    def value(self) -> JsonValue:
        kind = self._kind.value()
        if kind == "last":
            last = self._last.value()
            return {"last": last} if last is not None else {"last": {}}
        if kind == "between":
            ends = (("from", self._from.value()), ("to", self._to.value()))
            return {key: value for key, value in ends if value is not None}
        return None

    def set_value(self, value: JsonValue) -> None:
        raw = as_object(value)
        self._kind.set_value("last" if "last" in raw else "between" if raw else self._first)
        self._last.set_value(raw.get("last"))
        self._from.set_value(raw.get("from"))
        self._to.set_value(raw.get("to"))
        self._show()

    def show_errors(self, errors: Errors) -> str:
        places: dict[str, Editor] = {"last": self._last, "from": self._from, "to": self._to}
        inside, _rest = route(errors, places)
        for key, editor in places.items():
            mark_invalid(editor.focus_target(), together(inside.get(key, {})))
        return together(errors)

    def _on_kind(self) -> None:
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        kind = self._kind.value()
        self._last.setVisible(kind == "last")
        for part in (self._from, self._to):
            part.setVisible(kind == "between")
