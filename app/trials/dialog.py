"""Sends a message as a test: to whom, with which values, what it looks like, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import shiboken6
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app import tasks
from app.editors.tab_order import order_tabs
from app.language import Retranslated
from app.previews.person_choice import PersonChoice
from app.trials.addresses import AddressChoice
from app.trials.appearance import Appearance
from app.trials.values import ValuesForm
from app.widgets.announce import announce
from app.widgets.basic import button, label, set_property
from app.widgets.combo_box import Option
from app.widgets.debounce import Debounce
from app.widgets.dialog import button_row, dialog_column
from app.widgets.segmented import Segmented
from engine.channels.trial import NotTriable, Trial
from engine.channels.trial_sending import NotListed, Result, Told, delivery, draft, send, takes_mark
from engine.i18n import tr

if TYPE_CHECKING:
    from app.panels.form import Form
    from app.window import MainWindow

MakeTrial = Callable[[], Trial]
"""Makes the message as the dialog's own form has it. Raises `NotTriable`."""
_ROLES: dict[Result, tuple[str, str]] = {
    "accepted": ("ok", "✓ "),
    "simulated": ("ok", "✓ "),
    "refused": ("error", "✕ "),
    "not_sent": ("error", "✕ "),
    "later": ("warning", "! "),
    "unknown": ("warning", "? "),
}


class TrialDialog(Retranslated, QDialog):
    """Stands beside the window, which stays usable; what is sent goes on when it is closed.

    name: of the message or component. make: the message; sender: a form that it depends on, or None. event:
    whose attributes count, see `PreviewPane`.
    """

    def __init__(
        self,
        window: MainWindow,
        name: str,
        make: MakeTrial,
        sender: Form | None = None,
        event: str | None = None,
    ) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        assert window.workspace is not None
        self._window, self._workspace = window, window.workspace
        self._name, self._make, self._event = name, make, event
        self._trial: Trial | None = None
        self._sending = False
        self.addresses = AddressChoice(self._workspace)
        self.people = PersonChoice()
        self.values = ValuesForm()
        self.language = Segmented([])
        self.language.setAccessibleName(tr("Language of the preview"))
        self.appearance = Appearance(self._workspace)
        self.problem = label("error", wrap=True)
        self.note = label("small", wrap=True)
        self.outcome = label("muted", wrap=True)
        self.outcome.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.outcome.setAccessibleName(tr("What became of the test"))
        self.close_button = button("", self.reject, tr("Close"))
        self.send_button = button("primary", self.send, tr("Send test"))
        self.send_button.setDefault(True)
        self._later = Debounce(self, self._show_message, 120)
        self._sender = sender
        self._lay_out()
        self._connect()
        self._show_trial()
        if window.runs.engine_has_data(self._workspace.folder):
            self.people.prefer_person(lambda: not self.values.touched)

    def send(self) -> None:
        """Send it once; the answer arrives later."""
        trial = self._trial
        if trial is None or self._sending or not self.addresses.address():
            return
        address, values = self.addresses.address(), self.values.values()
        try:
            test = delivery(self._workspace.settings, trial, address, values, self.language.value())
        except NotListed as error:
            self._show_outcome(Told("not_sent", error.message), address)
            return
        self._sending = True
        self._later.stop()
        self._show_message()  # what was typed a moment ago, too
        self.appearance.show_test(trial, test, values, self.language.value())
        self._say("muted", tr("Sending…"))
        tasks.run(
            partial(send, self._workspace, trial.account, test),
            partial(self._on_told, self._window, self._name, address),
        )

    def event(self, event: QEvent) -> bool:
        """Meanwhile test addresses may have been added in the settings, or another workspace opened."""
        if event.type() is QEvent.Type.WindowActivate:
            if self._window.workspace is not self._workspace:
                self.reject()
            elif self._trial is not None:
                self.addresses.show_type(self._trial.id_type)
                self._show_state()
        return super().event(event)

    def retranslate(self) -> None:
        """It is opened again in the other language; what is on its way is told by the window."""
        self.reject()

    # ---- what is shown

    def _show_trial(self) -> None:
        """The message may be another one: in other names, by another account."""
        try:
            self._trial = self._make()
        except NotTriable as error:
            self._trial = None
            self.problem.setText(str(error.message))
        trial = self._trial
        self.problem.setVisible(trial is None)
        self.addresses.setEnabled(trial is not None)
        if trial is not None:
            self.addresses.show_type(trial.id_type)
            self.values.show_names(trial.variables)
            self.people.setVisible(bool(trial.variables))
            self.language.setVisible(bool(trial.languages))
            everybody = Option("", tr("Everybody else"))
            self.language.set_options([everybody, *(Option(one, one) for one in trial.languages)])
            if not self.values.touched:
                self._show_values()
        order_tabs(self)
        self._show_message()

    def _show_values(self) -> None:
        """Those of the person who is chosen, in that person's language."""
        trial, person = self._trial, self.people.person()
        if trial is not None:
            self.values.show_values(person.values(trial.bindings, self._workspace.catalog, self._event))
            self.language.set_value(trial.language_of(person.attributes))

    def _on_person(self) -> None:
        self._show_values()
        self._show_message()

    def _show_message(self) -> None:
        trial, values, language = self._trial, self.values.values(), self.language.value()
        self.note.hide()
        if trial is not None:
            test = draft(self._workspace.settings, trial, self.addresses.address(), values, language)
            self.appearance.show_test(trial, test, values, language)
            if not takes_mark(trial.content(values, language), trial.account):
                text = tr("This message cannot be marked as a test: it arrives as it does for people.")
                self.note.setText(text)
                self.note.show()
        self._show_state()

    def _show_state(self) -> None:
        ready = self._trial is not None and bool(self.addresses.address())
        self.send_button.setEnabled(ready and not self._sending)

    def _on_told(self, window: MainWindow, name: str, address: str, told: Told) -> None:
        """The answer is there; where the dialog is closed by now, the window tells it."""
        if not shiboken6.isValid(self):
            if shiboken6.isValid(window):
                text = tr("Test of “{name}”: {result}", name=name, result=told.message)
                window.toast.show_message(text, tone="ok" if told.sent else "danger")
            return
        self._sending = False
        self._show_state()
        self._show_outcome(told, address)

    def _show_outcome(self, told: Told, address: str) -> None:
        role, sign = _ROLES[told.result]
        lines = [f"{sign}{told.message}"]
        if told.reference:
            lines.append(tr("The provider calls it {id}.", id=told.reference))
        time = datetime.now(ZoneInfo(self._workspace.settings.time_zone)).strftime("%H:%M:%S")
        lines.append(tr("To {address}, at {time}", address=address, time=time))
        self._say(role, "\n".join(lines))

    def _say(self, role: str, text: str) -> None:
        self.outcome.setText(text)
        set_property(self.outcome, "role", role)
        self.outcome.show()
        announce(self.outcome, text)

    # ---- laying out

    def _lay_out(self) -> None:
        grid = self._window.look.sizes.grid
        self.setWindowTitle(tr("Send a test"))
        column = dialog_column(self, tr("Send a test of “{name}”", name=self._name))
        column.addWidget(
            label(
                "muted", tr("It is sent once, for real. No campaign, limit or report counts it."), wrap=True
            )
        )
        sides = QHBoxLayout()
        sides.setSpacing(3 * grid)
        sides.addWidget(_scrolling(self._left(grid)), 1)
        sides.addWidget(_scrolling(self.appearance), 1)
        column.addSpacing(grid)
        column.addLayout(sides, 1)
        column.addWidget(self.outcome)
        column.addLayout(button_row(self.close_button, self.send_button))
        self.outcome.hide()
        window = self._window.size()  # on a small screen it must fit, and scrolls inside
        self.resize(min(112 * grid, window.width()), min(84 * grid, window.height()))

    def _left(self, grid: int) -> QWidget:
        side = QWidget()
        side.setObjectName("content")
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, grid, 0)
        column.setSpacing(grid)
        if self._sender is not None:
            column.addWidget(self._sender)
            column.addSpacing(grid // 2)
        column.addWidget(self.problem)
        column.addWidget(label("label", tr("Test address")))
        column.addWidget(self.addresses)
        column.addSpacing(grid)
        column.addWidget(self.language)
        column.addWidget(self.people)
        column.addWidget(self.values)
        column.addWidget(self.note)
        column.addStretch(1)
        return side

    def _connect(self) -> None:
        self.addresses.changed.connect(self._show_message)
        self.addresses.manage.clicked.connect(self.reject)
        self.people.chosen.connect(self._on_person)
        self.values.changed.connect(self._later.start)
        self.language.chosen.connect(self._show_message)
        if self._sender is not None:
            self._sender.changed.connect(self._show_trial)


def _scrolling(content: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(content)
    return area
