"""A second start hands over to the first: with real processes, hostile guests, and what crashes leave."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QDir, QProcess, QProcessEnvironment
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from pytestqt.qtbot import QtBot

from app.opening.one_window import LONGEST, OneWindow, Outcome, Request, address, understood
from app.widgets.ask import Choice, ask
from app.window import MainWindow
from tests.app.conftest import close_dialogs, settle

ROOT = Path(__file__).parents[3]
# The platform of tests cannot bring a window to the front, and says so.
pytestmark = pytest.mark.qt_log_ignore("does not support", extend=True)

CRASHES = """
import os, sys
from PySide6.QtCore import QCoreApplication
from PySide6.QtNetwork import QLocalServer
from app.opening.one_window import address
app = QCoreApplication([])
server = QLocalServer()
assert server.listen(address())
os._exit(1)
"""


@pytest.fixture
def first(window: MainWindow) -> Iterator[OneWindow]:
    """What listens for the window, as the first start does."""
    found = OneWindow(patience=1000)
    assert found.begin(None) is Outcome.FIRST
    found.serve(window, Outcome.FIRST)
    yield found
    found.close()


def start_again(qtbot: QtBot, *arguments: str) -> int:
    """Start the program a second time, as a process of its own, until it ends; its exit status."""
    process = QProcess()
    environment = QProcessEnvironment.systemEnvironment()
    environment.insert("QT_QPA_PLATFORM", "offscreen")
    process.setProcessEnvironment(environment)
    process.setWorkingDirectory(str(ROOT))
    process.start(sys.executable, ["main.py", *arguments])
    qtbot.waitUntil(lambda: process.state() is QProcess.ProcessState.NotRunning, timeout=60_000)
    assert process.exitStatus() is QProcess.ExitStatus.NormalExit
    return process.exitCode()


def send(qtbot: QtBot, data: bytes) -> bytes:
    """Say this to the first window; what it answers until it hangs up."""
    socket = QLocalSocket()
    socket.connectToServer(address())
    assert socket.waitForConnected(5000)
    socket.write(data)
    socket.flush()
    qtbot.waitUntil(lambda: socket.state() is QLocalSocket.LocalSocketState.UnconnectedState)
    return bytes(socket.readAll().data())


def test_a_second_start_opens_its_file_in_the_first_window(
    qtbot: QtBot, window: MainWindow, first: OneWindow
) -> None:
    path = window.rows()[0].path
    window.showMinimized()
    assert start_again(qtbot, str(path)) == 0
    qtbot.waitUntil(lambda: window.editor is not None)
    assert window.the_editor.session.path == path
    assert not window.isMinimized()
    assert start_again(qtbot) == 0  # only the window is asked for
    assert len(window.editors) == 1


def test_another_home_has_a_window_of_its_own(
    first: OneWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = address()
    monkeypatch.setenv("CAMPAIGN_CANVAS_HOME", str(tmp_path / "other"))
    assert address() != before
    second = OneWindow()
    assert second.begin(None) is Outcome.FIRST
    second.close()


def test_a_question_over_the_window_is_answered_first(
    qtbot: QtBot, window: MainWindow, first: OneWindow
) -> None:
    ask(window, "Sure?", "Really?", Choice("Yes", lambda: None))
    assert send(qtbot, Request(window.rows()[0].path).line()) == b"ok\n"
    settle(qtbot)
    assert window.editor is None
    close_dialogs(window)
    qtbot.waitUntil(lambda: window.editor is not None)


def test_what_a_crash_left_is_no_window(qapp: object, home: Path) -> None:
    crashed = subprocess.run([sys.executable, "-c", CRASHES], cwd=ROOT, env=os.environ, check=False)
    assert crashed.returncode == 1
    assert Path(QDir.temp().filePath(address())).exists() or sys.platform == "win32"
    after = OneWindow()
    assert after.begin(None) is Outcome.FIRST
    assert after._server.isListening()
    after.close()


def test_a_window_that_does_not_answer_is_said(qtbot: QtBot, window: MainWindow) -> None:
    """This thread waits, and so nobody answers."""
    silent = QLocalServer()
    assert silent.listen(address())
    second = OneWindow(patience=50)
    outcome = second.begin(None)
    assert outcome is Outcome.SILENT
    second.serve(window, outcome)
    window.ready.emit()
    assert "does not answer" in window.toast.message
    silent.close()


def test_without_a_socket_it_works_as_it_did(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(QLocalServer, "listen", lambda _server, _name: False)
    alone = OneWindow()
    assert alone.begin(None) is Outcome.FIRST
    assert "windows of their own" in caplog.text
    alone.serve(window, Outcome.FIRST)
    alone.close()


@pytest.mark.parametrize(
    "line",
    [
        b"\n",
        b"open\n",
        b"[]\n",
        b"[" * 9000 + b"\n",
        b'{"open": 1}\n',
        b'{"open": "relative.campaign.json"}\n',
        b'{"open": "/tmp/\\u0000.campaign.json"}\n',
        b'{"open": null, "run": "rm"}\n',
        b"\xff\xfe\n",
        b"x" * (2 * LONGEST),
    ],
)
def test_what_is_no_request_is_hung_up_on(
    qtbot: QtBot, window: MainWindow, first: OneWindow, line: bytes
) -> None:
    assert send(qtbot, line) == b""
    assert window.editor is None
    assert send(qtbot, Request(None).line()) == b"ok\n"  # it still listens


def test_who_says_nothing_is_hung_up_on(qtbot: QtBot, window: MainWindow, first: OneWindow) -> None:
    assert send(qtbot, b"") == b""


def test_who_gave_up_waiting_is_not_served_any_more(
    qtbot: QtBot, window: MainWindow, first: OneWindow
) -> None:
    """It has opened a window of its own, with the same file."""
    socket = QLocalSocket()
    socket.connectToServer(address())
    assert socket.waitForConnected(5000)
    socket.write(Request(window.rows()[0].path).line())
    assert socket.waitForBytesWritten(5000)
    socket.abort()
    settle(qtbot)
    assert send(qtbot, Request(None).line()) == b"ok\n"
    settle(qtbot)
    assert window.editor is None


def test_a_file_that_cannot_be_opened_is_refused_in_words(
    qtbot: QtBot, window: MainWindow, first: OneWindow, tmp_path: Path
) -> None:
    assert send(qtbot, Request(tmp_path / "passwd").line()) == b"ok\n"
    assert "passwd" in window.toast.message
    assert window.editor is None


def test_a_request_is_understood_as_it_was_meant(tmp_path: Path) -> None:
    for file in (None, tmp_path / "夏 “sale”.campaign.json"):
        assert understood(Request(file).line()) == Request(file)
    assert understood(json.dumps({"open": str(tmp_path)}).encode()) == Request(tmp_path)
