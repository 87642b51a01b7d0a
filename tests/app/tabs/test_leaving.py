"""What may be closed is asked about, and asked about again where it was changed before it is closed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.campaign_list import loading
from app.campaign_list.loading import Loaded
from app.engine.service import EngineService
from app.engine.situation import State
from app.opening.one_window import OneWindow, Outcome, Request
from app.tabs import closing
from app.widgets.ask import Choice, ask
from app.window import MainWindow
from engine.workspace.workspace import Workspace
from tests.app.conftest import FakeEngine, close_dialogs, dialog, dialogs, open_draft, settle

pytestmark = pytest.mark.qt_log_ignore("does not support", extend=True)


@pytest.fixture
def go_on(monkeypatch: pytest.MonkeyPatch, window: MainWindow) -> Iterator[threading.Event]:
    """Workspaces are read once this is set."""
    event, load = threading.Event(), loading.load

    def slow(folder: Path) -> Loaded:
        assert event.wait(20)
        return load(folder)

    monkeypatch.setattr(loading, "load", slow)
    yield event
    event.set()


@pytest.fixture
def other(tmp_path: Path) -> Path:
    return Workspace.create(tmp_path / "other", "Other", "UTC", "en").folder


def press(window: MainWindow, text: str) -> None:
    buttons: list[QPushButton] = dialog(window).findChildren(QPushButton)
    next(button for button in buttons if button.text() == text).click()


def arrive(qtbot: QtBot, window: MainWindow, go_on: threading.Event) -> None:
    go_on.set()
    qtbot.waitUntil(lambda: window.workspaces.reading is None)


def name_of(window: MainWindow) -> str:
    assert window.workspace is not None
    return window.workspace.folder.name


def test_what_is_done_while_another_workspace_is_read_is_asked_about(
    qtbot: QtBot, window: MainWindow, go_on: threading.Event, other: Path
) -> None:
    page = open_draft(qtbot, window)
    window.load(other)
    page.commands.add_kind("target_audience")
    arrive(qtbot, window, go_on)
    assert window.editors == (page,)
    press(window, "Cancel")
    assert name_of(window) == "shop"
    assert page.session.dirty
    window.load(other)
    press(window, "Save draft and leave")
    qtbot.waitUntil(lambda: name_of(window) == "other")
    assert not window.editors


def test_what_was_given_up_is_given_up_as_it_was(
    qtbot: QtBot, window: MainWindow, go_on: threading.Event, other: Path
) -> None:
    page = open_draft(qtbot, window, kinds=("target_audience",))
    window.load(other)
    press(window, "Leave without saving")
    page.commands.undo()
    page.commands.redo()
    arrive(qtbot, window, go_on)
    press(window, "Leave without saving")
    assert name_of(window) == "other"


def test_what_was_given_up_is_not_asked_about_again(
    qtbot: QtBot, window: MainWindow, go_on: threading.Event, other: Path
) -> None:
    open_draft(qtbot, window, kinds=("target_audience",))
    window.load(other)
    press(window, "Leave without saving")
    arrive(qtbot, window, go_on)
    assert not dialogs(window)
    assert name_of(window) == "other"


def test_a_new_workspace_asks_as_well(
    qtbot: QtBot, window: MainWindow, go_on: threading.Event, tmp_path: Path
) -> None:
    page = open_draft(qtbot, window)
    (tmp_path / "new").mkdir()
    window.workspaces.create_in(tmp_path / "new")
    page.commands.add_kind("target_audience")
    arrive(qtbot, window, go_on)
    assert window.editors == (page,)
    press(window, "Leave without saving")
    assert name_of(window) == "new"


def test_the_workspace_that_was_asked_for_last_is_shown(
    qtbot: QtBot, window: MainWindow, go_on: threading.Event, other: Path, tmp_path: Path
) -> None:
    third = Workspace.create(tmp_path / "third", "Third", "UTC", "en").folder
    window.load(third)
    window.load(other)
    go_on.set()
    settle(qtbot)
    assert name_of(window) == "other"


def test_a_dialog_about_the_old_one_is_answered_first(
    qtbot: QtBot, window: MainWindow, go_on: threading.Event, other: Path
) -> None:
    window.load(other)
    ask(window, "Sure?", "Really?", Choice("Yes", lambda: None))
    go_on.set()
    settle(qtbot)
    assert name_of(window) == "shop"
    press(window, "Yes")
    qtbot.waitUntil(lambda: name_of(window) == "other")


class Starting:
    """An engine that is on its way up; `up` lets it answer."""

    def __init__(self, window: MainWindow, engine: FakeEngine, folder: Path) -> None:
        self.up = threading.Event()

        def ensure(_folder: Path) -> Any:
            assert self.up.wait(20)
            return engine

        assert window.service is not None
        window.service.close()
        window.service = EngineService(folder, lambda _: engine.found() if self.up.is_set() else None, ensure)
        window.service.begin(start=True)
        assert window.service.state is State.STARTING


@pytest.fixture
def starting(qtbot: QtBot, window: MainWindow, engine: FakeEngine, tmp_path: Path) -> Iterator[Starting]:
    settle(qtbot)
    found = Starting(window, engine, tmp_path)
    yield found
    found.up.set()


def test_what_is_done_while_closing_waits_for_the_engine_is_asked_about(
    qtbot: QtBot, window: MainWindow, starting: Starting, engine: FakeEngine
) -> None:
    page = open_draft(qtbot, window)
    window.close()
    window.close()
    page.commands.add_kind("target_audience")
    starting.up.set()
    qtbot.waitUntil(lambda: bool(dialogs(window)))
    assert page.session.dirty
    assert ("shutdown", "") not in engine.calls
    press(window, "Save draft and leave")
    qtbot.waitUntil(lambda: not window.isVisible())
    assert ("shutdown", "") in engine.calls


def test_a_window_in_which_nothing_runs_closes_at_once(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    assert window.service is not None
    window.service.close()
    window.service = EngineService(tmp_path, lambda _: None)
    window.service.begin(start=False)
    qtbot.waitUntil(lambda: window.service is not None and window.service.known)
    assert window.service.state is State.OFF
    window.close()
    assert not window.isVisible()


def test_nothing_is_done_once_the_engine_is_being_stopped(
    qtbot: QtBot, window: MainWindow, engine: FakeEngine
) -> None:
    qtbot.waitUntil(lambda: window.service is not None and window.service.state is State.ON)
    with qtbot.waitSignal(window.ending):
        window.close()
    assert not window.isEnabled()
    qtbot.waitUntil(lambda: not window.isVisible())


def test_an_engine_that_does_not_answer_keeps_no_window(
    qtbot: QtBot, window: MainWindow, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    qtbot.waitUntil(lambda: window.service is not None and window.service.state is State.ON)
    answers = threading.Event()
    monkeypatch.setattr(engine, "shutdown", lambda: answers.wait(20))
    monkeypatch.setattr(closing, "HEARS_WITHIN_MS", 0)
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible())
    answers.set()
    settle(qtbot)


def test_a_second_start_keeps_a_window_that_waits_to_close(
    qtbot: QtBot, window: MainWindow, starting: Starting, workspace: Workspace
) -> None:
    one = OneWindow()
    one.serve(window, Outcome.FIRST)
    window.close()
    one._take(Request(workspace.campaigns()[0].path))
    starting.up.set()
    qtbot.waitUntil(lambda: window.service is not None and window.service.known)
    settle(qtbot)
    assert window.isVisible()
    assert [page.session.path for page in window.editors] == [workspace.campaigns()[0].path]


def test_files_of_two_starts_are_both_opened(
    qtbot: QtBot, window: MainWindow, go_on: threading.Event, other: Path
) -> None:
    """The first brings its workspace along; the second belongs there as well, once it is on show."""
    made = Workspace.open(other)
    paths = [made.save_campaign(loading.new_document(made, None, name, "")) for name in ("One", "Two")]
    window.workspace = None  # as at the start
    one = OneWindow()
    one.serve(window, Outcome.FIRST)
    for path in paths:
        one._take(Request(path))
    QTimer.singleShot(0, go_on.set)
    qtbot.waitUntil(lambda: len(window.editors) == 2)
    assert [page.session.path for page in window.editors] == paths
    close_dialogs(window)
