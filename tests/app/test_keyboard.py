"""The editor without a mouse."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.editor.page import EditorPage
from app.window import MainWindow
from engine.campaign.model import START_ID
from tests.app.conftest import open_draft

pytestmark = pytest.mark.qt_log_ignore("does not support", extend=True)


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> EditorPage:
    window.activateWindow()
    page = open_draft(qtbot, window)
    for kind in ("target_audience", "random_grouping", "tag"):
        page.commands.add_kind(kind)
    page.commands.add_ends()
    page.view.setFocus()
    return page


def press(page: EditorPage, key: Qt.Key) -> str | None:
    """Press a key on the canvas; the kind of the card that is selected then."""
    QTest.keyClick(page.view, key)
    selected = page.selected_node()
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


def test_slash_offers_what_can_be_added(page: EditorPage) -> None:
    (trigger,) = page.session.document.successors(START_ID)
    page.show_node(trigger)
    QTest.keyClick(page.view, Qt.Key.Key_Slash)
    chooser = page.view.chooser
    assert chooser is not None
    chooser.chosen.emit("wait_until")
    chooser.close()
    (added,) = page.session.document.successors(trigger)
    assert page.session.document.node(added).kind == "wait_until"
    assert page.selected_node() == added


def test_enter_goes_to_the_panel_and_escape_comes_back(page: EditorPage) -> None:
    (trigger,) = page.session.document.successors(START_ID)
    page.show_node(trigger)
    QTest.keyClick(page.view, Qt.Key.Key_Return)
    focused = QApplication.focusWidget()
    assert focused is not None
    assert page.panel.isAncestorOf(focused)
    QTest.keyClick(focused, Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is page.view
