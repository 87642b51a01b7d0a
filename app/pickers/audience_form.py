"""A new audience: a rule of tags, behaviour and audience cards, with an estimate of its size."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import shiboken6
from pydantic import TypeAdapter
from PySide6.QtWidgets import QWidget

from app.editors import style
from app.editors.base import Context, RawObject
from app.editors.cards import CardsEditor
from app.editors.controls import label
from app.editors.registry import EditorFactory
from app.pickers.form_dialog import Debounce, FormDialog, field, judged
from app.pickers.needs_bar import NeedsBar
from engine.components.hints import FormField, Hint
from engine.i18n import N_, tr
from engine.shapes.text import new_id
from engine.workspace.audience import AUDIENCE, AudienceFile, Card
from engine.workspace.needs import needs_of_rule
from engine.workspace.rule_errors import rule_errors
from engine.workspace.template import Rule

_FIELDS = (
    field("name", Hint(N_("Name"), "text", missing=N_("Enter a name"))),
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
    field("remark", Hint(N_("Remark"), "long_text"), required=False),
    field(
        "public",
        Hint(N_("Public"), "switch", help=N_("Others in the workspace may use it.")),
        default=False,
    ),
)


_RULE = TypeAdapter(Rule)


class AudienceDialog(FormDialog):
    """Makes an audience from a rule."""

    title = N_("New audience")
    width_in_grid = 72

    def __init__(self, parent: QWidget | None, context: Context, start: RawObject | None = None) -> None:
        """`start`: values of the fields to open with, such as the cards that a template recommends."""
        self._start = start or {}
        self._estimate = label("", "small")
        self._asked = 0
        self.needs = NeedsBar(context.workspace)
        self.needs.created.connect(self._on_catalogue_changed)
        super().__init__(parent, Context(context.workspace, estimate=context.estimate, now=context.now))
        self._later = Debounce(self, self.estimate_now)
        room = self.screen().availableGeometry().height() - 12 * style.sizes().grid  # title bar, edges
        self.resize(self.minimumWidth(), min(720, room))
        self._show_needs()
        if marks := self._marks():
            self._quiet = True  # the form opens at its beginning
            self._show(marks)
            self._quiet = False
        elif self._start:
            self.on_form_changed()  # how many does the recommended rule find?

    def retranslate(self) -> None:
        super().retranslate()
        self._show_needs()

    def above(self) -> QWidget:
        return self.needs

    def fields(self) -> Iterable[FormField]:
        return _FIELDS

    def factories(self) -> Mapping[str, EditorFactory]:
        return {"cards": CardsEditor}

    def start_values(self) -> RawObject:
        return dict(self._start)

    def beside_buttons(self) -> QWidget | None:
        self._estimate.setVisible(self.context.estimate is not None)
        return self._estimate

    def raw(self) -> RawObject:
        values = self.form.result()
        updates, every = values.pop("updates", "manual"), values.pop("every", None)
        return {
            **values,
            "id": new_id("a", self.context.workspace.audiences),
            "update": every if updates == "every" else "manual",
        }

    def validate(self) -> tuple[AudienceFile | None, dict[str, str]]:
        raw = self.raw()
        value, errors = judged(AUDIENCE.adapter, raw)
        errors = {path.replace("update", "every", 1): sentence for path, sentence in errors.items()}
        if not raw.get("name"):
            errors["name"] = tr("Enter a name")
        if not raw.get("cards"):
            errors = {path: each for path, each in errors.items() if path} | {"cards": tr("Add a card")}
        return value, errors | self._marks()

    def save(self, value: AudienceFile) -> str:
        self.context.workspace.save_audience(value)
        return value.id

    def on_form_changed(self) -> None:
        self._show_needs()
        if self.context.estimate is not None:
            self._later.start()

    def _cards(self) -> tuple[Card, ...]:
        """The rule as it stands; none while a card is not complete."""
        rule, _errors = judged(_RULE, {"cards": self.form.result().get("cards") or []})
        return rule.cards if rule is not None else ()

    def _marks(self) -> dict[str, str]:
        """What the rule names and the catalogue does not have, at its rows."""
        found = rule_errors(self._cards(), self.context.workspace.catalog)
        return {f"cards.{path}": str(message) for path, message, _code in found}

    def _show_needs(self) -> None:
        self.needs.show_needs(needs_of_rule(self._cards(), self.context.workspace.catalog))

    def _on_catalogue_changed(self) -> None:
        self.form.refresh()
        self._show_needs()
        self._show(self.validate()[1] if self._live else self._marks())
        self.on_form_changed()

    @property
    def estimate_text(self) -> str:
        """What stands below the rule about its size."""
        return self._estimate.text()

    def estimate_now(self) -> None:
        """Ask for the size; an answer to an older rule is dropped."""
        assert self.context.estimate is not None
        raw = {**self.raw(), "name": "-"}
        value, _errors = judged(AUDIENCE.adapter, raw)
        self._asked += 1
        asked = self._asked
        if value is None:
            self._estimate.setText(tr("The size shows once the rule is complete."))
            return
        self._estimate.setText(tr("Counting…"))
        self.context.estimate(raw, lambda text: self._answer(asked, text))

    def _answer(self, asked: int, text: str) -> None:
        if shiboken6.isValid(self) and asked == self._asked:
            self._estimate.setText(text)
