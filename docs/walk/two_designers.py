"""What two designers do who share a campaign by their team's server: sign in, edit, publish, merge, watch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from PySide6.QtWidgets import QDialog, QListWidget, QTableWidget

from app.editors.times import UNIT_LABELS
from app.merging.dialog import MergeDialog
from app.servers.conflict import ConflictDialog
from app.servers.dialog import ServerDialog
from app.servers.looking import LookDialog
from app.servers.versions import VersionsDialog
from app.servers.words import server_name
from app.workspace_settings.page import SettingsPage
from docs import team_shop
from docs.walk import eyes
from docs.walk.looking import NotSeen, Spot
from docs.walk.person import Person
from engine.campaign.merging import Side
from engine.i18n import ntr, tr

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {"hers": "10 % off", "his": "10 % for old friends", "gift": "A CD as a gift"},
    "zh": {"hers": "九折", "his": "老友九折", "gift": "赠送唱片"},
}
"""What they type. hers, his: what each calls the first message."""
MINUTES, DAYS = team_shop.MINUTES, 2
"""For how long people may come back: hers, so that one can watch it, and his."""

_Dialog = TypeVar("_Dialog", bound=QDialog)


class Colleague:
    """Each method is a step, and ends where the next one can begin."""

    def __init__(self, person: Person, language: str) -> None:
        self.p = person
        self.words = {**team_shop.WORDS[language], **WORDS[language]}

    # ---- to the server

    def open_the_workspace(self, folder: str) -> None:
        """The team's files, which lie in the home already."""
        p = self.p
        p.click_on(tr("Open a workspace"))
        p.expect("the list of files", lambda: eyes.front() is not eyes.window())
        p.type(folder)
        p.press("Return")
        p.expect("its campaigns", lambda: eyes.window().workspace is not None)

    def sign_in(self, url: str, name: str, password: str, invitation: str = "") -> None:
        """With a password; or with an invitation, for which one is chosen."""
        p = self.p
        p.click_on(tr("Settings"))
        p.choose(_sections, tr("Servers"))
        p.click_on(tr("Sign in to a server…"))
        p.expect_words(tr("Address of the server"))
        p.fill(tr("Address of the server"), url)
        if invitation:
            p.click_on(tr("Invitation"))
            p.fill(tr("Invitation"), invitation)
            p.fill(tr("New password"), password)
        else:
            p.fill(tr("Name"), name)
            p.fill(tr("Password"), password)
        p.shot(f"{name}-signs-in")
        p.click_on(tr("Sign in"))
        p.expect_words(tr("It answers."))
        p.shot(f"{name}-signed-in")
        p.click_on(tr("Campaigns"))
        p.expect("nothing that is said any more", lambda: not eyes.window().toast.isVisible())

    def look_at_the_server(self) -> None:
        """Its campaigns, in the list."""
        p = self.p
        p.click(p.find(lambda: _first_of(eyes.window().list_page.sidebar.servers)))
        p.expect("its campaigns", lambda: _server_table().rowCount() > 0)

    def take_the_campaign(self) -> None:
        """Into the own workspace, as a draft that follows this version."""
        p = self.p
        self.look_at_the_server()
        p.shot("take")
        p.click_on(tr("Take into the workspace"))
        p.expect("the campaign on the canvas", lambda: len(eyes.editor().scene.cards) > 1)
        p.click_on(tr("Fit to screen"))

    # ---- what each changes

    def change_hers(self) -> None:
        """People enter at once, have minutes to come back, and the message has another name."""
        p = self.p
        p.click_twice(p.find(lambda: eyes.row(self.words["campaign"])))
        p.click_on(tr("Fit to screen"))
        p.click(p.card(self.words["audience"]))
        p.pick(tr("Runs"), tr("At once"))
        self._confirm(self.words["audience"])
        self._judge_after(MINUTES, "minute")
        self._rename(self.words["hers"])
        p.shot("hers")

    def change_his(self) -> None:
        """People have days to come back, who does gets an SMS, and the message has another name."""
        p = self.p
        self._judge_after(DAYS, "day")
        end = f"{self.words['end']} 1"
        p.point(p.place(lambda: eyes.line_shape(self.words["back"], end).handle))
        p.see(eyes.chooser)
        p.type(tr("Text SMS"))
        p.choose(eyes.chooser, tr("Text SMS"))
        gift = f"{tr('Text SMS')} 1"
        p.expect("the SMS in front of the end", lambda: eyes.line(gift, end) is not None)
        p.fill(tr("Name"), self.words["gift"])
        p.pick(tr("SMS account"), self.words["sms"])
        p.click_on(tr("Promotional"))
        p.pick(tr("Signature"), self.words["sign"])
        p.pick(tr("SMS template"), self.words["thanks"])
        self._confirm(self.words["gift"])
        self._rename(self.words["his"])
        p.shot("his")

    def _judge_after(self, amount: int, unit: str) -> None:
        p = self.p
        p.click(p.card(self.words["back"]))
        p.fill(tr("Amount"), str(amount))
        p.pick(tr("Unit"), tr(UNIT_LABELS[unit]))
        self._confirm(self.words["back"])

    def _rename(self, name: str) -> None:
        p = self.p
        p.click(p.card(self.words["offer"]))
        p.fill(tr("Name"), name)
        self._confirm(name)

    def _confirm(self, name: str) -> None:
        self.p.click_on(tr("OK"))
        self.p.expect(f"{name}, configured", lambda: eyes.card(name).configured)

    # ---- publishing

    def open_and_publish(self) -> None:
        """The first version there."""
        p = self.p
        p.click_twice(p.find(lambda: eyes.row(self.words["campaign"])))
        p.click_on(tr("Fit to screen"))
        self._ask_the_server()
        p.shot("first")
        self._publish(1)
        p.click_on(tr("Back to the list"))

    def publish_second(self) -> None:
        """It follows the first one, which is there: nothing is in its way."""
        self._ask_the_server()
        self._publish(2)
        self.p.click_on(tr("Back to the list"))

    def meet_the_conflict(self) -> None:
        """Somebody else was faster: both sides beside each other."""
        p = self.p
        self._ask_the_server()
        p.shot("overtaken")
        p.click_on(tr("Publish"))
        p.see(_front(ConflictDialog))
        p.shot("conflict")

    def merge(self) -> None:
        """Her minutes, his name for the message; all else is put together already."""
        p = self.p
        p.click_on(tr("Merge…"))
        p.see(_front(MergeDialog))
        p.expect_words(ntr("{n:,} still to choose", "{n:,} still to choose", 2))
        for title, side in ((self.words["back"], Side.OURS), (self.words["hers"], Side.THEIRS)):
            p.click(p.find(lambda title=title: _conflict(title)))  # type: ignore[misc]
            p.click(p.find(lambda side=side: _take_this(side)))  # type: ignore[misc]
        p.expect_words(tr("All is chosen."))
        p.shot("merge")
        p.click_on(tr("Apply"))
        self._expect_answer()
        p.shot("merged")

    def publish_merged(self) -> None:
        """It follows both; people enter at once."""
        self._publish(3)
        p = self.p
        p.click_on(tr("Fit to screen"))
        p.expect("what he drew", lambda: eyes.card(self.words["gift"]).configured)
        p.shot("published")
        p.click_on(tr("Back to the list"))

    def _ask_the_server(self) -> None:
        """What publishing there would do."""
        p = self.p
        p.click_on(tr("Publish"))
        p.expect_words(tr("Publish to"))
        p.pick(tr("Publish to"), p.see(_server_called))
        self._expect_answer()

    def _expect_answer(self) -> None:
        dialog = _front(ServerDialog)
        self.p.expect("what the server says", lambda: dialog().found is not None)

    def _publish(self, version: int) -> None:
        p = self.p
        server = p.see(_server_called)
        p.click_on(tr("Publish"))
        p.expect_words(tr("Published to {server} as version {version}.", server=server, version=version))

    # ---- watching

    def watch(self, people: int) -> None:
        """The campaign of the server as it runs, on the canvas."""
        p = self.p
        self.look_at_the_server()
        p.click_on(tr("Look at it"))
        p.see(_front(LookDialog))
        p.expect_words(tr("{n:,} entered", n=people))

    def shoot(self, name: str) -> None:
        """Keep what is on show."""
        self.p.shot(name)

    def see_the_end(self) -> None:
        """Nobody is in the campaign any more."""
        self.p.expect_words(tr("{n:,} inside", n=0))
        self.p.shot("through")

    def look_at_versions(self) -> None:
        """Who published which, and what each changed."""
        p = self.p
        p.click_on(tr("Close"))
        p.click_on(tr("Versions…"))
        p.expect("three versions", lambda: _front(VersionsDialog)().table.rows() == 3)
        p.expect("what the last one changed", lambda: bool(_front(VersionsDialog)().changes.toPlainText()))
        p.shot("versions")
        p.click_on(tr("Close"))

    def quit(self) -> None:
        """Nothing runs on this desk: nothing is asked."""
        self.p.press("ctrl+q")


def _server_called() -> str:
    """The only server that one is signed in to, as it is called everywhere."""
    (server,) = eyes.window().servers.connections.signed_in
    return server_name(server)


def _front(kind: type[_Dialog]) -> Callable[[], _Dialog]:
    """The dialog in front, which is of this kind."""

    def look() -> _Dialog:
        if not isinstance(dialog := eyes.front(), kind):
            raise NotSeen(kind.__name__)
        return dialog

    return look


def _sections() -> QListWidget:
    page = eyes.window().navigation.page("settings")
    if not isinstance(page, SettingsPage) or not page.isVisible():
        raise NotSeen("the settings")
    return page.list


def _conflict(title: str) -> Spot:
    """A line of the list of conflicts, by the component's name."""
    rows = _front(MergeDialog)().conflicts
    for number in range(rows.topLevelItemCount()):
        item = rows.topLevelItem(number)
        if item is not None and item.text(0).startswith(title):
            return eyes.spot(rows.viewport().mapToGlobal(rows.visualItemRect(item).center()))
    raise NotSeen(f"a conflict about “{title}”")


def _take_this(side: Side) -> Spot:
    return eyes.spot(eyes.middle(_front(MergeDialog)().sides[side].take))


def _first_of(view: QListWidget) -> Spot:
    """The first line of a list."""
    if not view.isVisible() or not view.count():
        raise NotSeen("a line in the list")
    return eyes.spot(view.viewport().mapToGlobal(view.visualItemRect(view.item(0)).center()))


def _server_table() -> QTableWidget:
    table = eyes.window().list_page.server.table.table
    if not table.isVisible():
        raise NotSeen("the campaigns of a server")
    return table
