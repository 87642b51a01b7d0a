"""The minimap: shown while something is out of sight, a press goes there, panning draws nothing anew."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import preferences
from app.editor.minimap import Minimap
from app.editor.page import EditorPage
from app.window import MainWindow
from canvas_widgets.look import Look, Theme
from engine.campaign import edits
from engine.campaign.model import Point
from tests.app.conftest import open_draft

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> EditorPage:
    """A chain that is wider than the view at 100 %."""
    page = open_draft(qtbot, window, kinds=("target_audience", *["wait_until"] * 8, "end"))
    page.scene.select([])
    page.view.zoom_to(1.0, QPointF(0, 0), glide=False)
    page.minimap.draw()
    return page


def place_of(page: EditorPage, kind: str) -> QPoint:
    """Where the last card of a kind is on the map."""
    node_id = [id for id, node in page.session.document.nodes.items() if node.kind == kind][-1]
    return page.minimap.to_map().map(page.scene.cards[node_id].scene_rect.center()).toPoint()


def middle(page: EditorPage) -> QPointF:
    return page.view.mapToScene(page.view.viewport().rect().center())


def test_it_hides_while_everything_is_to_be_seen(qtbot: QtBot, page: EditorPage) -> None:
    assert page.minimap.isVisible()
    page.view.fit(glide=False)
    assert not page.minimap.isVisible()
    page.view.zoom_to(3.0, glide=False)
    assert page.minimap.isVisible()
    assert page.minimap.geometry().bottom() < page.view.height()
    assert page.minimap.x() < page.view.width() // 4


def test_it_hides_while_the_view_is_low(qtbot: QtBot, page: EditorPage) -> None:
    """As above the list of problems on a small screen: it would lie on cards."""
    page.view.setMaximumHeight(371)  # what five problems leave of 1280 × 720
    qtbot.waitUntil(lambda: not page.minimap.isVisible())
    page.view.setMaximumHeight(1_000)
    qtbot.waitUntil(page.minimap.isVisible)


def test_a_press_goes_there_and_a_drag_moves_the_view(page: EditorPage) -> None:
    page.view.zoom_to(2.0, QPointF(0, 0), glide=False)
    end = place_of(page, "end")
    QTest.mousePress(page.minimap, LEFT, NONE, end)
    card = next(card for card in page.scene.cards.values() if card.node.kind == "end")
    assert card.scene_rect.adjusted(-20, -20, 20, 20).contains(middle(page))
    before = middle(page)
    QTest.mouseMove(page.minimap, end - QPoint(20, 0))
    QTest.mouseRelease(page.minimap, LEFT, NONE, end - QPoint(20, 0))
    moved = before.x() - middle(page).x()
    assert moved == pytest.approx(20 / page.minimap.to_map().m11(), abs=2)
    assert page.scene.selection == frozenset()


def test_the_frame_is_dragged_from_where_it_is_held(page: EditorPage) -> None:
    page.view.zoom_to(3.0, QPointF(600, 0), glide=False)
    inside = page.minimap.to_map().map(page.view.seen.center() - QPointF(60, 0)).toPoint()
    before = middle(page)
    QTest.mousePress(page.minimap, LEFT, NONE, inside)
    assert (middle(page) - before).manhattanLength() < 4 + 1 / page.minimap.to_map().m11()
    QTest.mouseRelease(page.minimap, LEFT, NONE, inside)


def test_the_wheel_zooms(page: EditorPage) -> None:
    zoom, place = page.view.zoom, QPointF(80, 60)
    event = QWheelEvent(
        place,
        page.minimap.mapToGlobal(place),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        NONE,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(page.minimap, event)
    assert page.view.zoom > zoom


def test_panning_moves_only_the_frame(page: EditorPage, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Minimap] = []
    before, picture = page.view.seen, shown(page)
    with monkeypatch.context() as patch:
        patch.setattr(Minimap, "draw", drawn.append)
        bar = page.view.horizontalScrollBar()
        bar.setValue(bar.value() + 200)
        assert page.view.seen != before
        assert shown(page) != picture
    assert not drawn


def shown(page: EditorPage) -> QImage:
    return page.minimap.grab().toImage()


def test_it_follows_the_document(qtbot: QtBot, page: EditorPage) -> None:
    before = shown(page)
    page.commands.undo()
    qtbot.waitUntil(lambda: shown(page) != before)


def test_it_is_next_painted_in_the_colours_of_another_theme(page: EditorPage, look: Look) -> None:
    before = page.minimap._picture.toImage()
    look.set_theme(Theme.DARK)
    try:
        assert page.minimap._picture.toImage() == before  # drawing it is not part of the dressing
        shown(page)
        assert page.minimap._picture.toImage() != before
    finally:
        look.set_theme(Theme.LIGHT)


def test_it_can_be_turned_off_and_that_is_remembered(page: EditorPage, window: MainWindow) -> None:
    action = window.actions_["editor.minimap"]
    assert action.isChecked()
    action.trigger()
    assert not page.minimap.isVisible()
    assert not preferences.load().minimap
    action.trigger()
    assert page.minimap.isVisible()


def test_the_side_bar_comes_back_as_it_was_left(qtbot: QtBot, page: EditorPage, window: MainWindow) -> None:
    tabs = page.side_bar.tabs
    QTest.mouseClick(tabs, LEFT, NONE, tabs.tabRect(1).center())
    assert page.side_bar.shown == "outline"
    assert preferences.load().side_bar == "outline"
    page.save()
    window.actions_["editor.back"].trigger()
    again = open_draft(qtbot, window)
    assert again is not page
    assert again.side_bar.shown == "outline"


def test_the_frame_stays_on_the_map_however_far_one_goes(page: EditorPage) -> None:
    for far in (-3000.0, 5000.0):
        page.view.zoom_to(1.0, QPointF(far, -2000.0), glide=False)
        frame = page.minimap.frame()
        assert frame.width() >= 6
        assert frame.height() >= 6
        assert page.minimap.rect().contains(frame.toAlignedRect())


def test_notes_are_on_the_map(page: EditorPage) -> None:
    before = shown(page)
    page.note_commands.add_note()
    page.view.notes.finish()
    page.minimap.draw()
    note = next(iter(page.scene.notes.items.values()))
    at = page.minimap.to_map().map(note.scene_rect.center()).toPoint()
    assert shown(page) != before
    paper = page.scene.stage.paints.look.notes[note.note.shown_colour].paper
    assert page.minimap._picture.toImage().pixelColor(at).name() == paper.name()


def test_what_is_half_way_is_not_drawn(
    qtbot: QtBot, page: EditorPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("canvas_widgets.scene.AT_ONCE", 1)
    before = page.minimap._picture
    document = page.session.document
    moved = {id: Point(at.x + 5000, at.y) for id, at in document.layout.items()}
    page.session.push(edits.move(document, moved))
    assert page.scene.catching_up.active
    page.minimap.draw()
    assert page.minimap._picture is before
    qtbot.waitUntil(lambda: page.minimap._picture is not before)


def test_the_map_is_the_same_whatever_is_selected(page: EditorPage, window: MainWindow) -> None:
    page.scene.select([id for id, node in page.session.document.nodes.items() if node.kind == "wait_until"])
    window.actions_["notes.frame"].trigger()
    page.view.notes.finish()
    assert page.scene.selected_notes
    page.minimap.draw()
    before = page.minimap._picture.toImage()
    page.scene.select([])
    assert not page.scene.selected_notes
    page.minimap.draw()
    assert page.minimap._picture.toImage() == before
