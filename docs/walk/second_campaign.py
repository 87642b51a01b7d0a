"""The walk's second half: a campaign from a template, published, watched, and viewed."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QApplication

from app.campaign_list.status import Status
from docs.walk import eyes
from docs.walk.person import Person
from engine.i18n import tr
from engine.workspace.template import TemplateFile, load_templates

TEMPLATE = "t_high_value"


class SecondCampaign:
    """Each method is a step; `go` takes all of them."""

    def __init__(self, person: Person, words: Mapping[str, str]) -> None:
        self.p, self.words = person, words
        self.template = _template()
        names = self.template.names or {}
        self.audience, self.sms, self.end = (names[id].text for id in ("n_audience", "n_sms", "n_end"))
        self.wait = f"{tr('Wait Until')} 1"
        self.name = self.template.name.text

    def go(self) -> None:
        """From the list to the published campaign, and back to the list."""
        self.begin()
        self.view_rules()
        self.create_the_audience()
        self.view_content()
        self.create_the_message()
        self.fold_the_guide()
        self.drop_on_a_line()
        self.publish()
        self.look_at_numbers()
        self.return_to_the_list()
        self.view()
        self.quit()

    def begin(self) -> None:
        """The flow is there, and the guide says what is left to do."""
        p = self.p
        p.click_on(tr("New campaign…"))
        p.click_on(self.name)
        p.expect_words(tr("Template guide"))
        p.click_on(self.audience)
        p.expect_words(tr("View rules"))
        p.shot("guide")

    def view_rules(self) -> None:
        """The bubble says what is recommended."""
        p = self.p
        p.click_on(tr("View rules"))
        p.expect_words(tr("Hide rules"))
        p.shot("rules")

    def create_the_audience(self) -> None:
        """The editor opens filled in, and counts."""
        p = self.p
        p.click_on(tr("Create audience"))
        p.expect("how many people the rule finds", eyes.counted)
        p.shot("create-audience")
        p.click_on(tr("Create"))
        p.expect("its panel filled in", lambda: bool(eyes.editor().panel.unapplied()))
        p.shot("audience-created")
        p.click_on(tr("OK"))
        p.expect("a configured trigger", lambda: eyes.card(self.audience).configured)

    def view_content(self) -> None:
        """The bubble has gone on to the SMS by itself."""
        p = self.p
        p.expect_words(tr("View content"))  # the bubble has gone on by itself
        p.click_on(tr("View content"))
        p.click_on(tr("Copy text"))
        p.expect("the text in the clipboard", lambda: QApplication.clipboard().text() in eyes.said())
        p.shot("content")

    def create_the_message(self) -> None:
        """The editor opens filled in."""
        p = self.p
        p.click_on(tr("Create template"))
        p.expect_words(tr("New SMS template"))
        p.shot("create-template")
        p.click_on(tr("Create"))
        p.expect("its panel filled in", lambda: bool(eyes.editor().panel.unapplied()))
        p.fill(tr("Signature"), self.words["shop"])
        p.click_on(tr("OK"))
        p.expect("a configured SMS", lambda: eyes.card(self.sms).configured)
        p.expect_words(tr("Key components configured"))
        p.shot("all-configured")

    def fold_the_guide(self) -> None:
        """To a pill."""
        p = self.p
        p.click_on(tr("Fold"))
        p.expect_words(tr("Template guide: {done} of {total}", done=2, total=2))
        p.press("Escape")

    def drop_on_a_line(self) -> None:
        """What is dropped between two cards is inserted there."""
        p = self.p
        start = p.see(lambda: eyes.entry_of(eyes.editor().palette_.list, tr("Wait Until")))
        p.drag(start, [p.place(lambda: eyes.line_shape(self.sms, self.end).handle)])
        p.expect("Wait Until on the line", lambda: eyes.line(self.wait, self.end) is not None)
        p.fill(tr("Amount"), "3")
        p.click_on(tr("OK"))
        p.expect("no problem left", lambda: not eyes.editor().session.errors)

    def publish(self) -> None:
        """The engine starts, and people come."""
        p = self.p
        p.click_on(tr("Publish"))
        p.expect_words(tr("Who enters"))
        p.press("Return")
        p.expect_words(tr("Published as version {version}.", version=1))
        p.expect("people who wait", lambda: eyes.waiting() > 0)
        p.click_on(tr("Fit to screen"))
        p.shot("published")

    def look_at_numbers(self) -> None:
        """On the cards, on the lines, and in the panel."""
        p = self.p
        p.click(p.card(self.sms))
        p.expect("its numbers in the panel", lambda: eyes.editor().panel.figures.isVisible())
        p.shot("numbers")

    def return_to_the_list(self) -> None:
        """The campaign's status and numbers."""
        p = self.p
        p.click_on(tr("Back to the list"))
        p.expect("its status in the list", lambda: eyes.statuses()[self.name] is Status.IN_PROGRESS)
        p.shot("statuses")

    def view(self) -> None:
        """Read-only, with every panel."""
        p = self.p
        p.click(p.find(lambda: eyes.row(self.name)), button=3)
        p.click_on(tr("View"))
        p.expect_words(tr("View only"))
        p.click(p.card(self.audience))
        p.expect("the panel", lambda: eyes.editor().panel.content is not None)
        p.shot("view-only")
        p.click_on(tr("Back to the list"))
        p.expect("the list", lambda: eyes.window().editor is None)

    def quit(self) -> None:
        """The campaign is running: the program asks what becomes of it."""
        p = self.p
        p.press("ctrl+q")
        p.expect_words(tr("Stop the engine"))
        p.shot("quit")
        p.click_on(tr("Stop the engine"))


def _template() -> TemplateFile:
    return next(found for found in load_templates()[0] if found.id == TEMPLATE)
