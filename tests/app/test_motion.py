"""Reduced motion: nothing glides, fades or slides by itself, whatever is done."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
import shiboken6
from PySide6.QtCore import QAbstractAnimation, QRect, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import tasks
from app.editor.page import EditorPage
from app.tour.overlay import Spotlight
from app.widgets.busy import BusyDialog
from app.window import MainWindow
from canvas_widgets.look import Look
from tests.app.conftest import open_draft, settle

# The platform of tests cannot show a menu the way a desktop does, and says so.
pytestmark = pytest.mark.qt_log_ignore("does not support", extend=True)


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> EditorPage:
    page = open_draft(qtbot, window, kinds=("target_audience", "random_grouping", "tag"))
    settle(qtbot)
    return page


def moving() -> list[QAbstractAnimation]:
    """The animations of the whole program that run now, wherever they are kept."""
    found = [each for each in gc.get_objects() if isinstance(each, QAbstractAnimation)]
    living = [each for each in found if shiboken6.isValid(each)]
    return [each for each in living if each.state() is QAbstractAnimation.State.Running]


def steps(window: MainWindow, page: EditorPage) -> Iterator[str]:
    """Everything that moves something where motion is welcome."""
    first, *_, last = page.session.document.nodes
    page.scene.select(())
    yield "the panel closes"
    page.show_node(first)
    yield "the panel opens, a card comes to the middle"
    page.commands.add_kind("wait_until")
    yield "a card appears"
    page.commands.undo()
    yield "undo"
    for action_id in ("editor.zoom_in", "editor.zoom_out", "editor.zoom_reset", "editor.fit"):
        window.actions_[action_id].trigger()
        yield action_id
    page.show_node(last)
    yield "another card comes to the middle"
    for action_id in ("editor.tidy", "editor.next_problem", "editor.outline", "editor.add"):
        window.actions_[action_id].trigger()
        yield action_id
    spotlight = Spotlight(window, window.look)
    for left in (10, 200):
        spotlight.light(QRect(left, 10, 80, 80))
        yield "the tour goes on"
    spotlight.deleteLater()


def test_nothing_moves_by_itself(qtbot: QtBot, window: MainWindow, page: EditorPage) -> None:
    assert not window.look.duration
    for step in steps(window, page):
        assert moving() == [], step
        settle(qtbot)


def test_a_bar_that_does_not_know_how_far_it_is_stands_still(window: MainWindow) -> None:
    task = tasks.Task(lambda _progress: None)
    busy = BusyDialog(window, window.look, "Reading", task)
    assert busy.bar.maximum() > 0  # one without an end would run
    task.progressed.emit(1, 4, "")
    assert (busy.bar.value(), busy.bar.maximum()) == (1, 4)
    task.progressed.emit(0, 0, "Finishing")
    assert busy.bar.maximum() > 0
    busy.deleteLater()


def test_what_would_move_does_where_it_may(
    window: MainWindow, page: EditorPage, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or the test above would look for nothing."""
    monkeypatch.setattr(look, "motion", True)
    seen = {step for step in steps(window, page) if moving()}
    assert {"the panel closes", "a card appears", "editor.zoom_in", "the tour goes on"} <= seen


def test_qts_own_effects_follow_the_preference(
    window: MainWindow, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look, "motion", look.motion)
    effect = Qt.UIEffect.UI_AnimateCombo
    usual = QApplication.isEffectEnabled(effect)
    window.appearance.set_reduced_motion("always")
    assert not QApplication.isEffectEnabled(effect)
    assert not look.motion
    window.appearance.set_reduced_motion("never")
    assert QApplication.isEffectEnabled(effect) is usual
    assert look.motion
