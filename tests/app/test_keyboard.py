"""The editor without a mouse."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QFocusFrame, QLineEdit, QToolButton
from pytestqt.qtbot import QtBot

from app.editor.page import EditorPage
from app.window import MainWindow
from canvas_widgets.gestures.chooser import Chooser
from engine.campaign.model import START_ID
from tests.app.conftest import open_draft

pytestmark = pytest.mark.qt_log_ignore("does not support", extend=True)


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> EditorPage:
    window.activateWindow()
    page = open_draft(qtbot, window, kinds=("target_audience", "random_grouping", "tag"))
    page.commands.add_ends()
    page.view.setFocus()
    return page


def press(page: EditorPage, key: Qt.Key) -> str | None:
    """Press a key on the canvas; the kind of the card that is selected then."""
    QTest.keyClick(page.view, key)
    selected = page.scene.selected_node
    return None if selected is None else page.session.document.node(selected).kind


def test_arrows_walk_the_graph(page: EditorPage) -> None:
    page.scene.select([])
    walk = [press(page, key) for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right)]
    assert walk == ["start", "target_audience", "random_grouping"]
    assert press(page, Qt.Key.Key_Right) == "tag"
    assert press(page, Qt.Key.Key_Down) == "end"
    assert press(page, Qt.Key.Key_Up) == "tag"
    assert press(page, Qt.Key.Key_Left) == "random_grouping"
    page.scene.select([START_ID])
    assert press(page, Qt.Key.Key_Left) == "start"


def chooser_of(page: EditorPage) -> Chooser:
    assert page.view.chooser is not None
    return page.view.chooser


@pytest.mark.parametrize("key", [Qt.Key.Key_Slash, Qt.Key.Key_Tab])
def test_a_key_and_some_letters_add_behind_the_selected_card(page: EditorPage, key: Qt.Key) -> None:
    (trigger,) = page.session.document.successors(START_ID)
    page.show_node(trigger)
    QTest.keyClick(page.view, key)
    chooser = chooser_of(page)
    assert chooser.where.text() == "Behind Target Audience 1"
    assert chooser.before.text() == "Before Random Grouping 1"
    assert QApplication.focusWidget() is chooser.search
    QTest.keyClicks(chooser.search, "dd")
    QTest.keyClick(chooser.search, Qt.Key.Key_Return)
    (added,) = page.session.document.successors(trigger)
    assert page.session.document.node(added).kind == "wait_until"
    assert page.scene.selected_node == added
    assert QApplication.focusWidget() is page.view


def test_tab_in_the_list_goes_from_branch_to_branch(page: EditorPage) -> None:
    document = page.session.document
    (trigger,) = document.successors(START_ID)
    (grouping,) = document.successors(trigger)
    tag, end = document.successors(grouping)
    page.show_node(grouping)
    QTest.keyClick(page.view, Qt.Key.Key_Tab)
    chooser = chooser_of(page)
    QTest.keyClicks(chooser.search, "wait")
    heads = []
    for _ in range(3):
        heads.append((chooser.where.text(), chooser.before.text(), chooser.turn.text()))
        QTest.keyClick(chooser.search, Qt.Key.Key_Tab)
    first, second = document.ports(grouping)[:2]
    assert heads[0] == (f"Behind Random Grouping 1 · {first.label}", "Before Tag 1", "Tab: 1 of 2")
    assert heads[1] == (
        f"Behind Random Grouping 1 · {second.label}",
        f"Before {document.node(end).name}",
        "Tab: 2 of 2",
    )
    assert heads[2] == heads[0]
    assert chooser.search.text() == "wait"
    assert not chooser.isHidden()
    QTest.keyClick(chooser.search, Qt.Key.Key_Return)
    assert document.successors(grouping)[0] == tag
    (before_end,) = document.predecessors(end)
    assert document.node(before_end).kind == "wait_until"


def test_tab_goes_to_the_next_control_where_nothing_is_selected(page: EditorPage) -> None:
    page.scene.select([])
    QTest.keyClick(page.view, Qt.Key.Key_Tab)
    assert page.view.chooser is None
    assert QApplication.focusWidget() is not page.view


def test_enter_in_the_panel_confirms_and_gives_the_focus_back_to_the_canvas(page: EditorPage) -> None:
    nodes = page.session.document.nodes
    group = next(id for id, node in nodes.items() if node.kind == "random_grouping")
    page.show_node(group)
    assert page.panel.content is not None
    name = page.panel.content.name
    name.selectAll()
    QTest.keyClicks(name, "Loyal")
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert page.session.document.node(group).name == "Loyal"
    assert QApplication.focusWidget() is page.view
    QTest.keyClick(page.view, Qt.Key.Key_F)
    assert page.session.document.node(group).name == "Loyal"
    QTest.keyClick(page.view, Qt.Key.Key_Tab)
    assert page.view.chooser is not None


def test_a_wrong_field_shows_the_focus_outside_its_red_border(page: EditorPage) -> None:
    (trigger,) = page.session.document.successors(START_ID)
    page.show_node(trigger)
    page.panel.focus_first()
    window = page.window()
    assert isinstance(window, MainWindow)
    assert window.error_ring.frame is None
    assert page.panel.content is not None
    name = page.panel.content.name
    name.clear()
    page.panel.confirm()
    (ring,) = window.findChildren(QFocusFrame)
    assert ring.widget() is name
    assert ring.isVisible()
    inside = name.rect().translated(ring.mapFromGlobal(name.mapToGlobal(QPoint())))
    assert ring.rect().adjusted(2, 2, -2, -2) == inside
    page.view.setFocus()
    assert not ring.isVisible()


def test_the_list_closes_when_its_line_goes(page: EditorPage) -> None:
    (trigger,) = page.session.document.successors(START_ID)
    page.show_node(trigger)
    page.commands.add_kind("wait_until")
    (wait,) = page.session.document.successors(trigger)
    page.show_node(wait)
    page.commands.add()
    assert page.view.chooser is not None
    page.commands.undo()
    assert page.view.chooser is None


def test_without_a_selection_every_open_end_is_offered(page: EditorPage) -> None:
    page.scene.select([])
    page.commands.add()
    assert page.view.chooser is None  # every line has its End
    page.commands.undo()
    page.scene.select([])
    page.commands.add()
    assert chooser_of(page).turn.text() == "Tab: 1 of 2"


def test_enter_goes_to_the_panel_and_escape_comes_back(page: EditorPage) -> None:
    (trigger,) = page.session.document.successors(START_ID)
    page.show_node(trigger)
    QTest.keyClick(page.view, Qt.Key.Key_Return)
    focused = QApplication.focusWidget()
    assert focused is not None
    assert page.panel.isAncestorOf(focused)
    QTest.keyClick(focused, Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is page.view


def test_the_list_closes_when_the_focus_goes_elsewhere(page: EditorPage) -> None:
    (trigger,) = page.session.document.successors(START_ID)
    page.show_node(trigger)
    page.commands.add()
    chooser = chooser_of(page)
    page.finding.open()
    assert not chooser.isVisible()
    assert QApplication.focusWidget() is page.finding.bar.search


@pytest.mark.parametrize("field", ["list of a +", "find bar", "command palette", "palette"])
def test_an_input_method_writes_chinese_into_every_search_field(page: EditorPage, field: str) -> None:
    (trigger,) = page.session.document.successors(START_ID)
    page.show_node(trigger)
    action = {
        "list of a +": "editor.add",
        "find bar": "campaign.search",
        "command palette": "view.commands",
        "palette": "editor.palette",
    }
    window = page.window()
    assert isinstance(window, MainWindow)
    window.actions_[action[field]].trigger()
    search = QApplication.focusWidget()
    assert isinstance(search, QLineEdit)
    compose(search, "mbrq")
    assert search.text() == ""
    compose(search, "", "目标人群")
    assert search.text() == "目标人群"
    match field:
        case "list of a +":
            assert chooser_of(page).list.components.kinds() == []  # a trigger cannot follow
        case "find bar":
            assert page.scene.stage.found == frozenset({trigger})
        case "palette":
            assert page.palette_.list.components.kinds() == ["target_audience"]


def compose(field: QLineEdit, preedit: str, commit: str = "") -> None:
    """What an input method sends: what is being composed, and in the end what was chosen."""
    event = QInputMethodEvent(preedit, [])
    event.setCommitString(commit)
    QApplication.sendEvent(field, event)


def test_enter_presses_a_button_as_space_does(page: EditorPage) -> None:
    pressed: list[str] = []
    tools = page.bar.findChildren(QToolButton)
    fit = next(tool for tool in tools if tool.defaultAction().objectName() == "editor.fit")
    page.bar.rehearse.clicked.disconnect()
    buttons: dict[str, QAbstractButton] = {"rehearse": page.bar.rehearse, "zoom": page.bar.zoom, "fit": fit}
    for name, button in buttons.items():
        button.clicked.connect(lambda _checked=False, name=name: pressed.append(name))
        button.setFocus()
        QTest.keyClick(button, Qt.Key.Key_Return)
    assert pressed == ["rehearse", "zoom", "fit"]


def test_f6_goes_from_area_to_area(page: EditorPage) -> None:
    (trigger,) = page.session.document.successors(START_ID)
    page.show_node(trigger)
    window = page.window()
    assert isinstance(window, MainWindow)
    areas = (page.side_bar, page.view, page.panel, page.bar)

    def area() -> list[bool]:
        focused = QApplication.focusWidget()
        assert focused is not None
        return [area is focused or area.isAncestorOf(focused) for area in areas]

    page.view.setFocus()
    seen = []
    for _ in range(4):
        window.actions_["editor.next_area"].trigger()
        seen.append(area().index(True))
    assert seen == [2, 3, 0, 1]
    window.actions_["editor.previous_area"].trigger()
    assert area().index(True) == 0
