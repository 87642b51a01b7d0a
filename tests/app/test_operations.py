"""An engine that is held or has trouble, and the events that it received."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QTableWidget
from pytestqt.qtbot import QtBot

from app.help.received import ReceivedDialog
from app.publishing.held import HeldDialog
from app.window import MainWindow
from engine.client import EngineRefused
from engine.server.wire import Problem
from tests.app.conftest import MOMENT, FakeEngine, dialog, dialogs, settle


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
    assert sidebar.trouble.text() == "The database is a copy."
    assert window.toast.message == "The database is a copy."
    sidebar.release.click()
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
