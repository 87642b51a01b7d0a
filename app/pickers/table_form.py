"""A statistics table: figures summed up of each person's events, and by what they can be told apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import JsonValue
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

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
from app.editors.behaviour_card import measure_options
from app.editors.ranges import RangeEditor
from app.editors.registry import EditorFactory
from app.editors.spec import FieldSpec
from app.pickers import library
from app.pickers.definition_form import DefinitionDialog, in_catalog
from app.pickers.form_dialog import field
from app.widgets.basic import IconButton, LinkButton, label
from app.widgets.combo_box import ComboBox
from app.widgets.fields import LineEdit
from app.widgets.layouts import empty, row
from engine.components.hints import FormField, Hint
from engine.i18n import N_, tr
from engine.workspace.catalog import Catalog
from engine.workspace.rule_errors import table_errors

_FIELDS = (
    field("key", Hint(N_("Key"), "text", missing=N_("Such as daily_orders"))),
    field("name", Hint(N_("Name"), "text"), required=False),
    field("event", Hint(N_("Event"), "event", missing=N_("Choose an event"))),
    field(
        "where",
        Hint(N_("Only events where"), "condition", options={"over": "event", "event": "event"}),
        required=False,
    ),
    field("range", Hint(N_("Period"), "duration"), required=False),
    field("metrics", Hint(N_("Metrics"), "number", help=N_("What is summed up of each person's events."))),
    field(
        "dimensions",
        Hint(N_("Dimensions"), "number", help=N_("By which a rule can choose what is counted.")),
        required=False,
    ),
)


class _MetricLine(QWidget):
    """A metric: its name and its measure."""

    changed = Signal()
    removed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.name = LineEdit(tr("Name, such as revenue"))
        self.name.setAccessibleName(tr("Name of the metric"))
        self.measure = ComboBox()
        self.measure.setAccessibleName(tr("What is measured"))
        remove = IconButton("x", tr("Remove this metric"))
        line = row(self, spacing=4)
        line.addWidget(self.name, 1)
        line.addWidget(self.measure, 1)
        line.addWidget(remove)
        self.name.textEdited.connect(self.changed)
        self.measure.chosen.connect(self.changed)
        remove.clicked.connect(self.removed)


class MetricsEditor(Editor):
    """Metrics by name, a line each."""

    def __init__(self, context: Context, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._lines: list[_MetricLine] = []
        self._rows = QVBoxLayout()
        self._rows.setSpacing(4)
        self._add = LinkButton(tr("Add metric"))
        self._add.clicked.connect(self._on_add)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(self._rows)
        column.addWidget(self._add)

    def value(self) -> JsonValue:
        return {line.name.text(): line.measure.value() for line in self._lines} or None

    def set_value(self, value: JsonValue) -> None:
        for line in list(self._lines):
            self._drop(line)
        for name, measure in as_object(value).items() or [("", "count")]:
            self._append(name, as_text(measure))

    def refresh(self) -> None:
        for line in self._lines:
            line.measure.set_options(
                measure_options(self.context.workspace, self.context.text("event"), line.measure.value())
            )

    def show_errors(self, errors: Errors) -> str:
        found = together(errors)
        for line in self._lines:
            mark_invalid(line.name, tr("Enter a name") if errors and not line.name.text() else "")
        return found

    def focus_target(self) -> QWidget:
        return self._lines[0].name if self._lines else self._add

    def _append(self, name: str, measure: str) -> _MetricLine:
        line = _MetricLine()
        line.name.setText(name)
        line.measure.set_value(measure or "count")
        line.changed.connect(self.changed)
        line.removed.connect(lambda: self._on_removed(line))
        self._lines.append(line)
        self._rows.addWidget(line)
        line.show()  # at once: only what is shown can take the focus
        self.refresh()
        return line

    def _drop(self, line: _MetricLine) -> None:
        self._lines.remove(line)
        self._rows.removeWidget(line)
        line.hide()
        line.deleteLater()

    def _on_add(self) -> None:
        self._append("", "count").name.setFocus()
        self.changed.emit()

    def _on_removed(self, line: _MetricLine) -> None:
        self._drop(line)
        self._add.setFocus()
        self.changed.emit()


class DimensionsEditor(Editor):
    """Some of the event's attributes."""

    def __init__(self, context: Context, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._chosen: list[str] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._shown: tuple[str, ...] | None = None

    def value(self) -> JsonValue:
        return list[JsonValue](self._chosen)

    def set_value(self, value: JsonValue) -> None:
        self._chosen = [as_text(one) for one in as_list(value)]
        self._shown = None
        self.refresh()

    def refresh(self) -> None:
        fields = library.event_fields(self.context.workspace, self.context.text("event"))
        names = tuple(dict.fromkeys((*(one.value for one in fields), *self._chosen)))
        if names == self._shown:
            return
        self._shown = names
        empty(self._column)
        for name in names:
            box = QCheckBox(name.replace("&", "&&"))
            box.setChecked(name in self._chosen)
            box.toggled.connect(lambda on, name=name: self._on_toggled(name, on))
            self._column.addWidget(box)
        if not names:
            self._column.addWidget(label("small", tr("The event's attributes show here."), wrap=True))

    def _on_toggled(self, name: str, on: bool) -> None:
        self._chosen = [one for one in self._chosen if one != name] + ([name] if on else [])
        self.changed.emit()


class TableDialog(DefinitionDialog):
    """Makes or changes a statistics table; `created(key)` tells that it is in the catalogue."""

    title = N_("Statistics table")

    def fields(self) -> Iterable[FormField]:
        return _FIELDS[1:] if self.key else _FIELDS

    def factories(self) -> Mapping[str, EditorFactory]:
        return {
            "range": lambda context, _spec: RangeEditor(context),
            "metrics": MetricsEditor,
            "dimensions": DimensionsEditor,
        }

    def start_values(self) -> RawObject:
        table = self.context.workspace.catalog.tables.get(self.key)
        return {} if table is None else as_object(table.canonical())

    def below(self) -> QWidget | None:
        return None

    def raw(self) -> RawObject:
        return self.form.result()

    def catalog_with(self, raw: RawObject) -> tuple[Catalog | None, dict[str, str]]:
        catalog = self.context.workspace.catalog
        own = dict(raw)
        key = self.key or as_text(own.pop("key", None))
        others = {name: table.canonical() for name, table in catalog.tables.items()}
        found, errors = in_catalog(catalog, "tables", {**others, key: own})
        errors = {path.removeprefix(f"{key}."): sentence for path, sentence in errors.items()}
        if found is not None and key in found.tables:
            wrong = table_errors(found.tables[key], found)
            errors |= {error.field: str(error.message) for error in wrong}
        return found, errors

    def validate(self) -> tuple[RawObject | None, dict[str, str]]:
        raw = self.raw()
        found, errors = self.catalog_with(raw)
        if not self.key and not raw.get("key"):
            errors["key"] = tr("Enter a key")
        elif not self.key and raw["key"] in self.context.workspace.catalog.tables:
            errors["key"] = tr("This key is taken. Choose another.")
        if not raw.get("event"):
            errors["event"] = tr("Choose an event")
        return (None if found is None else raw), errors

    def save(self, value: RawObject) -> str:
        self.amend(lambda _now: self._amended(value))
        return self.key or as_text(value.get("key"))

    def _amended(self, raw: RawObject) -> Catalog:
        found, _errors = self.catalog_with(raw)
        assert found is not None
        return found
