"""Work in slices: a turn of the event loop in between, and the last word to what was begun last."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

import pytest
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from canvas_widgets.slicing import Slices


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slice is one step."""
    monkeypatch.setattr("canvas_widgets.slicing.SLICE_SECONDS", 0.0)


def steps(log: list[str], name: str, count: int = 3) -> Iterator[None]:
    for number in range(count):
        log.append(f"{name}{number}")
        yield


def test_each_slice_ends_in_time_and_the_end_is_told(qtbot: QtBot) -> None:
    log: list[str] = []
    slices = Slices(parent := QObject(), lambda: log.append("slice"))
    slices.begin(steps(log, "a"), lambda: log.append("done"))
    assert log == []
    slices.advance()
    assert log == ["a0", "slice"]
    qtbot.waitUntil(lambda: not slices.active)
    assert log == ["a0", "slice", "a1", "slice", "a2", "slice", "done", "slice"]
    parent.deleteLater()


def test_what_is_due_meanwhile_comes_before_the_next_slice(qtbot: QtBot) -> None:
    log: list[str] = []
    timer = QTimer(interval=1, timerType=Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: log.append("tick"))

    def long_steps() -> Iterator[None]:
        for _ in range(3):
            log.append("step")
            end = perf_counter() + 0.003
            while perf_counter() < end:
                pass
            yield

    slices = Slices(parent := QObject())
    timer.start()
    slices.begin(long_steps())
    qtbot.waitUntil(lambda: not slices.active)
    timer.stop()
    assert ["step", "step"] not in [log[n : n + 2] for n in range(len(log))]
    parent.deleteLater()


def test_what_begins_later_takes_the_place_of_what_was_under_way(qtbot: QtBot) -> None:
    log: list[str] = []
    slices = Slices(parent := QObject())

    def interrupted() -> Iterator[None]:
        slices.begin(steps(log, "b"), lambda: log.append("done b"))
        yield

    slices.begin(interrupted(), lambda: log.append("done a"))
    qtbot.waitUntil(lambda: not slices.active)
    assert log == ["b0", "b1", "b2", "done b"]
    parent.deleteLater()


def test_what_follows_a_long_slice_has_a_turn_of_its_own(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    log: list[str] = []
    clock = iter(range(100))
    monkeypatch.setattr("canvas_widgets.slicing.SLICE_SECONDS", 4.0)
    monkeypatch.setattr("canvas_widgets.slicing.perf_counter", lambda: float(next(clock)))
    slices = Slices(parent := QObject())
    for count, at_once in ((2, ["a0", "a1"]), (0, ["done"])):
        slices.begin(steps(log, "a", count), lambda: log.append("done"))
        slices.advance()
        assert log == at_once
        slices.advance()
        assert log.pop() == "done"
        log.clear()
    parent.deleteLater()


def test_what_is_stopped_is_left_undone(qapp: QApplication) -> None:
    log: list[str] = []
    slices = Slices(parent := QObject())
    slices.begin(steps(log, "a"), lambda: log.append("done"))
    slices.advance()
    slices.stop()
    slices.advance()
    assert log == ["a0"]
    parent.deleteLater()


def test_some_steps_are_not_worth_a_slice(qapp: QApplication) -> None:
    log: list[str] = []
    slices = Slices(parent := QObject())
    slices.begin(steps(log, "a", 5), lambda: log.append("done"))
    slices.advance(3)
    assert log == ["a0", "a1", "a2"]
    slices.advance(3)
    assert log[3:] == ["a3", "a4", "done"]
    parent.deleteLater()


def test_work_that_fails_keeps_nobody_else_waiting(qtbot: QtBot) -> None:
    def failing() -> Iterator[None]:
        yield
        raise ValueError("broken")

    log: list[str] = []
    parent = QObject()
    broken, others = Slices(parent), Slices(parent)
    broken.begin(failing())
    others.begin(steps(log, "b"))
    with qtbot.captureExceptions() as raised:
        qtbot.waitUntil(lambda: not others.active)
    assert log == ["b0", "b1", "b2"]
    assert [kind for kind, *_ in raised] == [ValueError]
    parent.deleteLater()
