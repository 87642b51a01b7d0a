"""Very many cards that change their places at once come there in slices."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from engine.campaign.edits import move
from engine.campaign.model import Point
from tests.canvas_widgets.conftest import Flow, Stage
from tests.canvas_widgets.mirroring import assert_mirrors

Show = Callable[..., Stage]


@pytest.fixture
def stage(show: Show, flow: Flow, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Three cards are already too many at once, and a slice is one step."""
    monkeypatch.setattr("canvas_widgets.scene.AT_ONCE", 2)
    monkeypatch.setattr("canvas_widgets.slicing.SLICE_SECONDS", 0.0)
    flow.chain("target_audience", "random_grouping", "wait_until", "end")
    return show(flow)


def all_moved(stage: Stage, by: int) -> None:
    places = {id: Point(place.x + by, place.y + by) for id, place in stage.document.layout.items()}
    stage.document.apply(move(stage.document, places).ops)


def test_they_arrive_with_their_lines_and_nothing_is_painted_half_way(stage: Stage, qtbot: QtBot) -> None:
    before = {id: card.pos() for id, card in stage.scene.cards.items()}
    with qtbot.waitSignal(stage.scene.placing.placed):
        all_moved(stage, 80)
        assert {id: card.pos() for id, card in stage.scene.cards.items()} == before
        assert not stage.view.viewport().updatesEnabled()
    assert stage.view.viewport().updatesEnabled()
    assert_mirrors(stage.scene)


def test_a_change_meanwhile_is_taken_along(stage: Stage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(stage.scene.placing.placed):
        all_moved(stage, 80)
        stage.scene.placing._slices.advance()
        all_moved(stage, 16)
        added = stage.flow.add(next(iter(stage.document.nodes)), "tag") if _has_open(stage) else ""
    assert_mirrors(stage.scene)
    assert not added or added in stage.scene.cards


def _has_open(stage: Stage) -> bool:
    first = next(iter(stage.document.nodes))
    links = stage.document.links
    return any(links[id].target is None for id in stage.document.out_links(first))
