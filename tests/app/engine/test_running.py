"""What runs, as the window follows it: status and counts, stop and restart, and the question at the end."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app import language
from app.campaign_list.status import ALLOWED, May, Status
from app.editor.cycle_switch import CycleSwitch
from app.editor.page import EditorPage
from app.engine.service import EngineService
from app.engine.situation import State
from app.window import MainWindow
from engine.campaign.model import START_ID
from engine.workspace.workspace import Workspace
from tests.app.conftest import FakeEngine, MakeWindow, dialog, dialogs, open_draft, settle


def test_status_and_counts_follow_the_engine(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, engine: FakeEngine, ready: str
) -> None:
    window = make_window(workspace)
    page = open_draft(qtbot, window, "Ready")
    node = next(iter(page.session.document.nodes))
    engine.statuses[ready] = "in_progress"
    numbers = {"arrived": 12457, "passed": 12457, "waiting": 0, "left": 0, "merged": 0, "failed": 0}
    engine.live = {
        "nodes": {node: numbers},
        "links": {},
        "entries": 12457,
        "inside": 0,
        "finished": 12457,
        "messages": {},
        "reasons": {node: {"sent": {"": 12457}}},
    }
    assert window.service is not None
    with qtbot.waitSignal(window.service.counts_changed):
        window.service.poll()
    assert page.bar.pill.text() == "In progress"
    assert page.scene.stage.counts is not None
    assert page.scene.stage.counts["nodes"][node]["arrived"] == 12457
    page.scene.select([node])
    assert [table.rows for table in page.panel.figures.tables] == [(("Sent", "12,457"),)]
    engine.statuses.pop(ready)
    window.service.poll()
    qtbot.waitUntil(lambda: page.status is Status.DRAFT)
    assert page.panel.figures.tables == []


def test_stop_asks_and_restart_goes_on(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, engine: FakeEngine, ready: str
) -> None:
    engine.statuses[ready] = "in_progress"
    window = make_window(workspace)
    qtbot.waitUntil(lambda: any(row.status is Status.IN_PROGRESS for row in window.rows()))
    row = next(row for row in window.rows() if row.id == ready)
    window.list_page.select(row.path)
    assert not window.actions_["campaign.delete"].isEnabled()
    window.actions_["run.stop"].trigger()
    assert not engine.calls
    QTest.mouseClick(dialog(window).buttons[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.actions_["run.restart"].isEnabled())
    window.actions_["run.restart"].trigger()
    settle(qtbot)
    assert engine.calls == [("stop", ready), ("restart", ready)]


def test_what_waits_of_a_finished_campaign_can_be_stopped_and_go_on(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, engine: FakeEngine, ready: str
) -> None:
    engine.statuses[ready], engine.backlog = "completed", "going"
    window = make_window(workspace)
    qtbot.waitUntil(lambda: any(row.status is Status.SENDING for row in window.rows()))
    row = next(row for row in window.rows() if row.id == ready)
    window.list_page.select(row.path)
    chips = window.list_page.statuses.buttons
    assert chips[Status.SENDING].isVisible()
    assert not chips[Status.HALTED].isVisible()
    window.actions_["run.stop"].trigger()
    assert "Messages that wait do not go out" in dialog(window).sentence.text()
    QTest.mouseClick(dialog(window).buttons[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: engine.calls == [("stop", ready)])
    engine.statuses[ready], engine.backlog = "completed", "stopped"
    assert window.service is not None
    window.service.poll()
    qtbot.waitUntil(lambda: window.actions_["run.restart"].isEnabled())
    assert not window.actions_["run.stop"].isEnabled()
    assert chips[Status.HALTED].isVisible()


def test_closing_asks_whether_running_campaigns_go_on(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, engine: FakeEngine, ready: str
) -> None:
    engine.statuses[ready] = "in_progress"
    window = make_window(workspace)
    qtbot.waitUntil(lambda: any(row.status is Status.IN_PROGRESS for row in window.rows()))
    window.close()
    assert window.isVisible()
    QTest.mouseClick(dialog(window).cancel, Qt.MouseButton.LeftButton)
    assert window.isVisible()
    window.close()
    QTest.mouseClick(dialog(window).buttons[1], Qt.MouseButton.LeftButton)
    assert not window.isVisible()
    assert ("shutdown", "") not in engine.calls


def test_closing_can_stop_the_engine(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, engine: FakeEngine, ready: str
) -> None:
    engine.statuses[ready] = "in_progress"
    window = make_window(workspace)
    qtbot.waitUntil(lambda: any(row.status is Status.IN_PROGRESS for row in window.rows()))
    window.close()
    QTest.mouseClick(dialog(window).buttons[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.isVisible())
    assert ("shutdown", "") in engine.calls


def test_an_idle_engine_is_stopped_without_a_question(
    qtbot: QtBot, window: MainWindow, engine: FakeEngine
) -> None:
    qtbot.waitUntil(lambda: window.service is not None and window.service.state is State.ON)
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert ("shutdown", "") in engine.calls


def test_closing_while_the_engine_starts_waits_to_learn_what_runs(
    qtbot: QtBot, window: MainWindow, engine: FakeEngine, tmp_path: Path
) -> None:
    """The engine must neither be left running unasked nor stopped with campaigns that nobody has heard of."""
    engine.statuses["c_1"] = "in_progress"
    up = threading.Event()

    def ensure(_folder: Path) -> Any:
        assert up.wait(30)
        return engine

    assert window.service is not None
    window.service.close()
    window.service = EngineService(tmp_path, lambda _: engine.found() if up.is_set() else None, ensure)
    window.service.begin(start=True)
    window.close()
    assert window.isVisible()
    assert not dialogs(window)
    up.set()
    qtbot.waitUntil(lambda: bool(dialogs(window)))
    QTest.mouseClick(dialog(window).buttons[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.isVisible())
    assert ("shutdown", "") in engine.calls


@pytest.mark.parametrize("comes_up", [True, False])
def test_what_runs_is_not_called_a_draft_while_the_engine_starts(
    qtbot: QtBot, window: MainWindow, engine: FakeEngine, tmp_path: Path, comes_up: bool
) -> None:
    qtbot.waitUntil(lambda: window.service is not None and window.service.known)
    page = open_draft(qtbot, window)
    id = page.session.document.attributes.id
    qtbot.waitUntil(lambda: any(row.id == id for row in window.rows()))
    engine.statuses[id] = "in_progress"
    up = threading.Event()

    def ensure(_folder: Path) -> Any:
        assert up.wait(30)
        if not comes_up:
            raise OSError("the engine does not start")
        return engine

    def statuses() -> dict[bool, set[Status]]:
        """Of the campaign that runs, and of the others."""
        return {own: {row.status for row in window.rows() if (row.id == id) is own} for own in (True, False)}

    assert window.service is not None
    window.service.close()
    window.service = EngineService(tmp_path, lambda _: engine.found() if up.is_set() else None, ensure)
    window.engine_shown.follow(window.service)
    window.service.begin(start=True)
    assert statuses()[True] == {Status.UNKNOWN}
    assert Status.DRAFT not in statuses()[False]
    assert May.DELETE not in ALLOWED[Status.UNKNOWN]
    up.set()
    qtbot.waitUntil(lambda: window.service is not None and not window.service.awaited)
    assert statuses()[True] == {Status.IN_PROGRESS if comes_up else Status.DRAFT}
    assert Status.UNKNOWN not in statuses()[False]
    assert window.list_page.statuses.buttons[Status.UNKNOWN].isHidden()


def test_closing_with_changes_asks_about_them_first(
    qtbot: QtBot, window: MainWindow, engine: FakeEngine
) -> None:
    page = open_draft(qtbot, window)
    page.commands.add_kind("target_audience")
    window.close()
    assert "nothing is saved" in dialog(window).sentence.text()
    QTest.mouseClick(dialog(window).buttons[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.isVisible())


def test_the_service_notices_that_the_engine_went(qtbot: QtBot, tmp_path: Path) -> None:
    found: list[Any] = [FakeEngine(statuses={"c_1": "in_progress"}), None]
    service = EngineService(tmp_path, lambda _: found.pop(0), lambda _: FakeEngine().started())
    with qtbot.waitSignal(service.runs_changed):
        service.poll()
    assert service.runs["c_1"].entries == 10
    states: list[State] = [service.state]
    service.state_changed.connect(states.append)
    with qtbot.waitSignal(service.state_changed):
        service.poll()
    assert states == [State.ON, State.OFF]
    settle(qtbot)
    service.close()


def test_the_canvas_says_when_the_next_one_goes_on(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, engine: FakeEngine, ready: str
) -> None:
    """On the workspace's clock; in the language of the moment, also where that is switched meanwhile."""
    window = make_window(workspace)
    page = open_draft(qtbot, window, "Ready")
    node = trigger(page)
    engine.statuses[ready] = "in_progress"
    engine.live = counts_of(node, arrived=9, waiting=4, release="2031-03-01T23:30:00.000Z")
    show_counts(qtbot, window)
    card = page.scene.cards[node]
    assert card._count.people == "9 · 4 waiting · next 2031-03-02 07:30"
    assert "goes on at 2031-03-02 07:30" in card.full_text()
    language.use_language("zh")
    assert card._count.people == "9 · 4 人等待 · 2031-03-02 07:30 放行"
    assert "2031-03-02 07:30 继续" in card.full_text()


def test_the_counts_of_one_cycle_can_be_chosen(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, engine: FakeEngine, ready: str
) -> None:
    window = make_window(workspace)
    page = open_draft(qtbot, window, "Ready")
    node, switch = trigger(page), page.bar.cycles
    engine.statuses[ready] = "in_progress"
    engine.live = counts_of(node, arrived=30, waiting=20)
    show_counts(qtbot, window)
    assert not switch.isVisible()
    assert not window.actions_["run.cycles"].isEnabled()
    both = [cycle(1, 30, 20), cycle(2, 12, 12)]
    engine.live = {**counts_of(node, arrived=42, waiting=32), "cycles": both}
    engine.by_cycle[2] = {**counts_of(node, arrived=12, waiting=12), "cycles": both}
    show_counts(qtbot, window)
    assert switch.isVisible()
    assert window.actions_["run.cycles"].isEnabled()
    assert switch.text() == "All cycles"
    assert offered(switch) == [
        "All cycles",
        "Cycle 2 · 2026-11-02 17:00 · 12 entered, 12 inside",
        "Cycle 1 · 2026-11-01 17:00 · 30 entered, 20 inside",
    ]
    assert window.service is not None
    with qtbot.waitSignal(window.service.counts_changed):
        switch.menu().actions()[1].trigger()
    assert switch.text() == "Cycle 2"
    assert page.scene.cards[node]._count.people == "12 · 12 waiting"
    offered(switch)
    assert [action.isChecked() for action in switch.menu().actions()] == [False, True, False]
    # A newer version, which has not had that cycle.
    engine.by_cycle[2] = {**counts_of(node, arrived=0, waiting=0), "cycles": [cycle(3, 5, 5), cycle(4, 1, 1)]}
    engine.live = {**counts_of(node, arrived=6, waiting=6), "cycles": engine.by_cycle[2]["cycles"]}
    window.service.poll()
    qtbot.waitUntil(lambda: page.scene.cards[node]._count.people == "6 · 6 waiting")
    assert switch.text() == "All cycles"


def trigger(page: EditorPage) -> str:
    """The component behind Start."""
    return page.session.document.successors(START_ID)[0]


def counts_of(node: str, arrived: int, waiting: int, release: str | None = None) -> dict[str, Any]:
    """Live counts of a campaign of which one component has people."""
    return {
        "nodes": {node: {"arrived": arrived, "waiting": waiting}},
        "links": {},
        "entries": arrived,
        "inside": waiting,
        "finished": arrived - waiting,
        "releases": {} if release is None else {node: release},
    }


def cycle(number: int, entries: int, inside: int) -> dict[str, Any]:
    moment = f"2026-11-{number:02d}T09:00:00.000Z"
    return {"number": number, "moment": moment, "entries": entries, "inside": inside}


def show_counts(qtbot: QtBot, window: MainWindow) -> None:
    """Let the window hear what the engine says by now."""
    assert window.service is not None
    with qtbot.waitSignal(window.service.counts_changed):
        window.service.poll()


def offered(switch: CycleSwitch) -> list[str]:
    switch.menu().aboutToShow.emit()
    return [action.text() for action in switch.menu().actions()]
