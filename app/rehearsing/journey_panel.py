"""One person's path beside the canvas: step by step, with what decided at each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QListWidget, QListWidgetItem, QToolButton, QVBoxLayout

from app.actions import Actions
from app.language import Retranslated
from app.rehearsing.person_pick import Found, PersonPick
from app.rehearsing.step_details import StepDetails
from app.rehearsing.step_words import outcome_words, time_words
from app.rehearsing.what_if import WhatIf
from app.widgets.basic import ActionButton, label, set_property, tool_button
from app.widgets.combo_box import Option
from app.widgets.segmented import Segmented
from canvas_widgets.look import Look
from engine.campaign.document import CampaignDocument
from engine.commands.rehearsal_lines import Reply, Step
from engine.components.registry import component
from engine.i18n import ntr, tr

_ROW = 40
_PATH, _WHAT_IF = "path", "what_if"


def _nobody(_text: str, _done: Callable[[Found], None], _failed: Callable[[str], None]) -> None:
    """Where people are found is said later."""


class JourneyPanel(Retranslated, QFrame):
    """Signals: `person_asked(id)`; `values_asked(attributes, tags)`: what if they were these;
    `stepped(step)`: another one is on show.

    Attributes: pick (the person), steps (a list), details, what_if.
    """

    person_asked = Signal(str)
    values_asked = Signal(object, object)
    stepped = Signal(object)

    def __init__(self, look: Look, actions: Actions) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.setFixedWidth(look.sizes.panel)
        self._look, self._actions = look, actions
        self._document: CampaignDocument | None = None
        self._zone = ZoneInfo("UTC")
        self._steps: Sequence[Step] = ()
        self._reply: Reply | None = None
        self._other = False
        self.title = label("title")
        self.pick = PersonPick(_nobody)
        self.state = label("muted", wrap=True)
        self.steps = QListWidget()
        self.steps.setObjectName("steps")
        self.steps.setIconSize(QSize(look.sizes.small_icon, look.sizes.small_icon))
        self.details = StepDetails(look)
        self.what_if = WhatIf(look)
        self.tabs = Segmented([])
        self._place = label("small")
        self.at_random = ActionButton(actions["rehearsal.somebody"])
        self._close = QToolButton()
        look.set_icon(self._close, "x")
        self._close.clicked.connect(actions["rehearsal.path"].trigger)
        self._lay_out()
        self.pick.chosen.connect(self.person_asked)
        self.what_if.asked.connect(self.values_asked)
        self.what_if.put_back.connect(self._on_put_back)
        self.tabs.chosen.connect(self._show_tab)
        self.steps.currentRowChanged.connect(self._on_row)
        self.tabs.set_value(_PATH)
        self.retranslate()
        self.clear()

    def clear(self) -> None:
        """Nobody's path is on show."""
        self._steps, self._reply, self._other = (), None, False
        self.pick.show_person("")
        self.steps.clear()
        self.details.show_nothing()
        self.tabs.set_value(_PATH)
        self._show_tab()
        self._show_state()

    def show_journey(self, document: CampaignDocument, zone: ZoneInfo, reply: Reply, *, other: bool) -> None:
        """Show a path; other: with other values than the person has. It stays at the step where it was."""
        row = self.steps.currentRow() if other or self._same_person(reply) else 0
        self._document, self._zone, self._reply, self._other = document, zone, reply, other
        self._steps = reply.steps
        name = next((one.name for one in reply.people), "")
        self.pick.show_person(reply.person, name or reply.person)
        self.what_if.show_values(document, reply, fresh=not other)
        self.steps.blockSignals(True)
        self.steps.clear()
        for number, step in enumerate(reply.steps, start=1):
            self.steps.addItem(self._item(document, number, step))
        self.steps.blockSignals(False)
        if other:
            self.tabs.set_value(_PATH)
        self._show_state()
        if reply.steps:
            self.steps.setCurrentRow(min(max(row, 0), len(reply.steps) - 1))
        else:
            self.details.show_nothing()
            self.stepped.emit(None)

    def focus_steps(self) -> None:
        """The keys are meant for the path: those of other values stay in their fields."""
        if self.tabs.value() == _PATH and self.steps.count():
            self.steps.setFocus()

    def step(self, by: int) -> None:
        """Go one step on (1) or back (-1)."""
        row = self.steps.currentRow() + by
        if 0 <= row < self.steps.count():
            self.steps.setCurrentRow(row)

    def can_step(self, by: int) -> bool:
        return 0 <= self.steps.currentRow() + by < self.steps.count()

    @property
    def current(self) -> int:
        """The number of the step on show, from 0; -1 without one."""
        return self.steps.currentRow()

    @property
    def journey(self) -> Sequence[Step]:
        """All steps of the path on show."""
        return self._steps

    @property
    def other(self) -> bool:
        """Whether the path is that of other values than the person has."""
        return self._other

    @property
    def person(self) -> str:
        """The own id of whose path is on show, or ""."""
        return "" if self._reply is None else self._reply.person

    def retranslate(self) -> None:
        self.title.setText(tr("One person's path"))
        self._close.setToolTip(tr("Close the path"))
        self._close.setAccessibleName(tr("Close the path"))
        options = [(_PATH, tr("Path")), (_WHAT_IF, tr("What if…"))]
        self.tabs.set_options([Option(*one) for one in options])
        self.tabs.setAccessibleName(tr("Path, or what if"))
        self.steps.setAccessibleName(tr("Steps of the path"))
        self._show_state()

    def _same_person(self, reply: Reply) -> bool:
        return self._reply is not None and self._reply.person == reply.person

    def _item(self, document: CampaignDocument, number: int, step: Step) -> QListWidgetItem:
        node = document.nodes.get(step.node)
        name = step.node if node is None else node.shown_name
        where = outcome_words(document, step)
        where = f"  {where}" if where.startswith("→") else f" · {where}" if where else ""
        when = time_words(step, self._zone)
        if self._steps[-1].entry > 1:
            when = tr("{time} · entry {n}", time=when, n=step.entry)
        item = QListWidgetItem(f"{number}. {name}{where}\n{when}")
        if node is not None:
            kind = component(node.kind)
            size = self._look.sizes.small_icon
            item.setIcon(self._look.pixmap(kind.icon, kind.colour, size, self.devicePixelRatioF()))
        item.setSizeHint(QSize(0, _ROW))
        return item

    def _on_row(self, row: int) -> None:
        self._show_place()
        if self._document is not None and 0 <= row < len(self._steps):
            self.details.show_step(self._document, self._steps[row], self._zone)
            self.stepped.emit(self._steps[row])
        self._actions.refresh()

    def _on_put_back(self) -> None:
        if self._reply is not None:
            self.person_asked.emit(self._reply.person)

    def _show_state(self) -> None:
        reply = self._reply
        if reply is None:
            text = tr(
                "Choose somebody, or take one at random: of all who entered, or of those who came to the "
                "selected component."
            )
        elif not reply.steps:
            text = tr("Did not enter the campaign in this rehearsal.")
        else:
            text = ntr("{n} step", "{n} steps", len(reply.steps))
            if self._other:
                text = tr("With other values, rehearsed alone: {steps}", steps=text)
        self.state.setText(text)
        set_property(self.state, "role", "warning" if self._other else "muted")
        for widget in (self.tabs, self.steps, self.details):
            widget.setVisible(reply is not None)
        self.at_random.setVisible(reply is None)
        self._show_tab()
        self._show_place()

    def _show_tab(self) -> None:
        known = self._reply is not None
        path = self.tabs.value() == _PATH
        self.steps.setVisible(known and path)
        self.details.setVisible(known and path)
        self.what_if.setVisible(known and not path)
        for button in self._buttons:
            button.setVisible(known and path)
        self._place.setVisible(known and path)

    def _show_place(self) -> None:
        row, count = self.steps.currentRow(), self.steps.count()
        self._place.setText(tr("Step {n} of {count}", n=row + 1, count=count) if row >= 0 else "")

    def _lay_out(self) -> None:
        grid = self._look.sizes.grid
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * grid, 2 * grid, 2 * grid, grid)
        column.setSpacing(grid)
        column.addLayout(head)
        choose = QHBoxLayout()
        choose.addWidget(self.pick, 1)
        choose.addWidget(tool_button(self._actions["rehearsal.somebody"]), 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(choose)
        column.addWidget(self.state)
        column.addWidget(self.at_random, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.tabs)
        column.addWidget(self.steps, 3)
        self._buttons = [tool_button(self._actions[f"rehearsal.{way}"]) for way in ("back", "on")]
        line = QHBoxLayout()
        line.addWidget(self._buttons[0])
        line.addWidget(self._place, 1, Qt.AlignmentFlag.AlignCenter)
        line.addWidget(self._buttons[1])
        column.addLayout(line)
        column.addWidget(self.details, 2)
        column.addWidget(self.what_if, 5)
        column.addStretch(0)
