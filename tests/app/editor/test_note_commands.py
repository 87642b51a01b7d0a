"""Notes and frames by the editor's actions: all of it by keyboard, and nothing that is written gets lost."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.editor.page import EditorPage
from app.window import MainWindow
from engine.campaign import campaign_file
from engine.campaign.model import START_ID
from engine.campaign.notes import contents
from tests.app.conftest import complete, dialog, open_draft, settle

# The platform of tests cannot show a menu or a dialog the way a desktop does, and says so.
pytestmark = pytest.mark.qt_log_ignore("does not support", extend=True)


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> EditorPage:
    page = open_draft(qtbot, window)
    complete(page.session.document)
    return page


def trigger(window: MainWindow, *action_ids: str) -> None:
    for action_id in action_ids:
        window.actions_.refresh()
        assert window.actions_[action_id].isEnabled(), action_id
        window.actions_[action_id].trigger()


def write(page: EditorPage, text: str) -> None:
    """Type into the field that is open, and keep it."""
    QTest.keyClicks(page.view.notes.editor, text)
    QTest.keyClick(page.view.notes.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


def test_a_new_note_is_written_at_once(window: MainWindow, page: EditorPage) -> None:
    trigger(window, "notes.add")
    assert page.view.notes.editor.isVisible()
    write(page, "Ask first")
    (note,) = page.session.document.notes.values()
    assert note.text == "Ask first"
    assert len(page.scene.selected_notes) == 1
    assert page.session.undo_stack.undo_label() == "Undo Edit note"


def test_a_frame_goes_around_what_is_selected(window: MainWindow, page: EditorPage) -> None:
    nodes = frozenset(page.session.document.nodes)
    page.scene.select(nodes)
    trigger(window, "notes.frame")
    write(page, "All of it")
    ((frame_id, frame),) = page.session.document.notes.items()
    assert frame.title == "All of it"
    assert contents(page.session.document, frame_id).nodes == nodes
    assert page.scene.selected_notes == {frame_id}
    assert not page.scene.selection


def test_the_colours_have_names_and_the_present_one_is_checked(window: MainWindow, page: EditorPage) -> None:
    trigger(window, "notes.add")
    write(page, "A")
    menu = page.note_commands.colour_menu()
    names = [action.text() for action in menu.actions()]
    assert names == ["Grey", "Blue", "Green", "Yellow", "Red", "Purple"]
    assert [action.text() for action in menu.actions() if action.isChecked()] == ["Yellow"]
    menu.actions()[1].trigger()
    (note,) = page.session.document.notes.values()
    assert note.colour == "blue"
    menu.deleteLater()


def test_the_keyboard_goes_from_note_to_note_and_resizes(window: MainWindow, page: EditorPage) -> None:
    for text in ("One", "Two"):
        trigger(window, "notes.add")
        write(page, text)
    page.scene.select([START_ID])
    seen = []
    for _ in range(3):
        trigger(window, "notes.next")
        (note_id,) = page.scene.selected_notes
        seen.append(page.session.document.notes[note_id].text)
    assert seen == ["One", "Two", "One"]
    (note_id,) = page.scene.selected_notes
    before = page.session.document.notes[note_id].size
    trigger(window, "notes.wider", "notes.wider", "notes.taller", "notes.narrower", "notes.shorter")
    trigger(window, "notes.wider")
    assert page.session.document.notes[note_id].size == (before.x + 16, before.y)
    page.session.undo_stack.undo()
    assert page.session.document.notes[note_id].size == before


def test_del_takes_notes_without_a_question_and_with_cards_asks(
    qtbot: QtBot, window: MainWindow, page: EditorPage
) -> None:
    trigger(window, "notes.add")
    write(page, "Gone")
    QTest.keyClick(page.view, Qt.Key.Key_Delete)
    assert not page.session.document.notes
    page.session.undo_stack.undo()
    page.selecting.everything()
    trigger(window, "editor.delete")
    asked = dialog(window)
    assert "1 note goes, too." in asked.sentence.text()
    asked.buttons[-1].click()
    assert not page.session.document.notes
    assert not page.session.document.nodes
    page.session.undo_stack.undo()
    assert page.session.document.notes
    assert page.session.document.nodes
    settle(qtbot)


def test_what_is_being_written_is_unsaved_and_saving_keeps_it(window: MainWindow, page: EditorPage) -> None:
    trigger(window, "notes.add")
    write(page, "")
    page.save()
    assert not page.unsaved()
    trigger(window, "notes.write")
    QTest.keyClicks(page.view.notes.editor, "Half a sen")
    assert page.unsaved()
    page.save()
    assert page.session.path is not None
    (note,) = campaign_file.load(page.session.path).notes.values()
    assert note.text == "Half a sen"
