"""The walk's first half: a campaign drawn from nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtWidgets import QWidget

from canvas_widgets.items.handle import Tool
from canvas_widgets.items.marks import Mark
from docs.walk import eyes
from docs.walk.looking import NotSeen
from docs.walk.person import Person
from engine.campaign.model import Attributes
from engine.i18n import ntr, tr
from engine.workspace.account import SIMULATED_ID

SENDER = "shop@example.org"


class FirstCampaign:
    """Each method is a step; `go` takes all of them."""

    def __init__(self, person: Person, words: Mapping[str, str]) -> None:
        self.p = person
        self.words = words
        kinds = (tr("Target Audience"), tr("Text SMS"), tr("Wait Until"), tr("Random Grouping"), tr("Email"))
        self.audience, self.sms, self.wait, self.groups, self.email = (f"{kind} 1" for kind in kinds)

    def go(self) -> None:
        """From the list to a saved draft, and back to the list."""
        self.begin()
        self.give_attributes()
        self.add_the_trigger()
        self.configure_the_trigger()
        self.add_at_the_end()
        self.drag_from_the_palette()
        self.insert_on_a_line()
        self.rename_a_group()
        self.add_behind_a_branch()
        self.remove_a_group()
        self.say_what_undo_does()
        self.grow_a_line()
        self.join()
        self.be_refused()
        self.copy_one()
        self.copy_with_what_follows()
        self.cut_a_line()
        self.delete()
        self.undo_and_redo()
        self.add_ends()
        self.tidy_up()
        self.look_around()
        self.save()
        self.mend_problems()
        self.leave()

    def begin(self) -> None:
        """An empty canvas, with a place for a trigger."""
        p = self.p
        p.click_on(tr("New campaign…"))
        p.expect_words(tr("Start from nothing, or from a flow that has proved itself."))
        p.shot("new")
        p.click_on(tr("Custom"))
        p.expect("an empty canvas", lambda: len(eyes.editor().scene.cards) == 1)

    def give_attributes(self) -> None:
        """Name, folder, start and end."""
        p = self.p
        p.click_on(tr("Edit attributes…"))
        p.expect_words(tr("Campaign attributes"))
        p.fill(tr("Name"), self.words["campaign"])
        p.pick(tr("Folder"), self.words["folder"])
        p.click(p.find(lambda: eyes.checkbox(tr("Start"))))
        p.click(p.find(lambda: eyes.checkbox(tr("End"))))
        p.click(p.find(lambda: eyes.left_of(eyes.check_field(tr("End")))))
        p.press("Home", "Up")
        p.shot("attributes")
        p.click_on(tr("OK"))
        p.expect("the campaign's new name", lambda: _attributes().name == self.words["campaign"])
        p.expect("its end a year later", lambda: (_attributes().end or "") > (_attributes().start or "~"))

    def add_the_trigger(self) -> None:
        """At the marked place; its panel opens."""
        p = self.p
        p.point(p.place(eyes.first_place))
        p.see(eyes.chooser)  # it opens by itself
        p.shot("first-place")
        p.choose(eyes.chooser, tr("Target Audience"))
        p.expect("the trigger on the canvas", lambda: eyes.card(self.audience).node.kind == "target_audience")
        p.expect("its panel", lambda: eyes.editor().panel.node_id == eyes.card(self.audience).node_id)
        p.shot("trigger")

    def configure_the_trigger(self) -> None:
        """The red dot goes, and the line in front becomes solid."""
        p = self.p
        p.pick(tr("Add an audience"), self.words["audience"])
        p.shot("audience")
        p.click_on(tr("OK"))
        p.expect("a configured trigger", lambda: eyes.card(self.audience).configured)
        p.expect("a solid line to it", lambda: eyes.line_into(self.audience).solid)
        p.shot("configured")

    def add_at_the_end(self) -> None:
        """By the + at the end of a line."""
        p = self.p
        self._open_list(self.audience, None)
        p.shot("list-of-components")
        p.choose(eyes.chooser, tr("Text SMS"))
        p.expect("the SMS behind the trigger", lambda: eyes.line(self.audience, self.sms) is not None)

    def drag_from_the_palette(self) -> None:
        """Onto a +; the others that would take it light up, too."""
        p = self.p
        start = p.see(lambda: eyes.entry_of(eyes.editor().palette_.list, tr("Wait Until")))
        end = p.place(lambda: eyes.line_shape(self.sms, None).end)
        p.drag(start, [end], lambda: p.shot("drag-from-palette"))
        p.expect("Wait Until behind the SMS", lambda: eyes.line(self.sms, self.wait) is not None)
        p.fill(tr("Amount"), "3")
        p.click_on(tr("OK"))
        p.expect("a configured Wait Until", lambda: eyes.card(self.wait).configured)

    def insert_on_a_line(self) -> None:
        """By the + that appears on a line; what is typed finds the component."""
        p = self.p
        self._open_list(self.audience, self.sms)
        p.click(p.find(lambda: eyes.spot(eyes.middle(_search()))))
        p.type(self.words["random"])
        p.shot("insert")
        p.choose(eyes.chooser, tr("Random Grouping"))
        p.expect("the SMS behind the first group", lambda: eyes.line(self.groups, self.sms).label != "")
        p.expect("an open line of the second", lambda: eyes.line(self.groups, None).label != "")

    def rename_a_group(self) -> None:
        """And divide the people among three."""
        p = self.p
        p.click(p.find(lambda: eyes.field_with(eyes.line(self.groups, self.sms).label)))
        p.press("ctrl+a")
        p.type(self.words["group"])
        p.click_on(tr("Add group"))
        p.click_on(tr("Divide evenly"))
        p.click_on(tr("OK"))
        p.expect(
            "the group's name on its line",
            lambda: eyes.line(self.groups, self.sms).label == self.words["group"],
        )
        p.shot("group")

    def add_behind_a_branch(self) -> None:
        """An email for the third group."""
        self._open_list(self.groups, None, 1)
        self.p.choose(eyes.chooser, tr("Email"))
        self.p.expect("the email in the third group", lambda: eyes.line(self.groups, self.email) is not None)

    def remove_a_group(self) -> None:
        """That asks, for an email stands behind it only."""
        p = self.p
        p.click(p.card(self.groups))
        p.expect(
            "the panel of the groups", lambda: eyes.editor().panel.node_id == eyes.card(self.groups).node_id
        )
        p.click(p.find(lambda: eyes.last(tr("Move or remove this group"))))
        p.click_on(tr("Remove group"))
        p.click_on(tr("Divide evenly"))
        p.click_on(tr("OK"))
        p.expect_words(ntr("Remove {n:,} component?", "Remove {n:,} components?", 1))
        p.shot("remove-a-branch")
        p.click_on(tr("Remove"))
        p.expect("the email gone", lambda: not _there(self.email))

    def say_what_undo_does(self) -> None:
        """In words; one step brings group, line and email back."""
        p = self.p
        words = tr("Undo {step}", step=tr("Configure {name}", name=self.groups))
        p.point(p.find(lambda: eyes.starting_with(words)))
        p.settle(1.2)
        p.shot("undo-in-words")
        p.click(p.find(lambda: eyes.starting_with(words)))
        p.expect("the email back in one step", lambda: eyes.line(self.groups, self.email) is not None)

    def grow_a_line(self) -> None:
        """By the + at the right edge of a card that already has something behind it."""
        p = self.p
        p.click(p.place(lambda: eyes.card(self.sms).right_port))
        p.expect("another line, with an open end", lambda: eyes.line(self.sms, None) is not None)
        p.shot("another-line")

    def join(self) -> None:
        """By the dot at the end of the open line."""
        p = self.p
        start = p.place(lambda: eyes.line_shape(self.sms, None).end)
        end = p.card(self.email)
        p.drag(start, [end], lambda: p.shot("join"))
        p.expect("the SMS leading to the email", lambda: eyes.line(self.sms, self.email) is not None)
        p.click_on(tr("Fit to screen"))

    def be_refused(self) -> None:
        """Backwards, with the reason."""
        p = self.p
        start = p.place(lambda: eyes.line_shape(self.email, None).end)
        p.drag(start, [p.card(self.sms)], lambda: p.shot("refused"))
        reason = tr(
            "“{target}” comes before “{source}”: the line would lead in a circle.",
            target=self.sms,
            source=self.email,
        )
        p.expect_words(reason)
        p.expect("no line backwards", lambda: eyes.line(self.email, None) is not None)

    def copy_one(self) -> None:
        """Marks stand where it may go; Escape leaves."""
        p = self.p
        self._use_tool(self.wait, Tool.COPY)
        p.expect("marks where it may go", lambda: len(_marks()) > 3)
        p.shot("click-to-paste")
        p.press("Escape")
        p.expect("no marks", lambda: not eyes.editor().view.pasting.active)

    def copy_with_what_follows(self) -> None:
        """A subtree goes to an end only."""
        p = self.p
        self._use_tool(self.sms, Tool.COPY_BEHIND)
        p.expect("marks at open ends only", lambda: len(_marks()) == 3)
        p.shot("click-to-paste-all")
        p.click(p.place(lambda: eyes.mark_behind(self.wait)))
        copy = _second(self.sms)
        p.expect("the copy", lambda: eyes.line(self.wait, copy) is not None)
        p.expect("all of it", lambda: _there(_second(self.wait)) and _there(_second(self.email)))
        p.shot("pasted")

    def cut_a_line(self) -> None:
        """By the scissors in front of a card, with a question."""
        p = self.p
        copy = _second(self.sms)
        p.click(p.place(lambda: eyes.near_end(self.wait, copy)))
        p.expect_words(tr("Cut the line to “{name}”?", name=copy))
        p.shot("cut")
        p.click_on(tr("Cut"))
        p.expect(
            "the copy gone", lambda: not any(map(_there, (copy, _second(self.wait), _second(self.email))))
        )

    def delete(self) -> None:
        """A card and what only it leads to, with a question; what is joined stays."""
        p = self.p
        self._use_tool(self.sms, Tool.DELETE)
        p.expect_words(tr("Delete “{name}”?", name=self.sms))
        p.shot("delete")
        p.click_on(tr("Delete"))
        p.expect("the SMS and the waiting gone", lambda: not _there(self.sms) and not _there(self.wait))
        p.expect("what another line reaches still there", lambda: _there(self.email))

    def undo_and_redo(self) -> None:
        """By keys."""
        p = self.p
        p.press("ctrl+z")
        p.expect("the SMS back", lambda: _there(self.sms))
        p.press("ctrl+y")
        p.expect("the SMS gone again", lambda: not _there(self.sms))
        p.press("ctrl+z")
        p.expect("the SMS back again", lambda: _there(self.sms))

    def add_ends(self) -> None:
        """To every open line."""
        p = self.p
        p.click_on(tr("Add End to every open line"))
        p.expect("no open line", lambda: not eyes.editor().session.open_links())
        p.shot("ends")

    def tidy_up(self) -> None:
        """Let the program lay everything out."""
        p = self.p
        p.press("ctrl+l")
        p.see(lambda: eyes.starting_with(tr("Undo {step}", step=tr("Tidy up"))))
        p.click_on(tr("Fit to screen"))
        p.shot("tidy")

    def look_around(self) -> None:
        """Fit to screen, zoom at the pointer, pan."""
        p = self.p
        p.click_on(tr("Fit to screen"))
        p.expect("all cards in sight", lambda: all(map(eyes.in_sight, eyes.editor().scene.cards.values())))
        before = p.see(lambda: eyes.editor().view.zoom)
        p.wheel(p.card(self.sms), 3)
        p.expect("the canvas nearer", lambda: eyes.editor().view.zoom > before)
        here = p.card(self.sms)
        p.pan(here, (here[0] - 160, here[1] - 120))
        p.expect(
            "the canvas moved along", lambda: eyes.on_screen(eyes.card(self.sms).scene_rect.center()) != here
        )
        p.shot("zoomed")
        p.click_on(tr("Fit to screen"))

    def save(self) -> None:
        """The draft is a file."""
        p = self.p
        p.click_on(tr("Save draft"))
        p.expect("the draft on disk", lambda: self.words["campaign"] in eyes.campaigns_on_disk())
        p.expect("nothing unsaved", lambda: not eyes.editor().unsaved())

    def mend_problems(self) -> None:
        """Open the list, go to the first problem, and fill in what is missing."""
        p = self.p
        p.click(p.find(eyes.problems_link))
        p.expect("the list of problems", lambda: eyes.editor().problems.isVisible())
        p.shot("problems")
        p.click(p.find(eyes.first_problem))
        p.expect("the panel of the SMS", lambda: eyes.editor().panel.node_id == eyes.card(self.sms).node_id)
        p.pick(tr("SMS account"), p.see(lambda: eyes.called(SIMULATED_ID)))
        p.click_on(tr("Promotional"))
        p.fill(tr("Signature"), self.words["shop"])
        p.pick(tr("SMS template"), p.see(lambda: eyes.called("m_second")))
        p.click_on(tr("OK"))
        p.expect("a configured SMS", lambda: eyes.card(self.sms).configured)
        p.shot("problem-mended")
        p.click(p.find(eyes.first_problem))
        p.pick(tr("Mail account"), p.see(lambda: eyes.called(SIMULATED_ID)))
        p.fill(tr("Sender address"), SENDER)
        p.pick(tr("Email template"), p.see(lambda: eyes.called("m_newsletter")))
        p.click_on(tr("OK"))
        p.expect("no problem left", lambda: not eyes.editor().session.problems)

    def leave(self) -> None:
        """Save, and go back to the list: nothing is asked."""
        p = self.p
        p.press("ctrl+s")
        p.expect("nothing unsaved", lambda: not eyes.editor().unsaved())
        p.click_on(tr("Back to the list"))
        p.expect("a fourth campaign in the list", lambda: self.words["campaign"] in eyes.statuses())

    # Helpers -----------------------------------------------------------------------------------------------

    def _open_list(self, source: str, target: str | None, nth: int = 0) -> None:
        """Rest on the + of a line: its list opens."""
        p = self.p
        p.point(p.place(lambda: eyes.line_shape(source, target, nth).handle))
        p.see(eyes.chooser)

    def _use_tool(self, name: str, tool: Tool) -> None:
        """Rest on a card, and click on one of the icons that appear above it."""
        p = self.p
        p.point(p.card(name))
        p.click(p.place(lambda: eyes.tool(tool)))


def _second(name: str) -> str:
    """What a copy of a component is called."""
    return name.removesuffix("1") + "2"


def _attributes() -> Attributes:
    return eyes.editor().session.document.attributes


def _there(name: str) -> bool:
    return any(item.node.name == name for item in eyes.editor().scene.cards.values())


def _marks() -> Sequence[Mark]:
    marks = eyes.editor().view.pasting.marks
    if marks is None:
        raise NotSeen("marks where to paste")
    return marks.marks


def _search() -> QWidget:
    chooser = eyes.editor().view.chooser
    if chooser is None:
        raise NotSeen("the list of components")
    return chooser.search
