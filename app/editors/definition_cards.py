"""The cards of an audience rule that name a definition of the catalogue: metrics, RFM and AIPL."""

from __future__ import annotations

from pydantic import JsonValue
from PySide6.QtWidgets import QCheckBox, QGridLayout, QVBoxLayout, QWidget

from app.editors.base import (
    Context,
    Editor,
    Errors,
    as_list,
    as_object,
    as_text,
    lines,
    mark_invalid,
    route,
    together,
)
from app.editors.conditions import ConditionEditor
from app.editors.ranges import RangeEditor
from app.pickers import library
from app.pickers.new import edit_stages, new_model, new_table
from app.pickers.search import SearchCombo
from app.widgets.basic import LinkButton, label
from app.widgets.combo_box import ComboBox, Option
from app.widgets.layouts import row
from app.widgets.segmented import Segmented
from engine.i18n import tr
from engine.workspace.definitions import RFM_TYPES, STAGES
from engine.workspace.rule_words import stage_words


class MetricsBody(Editor):
    """A statistics table, conditions on its figures, and what of it is counted."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._table = SearchCombo(tr("Choose a statistics table"), tr("New statistics table…"))
        self._table.setAccessibleName(tr("Statistics table"))
        self._table.chosen.connect(self._on_table)
        self._table.create_requested.connect(lambda: new_table(self, context, self._take))
        self._where = ConditionEditor(context, lambda: library.metric_fields(context.workspace, self._key()))
        self._filter = ConditionEditor(
            context,
            lambda: library.dimension_fields(context.workspace, self._key()),
            unconditional=tr("Everything in the table"),
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._table)
        column.addWidget(label("small", tr("People whose figures are"), wrap=True))
        column.addWidget(self._where)
        column.addWidget(label("small", tr("Counting only what has"), wrap=True))
        column.addWidget(self._filter)
        for part in (self._where, self._filter):
            part.changed.connect(self.changed)
        self.setFocusProxy(self._table)
        self.refresh()

    def value(self) -> JsonValue:
        found: dict[str, JsonValue] = {"table": self._key()} if self._key() else {}
        return {**found, "where": self._where.value(), "filter": self._filter.value()}

    def set_value(self, value: JsonValue) -> None:
        raw = as_object(value)
        self._table.set_value(as_text(raw.get("table")))
        self._refresh_fields()
        self._where.set_value(raw.get("where"))
        self._filter.set_value(raw.get("filter"))

    def refresh(self) -> None:
        self._table.set_options(library.table_options(self.context.workspace))
        self._refresh_fields()

    def begin(self) -> None:
        """Offer a first condition."""
        self._where.begin()

    def show_errors(self, errors: Errors) -> str:
        inside, rest = route(errors, ("table", "where", "filter"))
        found = together(inside.get("table", {}))
        if found and not self._key():
            found = tr("Choose a statistics table")
        mark_invalid(self._table, found)
        where = self._where.show_errors(inside.get("where", {}))
        counted = self._filter.show_errors(inside.get("filter", {}))
        return lines((found, where, counted, together(rest)))

    def _key(self) -> str:
        return self._table.value()

    def _take(self, key: str) -> None:
        self.refresh()
        self._table.set_value(key)
        self._on_table()

    def _on_table(self) -> None:
        self._refresh_fields()
        self.changed.emit()

    def _refresh_fields(self) -> None:
        self._where.refresh()
        self._filter.refresh()


class Checks(Editor):
    """Some of a few fixed values, each with its words, in columns."""

    def __init__(
        self,
        context: Context,
        options: list[Option],
        columns: int,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(context, parent)
        self._boxes = {option.value: QCheckBox(option.text) for option in options}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        rows = -(-len(options) // columns)
        for index, (value, box) in enumerate(self._boxes.items()):
            box.setToolTip(next(option.note for option in options if option.value == value))
            box.toggled.connect(self._on_toggled)
            grid.addWidget(box, index % rows, index // rows)
        self._quiet = False
        self.setFocusProxy(next(iter(self._boxes.values())))

    def value(self) -> JsonValue:
        return [value for value, box in self._boxes.items() if box.isChecked()]

    def set_value(self, value: JsonValue) -> None:
        self._quiet = True
        chosen = {str(one) for one in as_list(value)}
        for name, box in self._boxes.items():
            box.setChecked(name in chosen)
        self._quiet = False

    def show_errors(self, errors: Errors) -> str:
        for box in self._boxes.values():
            mark_invalid(box, together(errors))
        return tr("Choose at least one") if errors and not self.value() else together(errors)

    def _on_toggled(self) -> None:
        if not self._quiet:
            self.changed.emit()


class RfmBody(Editor):
    """A model, and some of its eight types."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._model = SearchCombo(tr("Choose an RFM model"), tr("New RFM model…"))
        self._model.setAccessibleName(tr("RFM model"))
        self._model.chosen.connect(self.changed)
        self._model.create_requested.connect(lambda: new_model(self, context, self._take))
        self._types = Checks(
            context,
            [Option(str(n), tr("{n} {name}", n=n, name=tr(name))) for n, name in RFM_TYPES.items()],
            columns=2,
        )
        self._types.changed.connect(self.changed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._model)
        column.addWidget(self._types)
        self.setFocusProxy(self._model)
        self.refresh()

    def value(self) -> JsonValue:
        found: dict[str, JsonValue] = {"model": self._model.value()} if self._model.value() else {}
        return {**found, "types": [int(str(one)) for one in as_list(self._types.value())]}

    def set_value(self, value: JsonValue) -> None:
        raw = as_object(value)
        self._model.set_value(as_text(raw.get("model")))
        self._types.set_value([str(one) for one in as_list(raw.get("types"))])

    def refresh(self) -> None:
        self._model.set_options(library.model_options(self.context.workspace))

    def begin(self) -> None:
        """Take the model, where there is only one."""
        if len(models := list(library.model_options(self.context.workspace))) == 1:
            self._model.set_value(models[0].value)

    def show_errors(self, errors: Errors) -> str:
        inside, rest = route(errors, ("model", "types"))
        found = together(inside.get("model", {}))
        if found and not self._model.value():
            found = tr("Choose an RFM model")
        mark_invalid(self._model, found)
        return lines((found, self._types.show_errors(inside.get("types", {})), together(rest)))

    def _take(self, id: str) -> None:
        self.refresh()
        self._model.set_value(id)
        self.changed.emit()


class AiplBody(Editor):
    """Stages of today, or a move from one stage to another in a range."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        words = [Option(stage, str(stage_words(stage))) for stage in STAGES]
        self._kind = Segmented(
            [Option("stages", tr("In a stage today")), Option("move", tr("Moved between stages"))]
        )
        self._kind.setAccessibleName(tr("Stages or moves"))
        self._kind.set_value("stages")
        self._stages = Checks(context, words, columns=2)
        self._from, self._to = ComboBox(tr("From")), ComboBox(tr("To"))
        self._from.setAccessibleName(tr("From the stage"))
        self._to.setAccessibleName(tr("To the stage"))
        for combo in (self._from, self._to):
            combo.set_options(words)
            combo.chosen.connect(self.changed)
        self._range = RangeEditor(context, always=False)
        self._define = LinkButton(tr("Who is in which stage…"))
        self._define.clicked.connect(lambda: edit_stages(self, context, self._on_defined))
        self._lay_out()
        self._kind.chosen.connect(self._on_kind)
        for part in (self._stages, self._range):
            part.changed.connect(self.changed)
        self.setFocusProxy(self._kind)
        self._show()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._kind)
        column.addWidget(self._stages)
        self._move = QWidget()
        pair = row(self._move)
        pair.addWidget(self._from, 1)
        pair.addWidget(label("small", tr("to")))
        pair.addWidget(self._to, 1)
        column.addWidget(self._move)
        column.addWidget(self._range)
        column.addWidget(self._define)

    def value(self) -> JsonValue:
        if self._kind.value() == "stages":
            return {"stages": self._stages.value()}
        raw: dict[str, JsonValue] = {
            "from": self._from.value() or None,
            "to": self._to.value() or None,
            "range": self._range.value(),
        }
        return {key: value for key, value in raw.items() if value is not None}

    def set_value(self, value: JsonValue) -> None:
        raw = as_object(value)
        moved = any(key in raw for key in ("from", "to", "range"))
        self._kind.set_value("move" if moved else "stages")
        self._stages.set_value(raw.get("stages"))
        self._from.set_value(as_text(raw.get("from")))
        self._to.set_value(as_text(raw.get("to")))
        self._range.set_value(raw.get("range"))
        self._show()

    def show_errors(self, errors: Errors) -> str:
        if self._kind.value() == "stages":
            return self._stages.show_errors(errors)
        inside, rest = route(errors, ("range",))
        ends = bool(self._from.value() and self._to.value())
        found = "" if not errors or ends else tr("Choose both stages")
        for combo in (self._from, self._to):
            mark_invalid(combo, found if not combo.value() else "")
        return lines((found or together(rest), self._range.show_errors(inside.get("range", {}))))

    def invalid_target(self) -> QWidget:
        return self.focus_target()

    def _on_defined(self, _id: str) -> None:
        self.changed.emit()

    def _on_kind(self) -> None:
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        move = self._kind.value() == "move"
        self._stages.setVisible(not move)
        self._move.setVisible(move)
        self._range.setVisible(move)
