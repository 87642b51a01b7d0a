"""An engine that is held or has trouble, and the events that it received."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest
from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtWidgets import QApplication, QPushButton, QTableWidget
from pytestqt.qtbot import QtBot

from app.campaign_list import loading
from app.campaign_list.table import COLUMNS, ToneRole
from app.editor.page import EditorPage
from app.engine.held import HeldDialog
from app.engine.service import EngineService
from app.help.received import ReceivedDialog
from app.window import MainWindow
from engine.client import EngineRefused, EngineUnreachable
from engine.i18n import Message
from engine.server.wire.base import Problem
from engine.workspace import bundle
from engine.workspace.workspace import Workspace
from tests.app.conftest import MOMENT, FakeEngine, MakeWindow, dialog, dialogs, settle

HELD = "The engine is held: nobody enters and nothing is sent. The database is a copy."


def poll(qtbot: QtBot, window: MainWindow) -> None:
    assert window.service is not None
    settle(qtbot)
    window.service.poll()
    settle(qtbot)


def cells(table: QTableWidget, row: int) -> list[str]:
    items = [table.item(row, column) for column in range(table.columnCount())]
    return [item.text() for item in items if item is not None]


def test_a_held_engine_is_said_to_be_held_and_can_be_released(
    qtbot: QtBot, window: MainWindow, engine: FakeEngine
) -> None:
    assert not window.actions_["run.release"].isEnabled()
    engine.held = "The database is a copy."
    poll(qtbot, window)
    sidebar = window.list_page.sidebar
    assert sidebar.engine.text() == "Engine: held"
    assert sidebar.trouble.text() == HELD
    assert window.toast.message == "The database is a copy."
    sidebar.way_out.click()
    settle(qtbot)
    held: HeldDialog = dialog(window)
    assert held.reason.text() == "The database is a copy."
    assert cells(held.campaigns, 0) == ["Spring sale", "2026-11-23 16:00:00", "1,200", "3", "45"]
    held.release.click()
    settle(qtbot)
    poll(qtbot, window)
    assert ("release", "") in engine.calls
    assert dialogs(window) == []
    assert sidebar.engine.text() == "Engine: running"
    assert not sidebar.trouble.isVisible()
    assert not window.actions_["run.release"].isEnabled()


def test_leaving_it_held_changes_nothing(qtbot: QtBot, window: MainWindow, engine: FakeEngine) -> None:
    engine.held = "The database is a copy."
    poll(qtbot, window)
    window.actions_["run.release"].trigger()
    settle(qtbot)
    dialog(window).reject()
    assert ("release", "") not in engine.calls


def test_a_trouble_shows_until_it_is_over(qtbot: QtBot, window: MainWindow, engine: FakeEngine) -> None:
    engine.problem = "The disk is full."
    poll(qtbot, window)
    assert window.list_page.sidebar.trouble.text() == "The disk is full."
    engine.problem = None
    poll(qtbot, window)
    assert not window.list_page.sidebar.trouble.isVisible()


def test_a_database_that_cannot_be_read_is_told_and_the_rows_stay(
    qtbot: QtBot, window: MainWindow, engine: FakeEngine
) -> None:
    def refuse() -> list[Any]:
        raise EngineRefused(Problem(title="", status=503, code="database", detail="It is damaged."))

    engine.campaigns = refuse  # type: ignore[method-assign]
    poll(qtbot, window)
    assert window.list_page.sidebar.trouble.text() == "It is damaged."
    assert len(window.rows()) == 1


def test_a_workspace_shows_nothing_of_the_engine_of_another(
    qtbot: QtBot, window: MainWindow, engine: FakeEngine, tmp_path: Path
) -> None:
    engine.held = "The database is a copy."
    poll(qtbot, window)
    healthy = FakeEngine()
    window.runs.make_service = lambda folder: EngineService(
        folder, lambda _: healthy.found(), lambda _: healthy.started()
    )
    other = Workspace.create(tmp_path / "other", "Other", "UTC", "en")
    with qtbot.waitSignal(window.ready):
        window.load(other.folder)
    sidebar = window.list_page.sidebar
    assert sidebar.engine.text() == "Engine: not running"
    assert not sidebar.trouble.isVisible()
    assert window.toast.message == ""
    poll(qtbot, window)
    assert sidebar.engine.text() == "Engine: running"
    assert not sidebar.way_out.isVisible()
    window.appearance.set_language("zh")
    assert sidebar.trouble.text() == ""


@pytest.fixture
def running(qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, engine: FakeEngine) -> MainWindow:
    """The window on a workspace whose one campaign is in progress."""
    id = str(workspace.campaigns()[0].id)
    engine.statuses[id] = "in_progress"
    engine.hash = bundle.make(workspace, workspace.load_campaign(id)).hash
    window = make_window(workspace)
    poll(qtbot, window)
    return window


def view(qtbot: QtBot, window: MainWindow) -> EditorPage:
    """Open the one campaign for viewing."""
    window.list_page.select(window.rows()[0].path)
    window.actions_["campaign.view"].trigger()
    qtbot.waitUntil(lambda: window.editor is not None)
    settle(qtbot)
    return window.the_editor


def said(page: EditorPage) -> list[str]:
    return [notice.text for notice in page.notices.notices] if page.notices.isVisible() else []


def test_campaigns_in_progress_without_an_engine_are_warned_of(
    qtbot: QtBot, running: MainWindow, engine: FakeEngine
) -> None:
    sidebar = running.list_page.sidebar
    assert not sidebar.way_out.isVisible()
    assert not running.actions_["run.start"].isEnabled()
    engine.away = True
    poll(qtbot, running)
    assert sidebar.engine.text() == "Engine: not running"
    assert sidebar.trouble.text() == "Nothing is sent while the engine does not run."
    assert sidebar.way_out.text() == "Start the engine"
    page = view(qtbot, running)
    assert said(page) == ["Nothing is sent while the engine does not run."]
    page.notices.findChild(QPushButton).click()  # type: ignore[union-attr]  # there is one
    settle(qtbot)
    assert not engine.away
    assert said(page) == []
    assert running.toast.message == "The engine runs."
    assert not sidebar.trouble.text()
    assert not running.actions_["run.start"].isEnabled()


def test_drafts_alone_need_no_engine(qtbot: QtBot, window: MainWindow, engine: FakeEngine) -> None:
    engine.away = True
    poll(qtbot, window)
    assert not window.list_page.sidebar.trouble.isVisible()
    assert said(view(qtbot, window)) == []
    assert window.actions_["run.start"].isEnabled()


def test_an_engine_that_cannot_start_says_why_until_it_can(
    qtbot: QtBot, window: MainWindow, engine: FakeEngine
) -> None:
    engine.away = True
    poll(qtbot, window)
    assert window.service is not None
    why = Message("The engine could not start: {reason}", reason="port 1")

    def refuse(_folder: Path) -> NoReturn:
        raise EngineUnreachable(why)

    window.service._ensure = refuse
    window.actions_["run.start"].trigger()
    settle(qtbot)
    sidebar = window.list_page.sidebar
    assert window.toast.message == sidebar.trouble.text() == "The engine could not start: port 1"
    assert sidebar.way_out.text() == "Start the engine"
    window.appearance.set_language("zh")
    assert sidebar.trouble.text() == str(why) != "The engine could not start: port 1"
    engine.away = False
    poll(qtbot, window)
    assert not sidebar.trouble.text()


def test_what_the_engine_refuses_does_not_mean_that_it_could_not_start(
    qtbot: QtBot, window: MainWindow, engine: FakeEngine
) -> None:
    engine.away = True
    poll(qtbot, window)
    assert window.service is not None

    def refuse(_client: object) -> None:
        raise EngineRefused(Problem(title="", status=409, code="x", detail="No."))

    window.service.use(refuse, lambda _answer: None, window.show_error)
    settle(qtbot)
    assert window.toast.message == "No."
    assert window.list_page.sidebar.trouble.text() == ""


def test_a_held_engine_is_said_to_be_held_in_the_editor(
    qtbot: QtBot, running: MainWindow, engine: FakeEngine
) -> None:
    page = view(qtbot, running)
    assert said(page) == []
    engine.held = "The database is a copy."
    poll(qtbot, running)
    assert said(page) == [HELD]
    page.notices.findChild(QPushButton).click()  # type: ignore[union-attr]  # there is one
    settle(qtbot)
    held = dialog(running)
    assert isinstance(held, HeldDialog)
    held.reject()


def test_closing_does_not_say_of_a_held_engine_that_campaigns_run(
    qtbot: QtBot, running: MainWindow, engine: FakeEngine
) -> None:
    engine.held = "The database is a copy."
    poll(qtbot, running)
    running.close()
    question = dialog(running)
    assert question.windowTitle() == "1 campaign waits for the engine's release"
    assert "it sends nothing" in question.sentence.text()
    assert [choice.text() for choice in question.buttons] == ["Stop the engine", "Leave it held"]
    question.reject()


def test_an_abnormal_end_and_its_reason_are_seen_in_the_list_and_in_the_editor(
    qtbot: QtBot, running: MainWindow, engine: FakeEngine
) -> None:
    table = running.list_page.table
    one_line = table.rowHeight(0)
    engine.statuses = dict.fromkeys(engine.statuses, "ended_abnormally")
    engine.reason = "Nobody could enter."
    poll(qtbot, running)
    index = table.model_.index(0, [column.id for column in COLUMNS].index("status"))
    assert index.data() == "Finished"
    assert index.data(ToneRole) == "danger"
    why = "Ended abnormally: Nobody could enter."
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == f"Finished. {why}"
    assert table.rowHeight(0) > one_line
    second_line = QRect(16, one_line - 8, table.viewport().width() // 2, 16)
    written = table.viewport().grab(second_line).toImage()
    colours = {written.pixelColor(x, y).name() for x in range(written.width()) for y in range(16)}
    assert running.look.colours.danger.name() in colours
    page = view(qtbot, running)
    assert said(page) == [why]
    assert page.bar.pill.property("state") == "danger"


def test_the_row_of_an_abnormal_end_keeps_its_height_when_it_moves(
    qtbot: QtBot, running: MainWindow, engine: FakeEngine
) -> None:
    assert running.workspace is not None
    running.workspace.save_campaign(loading.new_document(running.workspace, None, "Another", ""))
    engine.statuses = dict.fromkeys(engine.statuses, "ended_abnormally")
    running.reload()
    poll(qtbot, running)
    table = running.list_page.table
    for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder):
        table.sortByColumn(0, order)
        heights = {table.model_.index(row, 0).data(): table.rowHeight(row) for row in range(2)}
        assert heights["Spring sale"] > heights["Another"]


def test_viewing_says_where_the_draft_is_not_what_runs(
    qtbot: QtBot, running: MainWindow, engine: FakeEngine
) -> None:
    page = view(qtbot, running)
    assert said(page) == []
    engine.hash = "of another version"
    poll(qtbot, running)
    assert said(page) == ["This is your draft, which differs from version 4 that runs."]
    running.appearance.set_language("zh")
    assert said(page) == ["这是您的草稿，与正在运行的版本 4 不同。"]
    running.appearance.set_language("en")
    engine.statuses = dict.fromkeys(engine.statuses, "stopped")
    poll(qtbot, running)
    assert said(page) == ["This is your draft, which differs from version 4 that was published."]


def received(**changed: Any) -> SimpleNamespace:
    event = {
        "received_at": MOMENT,
        "fate": "accepted",
        "event_id": "e1",
        "person_id": "p1",
        "event": "order",
        "time": MOMENT,
        "attributes": '{"amount": 5}',
        "count": 1,
        "text": "",
        "effects": [],
    }
    return SimpleNamespace(**{**event, **changed})


def effect(name: str, outcome: str, text: str) -> SimpleNamespace:
    return SimpleNamespace(campaign=name, name=name, outcome=outcome, text=text)


def open_received(qtbot: QtBot, window: MainWindow) -> ReceivedDialog:
    window.actions_["run.received"].trigger()
    settle(qtbot)
    shown: ReceivedDialog = dialog(window)
    return shown


def test_events_appear_with_what_they_did(qtbot: QtBot, window: MainWindow, engine: FakeEngine) -> None:
    shown = open_received(qtbot, window)
    assert shown.nothing.isVisible()
    engine.events = [
        received(effects=[effect("Spring sale", "entered", "The person entered.")]),
        received(fate="duplicate"),
        received(fate="rejected", text="No number."),
        received(fate="imported", count=3, event="", person_id="", time=None),
    ]
    shown.refresh()
    settle(qtbot)
    assert shown.table.isVisible()
    what = [cells(shown.table, row)[4] for row in range(shown.table.rowCount())]
    assert what[0] == "Spring sale: The person entered."
    assert "had come before" in what[1]
    assert what[2] == "Not taken: No number."
    assert cells(shown.table, 3)[1] == "3 events"
    assert cells(shown.table, 0)[:3] == ["2026-11-23 16:00:00", "order", "p1"]
    shown.accept()


def test_the_events_received_follow_the_language(
    qtbot: QtBot, window: MainWindow, engine: FakeEngine
) -> None:
    """The dialog leaves the window usable, and with it the menu that switches."""
    shown = open_received(qtbot, window)
    engine.events = [received(fate="duplicate")]
    shown.refresh()
    settle(qtbot)
    try:
        window.appearance.set_language("zh")
        shown.refresh()
        settle(qtbot)
        assert shown.windowTitle() == "已接收的事件"
        assert "此前" in cells(shown.table, 0)[4]
    finally:
        window.appearance.set_language("en")
    shown.accept()


@pytest.mark.parametrize("action", ["run.received", "run.release"])
def test_an_answer_that_comes_after_closing_is_dropped(
    qtbot: QtBot, window: MainWindow, engine: FakeEngine, action: str
) -> None:
    engine.held = "The database is a copy."
    poll(qtbot, window)
    window.actions_[action].trigger()
    shown = dialog(window)
    shown.reject()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    settle(qtbot)  # a call of what is gone would fail the test


def test_the_help_on_events_leads_to_the_events_received(qtbot: QtBot, window: MainWindow) -> None:
    window.actions_["help.events"].trigger()
    settle(qtbot)
    dialog(window)._show_received()
    settle(qtbot)
    shown: ReceivedDialog = dialog(window)
    assert isinstance(shown, ReceivedDialog)
    shown.accept()
