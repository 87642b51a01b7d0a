"""Who is in which AIPL stage: a rule of behaviour for each, the highest counting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from app.editors.base import RawObject
from app.editors.cards import CardsEditor
from app.editors.registry import EditorFactory
from app.pickers.definition_form import DefinitionDialog, in_catalog
from app.pickers.form_dialog import field
from engine.components.hints import FormField, Hint
from engine.i18n import N_, tr
from engine.workspace.audience import AIPL_ID
from engine.workspace.catalog import Catalog
from engine.workspace.definitions import STAGES
from engine.workspace.rule_errors import rule_errors
from engine.workspace.rule_words import stage_words

_LABELS = {
    "A": N_("A, awareness: they know you"),
    "I": N_("I, interest: they look for something"),
    "P": N_("P, purchase: they have bought"),
    "L": N_("L, loyalty: they come back"),
}


class AiplDialog(DefinitionDialog):
    """Changes the rules of the stages; a stage without a rule has nobody in it."""

    title = N_("AIPL stages")

    def fields(self) -> Iterable[FormField]:
        return [field(stage, Hint(_LABELS[stage], "condition"), required=False) for stage in STAGES]

    def factories(self) -> Mapping[str, EditorFactory]:
        return {stage: lambda context, spec: CardsEditor(context, spec, ("behaviour",)) for stage in STAGES}

    def start_values(self) -> RawObject:
        stages: RawObject = self.context.workspace.catalog.canonical().get("aipl", {})
        return stages

    def retranslate_frame(self) -> None:
        super().retranslate_frame()
        self.create_button.setText(tr("Save"))

    def raw(self) -> RawObject:
        return {stage: cards for stage, cards in self.form.result().items() if cards}

    def catalog_with(self, raw: RawObject) -> tuple[Catalog | None, dict[str, str]]:
        found, errors = in_catalog(self.context.workspace.catalog, "aipl", raw)
        if found is not None:
            for stage, cards in found.aipl.items():
                errors |= {f"{stage}.{e.field}": str(e.message) for e in rule_errors(cards, found)}
        return found, errors

    def validate(self) -> tuple[RawObject | None, dict[str, str]]:
        raw = self.raw()
        found, errors = self.catalog_with(raw)
        return (None if found is None else raw), errors

    def save(self, value: RawObject) -> str:
        self.amend(lambda _now: self._amended(value))
        return AIPL_ID

    def _amended(self, raw: RawObject) -> Catalog:
        found, _errors = self.catalog_with(raw)
        assert found is not None
        return found

    def order(self, catalog: Catalog) -> RawObject | None:
        return {"stages": catalog.canonical()} if catalog.aipl else None

    def words(self, people: Mapping[str, int]) -> Sequence[str]:
        lines = [
            tr("{stage}: {people:,}", stage=stage_words(stage), people=people.get(stage, 0))
            for stage in STAGES
        ]
        return [tr("In each stage today:"), *lines]
