"""The table of actions: texts, shortcuts, and that each one does something in some state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QShortcut
from PySide6.QtWidgets import QMenu, QToolButton
from pytestqt.qtbot import QtBot

from app import language
from app.actions import ACTIONS, SECTIONS, ActionSpec, Place
from app.actions.shortcuts import assigned
from app.audiences.page import AudiencesPage
from app.command_palette.entries import gather
from app.editor.page import EditorPage
from app.messages.page import MessagesPage
from app.publishing.versions import ShownVersion
from app.rehearsing.choice import RehearsalChoice
from app.widgets.basic import ElidedLabel
from app.window import MainWindow
from engine.campaign import edits
from engine.workspace import bundle
from engine.workspace.audience import AUDIENCE
from engine.workspace.workspace import Workspace
from tests.app.conftest import (
    FakeEngine,
    MakeWindow,
    change_on_disk,
    close_dialogs,
    leave_behind,
    leave_conflict,
    open_draft,
    settle,
    versions,
)
from tests.app.panels.samples import CONFIGS
from tests.app.rehearsing.telling import ToldProcess

# The platform of tests cannot show a menu the way a desktop does, and says so.
pytestmark = pytest.mark.qt_log_ignore("does not support", extend=True)

IN_EDITOR = {spec.id for spec in ACTIONS if spec.id.startswith(("editor.", "notes.", "campaign.save_"))} - {
    "editor.rehearse"
}
ON_NOTES = {spec.id for spec in ACTIONS if spec.id.startswith("notes.")} - {"notes.add", "notes.frame"}
ON_VERSIONS = {"run.versions", "run.earlier", "run.newest"}
NEED_A_RUN = {
    "run.stop": "in_progress",
    "run.restart": "stopped",
    "run.report": "in_progress",
    "run.why": "in_progress",
    "run.compare": "in_progress",
    "run.cycles": "in_progress",
    **dict.fromkeys(ON_VERSIONS, "in_progress"),
}


def test_names_are_shown_as_they_are(qtbot: QtBot, window: MainWindow) -> None:
    """Neither an ampersand, which marks a key in menus, nor what looks like markup is lost."""
    page = open_draft(qtbot, window)
    page.commands.add_kind("target_audience")
    (node_id,) = page.session.document.nodes
    page.push(edits.rename(page.session.document, node_id, "Bath & <b>body</b>"))
    undo = window.actions_["editor.undo"]
    assert "“Bath && <b>body</b>”" in undo.text()
    assert "&lt;b&gt;" in undo.toolTip()
    said = next(entry for entry in gather(window) if entry.id == "editor.undo")
    assert "“Bath & <b>body</b>”" in said.text
    title = page.panel.findChild(ElidedLabel)
    assert title is not None
    assert title.textFormat() is Qt.TextFormat.PlainText


def test_every_action_has_a_text_and_a_shortcut_of_its_own(window: MainWindow) -> None:
    for spec in ACTIONS:
        action = window.actions_[spec.id]
        assert action.text()
        assert action.shortcut().toString(), spec.id
        assert spec.place in SECTIONS
    shortcuts = [window.actions_[spec.id].shortcut().toString() for spec in ACTIONS]
    assert len(set(shortcuts)) == len(shortcuts)


def test_action_ids_are_unique() -> None:
    assert len({spec.id for spec in ACTIONS}) == len(ACTIONS)


def prepare_file(qtbot: QtBot, page: EditorPage, action_id: str) -> None:
    """What others did with the campaign's file, for actions that are about it."""
    if action_id.startswith("editor.disk_"):
        change_on_disk(page)
        settle(qtbot)
    if action_id.endswith("_conflicts"):
        leave_conflict(qtbot, page)


@pytest.mark.parametrize("spec", ACTIONS, ids=lambda spec: spec.id)
def test_every_action_is_possible_somewhere_and_triggers(
    spec: ActionSpec,
    qtbot: QtBot,
    make_window: MakeWindow,
    workspace: Workspace,
    engine: FakeEngine,
) -> None:
    """In Chinese, after a switch: all other tests of what actions do speak English."""
    action_id = spec.id
    row = workspace.campaigns()[0]
    prepare(action_id, str(row.id), workspace, engine)
    window = make_window(workspace)
    language.use_language("zh")
    settle(qtbot)
    window.list_page.select(row.path)
    if action_id == "editor.edit":
        window.view_selected()
        settle(qtbot)
    elif action_id == "run.cycles":
        open_draft(qtbot, window, row.name)
        settle(qtbot)
    elif action_id in ON_VERSIONS:
        show_version(qtbot, window, 1 if action_id == "run.newest" else None)
    elif action_id in IN_EDITOR:
        page = open_draft(qtbot, window)
        page.commands.add_kind("target_audience")
        prepare_file(qtbot, page, action_id)
        if spec.place in (Place.SELECT, Place.ARRANGE):
            page.commands.add_kind("wait_until")
            page.commands.add_kind("tag")
            page.selecting.everything()
        if action_id == "editor.add_line":  # behind what has something behind it
            page.commands.add_kind("tag")
            page.scene.select(page.session.document.predecessors(page.scene.selected_node or ""))
        if action_id == "editor.test":  # what is configured and sends something
            page.commands.add_kind("text_sms")
            id, config = page.scene.selected_node or "", CONFIGS["text_sms"][0]
            page.push(edits.configure(page.session.document, id, name="SMS", memo="", config=config))
        if action_id == "editor.redo":
            page.commands.undo()
        if action_id in ON_NOTES:
            page.note_commands.add_note()
    elif (show := SHOWN_BY_PLACE.get(spec.place)) is not None:
        show(qtbot, window, action_id)
    window.actions_.refresh()
    assert window.actions_[action_id].isEnabled()
    with qtbot.waitSignal(window.actions_[action_id].triggered):
        window.actions_[action_id].trigger()
    settle(qtbot)
    close_dialogs(window)


def prepare(action_id: str, campaign_id: str, workspace: Workspace, engine: FakeEngine) -> None:
    """What has to be so before the window opens."""
    if action_id in NEED_A_RUN:
        engine.statuses[campaign_id] = NEED_A_RUN[action_id]
        engine.all_versions = versions(1204, 3)
        moments = ("2026-11-01T09:00:00.000Z", "2026-11-02T09:00:00.000Z")
        cycles = [{"number": n, "moment": at, "entries": 1, "inside": 0} for n, at in enumerate(moments, 1)]
        engine.live = {"nodes": {}, "links": {}, "cycles": cycles}
    if action_id == "run.release":
        engine.held = "The database is a copy."
    engine.away = action_id == "run.start"
    if action_id == "workspace.recover":
        leave_behind(workspace)


def show_audience(qtbot: QtBot, window: MainWindow, action_id: str) -> None:
    """Select an audience with a rule in its place, or open it."""
    assert window.workspace is not None
    cards = [{"join": None, "card": "audience", "audience": "a_once"}]
    raw = {"id": "a_rule", "name": "Rule", "cards": cards}
    window.workspace.save_audience(AUDIENCE.adapter.validate_python(raw))
    window.navigation.go("audiences")
    settle(qtbot)
    page = window.navigation.page("audiences")
    assert isinstance(page, AudiencesPage)
    page.table.select("a_rule")
    if action_id in ("audience.save", "audience.back", "audience.undo", "audience.redo"):
        page.show_object("a_rule")
        settle(qtbot)


def show_rehearsal(qtbot: QtBot, window: MainWindow, action_id: str) -> None:
    """Rehearse a campaign in which nobody goes one of the ways, and look at somebody's path."""
    page = open_draft(qtbot, window, kinds=("target_audience", "random_grouping", "end"))
    page.push(edits.end_open_links(page.session.document))
    settle(qtbot)
    page.rehearsing.make_process = cast("Any", ToldProcess)
    page.rehearsing.begin(RehearsalChoice())
    settle(qtbot)
    if action_id in ("rehearsal.on", "rehearsal.back"):
        page.rehearsing.somebody()
        page.journey.step(1 if action_id == "rehearsal.back" else 0)


def show_message(qtbot: QtBot, window: MainWindow, action_id: str) -> None:
    """Select a message in its place, in a state from which it can go on, or open it."""
    assert window.workspace is not None
    message = next(iter(window.workspace.messages.values()))
    status = "approved" if action_id == "message.reject" else "draft"
    window.workspace.save_message(message.model_copy(update={"status": status}))
    window.navigation.go("messages")
    settle(qtbot)
    page = window.navigation.page("messages")
    assert isinstance(page, MessagesPage)
    page.table.select(message.id)
    if action_id in ("message.save", "message.back"):
        page.open_message(message.id)
        settle(qtbot)


SHOWN_BY_PLACE: Mapping[Place, Callable[[QtBot, MainWindow, str], None]] = {
    Place.REHEARSAL: show_rehearsal,
    Place.AUDIENCES: show_audience,
    Place.MESSAGES: show_message,
}
"""What has to be on show for the actions of a place."""


def show_version(qtbot: QtBot, window: MainWindow, number: int | None) -> None:
    """Open a campaign that has two versions, or one of these."""
    page = open_draft(qtbot, window)
    qtbot.waitUntil(lambda: len(page.bar.versions.rows) == 2)
    if number is not None:
        published = bundle.make(page.session.workspace, page.session.document.copy())
        window.versions._open(ShownVersion(number, published))


def test_what_is_not_possible_is_disabled(window: MainWindow) -> None:
    window.list_page.table.clearSelection()
    for action_id in ("campaign.open", "campaign.delete", "run.publish", "editor.save", "editor.undo"):
        assert not window.actions_[action_id].isEnabled(), action_id


def test_the_menu_offers_what_is_possible(window: MainWindow) -> None:
    menu = window.actions_.menu(window)
    titles = [section.text() for section in menu.actions()]
    assert "Campaign" in titles
    assert "Editor" not in titles
    menu.deleteLater()


def test_the_user_chooses_keys_and_everything_that_names_them_follows(window: MainWindow) -> None:
    window.actions_.apply_shortcuts(
        {"editor.undo": "Ctrl+Alt+Z", "no.such": "Ctrl+J", "editor.fit": "Nonsense"}
    )
    undo = window.actions_["editor.undo"]
    assert undo.shortcut().toString() == "Ctrl+Alt+Z"
    assert undo.toolTip() == "Undo (Ctrl+Alt+Z)"
    assert window.actions_.keys("editor.undo") == "Ctrl+Alt+Z"
    assert window.actions_["editor.fit"].shortcut().toString() == "F"


def test_keys_that_the_user_chose_are_taken_from_what_had_them(window: MainWindow) -> None:
    window.actions_.apply_shortcuts({"editor.save": "Ctrl+Z", "editor.fit": ""})
    assert window.actions_["editor.save"].shortcut().toString() == "Ctrl+Z"
    assert window.actions_["editor.undo"].shortcut().isEmpty()
    assert window.actions_["editor.undo"].toolTip() == "Undo"
    assert window.actions_["editor.fit"].shortcut().isEmpty()
    window.actions_.apply_shortcuts({})
    assert window.actions_["editor.undo"].shortcut().toString() == "Ctrl+Z"
    assert window.actions_["editor.save"].shortcut().toString() == "Ctrl+S"


def test_of_two_choices_the_later_one_counts() -> None:
    keys = assigned(ACTIONS, {"editor.undo": "Ctrl+Y", "editor.redo": "Ctrl+Z", "editor.fit": "Ctrl+Y"})
    assert (keys["editor.undo"], keys["editor.redo"], keys["editor.fit"]) == ("", "Ctrl+Z", "Ctrl+Y")


def test_every_action_speaks_chinese(window: MainWindow) -> None:
    english = {spec.id: window.actions_[spec.id].text() for spec in ACTIONS}
    language.use_language("zh")
    same = {spec.id for spec in ACTIONS if window.actions_[spec.id].text() == english[spec.id]}
    assert same == {"view.english", "view.chinese"}  # each language says its own name


def test_what_stands_in_a_bar_has_an_icon_or_its_words(qtbot: QtBot, window: MainWindow) -> None:
    page = open_draft(qtbot, window)
    table = {window.actions_[spec.id]: spec for spec in ACTIONS}
    buttons = [found for bar in (page.bar, window.list_page) for found in bar.findChildren(QToolButton)]
    offered = [(found, table[action]) for found in buttons if (action := found.defaultAction()) in table]
    assert {spec.id for _, spec in offered} >= {"editor.undo", "editor.redo", "editor.fit", "editor.add_ends"}
    for found, spec in offered:
        words = found.toolButtonStyle() is Qt.ToolButtonStyle.ToolButtonTextOnly
        assert found.text() if words else not found.icon().isNull(), spec.id
        assert window.actions_[spec.id].text().rstrip("…") in found.toolTip(), (
            "and says in words what it does"
        )


def test_nothing_is_offered_beside_the_table(qtbot: QtBot, window: MainWindow) -> None:
    """Every shortcut of the window, list and editor included, is an action of the table."""
    open_draft(qtbot, window)
    table = set(window.actions_)
    others = [action for action in window.findChildren(QAction) if action not in table]
    assert [action.text() for action in others if not action.shortcut().isEmpty()] == []
    assert window.findChildren(QShortcut) == []


def test_everything_possible_is_in_the_menu(qtbot: QtBot, window: MainWindow) -> None:
    open_draft(qtbot, window)
    menu = window.actions_.menu(window)
    sections = menu.findChildren(QMenu)
    offered = {action.objectName() for section in (menu, *sections) for action in section.actions()}
    possible = {spec.id for spec in ACTIONS if window.actions_[spec.id].isEnabled()}
    assert possible - offered == {"view.menu"}
    menu.deleteLater()
