"""One person: identities, attributes and tags at the left; campaigns, messages and events at the right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QTabWidget, QVBoxLayout, QWidget

from app.language import Retranslated
from app.people import words
from app.widgets.basic import button, label
from app.widgets.paged_table import PagedTable
from engine.i18n import ntr, tr

if TYPE_CHECKING:
    from app.window import MainWindow
    from engine.client import EngineClient
    from engine.server.wire.people import (
        Person,
        PersonAddress,
        PersonAttribute,
        PersonEvents,
        PersonMessages,
        PersonVisit,
    )

T = TypeVar("T")


class PersonPage(Retranslated, QWidget):
    """`back(changed=…)` leads to the list again; changed: the person is gone."""

    def __init__(self, window: MainWindow, back: Callable[..., None]) -> None:
        super().__init__()
        self._window, self._back = window, back
        self._id = ""
        self._person: Person | None = None
        self._asked = 0
        self._last_event: tuple[int, str] | None = None
        self.leave = button("ghost", back)
        self.name = label("title")
        self.name.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.source = label("muted")
        self.why = button("ghost", self._ask_why)
        self.erase = button("ghost", self._ask_to_erase)
        self.error = label("error", wrap=True)
        self.facts = QVBoxLayout()
        self.tabs = QTabWidget()
        self.visits, self.messages, self.events = PagedTable(5), PagedTable(6), PagedTable(3)
        self.visits.keep_narrow(2, 3, 4)
        self.messages.keep_narrow(0, 2, 3, 4)
        self.events.keep_narrow(0, 1)
        self._lay_out()
        self.messages.more_asked.connect(self._ask_messages)
        self.events.more_asked.connect(self._ask_events)
        self.retranslate()

    def show_person(self, id: str) -> None:
        """Ask the engine for everything that it knows of a person."""
        self._id, self._person = id, None
        self._asked += 1
        self._last_event = None
        self.name.setText(id)
        self.source.setText("")
        self.error.hide()
        self.erase.setEnabled(False)
        self._show_facts()
        for table in (self.visits, self.messages, self.events):
            table.clear()
        self._use(lambda client: client.person(id), self._on_person)
        self._use(lambda client: client.person_visits(id), self._on_visits)
        self._ask_messages()
        self._ask_events()
        self.leave.setFocus()

    def retranslate(self) -> None:
        self.leave.setText(tr("‹ All people"))
        self.why.setText(tr("Why?…"))
        self.erase.setText(tr("Erase…"))
        for place, text in enumerate((tr("Campaigns"), tr("Messages"), tr("Events"))):
            self.tabs.setTabText(place, text)
        self.visits.set_titles(
            tr("Campaigns"), [tr("Campaign"), tr("Component"), tr("Came"), tr("Went on"), tr("Outcome")]
        )
        self.messages.set_titles(
            tr("Messages"),
            [
                tr("When planned"),
                tr("Campaign"),
                tr("Channel"),
                tr("Address"),
                tr("What became of it"),
                tr("Text"),
            ],
        )
        self.events.set_titles(tr("Events"), [tr("Happened"), tr("Event"), tr("Attributes")])
        if self._id:
            self.show_person(self._id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._back()
        else:
            super().keyPressEvent(event)

    # ---- what the engine answers

    def _on_person(self, person: Person) -> None:
        self._person = person
        names = [one.value for one in person.attributes if one.name in _names()]
        self.name.setText(" · ".join([person.person_id, *names]))
        said = [tr("imported from {source}", source=person.source)] if person.source else []
        if person.merged:
            said.append(tr("also known as {names}", names=tr(", ").join(person.merged)))
        self.source.setText(" · ".join(said))
        self.erase.setEnabled(True)
        self.tabs.setTabText(0, ntr("Campaigns ({n:,})", "Campaigns ({n:,})", person.entries))
        self.tabs.setTabText(1, ntr("Messages ({n:,})", "Messages ({n:,})", person.messages))
        self.tabs.setTabText(2, ntr("Events ({n:,})", "Events ({n:,})", person.events))
        self._show_facts()

    def _on_visits(self, visits: Sequence[PersonVisit]) -> None:
        rows = []
        for one in visits:
            left = words.moment(one.left, self._zone)
            title = f"{one.title} ({words.kind(one.kind)})" if one.kind else one.title
            campaign = tr("{name}, entry {n}", name=one.name, n=one.entry)
            rows.append(
                [campaign, title, words.moment(one.arrived, self._zone), left, words.outcome(one.outcome)]
            )
        self.visits.add(rows, more=False)

    def _ask_messages(self) -> None:
        id, skip = self._id, self.messages.rows()
        self._use(lambda client: client.person_messages(id, skip), self._on_messages)

    def _on_messages(self, page: PersonMessages) -> None:
        rows = [
            [
                words.moment(one.planned_at, self._zone),
                one.name,
                words.kind(one.channel),
                one.address,
                words.state(one.state, one.reason, one.receipt),
                one.text,
            ]
            for one in page.messages
        ]
        self.messages.add(rows, more=page.more)

    def _ask_events(self) -> None:
        id, before = self._id, self._last_event
        self._use(lambda client: client.person_events(id, before), self._on_events)

    def _on_events(self, page: PersonEvents) -> None:
        catalog = self._window.workspace.catalog if self._window.workspace is not None else None
        rows = [
            [
                words.moment(one.time, self._zone),
                one.event if catalog is None else catalog.event_name(one.event),
                words.attributes(one.attributes),
            ]
            for one in page.events
        ]
        if page.events:
            last = page.events[-1]
            moment = datetime.fromisoformat(last.time)
            self._last_event = (round(moment.timestamp() * 1000), last.event_id)
        self.events.add(rows, more=page.more)

    @property
    def _zone(self) -> ZoneInfo:
        workspace = self._window.workspace
        return ZoneInfo("UTC" if workspace is None else workspace.settings.time_zone)

    def _use(self, work: Callable[[EngineClient], T], done: Callable[[T], None]) -> None:
        service, asked = self._window.service, self._asked
        if service is None:
            return
        service.use(
            work,
            lambda answer: done(answer) if asked == self._asked else None,
            lambda error: self._on_failed(error) if asked == self._asked else None,
        )

    def _on_failed(self, error: Exception) -> None:
        self.error.setText(str(error))
        self.error.show()

    def _ask_why(self) -> None:
        from app.reports.why import WhyDialog

        WhyDialog(self._window, person=self._id).open()

    # ---- erasing

    def _ask_to_erase(self) -> None:
        from app.people.erasing import EraseDialog

        if self._person is None:
            return
        dialog = EraseDialog(self._window, self._person)
        dialog.erased.connect(self._on_erased)
        dialog.open()

    def _on_erased(self, text: str) -> None:
        self._id = ""
        self._window.toast.show_message(text)
        self._back(changed=True)

    # ---- layout

    def _show_facts(self) -> None:
        """Identities, attributes and tags, each under its head."""
        while (item := self.facts.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        person = self._person
        if person is None:
            return
        for head, lines in (
            (tr("IDs"), [(one.type, self._address(one)) for one in person.ids]),
            (tr("Attributes"), [(one.name, self._value(one)) for one in person.attributes]),
            (tr("Tags"), [(tag, tr(", ").join(values)) for tag, values in person.tags.items()]),
        ):
            self.facts.addWidget(label("section", head))
            for name, value in lines:
                self.facts.addWidget(label("label", name, wrap=True))
                shown = label("", value, wrap=True)
                shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                self.facts.addWidget(shown)
                self.facts.addSpacing(self._window.look.sizes.grid // 2)
            if not lines:
                self.facts.addWidget(label("muted", tr("None")))
            self.facts.addSpacing(self._window.look.sizes.grid)
        self.facts.addStretch(1)

    def _address(self, one: PersonAddress) -> str:
        notes = [tr("suppressed")] if one.suppressed else []
        if one.follower is not None:
            notes.append(tr("follows") if one.follower else tr("does not follow"))
        return f"{one.value} ({tr(', ').join(notes)})" if notes else one.value

    def _value(self, one: PersonAttribute) -> str:
        if one.type == "time":
            try:
                return words.moment(one.value, self._zone)
            except ValueError:
                return str(one.value)
        return str(one.value)

    def _lay_out(self) -> None:
        grid = self._window.look.sizes.grid
        head = QHBoxLayout()
        head.setSpacing(grid)
        for widget in (self.leave, self.name, self.source):
            head.addWidget(widget)
        head.addStretch(1)
        head.addWidget(self.why)
        head.addWidget(self.erase)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(2 * grid, 2 * grid, 2 * grid, 2 * grid)
        self.facts.setSpacing(grid // 2)
        column.addLayout(self.facts)
        scroll = QScrollArea(widgetResizable=True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(inside)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        card = QFrame()
        card.setProperty("role", "card")
        card.setFixedWidth(self._window.look.sizes.outline)
        inner = QVBoxLayout(card)
        inner.setContentsMargins(1, 1, 1, 1)
        inner.addWidget(scroll)
        for table in (self.visits, self.messages, self.events):
            self.tabs.addTab(table, "")
        self.tabs.setDocumentMode(True)
        row = QHBoxLayout()
        row.setSpacing(2 * grid)
        row.addWidget(card)
        row.addWidget(self.tabs, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * grid, grid, 2 * grid, 2 * grid)
        layout.setSpacing(grid)
        layout.addLayout(head)
        layout.addWidget(self.error)
        layout.addLayout(row, 1)
        self.error.hide()


def _names() -> tuple[str, ...]:
    from engine.store.people import NAMES

    return NAMES
