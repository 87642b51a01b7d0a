"""The show: from a file of purchases to a running campaign, in a workspace that begins empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from PySide6.QtWidgets import QTableWidget, QWidget

from app.audiences.page import AudiencesPage
from app.importing.wizard import ImportWizard
from app.people.page import PeoplePage
from docs.walk import eyes
from docs.walk.looking import NotSeen, Spot
from docs.walk.person import Person
from engine.components.registry import component
from engine.i18n import tr
from engine.workspace.cdnow import EVENT, SOURCE
from engine.workspace.definitions import RFM_TYPES

PURCHASES, CUSTOMERS = SOURCE.name, "customers.csv"
MONEY = "dollar_value"
FROM, UNTIL = "199701010000", "199807010000"
TYPE = 3
"""Of the eight types: much money, often, but long ago."""
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "workspace": "CD shop",
        "model": "CD buyers",
        "audience": "Regulars who stay away",
        "message": "We miss you",
        "text": "We miss you! 10 % off your next CD: https://shop.example.com/cd Reply T to unsubscribe",
        "sign": "CD shop",
        "campaign": "Win them back",
    },
    "zh": {
        "workspace": "唱片店",
        "model": "唱片买家",
        "audience": "许久未来的老客",
        "message": "想念您",
        "text": "好久不见！下一张唱片九折：https://shop.example.com/cd 拒收请回复R",
        "sign": "唱片店",
        "campaign": "老客召回",
    },
}
"""What the person types."""

_Page = TypeVar("_Page", bound=QWidget)


class Show:
    """Each method is a step; `go` takes all of them."""

    def __init__(self, person: Person, language: str) -> None:
        self.p, self.words = person, WORDS[language]
        self.trigger, self.sms, self.wait = (
            f"{tr(component(kind).label)} 1" for kind in ("target_audience", "text_sms", "wait_until")
        )

    def go(self) -> None:
        """From the start page to one person's page."""
        self.make_the_workspace()
        self.import_purchases()
        self.import_addresses()
        self.make_the_model()
        self.make_the_audience()
        self.write_the_message()
        self.draw_the_campaign()
        self.publish()
        self.look_at_a_person()
        self.quit()

    # ---- the data

    def make_the_workspace(self) -> None:
        """By a name; its folder is made."""
        p = self.p
        p.click_on(tr("Create a workspace"))
        p.expect_words(tr("New workspace"))
        p.type(self.words["workspace"])
        p.shot("workspace")
        p.click_on(tr("Create"))
        p.expect_words(tr("No campaigns yet"))

    def import_purchases(self) -> None:
        """The file is understood as it is; only the event wants a name."""
        p = self.p
        p.click_on(tr("People"))
        p.click_on(tr("Import people and events…"))
        p.click_on(tr("Choose a file…"))
        self._choose_file(PURCHASES)
        p.click(p.find(lambda: eyes.spot(eyes.middle(_wizard().reading.code))))
        p.press("ctrl+a")
        p.type(EVENT)
        p.shot("import-purchases")
        self._import()
        p.shot("imported")

    def import_addresses(self) -> None:
        """They find their people by the same id."""
        p = self.p
        p.click_on(tr("Another file…"))
        self._choose_file(CUSTOMERS)
        p.shot("import-addresses")
        self._import()
        p.click_on(tr("Close"))
        p.expect("people in the list", lambda: self._people().table.rows() > 0)
        p.shot("people")

    def _choose_file(self, name: str) -> None:
        p = self.p
        p.expect("the list of files", lambda: not isinstance(eyes.front(), ImportWizard))
        p.type(name)
        p.press("Return")
        p.expect("its columns", lambda: _wizard().go.isVisible() and _wizard().go.isEnabled())

    def _import(self) -> None:
        self.p.click_on(tr("Import"))
        self.p.expect("what was imported", lambda: _wizard().outcome.undo.isVisible())

    # ---- whom to write to, and what

    def make_the_model(self) -> None:
        """People are counted while one edits."""
        p = self.p
        p.click_on(tr("Audiences"))
        p.choose(lambda: self._audiences().sidebar.definitions, tr("RFM models"))
        p.click_on(tr("New RFM model…"))
        p.expect_words(tr("Amount of money"))
        p.type(self.words["model"])
        p.pick(tr("Event"), EVENT)
        p.pick(tr("Amount of money"), MONEY)
        p.pick(tr("When it happened"), tr("Between two times"))
        for link, moment in ((tr("Choose since when"), FROM), (tr("Choose until when"), UNTIL)):
            p.click_on(link)
            p.type(moment)
        p.expect_words(tr(RFM_TYPES[TYPE]))
        p.shot("model")
        p.click_on(tr("Create"))
        p.expect_words(self.words["model"])

    def make_the_audience(self) -> None:
        """One of the eight types; the people in it are known at once."""
        p = self.p
        p.click_on(tr("New audience"))
        p.expect_words(tr("Add a card:"))
        p.type(self.words["audience"])
        p.click_on(tr("RFM"))
        p.click(p.find(lambda: eyes.checkbox(tr("{n} {name}", n=TYPE, name=tr(RFM_TYPES[TYPE])))))
        p.expect("how many they are", lambda: self._size().isdigit())
        p.click_on(tr("Save"))
        p.click_on(tr("Show 100 people"))
        p.expect("some of them", lambda: self._sample().rowCount() > 0)
        p.click_on(tr("Update now"))
        p.expect_words(tr("Ready"))
        p.shot("audience")

    def write_the_message(self) -> None:
        """It is counted as it will be paid for, and approved when it is saved."""
        p = self.p
        p.click_on(tr("Messages"))
        p.click_on(tr("New message"))
        p.click_on(tr("New text SMS"))
        p.expect_words(tr("Insert a variable"))
        p.press("ctrl+a")
        p.type(self.words["message"])
        p.click_on(tr("Enter the text"))
        p.type(self.words["text"])
        p.click_on(tr("Save"))
        p.expect_words(tr("Approved"))
        p.shot("message")

    # ---- the campaign

    def draw_the_campaign(self) -> None:
        """Who, what, and a pause."""
        p = self.p
        p.click_on(tr("Campaigns"))
        p.click_on(tr("New campaign…"))
        p.click_on(tr("Custom"))
        p.expect("an empty canvas", lambda: len(eyes.editor().scene.cards) == 1)
        p.point(p.place(eyes.first_place))
        p.choose(eyes.chooser, tr("Target Audience"))
        p.pick(tr("Add an audience"), self.words["audience"])
        self._confirm(self.trigger)
        self._add(self.trigger, tr("Text SMS"))
        p.click_on(tr("Promotional"))
        p.fill(tr("Signature"), self.words["sign"])
        p.pick(tr("SMS template"), self.words["message"])
        self._confirm(self.sms)
        self._add(self.sms, tr("Wait Until"))
        p.fill(tr("Amount"), "3")
        self._confirm(self.wait)
        p.press("ctrl+e")
        p.expect("no problem left", lambda: not eyes.editor().session.errors)
        p.click_on(tr("Edit attributes…"))
        p.fill(tr("Name"), self.words["campaign"])
        p.click_on(tr("OK"))
        p.click(p.card(self.sms))
        p.click_on(tr("Fit to screen"))
        p.shot("campaign")

    def publish(self) -> None:
        """What it will do is said first; then people come."""
        p = self.p
        p.click_on(tr("Publish"))
        p.expect_words(tr("Who enters"))
        p.shot("publish")
        p.press("Return")
        p.expect_words(tr("Published as version {version}.", version=1))
        p.expect("people who wait", lambda: eyes.waiting() > 0)
        p.expect("its numbers in the panel", lambda: eyes.editor().panel.figures.isVisible())
        p.shot("running")

    def look_at_a_person(self) -> None:
        """Somebody of the sample: what was bought, what was sent, and where the person is now."""
        p = self.p
        p.press("alt+1")
        p.click_on(tr("Audiences"))
        p.click_twice(p.find(lambda: _cell(self._sample())))
        p.expect("where the person was", lambda: self._people().person.visits.rows() > 0)
        p.shot("person")
        for number in (1, 2):
            p.click(p.find(lambda number=number: _tab(self._people(), number)))  # type: ignore[misc]
            p.shot(("person-messages", "person-events")[number - 1])

    def quit(self) -> None:
        """The campaign is running: the program asks what becomes of it."""
        p = self.p
        p.press("ctrl+q")
        p.expect_words(tr("Stop the engine"))
        p.click_on(tr("Stop the engine"))

    def _add(self, source: str, kind: str) -> None:
        """Behind the last component."""
        p = self.p
        p.point(p.place(lambda: eyes.line_shape(source, None).handle))
        p.see(eyes.chooser)
        p.type(kind)
        p.choose(eyes.chooser, kind)

    def _confirm(self, name: str) -> None:
        self.p.click_on(tr("OK"))
        self.p.expect(f"{name}, configured", lambda: eyes.card(name).configured)

    # ---- what is on show

    def _people(self) -> PeoplePage:
        return _place("people", PeoplePage)

    def _audiences(self) -> AudiencesPage:
        return _place("audiences", AudiencesPage)

    def _size(self) -> str:
        view = self._audiences().view
        return "" if view is None else view.insight.people.number.text().replace(",", "")

    def _sample(self) -> QTableWidget:
        view = self._audiences().view
        if view is None:
            raise NotSeen("an audience")
        return view.insight.sample.table


def _place(id: str, kind: type[_Page]) -> _Page:
    page = eyes.window().navigation.page(id)
    if not isinstance(page, kind) or not page.isVisible():
        raise NotSeen(f"the place {id}")
    return page


def _wizard() -> ImportWizard:
    if not isinstance(wizard := eyes.front(), ImportWizard):
        raise NotSeen("the import")
    return wizard


def _cell(table: QTableWidget) -> Spot:
    """The first cell of a table."""
    item = table.item(0, 0)
    if item is None or not table.isVisible():
        raise NotSeen("somebody in the table")
    rect = table.visualItemRect(item)
    return eyes.spot(table.viewport().mapToGlobal(rect.center()))


def _tab(page: PeoplePage, number: int) -> Spot:
    bar = page.person.tabs.tabBar()
    return eyes.spot(bar.mapToGlobal(bar.tabRect(number).center()))
