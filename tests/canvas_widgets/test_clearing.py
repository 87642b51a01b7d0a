"""A closed canvas goes: a small one at once, a large one in slices, between which the window goes on."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from canvas_widgets import clearing
from canvas_widgets.clearing import clear_away
from tests.canvas_widgets.acting import Show
from tests.canvas_widgets.conftest import Flow

KINDS = ("target_audience", "issue_coupon", "wait_until", "end")


def test_a_small_one_goes_at_once(show: Show, flow: Flow) -> None:
    flow.chain(*KINDS)
    stage, done = show(flow), []
    stage.scene.close()
    clear_away(stage.scene, lambda: done.append(True))
    assert done


def test_a_large_one_goes_in_slices(
    show: Show, flow: Flow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clearing, "AT_ONCE", 0)
    monkeypatch.setattr("canvas_widgets.slicing.SLICE_SECONDS", 0.0)
    flow.chain(*KINDS)
    stage, done = show(flow), []
    scene = stage.scene
    items = len(scene.cards) + len(scene.links)
    scene.close()
    clear_away(scene, lambda: done.append(True))
    assert len(scene.cards) + len(scene.links) == items, "not in this turn"
    left = []
    while not done:
        left.append(len(scene.cards) + len(scene.links))
        QApplication.processEvents()
    assert left == sorted(left, reverse=True)
    assert len(set(left)) > len(KINDS)
    assert not scene.cards
    assert not scene.links
