"""Work in the background, and the end of the program."""

from __future__ import annotations

import threading

from pytestqt.qtbot import QtBot

from app import tasks
from tests.app.conftest import settle


def test_the_end_waits_for_work_that_goes_on_but_not_for_ever(qtbot: QtBot) -> None:
    go_on, done = threading.Event(), threading.Event()

    def work() -> None:
        go_on.wait(20)
        done.set()

    tasks.run(work, lambda _result: None, lambda _error: None)
    tasks.finish(0)
    assert not done.is_set()
    go_on.set()
    tasks.finish(20)
    assert done.is_set()
    settle(qtbot)
