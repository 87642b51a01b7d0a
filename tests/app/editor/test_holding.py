"""While a button is held on the canvas, nothing opens beside it and nothing moves under the pointer."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.editor.page import EditorPage
from app.window import MainWindow
from canvas_widgets.gestures.autoscroll import AutoScroll
from tests.app.conftest import open_draft

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> EditorPage:
    """A card near the right edge of the canvas, beside no panel."""
    page = open_draft(qtbot, window, kinds=("target_audience", *["wait_until"] * 2))
    page.scene.select([])
    QApplication.processEvents()
    room = page.view.viewport().rect()
    card = page.scene.cards[last(page)].scene_rect.center()
    page.view.zoom_to(1.0, card - QPointF(room.width() / 2 - 120, 0), glide=False)
    return page


def test_what_is_added_and_joined_comes_into_sight_beside_the_panel(page: EditorPage) -> None:
    page.view.zoom_to(0.5, glide=False)
    page.scene.select([last(page)])
    card = page.scene.cards[last(page)].scene_rect
    page.view.zoom_to(0.5, card.center() - QPointF(page.view.width() - 300, 0), glide=False)
    page.commands.add_kind("ab_test")
    for _ in range(3):
        QApplication.processEvents()
    for kind in ("ab_test", "ab_target"):
        added = next(card for card in page.scene.cards.values() if card.node.kind == kind)
        assert page.view.seen.contains(page.scene.extent.with_open_ends(added))


def test_without_room_for_what_it_joins_what_was_added_comes_into_sight(page: EditorPage) -> None:
    page.scene.select([last(page)])
    zoom = page.view.viewport().width() / 1160  # room for two cards and the lines between, not for three
    page.view.zoom_to(zoom, page.scene.cards[last(page)].scene_rect.center(), glide=False)
    page.commands.add_kind("ab_test")
    for _ in range(3):
        QApplication.processEvents()
    for kind in ("ab_test", "ab_target"):
        added = next(card for card in page.scene.cards.values() if card.node.kind == kind)
        assert page.view.seen.contains(page.scene.extent.with_open_ends(added))


def last(page: EditorPage) -> str:
    return max(page.session.document.nodes, key=lambda id: page.scene.place(id).x)


def on_screen(page: EditorPage) -> QPoint:
    return page.view.mapFromScene(page.scene.cards[last(page)].scene_rect.center())


def pull(page: EditorPage, to: QPoint) -> None:
    viewport = page.view.viewport()
    there = QPointF(viewport.mapToGlobal(to))
    event = QMouseEvent(QEvent.Type.MouseMove, QPointF(to), there, LEFT, LEFT, NONE)
    QApplication.sendEvent(viewport, event)


def test_a_card_is_dragged_as_far_as_the_pointer_goes(page: EditorPage) -> None:
    card, begin, width = last(page), on_screen(page), page.view.width()
    before = page.session.document.layout[card]
    QTest.mousePress(page.view.viewport(), LEFT, NONE, begin)
    for x in (12, 24, 36):
        pull(page, begin + QPoint(x, 0))
        QApplication.processEvents()
        assert page.view.width() == width
        assert not page.panel.isVisible()
        assert not page.view.findChildren(AutoScroll)[0].active
    QTest.mouseRelease(page.view.viewport(), LEFT, NONE, begin + QPoint(36, 0))
    assert abs(page.session.document.layout[card].x - before.x - 36) <= 8
    assert page.panel.isVisible()
    assert page.panel.node_id == card


def test_a_click_opens_the_panel_when_it_ends(page: EditorPage) -> None:
    QTest.mousePress(page.view.viewport(), LEFT, NONE, on_screen(page))
    assert page.scene.selected_node == last(page)
    assert not page.panel.isVisible()
    QTest.mouseRelease(page.view.viewport(), LEFT, NONE, on_screen(page))
    assert page.panel.isVisible()
