"""An RFM model: what people did, in which period, and how recency, frequency and money are scored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from pydantic import JsonValue
from PySide6.QtWidgets import QWidget

from app.editors.base import Context, Editor, RawObject, as_object, as_text
from app.editors.ranges import RangeEditor
from app.editors.registry import EditorFactory
from app.editors.scales import ScaleEditor
from app.editors.spec import FieldSpec
from app.pickers import library
from app.pickers.definition_form import DefinitionDialog, in_catalog
from app.pickers.form_dialog import field
from app.widgets.combo_box import ComboBox, Option
from app.widgets.layouts import row
from engine.components.hints import FormField, Hint
from engine.i18n import N_, tr
from engine.shapes.text import new_id
from engine.workspace.catalog import Catalog
from engine.workspace.definitions import RFM_TYPES
from engine.workspace.rule_errors import model_errors

_FIELDS = (
    field("name", Hint(N_("Name"), "text", missing=N_("Enter a name"))),
    field("event", Hint(N_("Event"), "event", missing=N_("Choose an event"))),
    field(
        "where",
        Hint(N_("Only events where"), "condition", options={"over": "event", "event": "event"}),
        required=False,
    ),
    field(
        "amount", Hint(N_("Amount of money"), "choice", missing=N_("Choose the attribute that is the money"))
    ),
    field("range", Hint(N_("Period"), "duration"), required=False),
    field("recency", Hint(N_("Recency"), "number")),
    field("frequency", Hint(N_("Frequency"), "number")),
    field("money", Hint(N_("Money"), "number")),
)
_START: RawObject = {
    "range": {"last": {"amount": 12, "unit": "month"}},
    "recency": {"bounds": [30, 90, 180], "compare": "mean"},
    "frequency": {"bounds": [2, 4, 8], "compare": "mean"},
    "money": {"bounds": [100, 500, 1000], "compare": "mean"},
}


class AmountEditor(Editor):
    """An attribute of the form's event that is a number."""

    def __init__(self, context: Context, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._field = ComboBox(spec.placeholder)
        self._field.chosen.connect(self.changed)
        row(self).addWidget(self._field)
        self.setFocusProxy(self._field)

    def value(self) -> JsonValue:
        return self._field.value() or None

    def set_value(self, value: JsonValue) -> None:
        self._field.set_value(as_text(value))

    def refresh(self) -> None:
        fields = library.event_fields(self.context.workspace, self.context.text("event"))
        numbers = [Option(one.value, one.text) for one in fields if one.type == "number"]
        if not self._field.value() and len(numbers) == 1:
            self._field.set_value(numbers[0].value)
        self._field.set_options(numbers)


class RfmDialog(DefinitionDialog):
    """Makes or changes an RFM model; `created(id)` tells that it is in the catalogue."""

    title = N_("RFM model")

    def fields(self) -> Iterable[FormField]:
        return _FIELDS

    def factories(self) -> Mapping[str, EditorFactory]:
        return {
            "amount": AmountEditor,
            "range": lambda context, _spec: RangeEditor(context),
            **{
                name: partial(lambda name, context, _spec: ScaleEditor(context, name), name)
                for name in ("recency", "frequency", "money")
            },
        }

    def start_values(self) -> RawObject:
        model = self.context.workspace.catalog.rfm_models.get(self.key)
        return dict(_START) if model is None else as_object(model.canonical())

    def raw(self) -> RawObject:
        return self.form.result()

    def catalog_with(self, raw: RawObject) -> tuple[Catalog | None, dict[str, str]]:
        catalog = self.context.workspace.catalog
        others = {id: model.canonical() for id, model in catalog.rfm_models.items()}
        found, errors = in_catalog(catalog, "rfm_models", {**others, self._id: raw})
        mine = {path.removeprefix(f"{self._id}."): sentence for path, sentence in errors.items()}
        if found is not None:
            wrong = model_errors(found.rfm_models[self._id], found)
            mine |= {error.field: str(error.message) for error in wrong}
        return found, mine

    @property
    def _id(self) -> str:
        if not self.key:
            self.key = new_id("rfm", self.context.workspace.catalog.rfm_models)
        return self.key

    def validate(self) -> tuple[RawObject | None, dict[str, str]]:
        raw = self.raw()
        found, errors = self.catalog_with(raw)
        for name, sentence in (("name", tr("Enter a name")), ("event", tr("Choose an event"))):
            if not raw.get(name):
                errors[name] = sentence
        if not raw.get("amount"):
            errors["amount"] = tr("Choose the attribute that is the money")
        return (None if found is None else raw), errors

    def save(self, value: RawObject) -> str:
        self.amend(lambda _now: self._amended(value))
        return self._id

    def _amended(self, raw: RawObject) -> Catalog:
        found, _errors = self.catalog_with(raw)
        assert found is not None
        return found

    def order(self, catalog: Catalog) -> RawObject | None:
        return {"model": catalog.rfm_models[self._id].canonical()}

    def words(self, people: Mapping[str, int]) -> Sequence[str]:
        total = sum(people.values())
        lines = [
            tr("{n} {name}: {people:,}", n=n, name=tr(name), people=people.get(str(n), 0))
            for n, name in RFM_TYPES.items()
        ]
        return [tr("{people:,} people are scored:", people=total), *lines]
