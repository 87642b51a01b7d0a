"""Lines and copies in the editor: by the mouse's asks, by actions, and through the system's clipboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.campaign_list import loading
from app.campaign_list.status import Status
from app.command_palette import Picker
from app.editor import clipboard
from app.editor.page import EditorPage
from app.window import MainWindow
from canvas_widgets.items.marks import Marks
from engine.campaign.model import START_ID
from engine.workspace.workspace import Workspace
from tests.app.conftest import dialog, dialogs, open_draft, settle

pytestmark = pytest.mark.qt_log_ignore("does not support", extend=True)


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> EditorPage:
    """Audience → groups → tag → End, and → (open)."""
    window.activateWindow()
    page = open_draft(qtbot, window, kinds=("target_audience", "random_grouping", "tag", "end"))
    page.view.setFocus()
    return page


def named(page: EditorPage, name: str) -> str:
    return next(id for id, node in page.session.document.nodes.items() if node.name == name)


def select(page: EditorPage, *names: str) -> None:
    page.scene.select([named(page, name) for name in names])


def names(page: EditorPage) -> list[str]:
    return sorted(node.name for node in page.session.document.nodes.values())


def behind(page: EditorPage, name: str) -> list[str]:
    document = page.session.document
    return [document.node(node_id).name for node_id in document.successors(named(page, name))]


def do(window: MainWindow, action_id: str) -> None:
    window.actions_.refresh()
    assert window.actions_[action_id].isEnabled()
    window.actions_[action_id].trigger()


def pick(window: MainWindow, typed: str) -> list[str]:
    """Choose in the list that asks; answers what was offered."""
    (picker,) = (found for found in window.findChildren(Picker) if found.isVisible())
    offered = [str(picker.list.model().index(row, 0).data()) for row in range(picker.list.model().rowCount())]
    QTest.keyClicks(picker.search, typed)
    QTest.keyClick(picker.search, Qt.Key.Key_Return)
    return offered


# Copying ----------------------------------------------------------------------------------------------------


def test_copy_and_paste_go_on_behind_what_was_pasted(page: EditorPage, window: MainWindow) -> None:
    select(page, "Tag 1")
    do(window, "editor.copy")
    assert "Copied 1 component." in window.toast.message
    do(window, "editor.paste")
    assert behind(page, "Tag 1") == ["Tag 2"]
    assert behind(page, "Tag 2") == ["End 1"]
    assert page.scene.selected_node == named(page, "Tag 2")
    do(window, "editor.paste")
    assert behind(page, "Tag 2") == ["Tag 3"]
    page.commands.undo()
    assert window.actions_["editor.redo"].text() == "Redo Paste Tag 1"


def test_everything_behind_is_pasted_where_a_mark_is_clicked(page: EditorPage, window: MainWindow) -> None:
    select(page, "Tag 1")
    do(window, "editor.copy_behind")
    select(page, "End 1")
    do(window, "editor.paste")
    assert page.view.pasting.active
    assert page.paste_hint.isVisible()
    assert page.paste_hint.title.text() == "Paste 2 components"
    assert page.paste_hint.place_.text() == "1 of 1: Behind Random Grouping 1 · Group 2"
    QTest.keyClick(page.view, Qt.Key.Key_Return)
    assert behind(page, "Random Grouping 1") == ["Tag 1", "Tag 2"]
    assert not page.paste_hint.isVisible()


def test_copy_mode_speaks_the_language_of_the_moment(page: EditorPage, window: MainWindow) -> None:
    page.view.copy_requested.emit(named(page, "Tag 1"), False)
    QTest.keyClick(page.view, Qt.Key.Key_Tab)
    before = page.view.pasting.marks
    assert before is not None
    window.appearance.set_language("zh")
    marks = page.view.pasting.marks
    assert marks is not None
    assert marks.chosen.link_id == before.chosen.link_id
    assert page.paste_hint.leave.text() == "取消"
    assert page.paste_hint.place_.text().startswith("第")
    assert [item for item in page.scene.items() if isinstance(item, Marks)] == [marks]


def test_copy_mode_ends_when_the_campaign_can_only_be_viewed(page: EditorPage) -> None:
    assert page.save()
    page.view.copy_requested.emit(named(page, "Tag 1"), False)
    page.show_run(Status.FINISHED)
    assert not page.view.pasting.active
    assert not page.paste_hint.isVisible()
    assert page.scene.stage.targets is None


def test_the_icons_above_a_card_lead_into_copy_mode(page: EditorPage, window: MainWindow) -> None:
    page.view.copy_requested.emit(named(page, "Tag 1"), False)
    marks = page.view.pasting.marks
    assert marks is not None
    assert len(marks.marks) == 4
    QTest.mouseClick(page.paste_hint.leave, Qt.MouseButton.LeftButton)
    assert not page.view.pasting.active
    assert not page.paste_hint.isVisible()
    select(page, "Tag 1")
    do(window, "editor.paste")
    assert "Tag 2" in names(page)


def test_deleting_while_the_marks_stand_ends_copy_mode(page: EditorPage, window: MainWindow) -> None:
    select(page, "Tag 1")
    page.view.copy_requested.emit(named(page, "Tag 1"), False)
    assert page.view.pasting.words
    do(window, "editor.cut")
    assert not page.view.pasting.active
    assert page.view.pasting.words == ""


def test_a_trigger_is_copied_for_another_campaign(
    page: EditorPage, window: MainWindow, workspace: Workspace, qtbot: QtBot
) -> None:
    page.view.copy_requested.emit(named(page, "Target Audience 1"), True)
    assert not page.view.pasting.active
    assert "exactly one trigger" in window.toast.message
    window.open_campaigns.open_document(loading.new_document(workspace, None, "Another", ""), None)
    other = window.the_editor
    qtbot.waitUntil(lambda: other.scene.is_loaded)
    do(window, "editor.paste")
    assert names(other) == names(page)


def test_what_is_viewed_can_be_copied_and_not_pasted(qtbot: QtBot, window: MainWindow) -> None:
    page = open_draft(qtbot, window)
    page.commands.add_kind("target_audience")
    page.save()
    window.open_campaigns.close(window.the_editor, to_list=True)
    settle(qtbot)
    window.list_page.select(window.rows()[0].path)
    window.view_selected()
    settle(qtbot)
    viewed = window.the_editor
    qtbot.waitUntil(lambda: viewed.scene.is_loaded)
    viewed.view.copy_requested.emit(named(viewed, "Target Audience 1"), False)
    assert not viewed.view.pasting.active
    assert "Copied 1 component." in window.toast.message
    for action_id in ("editor.paste", "editor.cut", "editor.cut_line", "editor.add_line", "editor.lead"):
        window.actions_.refresh()
        assert not window.actions_[action_id].isEnabled()


def test_cut_takes_what_goes_along_and_asks_nothing(page: EditorPage, window: MainWindow) -> None:
    select(page, "Tag 1")
    do(window, "editor.cut")
    assert not dialogs(window)
    assert names(page) == ["Random Grouping 1", "Target Audience 1"]
    assert window.actions_["editor.undo"].text() == "Undo Cut Tag 1"
    select(page, "Random Grouping 1")
    do(window, "editor.paste")
    assert page.view.pasting.active, "both branches are open"
    QTest.keyClick(page.view, Qt.Key.Key_Return)
    assert names(page) == ["End 1", "Random Grouping 1", "Tag 1", "Target Audience 1"]


def test_several_are_copied_and_cut_together(page: EditorPage, window: MainWindow) -> None:
    select(page, "Tag 1", "End 1")
    do(window, "editor.cut")
    assert window.actions_["editor.undo"].text() == "Undo Cut 2 components"
    page.commands.undo()
    page.scene.select([START_ID])
    do(window, "editor.copy")
    assert "Start" in window.toast.message
    do(window, "editor.cut")
    assert "Start" in window.toast.message


@pytest.mark.parametrize("large", [300, 0])
def test_another_program_reads_what_was_copied(
    page: EditorPage, window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, large: int
) -> None:
    monkeypatch.setattr(clipboard, "LARGE", large)
    select(page, "Tag 1")
    do(window, "editor.copy")
    settle(qtbot)
    mime = QMimeData()
    mime.setData(clipboard.MIME_TYPE, QGuiApplication.clipboard().mimeData().data(clipboard.MIME_TYPE))
    QGuiApplication.clipboard().setMimeData(mime)
    do(window, "editor.paste")
    assert behind(page, "Tag 1") == ["Tag 2"]


def test_a_large_part_is_pasted_before_it_is_written(
    page: EditorPage, window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clipboard, "LARGE", 0)
    select(page, "Tag 1")
    do(window, "editor.copy")
    do(window, "editor.paste")
    assert behind(page, "Tag 1") == ["Tag 2"]
    do(window, "editor.copy")
    QGuiApplication.clipboard().setText("something else")
    settle(qtbot)
    assert QGuiApplication.clipboard().text() == "something else"


@pytest.mark.parametrize("data", [b"", b"nonsense", b'{"format": "campaign"}', b"{" * 100_000, b"\xff" * 64])
def test_a_hostile_clipboard_is_refused_in_words(page: EditorPage, window: MainWindow, data: bytes) -> None:
    mime = QMimeData()
    mime.setData(clipboard.MIME_TYPE, data)
    QGuiApplication.clipboard().setMimeData(mime)
    before = names(page)
    do(window, "editor.paste")
    assert "damaged" in window.toast.message
    assert names(page) == before
    assert not page.view.pasting.active


def test_an_empty_clipboard_is_nothing_to_paste(page: EditorPage, window: MainWindow) -> None:
    QGuiApplication.clipboard().clear()
    before = names(page)
    do(window, "editor.paste")
    assert window.toast.message
    assert names(page) == before


def test_other_things_in_the_clipboard_are_nothing_to_paste(page: EditorPage, window: MainWindow) -> None:
    QGuiApplication.clipboard().setText("a text")
    do(window, "editor.paste")
    assert "nothing to paste" in window.toast.message


# Lines ------------------------------------------------------------------------------------------------------


def test_a_cut_line_says_how_many_go_and_asks(page: EditorPage, window: MainWindow) -> None:
    select(page, "Tag 1")
    do(window, "editor.cut_line")
    question = dialog(window)
    assert "2 components" in question.sentence.text()
    QTest.mouseClick(question.cancel, Qt.MouseButton.LeftButton)
    assert "Tag 1" in names(page)
    (line,) = page.session.document.in_links(named(page, "Tag 1"))
    page.view.cut_requested.emit(line)
    QTest.mouseClick(dialog(window).buttons[0], Qt.MouseButton.LeftButton)
    assert names(page) == ["Random Grouping 1", "Target Audience 1"]
    assert window.actions_["editor.undo"].text() == "Undo Cut the line to Tag 1"


def test_a_line_is_added_led_and_cut_by_keyboard(page: EditorPage, window: MainWindow) -> None:
    select(page, "Tag 1")
    do(window, "editor.add_line")
    assert len(page.lines.open_lines()) == 1
    do(window, "editor.lead")
    assert "no other component" in window.toast.message
    do(window, "editor.cut_line")
    assert pick(window, "open") == ["Behind Random Grouping 1 · Group 1", "Open line: Behind Tag 1"]
    assert page.lines.open_lines() == []
    select(page, "Random Grouping 1")
    do(window, "editor.lead")
    assert pick(window, "end") == ["Tag 1", "End 1"]
    assert behind(page, "Random Grouping 1") == ["Tag 1", "End 1"]
    select(page, "End 1")
    do(window, "editor.cut_line")
    pick(window, "grouping")
    assert not dialogs(window), "another line still leads to it"
    assert behind(page, "Random Grouping 1") == ["Tag 1"]


def test_of_several_branches_the_keyboard_asks_for_one(page: EditorPage, window: MainWindow) -> None:
    page.commands.add_ends()
    select(page, "Random Grouping 1")
    do(window, "editor.add_line")
    assert pick(window, "2") == ["Group 1", "Group 2"]
    (line,) = page.lines.open_lines()
    assert (
        page.session.document.links[line].port
        == page.session.document.ports(named(page, "Random Grouping 1"))[1].name
    )


def test_ctrl_c_in_a_field_is_the_fields(page: EditorPage, window: MainWindow) -> None:
    select(page, "Tag 1")
    do(window, "editor.copy")
    QApplication.processEvents()
    assert page.panel.content is not None
    field = page.panel.content.name
    field.setFocus()
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "Tag 1"
