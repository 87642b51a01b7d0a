"""Work in the background, and the end of the program."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
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
