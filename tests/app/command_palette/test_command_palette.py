"""The command palette: what it offers, finds, remembers and does."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import preferences
from app.actions import ACTIONS
from app.command_palette import CommandPalette
from app.command_palette.entries import Entry, gather, listed
from app.window import MainWindow
from canvas_widgets.look import Look
from engine.workspace.workspace import Workspace
from tests.app.conftest import MakeWindow, open_draft, settle

pytestmark = pytest.mark.qt_log_ignore("does not support", extend=True)


def opened(window: MainWindow) -> CommandPalette:
    window.actions_["view.commands"].trigger()
    return shown(window)


def shown(window: MainWindow) -> CommandPalette:
    (found,) = [found for found in window.findChildren(CommandPalette) if found.isVisible()]
    return found


def found(window: MainWindow, typed: str) -> list[Entry]:
    rows = listed(gather(window), typed, window.preferences.recent_commands)
    return [row for row in rows if isinstance(row, Entry)]


def test_nothing_typed_lists_what_can_be_done_by_section(window: MainWindow) -> None:
    rows = listed(gather(window), "", [])
    possible = [spec.id for spec in ACTIONS if window.actions_[spec.id].isEnabled()]
    assert sorted(row.id for row in rows if isinstance(row, Entry)) == sorted({*possible} - {"view.commands"})
    assert next(row for row in rows if isinstance(row, str)) == "Campaign"


@pytest.mark.parametrize(
    ("typed", "id"),
    [
        ("fit", "editor.fit"),
        ("syp", "editor.fit"),
        ("适应", "editor.fit"),
        ("undo", "editor.undo"),
        ("chexiao", "editor.undo"),
        ("about", "help.about"),
        ("pdf", "editor.export"),
        ("image", "editor.export"),
        ("图像", "editor.export"),
        ("rehearse", "editor.rehearse"),
        ("settings", "go.settings"),
        ("preferences", "workspace.preferences"),
        ("help", "help.manual"),
        ("manual", "help.manual"),
        ("connect", "editor.lead"),
        ("join", "editor.lead"),
        ("link", "editor.lead"),
        ("hide", "editor.side_bar"),
        ("toolbox", "editor.side_bar"),
    ],
)
def test_typing_finds_in_either_language(qtbot: QtBot, window: MainWindow, typed: str, id: str) -> None:
    if id.startswith(("editor", "run")):
        open_draft(qtbot, window)
    assert found(window, typed)[0].id == id


def test_what_is_not_possible_stands_last_and_says_why(window: MainWindow) -> None:
    undo = next(entry for entry in found(window, "undo") if entry.id == "editor.undo")
    assert undo.why_not == "In an open campaign"
    palette = opened(window)
    QTest.keyClicks(palette.search, "undo")
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert palette.isVisible()


def test_campaigns_and_components_are_offered_by_name(qtbot: QtBot, window: MainWindow) -> None:
    assert found(window, "spring")[0].text == "Open Spring sale"
    palette = opened(window)
    QTest.keyClicks(palette.search, "open spring")
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.editor is not None and window.editor.scene.is_loaded)
    page = window.the_editor
    page.commands.add_kind("target_audience")
    page.scene.select([])
    palette = opened(window)
    QTest.keyClicks(palette.search, "go to mbrq")
    chosen = palette.chosen()
    assert chosen is not None
    assert chosen.text == "Go to Target Audience 1"
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    (node_id,) = page.session.document.nodes
    assert page.scene.selected_node == node_id


def test_enter_does_it_where_the_cursor_was_and_it_is_remembered(qtbot: QtBot, window: MainWindow) -> None:
    page = open_draft(qtbot, window)
    page.view.setFocus()
    palette = opened(window)
    assert QApplication.focusWidget() is palette.search
    QTest.keyClicks(palette.search, "zoom in")
    with qtbot.waitSignal(window.actions_["editor.zoom_in"].triggered):
        QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert QApplication.focusWidget() is page.view
    assert preferences.load().recent_commands == ["editor.zoom_in"]
    rows = listed(gather(window), "", window.preferences.recent_commands)
    assert rows[0] == "Recently used"
    assert isinstance(rows[1], Entry)
    assert rows[1].id == "editor.zoom_in"


def test_among_equal_matches_the_last_used_one_comes_first(qtbot: QtBot, window: MainWindow) -> None:
    open_draft(qtbot, window)
    assert next(entry.id for entry in found(window, "zoom")) == "editor.zoom_in"
    window.preferences.recent_commands = ["editor.zoom_out"]
    assert next(entry.id for entry in found(window, "zoom")) == "editor.zoom_out"


def test_arrows_pass_over_headings_and_stop_at_the_ends(window: MainWindow) -> None:
    palette = opened(window)
    first = palette.chosen()
    assert first is not None
    QTest.keyClick(palette.search, Qt.Key.Key_Up)
    assert palette.chosen() == first
    seen = []
    for _ in range(len(ACTIONS)):
        chosen = palette.chosen()
        assert chosen is not None
        seen.append(chosen.id)
        QTest.keyClick(palette.search, Qt.Key.Key_Down)
    assert len(set(seen)) == len([row for row in listed(gather(window), "", []) if isinstance(row, Entry)])
    QTest.keyClick(palette.search, Qt.Key.Key_PageUp)
    assert palette.chosen() is not None


@pytest.mark.parametrize("way", ["escape", "elsewhere", "shortcut"])
def test_it_closes_and_the_focus_goes_back(qtbot: QtBot, window: MainWindow, way: str) -> None:
    window.list_page.table.setFocus()
    palette = opened(window)
    QTest.keyClick(palette.search, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is palette.search
    if way == "escape":
        QTest.keyClick(palette.search, Qt.Key.Key_Escape)
    elif way == "elsewhere":
        QTest.mouseClick(window, Qt.MouseButton.LeftButton, pos=QPoint(4, window.height() - 4))
    else:
        window.actions_["view.commands"].trigger()
    assert not palette.isVisible()
    assert QApplication.focusWidget() is window.list_page.table


def test_a_click_chooses_and_nothing_found_is_said(qtbot: QtBot, window: MainWindow) -> None:
    palette = opened(window)
    QTest.keyClicks(palette.search, "zzzz")
    assert palette.chosen() is None
    assert palette.list.isHidden()
    palette.search.setText("keyboard")
    index = palette.list.currentIndex()
    with qtbot.waitSignal(window.actions_["help.shortcuts"].triggered):
        place = palette.list.visualRect(index).center()
        QTest.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_who_hears_the_window_is_told_what_enter_would_take(window: MainWindow) -> None:
    palette = opened(window)
    QTest.keyClicks(palette.search, "about")
    interface = QAccessible.queryAccessibleInterface(palette.search)
    assert interface.text(QAccessible.Text.Description) == "About Campaign Canvas, Help, Shift+F1"
    assert QAccessible.queryAccessibleInterface(palette.list).role() == QAccessible.Role.List
    assert palette.list.accessibleName()


def test_it_stays_inside_a_window_that_becomes_small(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace
) -> None:
    window = make_window(workspace)
    palette = opened(window)
    window.resize(420, 400)
    settle(qtbot)
    assert window.rect().contains(palette.geometry())


def test_it_goes_when_the_focus_goes_elsewhere(qtbot: QtBot, window: MainWindow) -> None:
    window.list_page.table.setFocus()
    palette = opened(window)
    window.actions_["campaign.search"].trigger()
    assert not palette.isVisible()
    assert QApplication.focusWidget() is window.list_page.search


def test_without_a_workspace_it_says_what_is_missing(qtbot: QtBot, look: Look) -> None:
    window = MainWindow(look, preferences.Preferences(language="en"))
    qtbot.addWidget(window, before_close_func=lambda shown: shown.close_without_asking())
    window.show()
    opened(window)
    assert found(window, "undo")[0].why_not == "Open a workspace first"
    assert not found(window, "open workspace")[0].why_not


def test_what_is_no_component_is_looked_for_among_all_commands(qtbot: QtBot, window: MainWindow) -> None:
    page = open_draft(qtbot, window)
    page.commands.focus_palette()
    QTest.keyClicks(page.palette_.search, "zoom")
    assert page.palette_.nothing.isVisible()
    assert not page.palette_.list.isVisible()
    assert "“zoom”" in page.palette_.nothing.button.accessibleName()
    QTest.keyClick(page.palette_.search, Qt.Key.Key_Return)
    palette = shown(window)
    assert palette.search.text() == "zoom"
    chosen = palette.chosen()
    assert chosen is not None
    assert chosen.id == "editor.zoom_in"
    palette.close()
    page.palette_.search.clear()
    assert page.palette_.list.isVisible()


def test_the_side_bar_is_hidden_and_comes_back_when_it_is_needed(qtbot: QtBot, window: MainWindow) -> None:
    page = open_draft(qtbot, window)
    window.actions_["editor.side_bar"].trigger()
    assert not page.side_bar.isVisible()
    assert not window.actions_["editor.side_bar"].isChecked()
    page.commands.focus_palette()
    assert page.side_bar.isVisible()
    assert window.preferences.side_bar_shown
