"""A new audience: a rule, with an estimate of its size."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import shiboken6
from PySide6.QtWidgets import QWidget

from app.editors.base import Context, RawObject
from app.editors.registry import EditorFactory
from app.pickers.audience_fields import FACTORIES, RULE_FIELDS, cards_of, checked, file_of, marks
from app.pickers.form_dialog import FormDialog, judged
from app.pickers.needs_bar import NeedsBar
from app.widgets import style
from app.widgets.basic import label
from app.widgets.debounce import Debounce
from engine.components.hints import FormField
from engine.i18n import N_, tr
from engine.shapes.text import new_id
from engine.workspace.audience import AUDIENCE, AudienceFile, Card
from engine.workspace.needs import needs_of_rule


class AudienceDialog(FormDialog):
    """Makes an audience from a rule."""

    title = N_("New audience")
    width_in_grid = 72

    def __init__(self, parent: QWidget | None, context: Context, start: RawObject | None = None) -> None:
        """`start`: values of the fields to open with, such as the cards that a template recommends."""
        self._start = start or {}
        self._estimate = label("small", "", wrap=True)
        self._asked = 0
        self.needs = NeedsBar(context.workspace)
        self.needs.created.connect(self._on_catalogue_changed)
        own = Context(context.workspace, estimate=context.estimate, figures=context.figures, now=context.now)
        super().__init__(parent, own)
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
        return RULE_FIELDS

    def factories(self) -> Mapping[str, EditorFactory]:
        return FACTORIES

    def start_values(self) -> RawObject:
        return dict(self._start)

    def beside_buttons(self) -> QWidget | None:
        self._estimate.setVisible(self.context.estimate is not None)
        return self._estimate

    def raw(self) -> RawObject:
        return file_of(self.form.result(), new_id("a", self.context.workspace.audiences))

    def validate(self) -> tuple[AudienceFile | None, dict[str, str]]:
        return checked(self.raw(), self.context.workspace.catalog)

    def save(self, value: AudienceFile) -> str:
        self.context.workspace.save_audience(value)
        return value.id

    def on_form_changed(self) -> None:
        self._show_needs()
        if self.context.estimate is not None:
            self._later.start()

    def _cards(self) -> tuple[Card, ...]:
        return cards_of(self.form.result())

    def _marks(self) -> dict[str, str]:
        return marks(self._cards(), self.context.workspace.catalog)

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
