"""Asks what a rehearsal is to be compared with: another state of the campaign, or other settings."""

from __future__ import annotations

from collections.abc import Callable

import shiboken6
from PySide6.QtWidgets import QWidget

from app.rehearsing.choice import RehearsalChoice
from app.rehearsing.ordering import Span
from app.rehearsing.question import RehearsalQuestion
from app.rehearsing.sides import CampaignState, CampaignStates, Side
from app.widgets.combo_box import ComboBox
from canvas_widgets.look import Look
from engine.i18n import tr
from engine.workspace.workspace import Workspace

Confirmed = Callable[[CampaignState, RehearsalChoice, Span | None], None]


class ComparisonDialog(RehearsalQuestion):
    """Calls `confirmed(state, choice, span)`; the span is None where the choice says it. Attribute `state`: a
    list to choose the campaign's state from."""

    def __init__(
        self,
        parent: QWidget,
        look: Look,
        first: Side,
        states: CampaignStates,
        workspace: Workspace,
        confirmed: Confirmed,
    ) -> None:
        self._span = Span(first.order.since, first.order.until)
        super().__init__(parent, look, first.state.document, workspace, first.choice, self._span)
        self._first, self._states, self._confirmed = first, states, confirmed
        self._state: CampaignState | None = None
        self._failure = ""
        self.state = ComboBox()
        self.state.setAccessibleName(tr("Campaign"))
        self.state.set_options(states.options())
        self.state.chosen.connect(self._load)
        self._lay_out()
        self.span.fill(first.choice, self._span)
        self.begin()
        options = states.options()
        if options:
            self.state.set_value(options[0].value)
            self._load(options[0].value)

    def what_is_wrong(self) -> str:
        if self._failure:
            return self._failure
        return tr("One moment…") if self._state is None else super().what_is_wrong()

    def confirm(self) -> None:
        assert self._state is not None
        changed = self.span.values()
        choice = self._first.choice.model_copy(update={**changed, **self.reactions.values()})
        state = self._state
        self.accept()
        self._confirmed(state, choice, None if changed else self._span)

    def _load(self, key: str) -> None:
        """Read what is chosen: what people can react to depends on it."""
        self._state, self._failure = None, ""

        def show(state: CampaignState) -> None:
            if shiboken6.isValid(self) and self.state.value() == key:
                self._state = state
                self.span.show_document(state.document)
                self.reactions.show_document(state.document)

        def fail(error: Exception) -> None:
            if shiboken6.isValid(self) and self.state.value() == key:
                self._failure = str(error)

        self._states.load(key, show, fail)

    def _lay_out(self) -> None:
        intro = tr(
            "The same people, and the same chance for each: what differs comes from what you change here."
        )
        self.head(tr("Compare rehearsals"), tr("Compare with another rehearsal"), intro)
        self.section(tr("Campaign"), self.state)
        self.section(tr("When"), self.span)
        self.section(tr("How people react"), self.reactions)
        self.foot()
