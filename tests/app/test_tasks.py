"""Work in the background, and the end of the program."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import time
import weakref
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, SignalInstance
from PySide6.QtWidgets import QApplication
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


APPLICATION = "from PySide6.QtWidgets import QApplication; application = QApplication([])"
WORKING = """
from app import tasks
def work(progress):
    while True:
        progress(1, 2, "still at it")
keep = [tasks.Task(work) for _ in range(4)]
for task in keep:
    task.start()
"""
COPIED = """
from PySide6.QtCore import QByteArray, QMimeData
from app.editor import clipboard
clipboard._set(b"stamp", b"copied")
"""


@pytest.mark.parametrize("what", [WORKING, COPIED], ids=["working", "copied"])
def test_the_program_ends_without_a_crash(what: str) -> None:
    """Whatever still reports to Qt, and whatever Qt still holds that Python made."""
    ran = subprocess.run(
        [sys.executable, "-c", f"{APPLICATION}\n{what}"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")


def test_what_belongs_to_qt_goes_in_its_own_thread(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the end of a thread nor garbage collected in one may take a timer of the window along."""
    told, found = tasks._tell, []

    def tell_and_linger(signal: SignalInstance, *said: object) -> None:
        told(signal, *said)
        time.sleep(0.05)

    def done(collects: bool) -> None:
        alive = [thread for thread in threading.enumerate() if thread.name == "task"]
        found.extend([collects, alive])

    monkeypatch.setattr(tasks, "_tell", tell_and_linger)
    assert gc.isenabled()
    tasks.run(gc.isenabled, done)
    settle(qtbot)
    assert found == [False, []]
    assert gc.isenabled()


def test_garbage_is_collected_while_work_goes_on(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on, collected = threading.Event(), threading.Event()
    monkeypatch.setattr(tasks, "_COLLECT_MS", 1)

    class Cycle:
        def __init__(self) -> None:
            self.itself = self

        def __del__(self) -> None:
            if threading.current_thread() is threading.main_thread():
                collected.set()

    tasks.run(lambda: go_on.wait(20), lambda _result: None)
    for _ in range(2 * gc.get_threshold()[0]):
        Cycle()
    qtbot.waitUntil(collected.is_set)
    go_on.set()
    settle(qtbot)


def test_what_a_task_held_goes_with_it_although_what_hears_its_end_knows_it(qtbot: QtBot) -> None:
    """Qt holds the functions that are connected, so no collection would find the two."""

    class Held:
        pass

    held = Held()
    gone = weakref.ref(held)
    ended: list[object] = []

    def start(held: Held) -> None:
        task = tasks.Task(lambda _progress: held)
        task.done.connect(lambda _outcome: ended.append(task.progress))
        task.start()

    start(held)
    del held
    qtbot.waitUntil(lambda: bool(ended))
    settle(qtbot)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert gone() is None
