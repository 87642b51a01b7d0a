"""The editor around an open campaign: adding, configuring, saving, leaving, problems."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import JsonValue
from PySide6.QtCore import QPoint, Qt, QTime
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from app.campaign_list import loading
from app.campaign_list.status import Status
from app.editor import session
from app.editor.attributes import AttributesDialog
from app.editor.page import EditorPage
from app.window import MainWindow
from canvas_widgets import slicing
from engine.campaign import campaign_file, edits
from engine.campaign.document import CampaignDocument
from engine.campaign.model import START_ID
from engine.workspace.workspace import Workspace
from tests.app.conftest import MakeWindow, complete, dialog, dialogs, open_draft, settle


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> EditorPage:
    return open_draft(qtbot, window)


def kinds(page: EditorPage) -> list[str]:
    return sorted(node.kind for node in page.session.document.nodes.values())


def add(page: EditorPage, *added: str) -> None:
    for kind in added:
        page.commands.add_kind(kind)


def leave(qtbot: QtBot, window: MainWindow, button: int) -> None:
    window.actions_["editor.back"].trigger()
    QTest.mouseClick(dialog(window).buttons[button], Qt.MouseButton.LeftButton)


def test_the_top_bar_stands_in_the_order_of_the_reference(page: EditorPage) -> None:
    bar = page.bar
    found = sorted(
        (child for child in bar.children() if isinstance(child, QWidget) and child.isVisible()),
        key=lambda child: child.x(),
    )
    named = [
        child.defaultAction().objectName() if hasattr(child, "defaultAction") else _name(page, child)
        for child in found
    ]
    assert named == [
        "editor.back",
        "name",
        "campaign.attributes",
        "status",
        "problems",
        "editor.add_ends",
        "editor.undo",
        "editor.redo",
        "editor.fit",
        "editor.zoom_in",
        "zoom",
        "editor.zoom_out",
        "save",
        "rehearse",
        "publish",
        "view.commands",
        "view.menu",
    ]


def _name(page: EditorPage, child: QWidget) -> str:
    bar = page.bar
    names = {bar.name: "name", bar.pill: "status", bar.problems: "problems", bar.zoom: "zoom"}
    return (names | {bar.save: "save", bar.rehearse: "rehearse", bar.publish: "publish"})[child]


def test_the_bar_fits_a_narrow_window(page: EditorPage, window: MainWindow) -> None:
    page.show_run(Status.IN_PROGRESS)
    page.bar.show_saved(QTime(10, 10))
    page.bar.versions.setVisible(True)
    window.resize(1600, 700)
    QApplication.processEvents()
    assert page.bar.saved.isVisible()
    assert page.bar.zoom.isVisible()
    window.resize(1066, 640)
    QApplication.processEvents()
    assert window.width() == 1066
    assert not page.bar.saved.isVisible()
    assert not page.bar.zoom.isVisible()
    assert all(button.isVisible() for button in (page.bar.stop, page.bar.report, page.bar.publish))


def test_palette_adds_behind_what_is_selected(page: EditorPage) -> None:
    page.palette_.kind_activated.emit("target_audience")
    (trigger,) = page.session.document.nodes
    assert page.scene.selected_node == trigger
    assert page.panel.isVisible()
    page.palette_.kind_activated.emit("end")
    page.show_node(trigger)
    page.palette_.kind_activated.emit("tag")
    (tag,) = page.session.document.successors(trigger)
    assert page.session.document.node(tag).kind == "tag"
    assert kinds(page) == ["end", "tag", "target_audience"]


def test_what_cannot_be_added_is_refused_in_words(page: EditorPage, window: MainWindow) -> None:
    page.palette_.kind_activated.emit("tag")
    assert not page.session.document.nodes
    assert "trigger" in window.toast.message


def test_undo_and_redo_name_their_step(page: EditorPage, window: MainWindow) -> None:
    undo, redo = window.actions_["editor.undo"], window.actions_["editor.redo"]
    assert not undo.isEnabled()
    add(page, "target_audience")
    assert undo.text() == "Undo Add Target Audience"
    undo.trigger()
    assert not page.session.document.nodes
    assert redo.text() == "Redo Add Target Audience"
    redo.trigger()
    assert kinds(page) == ["target_audience"]


def test_add_ends_closes_every_open_line(page: EditorPage, window: MainWindow) -> None:
    action = window.actions_["editor.add_ends"]
    assert not action.isEnabled()
    add(page, "target_audience", "random_grouping")
    action.trigger()
    assert kinds(page) == ["end", "end", "random_grouping", "target_audience"]
    assert not action.isEnabled()


def test_delete_says_how_many_and_asks(qtbot: QtBot, page: EditorPage, window: MainWindow) -> None:
    add(page, "target_audience", "tag", "end")
    (trigger,) = page.session.document.successors(START_ID)
    page.show_node(trigger)
    window.actions_["editor.delete"].trigger()
    question = dialog(window)
    assert "2 components behind it" in question.sentence.text()
    QTest.mouseClick(question.cancel, Qt.MouseButton.LeftButton)
    assert len(page.session.document.nodes) == 3
    window.actions_["editor.delete"].trigger()
    QTest.mouseClick(dialog(window).buttons[0], Qt.MouseButton.LeftButton)
    assert not page.session.document.nodes
    assert not page.panel.isVisible()
    page.commands.undo()
    assert len(page.session.document.nodes) == 3


def test_start_cannot_be_deleted(page: EditorPage, window: MainWindow) -> None:
    page.show_node(START_ID)
    assert not window.actions_["editor.delete"].isEnabled()


def test_save_writes_the_file_and_clears_the_mark(page: EditorPage, window: MainWindow) -> None:
    add(page, "target_audience")
    assert window.isWindowModified()
    assert page.bar.name.text().endswith("•")
    assert page.save()
    assert not window.isWindowModified()
    path = page.session.path
    assert path is not None
    assert campaign_file.dump(campaign_file.load(path)) == campaign_file.dump(page.session.document)
    page.commands.undo()
    assert window.isWindowModified()


def test_cards_without_a_place_get_one_which_a_save_without_a_change_does_not_write(
    page: EditorPage,
) -> None:
    add(page, "target_audience", "text_sms")
    assert page.save()
    path = page.session.path
    assert path is not None
    bare = campaign_file.load(path)
    placed = dict(bare.layout)
    bare = CampaignDocument(bare.attributes, bare.nodes, bare.links)
    campaign_file.save(bare, path)
    before = path.read_bytes()
    opened = session.EditorSession(page.session.workspace, campaign_file.load(path), path)
    assert opened.document.layout == placed
    assert not opened.dirty
    opened.save()
    assert path.read_bytes() == before
    opened.close()


def test_new_from_template_configure_save_reopen(qtbot: QtBot, window: MainWindow) -> None:
    gallery = window.campaigns.new_campaign()
    names = [card.accessibleName() for card in gallery.cards]
    assert names[0] == "Custom"
    QTest.mouseClick(
        gallery.cards[names.index("First purchase, lead to the second")], Qt.MouseButton.LeftButton
    )
    page = window.the_editor
    qtbot.waitUntil(lambda: page.scene.is_loaded)
    document = page.session.document
    (trigger,) = document.successors(START_ID)
    page.show_node(trigger)
    config: dict[str, JsonValue] = {"audiences": ["a_once"], "mode": "now", "repeat_unchanged": False}
    page.panel.confirmed.emit(edits.configure(document, trigger, name="Once", memo="", config=config))
    assert page.scene.cards[trigger].configured
    assert page.save()
    saved = campaign_file.dump(document)
    window.actions_["editor.back"].trigger()
    settle(qtbot)
    again = open_draft(qtbot, window, "First purchase, lead to the second")
    assert campaign_file.dump(again.session.document) == saved
    assert again.session.document.attributes.template is not None


def test_names_of_new_campaigns_do_not_clash(window: MainWindow, workspace: Workspace) -> None:
    first = loading.new_document(workspace, None, "Spring sale", "")
    assert first.attributes.name == "Spring sale 2"
    long = "x" * 50
    workspace.save_campaign(loading.new_document(workspace, None, long, ""))
    assert len(loading.new_document(workspace, None, long, "").attributes.name) <= 50


def test_a_new_campaign_is_nowhere_before_it_is_saved(
    qtbot: QtBot, window: MainWindow, workspace: Workspace
) -> None:
    files = sorted((workspace.folder / "campaigns").iterdir())
    QTest.mouseClick(window.campaigns.new_campaign().cards[0], Qt.MouseButton.LeftButton)
    leave(qtbot, window, 0)
    settle(qtbot)
    assert window.editor is None
    assert sorted((workspace.folder / "campaigns").iterdir()) == files


def test_back_asks_and_then_nothing_is_saved(qtbot: QtBot, page: EditorPage, window: MainWindow) -> None:
    path = page.session.path
    assert path is not None
    before = path.read_bytes()
    add(page, "target_audience")
    window.actions_["editor.back"].trigger()
    assert "nothing is saved" in dialog(window).sentence.text()
    QTest.mouseClick(dialog(window).cancel, Qt.MouseButton.LeftButton)
    assert window.the_editor is page
    leave(qtbot, window, 0)
    assert window.editor is None
    assert path.read_bytes() == before


def test_back_can_save(qtbot: QtBot, page: EditorPage, window: MainWindow) -> None:
    path = page.session.path
    assert path is not None
    add(page, "target_audience")
    leave(qtbot, window, 1)
    assert window.editor is None
    assert len(campaign_file.load(path).nodes) == 1


def test_back_without_changes_does_not_ask(page: EditorPage, window: MainWindow) -> None:
    window.actions_["editor.back"].trigger()
    assert window.editor is None
    assert not dialogs(window)


def test_unconfirmed_input_of_the_panel_is_not_lost_silently(
    qtbot: QtBot, page: EditorPage, window: MainWindow
) -> None:
    add(page, "target_audience")
    page.save()
    assert page.panel.content is not None
    page.panel.content.name.selectAll()
    QTest.keyClicks(page.panel.content.name, "Another name")
    assert window.isWindowModified()
    assert page.save()
    assert "Target Audience 1" in window.toast.message
    window.actions_["editor.back"].trigger()
    assert dialogs(window)


def test_save_that_fails_says_why_and_keeps_the_changes(page: EditorPage, window: MainWindow) -> None:
    add(page, "target_audience")
    page.session.path = page.session.workspace.folder / "missing" / "x" / "spring.campaign.json"
    page.session.path.parent.parent.write_text("in the way")
    assert not page.save()
    assert window.toast.message
    assert window.isWindowModified()


def click_line(page: EditorPage, row: int) -> None:
    lines = page.problems.list
    place = lines.visualRect(lines.problems.index(row)).center()
    QTest.mouseClick(lines.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_problems_are_counted_listed_and_jumped_to(
    qtbot: QtBot, page: EditorPage, window: MainWindow
) -> None:
    add(page, "target_audience", "text_sms")
    page.session.check()
    assert page.bar.problems.text() == f"{len(page.session.errors)} problems"
    window.actions_["editor.problems"].trigger()
    assert page.problems.isVisible()
    (trigger,) = page.session.document.successors(START_ID)
    row = next(i for i, problem in enumerate(page.session.problems) if problem.node == trigger)
    click_line(page, row)
    assert page.scene.selected_node == trigger
    assert page.panel.node_id == trigger
    assert page.problems.isVisible()
    QTest.keyClick(page.problems.list, Qt.Key.Key_Escape)
    assert not page.problems.isVisible()


def test_problems_are_found_after_each_change(qtbot: QtBot, page: EditorPage) -> None:
    codes = {problem.code for problem in page.session.problems}
    assert "no_trigger" in codes
    with qtbot.waitSignal(page.session.problems_changed):
        add(page, "target_audience")
    assert "no_trigger" not in {problem.code for problem in page.session.problems}


def test_a_problem_of_the_whole_campaign_opens_its_attributes(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace
) -> None:
    window = make_window(workspace)
    page = open_draft(qtbot, window)
    document = loading.new_document(workspace, None, "Another", "")
    workspace.save_campaign(document)
    attributes = page.session.document.attributes.model_copy(update={"name": "Another"})
    page.push(edits.set_attributes(page.session.document, attributes))
    page.session.check()
    taken = next(problem for problem in page.session.problems if problem.code == "name_taken")
    page.findings.jump(taken)
    assert dialog(window).name.text() == "Another"


def test_attributes_are_one_undo_step(qtbot: QtBot, page: EditorPage, window: MainWindow) -> None:
    window.actions_["campaign.attributes"].trigger()
    form = dialog(window)
    form.name.setText("Summer sale")
    form.ok.click()
    assert page.session.document.attributes.name == "Summer sale"
    assert page.bar.name.text().startswith("Summer sale")
    assert "Summer sale" in window.windowTitle()
    page.commands.undo()
    assert page.session.document.attributes.name == "Spring sale"


def test_zoom_shows_its_percentage(qtbot: QtBot, page: EditorPage, window: MainWindow) -> None:
    window.actions_["editor.zoom_reset"].trigger()
    assert page.bar.zoom.text() == "100 %"
    window.actions_["editor.zoom_in"].trigger()
    assert page.bar.zoom.text() == "110 %"
    window.actions_["editor.zoom_out"].trigger()
    window.actions_["editor.zoom_out"].trigger()
    assert page.bar.zoom.text() == "90 %"


def test_status_decides_what_the_bar_offers(page: EditorPage) -> None:
    assert not page.bar.report.isVisible()
    page.show_run(Status.IN_PROGRESS)
    assert page.bar.stop.isVisible()
    assert page.bar.report.isVisible()
    assert not page.bar.restart.isVisible()
    page.show_run(Status.STOPPED)
    assert page.bar.restart.isVisible()
    assert not page.bar.stop.isVisible()
    assert page.bar.pill.text() == "Stopped"


def test_complete_campaigns_have_no_problems(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, tmp_path: Path
) -> None:
    document = loading.new_document(workspace, None, "Complete", "")
    complete(document)
    window.open_campaigns.open_document(document, None)
    assert not window.the_editor.session.errors
    assert not window.the_editor.bar.problems.isVisible()


def test_a_campaign_that_finishes_is_only_looked_at(page: EditorPage, window: MainWindow) -> None:
    page.bar.publish.setFocus()
    page.show_run(Status.FINISHED)
    window.actions_.refresh()
    assert page.read_only
    assert page.view.hasFocus()
    assert not page.bar.save.isVisible()
    assert not window.actions_["editor.save"].isEnabled()
    assert page.bar.view_only.isVisible()


def test_no_step_is_taken_back_in_a_campaign_that_has_finished(page: EditorPage, window: MainWindow) -> None:
    page.commands.add_kind("target_audience")
    assert page.save()
    assert window.actions_["editor.undo"].isEnabled()
    page.show_run(Status.FINISHED)
    for action_id in ("editor.undo", "editor.redo"):
        assert not window.actions_[action_id].isEnabled()
    page.commands.undo()
    assert len(page.session.document.nodes) == 1


def test_what_is_viewed_can_be_edited_from_there(qtbot: QtBot, window: MainWindow) -> None:
    window.list_page.select(window.rows()[0].path)
    window.view_selected()
    settle(qtbot)
    assert window.the_editor.bar.edit.isVisible()
    qtbot.waitUntil(lambda: window.the_editor.scene.is_loaded)
    window.the_editor.scene.select([START_ID])
    window.actions_["editor.edit"].trigger()
    settle(qtbot)
    assert not window.the_editor.read_only
    qtbot.waitUntil(lambda: window.the_editor.scene.selection == {START_ID})


def test_a_large_campaign_is_checked_in_slices_and_anew_where_it_changes_meanwhile(
    qtbot: QtBot, page: EditorPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "LARGE", 0)
    monkeypatch.setattr(slicing, "SLICE_SECONDS", 0.0)
    add(page, "target_audience")
    heard: list[set[str]] = []
    page.session.check(lambda: heard.append({problem.code for problem in page.session.problems}))
    QApplication.processEvents()
    assert not heard, "the window goes on after each step"
    page.session.push(edits.delete_behind(page.session.document, next(iter(page.session.document.nodes))))
    qtbot.waitUntil(lambda: bool(heard))
    assert len(heard) == 1
    assert "no_trigger" in heard[0], "it is about the campaign as it is now"


def test_the_panel_slides_away_with_the_selection(page: EditorPage) -> None:
    add(page, "target_audience")
    assert page.panel.isVisible()
    assert page.panel.parentWidget().width() == page.panel.width()  # type: ignore[union-attr]
    page.scene.select([])
    assert not page.panel.isVisible()
    assert page.panel.parentWidget().width() == 0  # type: ignore[union-attr]


def test_a_question_whose_campaign_has_changed_meanwhile_does_nothing_and_says_so(
    window: MainWindow, page: EditorPage
) -> None:
    add(page, "target_audience", "wait_until")
    (wait,) = (id for id, node in page.session.document.nodes.items() if node.kind == "wait_until")
    page.scene.select([wait])
    question = page.commands.delete_selected()
    assert question is not None
    page.session.push(edits.rename(page.session.document, wait, "Renamed elsewhere"))
    question.buttons[0].click()
    assert wait in page.session.document.nodes
    assert window.toast.message.startswith("The campaign has changed meanwhile.")


def test_a_question_does_nothing_once_the_campaign_can_only_be_viewed(
    window: MainWindow, page: EditorPage
) -> None:
    add(page, "target_audience")
    question = page.commands.delete_selected()
    assert question is not None
    page.read_only = True
    question.buttons[0].click()
    assert kinds(page) == ["target_audience"]
    assert window.toast.message == "This campaign can only be viewed now."


def test_a_refusal_goes_once_something_is_done(window: MainWindow, page: EditorPage) -> None:
    add(page, "text_sms")
    assert window.toast.message.startswith("A campaign begins with a trigger")
    add(page, "target_audience")
    assert not window.toast.message


def test_a_problem_that_is_asked_for_while_the_canvas_fills_is_shown_once_it_is_full(
    qtbot: QtBot, window: MainWindow, page: EditorPage
) -> None:
    add(page, "target_audience")
    window.open_campaigns.open_document(page.session.document.copy(), None)
    opened = window.the_editor
    assert not opened.scene.is_loaded
    opened.findings.step()
    qtbot.waitUntil(lambda: opened.scene.is_loaded)
    assert opened.scene.selected_node in opened.session.document.nodes


def test_the_panel_opens_over_no_open_end(qtbot: QtBot, window: MainWindow) -> None:
    page = open_draft(qtbot, window)
    document = page.session.document
    for kind in ("target_audience", "random_grouping"):
        (link,) = (id for id, found in document.links.items() if found.target is None)
        page.push(edits.append(document, link, kind))
    settle(qtbot)
    shown = page.view.mapToScene(page.view.viewport().rect()).boundingRect()
    ends = [item for item in page.scene.links.values() if item.open]
    assert len(ends) == 2
    assert all(shown.contains(item.sceneBoundingRect()) for item in ends)


@pytest.mark.qt_log_ignore("does not support", extend=True)
def test_a_tooltip_on_show_says_what_undo_would_undo_now(page: EditorPage, window: MainWindow) -> None:
    page.commands.add_kind("target_audience")
    action = window.actions_["editor.undo"]
    QToolTip.showText(window.mapToGlobal(QPoint(100, 100)), action.toolTip(), window)
    action.trigger()
    assert QToolTip.text() == action.toolTip() == "Undo (Ctrl+Z)"
    QToolTip.hideText()


def test_a_double_click_on_the_name_opens_the_attributes(page: EditorPage) -> None:
    QTest.mouseDClick(page.bar.name, Qt.MouseButton.LeftButton)
    assert page.window().findChildren(AttributesDialog)


def test_the_panel_comes_with_its_card(
    qtbot: QtBot, page: EditorPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is added by a large edit is on the canvas a few turns later: so is the panel about it."""
    add(page, "target_audience")
    audience = page.panel.node_id
    monkeypatch.setattr("canvas_widgets.scene.AT_ONCE", 1)
    add(page, "wait_until")
    added = page.scene.selected_node
    assert page.scene.catching_up.active
    assert page.panel.node_id == audience != added
    qtbot.waitUntil(lambda: not page.scene.catching_up.active)
    assert page.panel.node_id == added
    page.commands.undo()
    assert page.scene.catching_up.active
    assert page.panel.node_id is None  # it is gone
