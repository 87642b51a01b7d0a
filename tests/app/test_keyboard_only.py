"""A whole campaign without a mouse: only keys, from “New campaign” to its publication."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.editor.page import EditorPage
from app.pickers.search import SearchCombo
from app.window import MainWindow
from engine.campaign.model import START_ID
from tests.app.conftest import FakeEngine, settle

# The platform of tests cannot show a menu the way a desktop does, and says so.
pytestmark = pytest.mark.qt_log_ignore("does not support", extend=True)


def focused() -> QWidget:
    """Where the keyboard's focus is. A desktop gives it back to the window below when a dialog closes."""
    if QApplication.activeWindow() is None:
        shown = [window for window in QApplication.topLevelWidgets() if window.isVisible()]
        max(shown, key=lambda window: isinstance(window, QDialog)).activateWindow()
        QApplication.processEvents()
    found = QApplication.focusWidget()
    assert found is not None
    return found


def press(qtbot: QtBot, *keys: str) -> None:
    """Press keys where the focus is, as they stand in help: “Ctrl+N”, “Tab”, “/”."""
    for written in keys:
        QTest.keySequence(focused(), QKeySequence(written))
        settle(qtbot)


def write(text: str) -> None:
    """Type a text where the focus is."""
    QTest.keyClicks(focused(), text)


def tab_to(qtbot: QtBot, kind: type[QWidget], name: str) -> None:
    """Press Tab until a control has the focus."""
    for _ in range(40):
        if isinstance(focused(), kind) and name in focused().accessibleName():
            return
        press(qtbot, "Tab")
    raise AssertionError(f"Tab does not come to “{name}”")


def choose(qtbot: QtBot, text: str) -> None:
    """Search in the list that has the focus, and take what is found first."""
    QTest.keyClicks(focused(), text[0])
    QApplication.processEvents()
    QTest.keyClicks(focused(), text[1:])
    press(qtbot, "Return")


def add(qtbot: QtBot, pinyin: str, key: str = "/") -> None:
    """Add a component by the first letters of its Chinese name."""
    press(qtbot, key)
    write(pinyin)
    press(qtbot, "Return")


def kinds_behind(page: EditorPage, node_id: str) -> list[str]:
    document = page.session.document
    return [document.node(other).kind for other in document.successors(node_id)]


def name_of(page: EditorPage) -> str:
    node_id = page.scene.selected_node
    assert node_id is not None
    return page.session.document.node(node_id).name


def names(page: EditorPage) -> list[str]:
    return [node.name for node in page.session.document.nodes.values()]


def test_a_campaign_is_begun_without_a_mouse(qtbot: QtBot, window: MainWindow) -> None:
    window.activateWindow()
    press(qtbot, "Ctrl+N", "Return")  # the first card of the gallery: an empty campaign
    page = window.the_editor
    qtbot.waitUntil(lambda: page.scene.is_loaded)
    document = page.session.document

    add(qtbot, "mbrq")
    assert kinds_behind(page, START_ID) == ["target_audience"]
    press(qtbot, "Return")
    tab_to(qtbot, SearchCombo, "Add an audience")
    choose(qtbot, "once")
    press(qtbot, "Return")
    assert page.scene.cards[page.scene.selected_node or ""].configured
    assert focused() is page.view

    add(qtbot, "tag", "Tab")
    add(qtbot, "sjfz", "Alt+/")
    grouping = page.scene.selected_node or ""
    press(qtbot, "Return", "Return")  # its groups are good as they are
    assert page.scene.cards[grouping].configured
    press(qtbot, "Ctrl+J")  # the second branch leads nowhere yet
    write("tag")
    press(qtbot, "Return")
    assert kinds_behind(page, grouping) == ["tag"]
    assert len(document.out_links(grouping)) == 2


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> EditorPage:
    """A trigger, two groups that lead to the same tag, and that tag, which is selected."""
    test_a_campaign_is_begun_without_a_mouse(qtbot, window)
    press(qtbot, "Right")
    assert name_of(window.the_editor) == "Tag 1"
    return window.the_editor


def test_copies_and_cuts(qtbot: QtBot, page: EditorPage) -> None:
    press(qtbot, "Ctrl+C", "Ctrl+V")
    assert name_of(page) == "Tag 2"
    press(qtbot, "Ctrl+Del")
    assert isinstance(focused(), QPushButton), "Cancel, for a component goes with the line"
    press(qtbot, "Tab", "Return")
    assert names(page) == ["Target Audience 1", "Tag 1", "Random Grouping 1"]
    press(qtbot, "Ctrl+Z")
    assert "Tag 2" in names(page)


def test_notes_places_and_search(qtbot: QtBot, page: EditorPage) -> None:
    document, tag = page.session.document, page.scene.selected_node or ""
    before = dict(document.layout)
    press(qtbot, "Alt+Down", "Alt+Down")
    assert document.layout[tag].y == before[tag].y + 16
    press(qtbot, "Ctrl+A", "Alt+A")
    assert len({place.x for place in document.layout.values()}) == 1
    press(qtbot, "Ctrl+L")
    assert dict(document.layout) == before
    press(qtbot, "Ctrl+M")
    write("Look here first")
    press(qtbot, "Ctrl+Return")
    assert [note.text for note in document.notes.values()] == ["Look here first"]
    assert focused() is page.view
    press(qtbot, "Ctrl+F")
    write("random")
    press(qtbot, "Return", "Escape")
    assert name_of(page) == "Random Grouping 1"
    assert focused() is page.view


def test_problems_are_solved_and_it_is_published(
    qtbot: QtBot, page: EditorPage, window: MainWindow, engine: FakeEngine
) -> None:
    press(qtbot, "F8", "Ctrl+.")  # the tag leads nowhere: an End
    assert "end" in [node.kind for node in page.session.document.nodes.values()]
    press(qtbot, "F8")  # it is not chosen, either: the focus goes to the field
    assert focused().accessibleName() == "Which tag"
    choose(qtbot, "level")
    tab_to(qtbot, QWidget, "Value")
    write("VIP")
    press(qtbot, "Return")
    assert page.session.problems == []
    press(qtbot, "Ctrl+S")
    assert not page.unsaved()
    press(qtbot, "Ctrl+Shift+P")
    press(qtbot, "Return")  # what it will do is told first
    assert len(engine.published) == 1
