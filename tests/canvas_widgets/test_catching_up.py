"""Very much that changes at once comes onto the canvas in slices."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from canvas_widgets.look import Look
from canvas_widgets.scene import CampaignScene
from engine.campaign.edits import Edit, delete_behind, insert, move
from engine.campaign.model import START_ID, Point
from engine.campaign.ops import inverse
from tests.canvas_widgets.conftest import Flow, Shown
from tests.canvas_widgets.mirroring import assert_mirrors

Show = Callable[..., Shown]


@pytest.fixture
def stage(show: Show, flow: Flow, monkeypatch: pytest.MonkeyPatch) -> Shown:
    """Three changes are already too many at once, and a slice is one step."""
    monkeypatch.setattr("canvas_widgets.scene.AT_ONCE", 2)
    monkeypatch.setattr("canvas_widgets.slicing.SLICE_SECONDS", 0.0)
    flow.chain("target_audience", "random_grouping", "wait_until", "end")
    return show(flow)


def all_moved(stage: Shown, by: int) -> None:
    places = {id: Point(place.x + by, place.y + by) for id, place in stage.document.layout.items()}
    stage.document.apply(move(stage.document, places).ops)


def all_deleted(stage: Shown) -> Edit:
    edit = delete_behind(stage.document, stage.document.successors(START_ID)[0])
    stage.document.apply(edit.ops)
    return edit


def test_they_arrive_with_their_lines_and_nothing_is_painted_half_way(stage: Shown, qtbot: QtBot) -> None:
    before = {id: card.pos() for id, card in stage.scene.cards.items()}
    with qtbot.waitSignal(stage.scene.catching_up.caught_up):
        all_moved(stage, 80)
        assert {id: card.pos() for id, card in stage.scene.cards.items()} == before
        assert not stage.view.viewport().updatesEnabled()
    assert stage.view.viewport().updatesEnabled()
    assert_mirrors(stage.scene)


def test_a_slice_is_a_few_steps(stage: Shown) -> None:
    all_deleted(stage)
    left = []
    while stage.scene.catching_up.active:
        left.append(len(stage.scene.cards) + len(stage.scene.links))
        stage.scene.catching_up._slices.advance()
    assert len(left) > 8
    assert all(0 <= before - after <= 1 for before, after in pairwise(left))
    assert_mirrors(stage.scene)


def test_changes_meanwhile_are_taken_along(stage: Shown, qtbot: QtBot) -> None:
    with qtbot.waitSignal(stage.scene.catching_up.caught_up):
        all_moved(stage, 80)
        stage.scene.catching_up._slices.advance()
        all_moved(stage, 16)
        edit = all_deleted(stage)
        for _ in range(7):
            stage.scene.catching_up._slices.advance()
        stage.document.apply(inverse(edit.ops))
    assert_mirrors(stage.scene)


def test_others_hear_of_each_change_when_it_is_there(stage: Shown, qtbot: QtBot) -> None:
    heard: list[object] = []
    stage.scene.mirrored.connect(heard.append)
    with qtbot.waitSignal(stage.scene.catching_up.caught_up):
        edit = all_deleted(stage)
        assert not heard
    with qtbot.waitSignal(stage.scene.catching_up.caught_up):
        stage.document.apply(inverse(edit.ops))
    assert heard == [edit.ops, inverse(edit.ops)]


def test_what_is_gone_is_not_selected_and_cannot_be_pressed(stage: Shown, qtbot: QtBot) -> None:
    first = stage.document.successors(START_ID)[0]
    stage.scene.select([first])
    place = stage.view.mapFromScene(stage.scene.cards[first].scene_rect.center())
    with qtbot.waitSignal(stage.scene.catching_up.caught_up):
        all_deleted(stage)
        assert stage.scene.selection == frozenset()
        stage.scene.select([first])
        QTest.mouseClick(stage.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert stage.scene.selection == frozenset()


def test_what_is_on_its_way_can_be_selected(stage: Shown, qtbot: QtBot) -> None:
    first = stage.document.successors(START_ID)[0]
    with qtbot.waitSignal(stage.scene.catching_up.caught_up):
        edit = all_deleted(stage)
    with qtbot.waitSignal(stage.scene.catching_up.caught_up):
        stage.document.apply(inverse(edit.ops))
        assert first not in stage.scene.cards
        stage.scene.select([first])
        assert stage.scene.selection == {first}
    assert stage.scene.selection == {first}
    assert_mirrors(stage.scene)


def test_a_gesture_ends_when_much_changes(stage: Shown, qtbot: QtBot) -> None:
    first = stage.document.successors(START_ID)[0]
    viewport = stage.view.viewport()
    place = stage.view.mapFromScene(stage.scene.cards[first].scene_rect.center())
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseMove(viewport, place + QPoint(40, 40))
    with qtbot.waitSignal(stage.scene.catching_up.caught_up):
        all_deleted(stage)
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=place + QPoint(40, 40))
    assert_mirrors(stage.scene)


def test_from_far_away_one_sees_what_there_was_until_all_is_there(stage: Shown, qtbot: QtBot) -> None:
    overview = stage.scene.overview
    before = overview.bounds()
    middle = sorted(stage.document.layout, key=stage.document.layout.__getitem__)[1]
    x, y = stage.document.layout[middle]
    stage.document.apply(move(stage.document, {middle: Point(x + 8, y)}).ops)  # not painted yet
    with qtbot.waitSignal(stage.scene.catching_up.caught_up):
        all_moved(stage, 80)
        for _ in range(4):
            stage.scene.catching_up._slices.advance()
            assert overview.bounds() == before
    moved = overview.bounds()
    assert (moved.right(), moved.bottom()) == (before.right() + 80, before.bottom() + 80)


def from_far_away(scene: CampaignScene) -> QImage:
    image = QImage(600, 200, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    with QPainter(image) as painter:
        painter.scale(0.3, 0.3)
        painter.translate(100, 200)
        scene.draw_overview(painter)
    return image


def test_what_changes_a_little_is_taken_in(show: Show, flow: Flow, look: Look) -> None:
    flow.chain("target_audience", "random_grouping", "wait_until", "end")
    stage, document = show(flow), flow.document
    from_far_away(stage.scene)
    (first,) = document.successors(START_ID)
    last = max(document.layout, key=lambda id: document.layout[id].x)
    edits: list[Callable[[], Edit]] = [
        lambda: insert(document, document.out_links(first)[0], "wait_until"),
        lambda: move(document, {first: Point(300, 200)}),
        lambda: delete_behind(document, last),
    ]
    for edit in edits:
        stage.document.apply(edit().ops)
        anew = CampaignScene(document, stage.lookup, look)
        anew.load()
        assert from_far_away(stage.scene) == from_far_away(anew)
        assert stage.scene.overview.bounds() == anew.overview.bounds()
        anew.close()


def test_what_was_gathered_before_a_later_change_is_not_shown(stage: Shown) -> None:
    overview = stage.scene.overview
    gathering = overview.gathering()
    next(gathering)
    all_deleted(stage)
    while stage.scene.catching_up.active:
        stage.scene.catching_up._slices.advance()
    left = overview.bounds()
    for _ in gathering:
        pass
    assert overview.bounds() == left


def test_what_looks_different_in_another_language_is_taken_in_by_slices(
    stage: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until then all is drawn as it was before. Where a further change cuts in, nothing is left out."""
    monkeypatch.setattr("canvas_widgets.overview._AT_ONCE", 1)
    scene = stage.scene
    before = from_far_away(scene)
    for card in scene.cards.values():
        card.stand_at(card.x() + 40, card.y() + 40)
    for slices in (5, 7, 1000):
        scene.refresh()
        assert from_far_away(scene) == before
        while slices and scene._refreshing.active:
            scene._refreshing.advance()
            slices -= 1
    assert not scene.stage.changed
    shown = from_far_away(scene)
    for _ in scene.overview.gathering():
        pass
    assert from_far_away(scene) == shown != before
