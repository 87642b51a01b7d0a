"""The fields of an audience, and how a form's values become the file and back."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue, TypeAdapter
from PySide6.QtWidgets import QWidget

from app.editors.base import Context, Editor, RawObject, as_object, as_text
from app.editors.cards import CardsEditor
from app.editors.choice import ChoiceEditor
from app.editors.registry import EditorFactory
from app.editors.spec import FieldSpec
from app.pickers.form_dialog import field, judged
from app.widgets.combo_box import ComboBox, Option
from app.widgets.layouts import row
from engine.components.hints import Hint
from engine.i18n import N_, tr
from engine.workspace.audience import AUDIENCE, PERSON_ID, AudienceFile, Card
from engine.workspace.catalog import Catalog
from engine.workspace.rule_errors import rule_errors
from engine.workspace.template import Rule

_FIELDS = (
    field("name", Hint(N_("Name"), "text", missing=N_("Enter a name"))),
    field("list", Hint(N_("IDs"), "choice", help=N_("What the first column of an uploaded file holds."))),
    field("cards", Hint(N_("Rule"), "condition", help=N_("Cards are joined from top to bottom."))),
    field(
        "updates",
        Hint(
            N_("Update"),
            "choice",
            choices={"manual": N_("By hand"), "every": N_("On a schedule")},
        ),
        default="manual",
    ),
    field("every", Hint(N_("Schedule"), "schedule", visible_when={"updates": ("every",)})),
    field("directory", Hint(N_("Folder"), "text"), required=False),
    field("sub_campaign", Hint(N_("Sub-campaign"), "choice"), required=False),
    field("remark", Hint(N_("Remark"), "long_text"), required=False),
    field(
        "public",
        Hint(N_("Public"), "switch", help=N_("Others in the workspace may use it.")),
        default=False,
    ),
)

_RULE = TypeAdapter(Rule)


_OF_RULES = ("cards", "updates", "every")
RULE_FIELDS = tuple(each for each in _FIELDS if each.name != "list")
LIST_FIELDS = tuple(each for each in _FIELDS if each.name not in _OF_RULES)


class IdTypeEditor(Editor):
    """The type of the ids in a list: one of the catalogue, or the data's own ids of people."""

    def __init__(self, context: Context, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._field = ComboBox(spec.placeholder or tr("Choose"))
        self._field.setAccessibleName(spec.label)
        self._field.chosen.connect(self.changed)
        row(self).addWidget(self._field)
        self.setFocusProxy(self._field)
        self.refresh()

    def value(self) -> JsonValue:
        return {"id_type": self._field.value()} if self._field.value() else None

    def set_value(self, value: JsonValue) -> None:
        self._field.set_value(as_text(as_object(value).get("id_type")))

    def refresh(self) -> None:
        types = [Option(name, name) for name in self.context.workspace.catalog.id_types]
        self._field.set_options([*types, Option(PERSON_ID, tr("The data's own ids of people"))])


class SubCampaignEditor(ChoiceEditor):
    """A sub-campaign of the marketing campaign tree, or none."""

    def __init__(self, context: Context, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(context, ComboBox(), spec.label, parent)

    def refresh(self) -> None:
        tree = self.context.workspace.catalog.marketing_campaigns
        subs = [Option(id, f"{tree[one.parent].name} / {one.name}") for id, one in tree.items() if one.parent]
        self._field.set_options([Option("", tr("None")), *subs])


FACTORIES: Mapping[str, EditorFactory] = {
    "cards": CardsEditor,
    "list": IdTypeEditor,
    "sub_campaign": SubCampaignEditor,
}
"""Editors of the fields that no hint names."""


def file_of(values: RawObject, id: str) -> RawObject:
    """The file's object that a form's values make."""
    rest = dict(values)
    updates, every = rest.pop("updates", "manual"), rest.pop("every", None)
    return {**rest, "id": id, "update": every if updates == "every" else "manual"}


def values_of(file: AudienceFile) -> RawObject:
    """A form's values that make the file."""
    raw: RawObject = file.canonical()
    update = raw.pop("update")
    for key in ("format", "version", "id"):
        raw.pop(key)
    if update != "manual":
        raw["every"] = update
    return {**raw, "updates": "manual" if update == "manual" else "every"}


def checked(raw: RawObject, catalog: Catalog) -> tuple[AudienceFile | None, dict[str, str]]:
    """The audience, or None; and sentences by path of the form's fields."""
    value, errors = judged(AUDIENCE.adapter, raw)
    errors = {path.replace("update", "every", 1): sentence for path, sentence in errors.items()}
    if not raw.get("name"):
        errors["name"] = tr("Enter a name")
    if not raw.get("cards") and not raw.get("list"):
        errors = {path: each for path, each in errors.items() if path} | {"cards": tr("Add a card")}
    return value, errors | marks(cards_of(raw), catalog)


def cards_of(raw: RawObject) -> tuple[Card, ...]:
    """The rule as it stands; none while a card is not complete."""
    rule, _errors = judged(_RULE, {"cards": raw.get("cards") or []})
    return rule.cards if rule is not None else ()


def marks(cards: tuple[Card, ...], catalog: Catalog) -> dict[str, str]:
    """What the rule names and the catalogue does not have, at its rows."""
    return {f"cards.{path}": str(message) for path, message, _code in rule_errors(cards, catalog)}
