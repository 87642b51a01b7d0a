"""Settings that are forms: errors at their fields, saving with what runs in sight, undo."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from app.window import MainWindow
from app.workspace_settings.form_section import FormSection
from engine.workspace.workspace import Workspace
from tests.app.conftest import FakeEngine, dialog, settle


def section(qtbot: QtBot, window: MainWindow, id: str) -> Any:
    window.navigation.go("settings", id)
    settle(qtbot)
    page: Any = window.navigation.page("settings")
    return page._page(id)


def saved(window: MainWindow) -> Any:
    assert window.workspace is not None
    return Workspace.open(window.workspace.folder).settings


def test_a_change_counts_once_it_is_saved_and_can_be_undone(qtbot: QtBot, window: MainWindow) -> None:
    page: FormSection = section(qtbot, window, "general")
    assert page.form is not None
    name = page.form.editor("name").focus_target()
    assert not page.bar.isVisible()
    name.setFocus()
    QTest.keyClick(name, Qt.Key.Key_End)
    QTest.keyClicks(name, " 2")
    assert page.bar.isVisible()
    before = saved(window).name
    QTest.mouseClick(page.save_button, Qt.MouseButton.LeftButton)
    settle(qtbot)
    assert saved(window).name == f"{before} 2"
    assert not page.bar.isVisible()
    QTest.mouseClick(window.toast.link, Qt.MouseButton.LeftButton)
    settle(qtbot)
    assert saved(window).name == before


def test_errors_stand_at_their_rows_and_nothing_is_saved(qtbot: QtBot, window: MainWindow) -> None:
    page = section(qtbot, window, "fatigue")
    editor = page.form.editor("fatigue")
    QTest.mouseClick(editor.rows.add_button, Qt.MouseButton.LeftButton)
    editor.rows.cell(0, "channel").set_value("email")
    editor.rows.cell(0, "signature").set_value("Brand")
    editor.rows.cell(0, "max").set_value("lots")
    editor.changed.emit()
    page.save()
    assert editor.rows.cell(0, "max").control.property("invalid")
    assert saved(window).fatigue.channels == {}
    editor.rows.cell(0, "max").set_value(2)
    page.save()
    assert "Only SMS has signatures." in page.form.frame("fatigue").error
    editor.rows.cell(0, "signature").set_value("")
    page.save()
    settle(qtbot)
    (limit,) = saved(window).fatigue.channels["email"]
    assert (limit.max, limit.per, limit.signature) == (2, "day", None)


def test_addresses_inside_the_network_are_let_through_without_touching_the_switch(
    qtbot: QtBot, window: MainWindow
) -> None:
    page = section(qtbot, window, "sending")
    addresses = page.form.editor("allowed_addresses").focus_target()
    QTest.keyClicks(addresses, "http://127.0.0.1/gift")
    page.save()
    assert "Enter a host or a network" in page.form.frame("allowed_addresses").error
    assert not page.form.frame("resend_notifications").error
    addresses.selectAll()
    QTest.keyClicks(addresses, "127.0.0.1")
    page.save()
    settle(qtbot)
    assert saved(window).allowed_addresses == ("127.0.0.1",)
    assert not saved(window).resend_notifications


@pytest.mark.parametrize("state", ["in_progress", "completed"])
def test_what_runs_is_named_and_the_engine_starts_anew(
    qtbot: QtBot, window: MainWindow, engine: FakeEngine, state: str
) -> None:
    row = window.rows()[0]
    engine.statuses[row.id] = state
    assert window.service is not None
    window.service.poll()
    qtbot.waitUntil(lambda: bool(window.service and window.service.runs))
    page = section(qtbot, window, "quiet")
    editor = page.form.editor("quiet")
    QTest.mouseClick(editor.times.add_button, Qt.MouseButton.LeftButton)
    named = row.name in page.notice.text()
    assert named is (state == "in_progress")
    page.save()
    settle(qtbot)
    assert saved(window).quiet.channels["text_sms"].postpone
    assert ("shutdown", "") in engine.calls
    assert not engine.away  # it was started again


def test_a_file_that_others_change_takes_nothing_half_typed_away(qtbot: QtBot, window: MainWindow) -> None:
    page = section(qtbot, window, "general")
    line = page.form.editor("name").focus_target()
    line.setText("Half")
    line.textEdited.emit("Half")
    assert window.workspace is not None
    other = Workspace.open(window.workspace.folder)
    other.save_settings(other.settings.model_copy(update={"auto_approve": False}))
    window.reload()
    settle(qtbot)
    assert line.text() == "Half"
    page.save()
    settle(qtbot)
    assert (saved(window).name, page.dirty) == ("Half", False)


def test_a_second_quiet_time_and_holidays_that_end_before_they_begin_are_refused(
    qtbot: QtBot, window: MainWindow
) -> None:
    page = section(qtbot, window, "quiet")
    editor = page.form.editor("quiet")
    editor.times.add_button.click()
    editor.times.add_button.click()
    editor.holidays.add_button.click()
    stray = [
        found for found in QApplication.topLevelWidgets() if isinstance(found, QLabel) and found.isVisible()
    ]
    assert stray == []
    editor.holidays.cell(0, "name").set_value("New year")
    editor.holidays.cell(0, "from").set_value("2026-12-31")
    editor.holidays.cell(0, "to").set_value("2026-12-30")
    editor.changed.emit()
    page.save()
    said = page.form.frame("quiet").error
    assert "one quiet time a day" in said
    assert "lies before" in said
    page.discard()
    assert not page.dirty


def test_closing_the_window_asks_about_what_is_not_saved(
    qtbot: QtBot, window: MainWindow, workspace: Workspace
) -> None:
    page = section(qtbot, window, "general")
    line = page.form.editor("name").focus_target()
    line.setText("Half")
    line.textEdited.emit("Half")
    window.navigation.go("campaigns")
    window.close()
    settle(qtbot)
    assert window.isVisible()
    assert window.navigation.current == "settings"
    dialog(window).buttons[-1].click()  # Save
    settle(qtbot)
    assert Workspace.open(workspace.folder).settings.name == "Half"
    assert not window.isVisible()


def test_the_fixed_limits_say_how_near_the_workspace_is(qtbot: QtBot, window: MainWindow) -> None:
    page = section(qtbot, window, "limits")
    assert window.workspace is not None
    types: dict[str, object] = {f"type {n}": {} for n in range(50)}
    window.workspace.save_catalog(
        window.workspace.catalog.model_validate({**window.workspace.catalog.canonical(), "id_types": types})
    )
    page.show_workspace(window.workspace)
    rows = {
        page.table.item(row, 0).text(): [page.table.item(row, column).text() for column in (1, 2)]
        for row in range(page.table.rowCount())
        if page.table.item(row, 1) is not None
    }
    assert rows["ID types"] == ["50", "50: full"]
    assert rows["Holidays"] == ["20", "0"]
    assert rows["Campaigns in progress at the same time"] == ["100", "0"]
    assert rows["People on the whitelist"] == ["100", ""]
    assert rows["Values of one condition"] == ["2,000", ""]
