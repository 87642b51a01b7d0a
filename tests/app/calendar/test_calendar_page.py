"""The calendar: what is on which day, by mouse and by keyboard, and moving a campaign with one undo."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.calendar.layout import add_months, month_days, week_bars
from app.window import MainWindow
from engine.campaign.edits import append, configure, set_attributes
from engine.workspace.calendar import Planned
from engine.workspace.workspace import Workspace
from tests.app.conftest import FakeEngine, dialog, dialogs, open_draft, settle

DAY = date(2026, 12, 10)


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> Any:
    """The calendar in December, with “Spring sale” from the 10th to the 12th."""
    assert window.workspace is not None
    row = window.rows()[0]
    document = window.workspace.load_campaign(row.id)
    (link,) = document.links
    document.apply(append(document, link, "target_audience").ops)
    node = next(iter(document.nodes))
    config: dict[str, Any] = {"audiences": ["a_once"], "mode": "now", "repeat_unchanged": False}
    document.apply(configure(document, node, name="Who", memo="", config=config).ops)
    dates = {"start": "2026-12-10T09:00:00+08:00", "end": "2026-12-13T00:00:00+08:00"}
    document.apply(set_attributes(document, document.attributes.model_copy(update=dates)).ops)
    window.workspace.save_campaign(document, row.path)
    window.reload()
    settle(qtbot)
    window.navigation.go("calendar", DAY.isoformat())
    settle(qtbot)
    return window.navigation.page("calendar")


def start_of(window: MainWindow) -> str | None:
    assert window.workspace is not None
    workspace = Workspace.open(window.workspace.folder)
    return workspace.load_campaign(window.rows()[0].id).attributes.start


def test_weeks_and_lanes() -> None:
    assert (month_days(DAY)[0], month_days(DAY)[-1]) == (date(2026, 11, 30), date(2027, 1, 3))
    assert len(month_days(date(2027, 2, 1))) == 28
    assert add_months(date(2026, 12, 1), 1) == date(2027, 1, 1)
    assert add_months(date(2026, 1, 31), -1) == date(2025, 12, 1)

    def on(name: str, first: int, last: int | None) -> Planned:
        day = date(2026, 12, 1)
        end = None if last is None else day.replace(day=last)
        return Planned(name, name, "draft", day.replace(day=first), end, {}, True, (), {}, True)

    bars = week_bars([on("a", 1, 8), on("b", 7, None), on("c", 9, 9), on("d", 20, 21)], date(2026, 12, 7))
    assert [(bar.one.id, bar.lane, bar.first, bar.last) for bar in bars] == [
        ("a", 0, 0, 1),
        ("b", 1, 0, 6),
        ("c", 0, 2, 2),
    ]


def test_a_day_shows_its_campaigns_and_enter_opens_it(qtbot: QtBot, window: MainWindow, page: Any) -> None:
    assert page.title.text() == "December 2026"
    assert page.list.count() == 1
    assert "09:00" in page.list.item(0).text()
    page.month_view.setFocus()
    QTest.keyClick(page.month_view, Qt.Key.Key_Right)
    assert "Goes on" in page.list.item(0).text()
    QTest.keyClick(page.month_view, Qt.Key.Key_PageDown)
    settle(qtbot)
    assert (page.title.text(), page.list.count()) == ("January 2027", 0)
    QTest.keyClick(page.month_view, Qt.Key.Key_PageUp)
    settle(qtbot)
    QTest.keyClick(page.month_view, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.editor is not None)
    settle(qtbot)


def drag(page: Any, by: int, *, escape: bool = False) -> None:
    """Drag the bar of the 10th, as hands do."""
    view = page.month_view
    week, bar = next(
        (week, bar) for week, bars in enumerate(view._bars) for bar in bars if bar.one.first == DAY
    )
    begin = view.bar_rect(week, bar).center()
    begin.setX(view.cell(DAY).center().x())
    end = view.cell(DAY + timedelta(days=by)).center()
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=begin.toPoint())
    for point in ((begin + end) / 2, end):
        _move(view, point)
    if escape:
        QTest.keyClick(view, Qt.Key.Key_Escape)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end.toPoint())


def _move(view: Any, point: QPointF) -> None:
    left = Qt.MouseButton.LeftButton
    event = QMouseEvent(
        QMouseEvent.Type.MouseMove, point, view.mapToGlobal(point), left, left, Qt.KeyboardModifier.NoModifier
    )
    view.mouseMoveEvent(event)


def test_a_draft_is_dragged_to_another_day_after_a_question(
    qtbot: QtBot, window: MainWindow, page: Any
) -> None:
    drag(page, 7, escape=True)
    settle(qtbot)
    assert dialogs(window) == []
    drag(page, 7)
    settle(qtbot)
    assert "2026-12-10 09:00 → 2026-12-17 09:00" in dialog(window).sentence.text()
    dialog(window).buttons[-1].click()
    settle(qtbot)
    assert start_of(window) == "2026-12-17T09:00:00+08:00"
    assert page._planned[0].first == date(2026, 12, 17)
    window.toast.link.click()
    settle(qtbot)
    assert start_of(window) == "2026-12-10T09:00:00+08:00"


def test_an_open_campaign_moves_in_its_tab(qtbot: QtBot, window: MainWindow, page: Any) -> None:
    window.navigation.go("campaigns")
    editor = open_draft(qtbot, window)
    window.navigation.go("calendar", DAY.isoformat())
    settle(qtbot)
    page.moving.ask(page._planned[0], -1)
    dialog(window).buttons[-1].click()
    assert editor.session.document.attributes.start == "2026-12-09T09:00:00+08:00"
    assert start_of(window) == "2026-12-10T09:00:00+08:00"  # the file waits for being saved
    editor.session.undo_stack.undo()
    assert not editor.session.dirty


def test_what_runs_is_not_moved_and_is_shown_by_the_engines_word(
    qtbot: QtBot, window: MainWindow, page: Any, engine: FakeEngine
) -> None:
    engine.statuses[window.rows()[0].id] = "in_progress"
    assert window.service is not None
    window.service.poll()
    settle(qtbot)
    page.read()
    settle(qtbot)
    assert "In progress" in page.list.item(0).text()
    assert not page.move_button.isEnabled()
    drag(page, 2)
    settle(qtbot)
    assert dialogs(window) == []


def test_the_year_leads_to_the_day(qtbot: QtBot, window: MainWindow, page: Any) -> None:
    page.mode.set_value("year")
    page._on_mode("year")
    settle(qtbot)
    assert page.title.text() == "2026"
    assert page.year_view._counts == {DAY: 1}
    page.year_view.setFocus()
    QTest.keyClick(page.year_view, Qt.Key.Key_Return)
    assert (page.title.text(), page.day) == ("December 2026", DAY)


def test_it_follows_the_engine_but_under_nobodys_hand(
    qtbot: QtBot, window: MainWindow, engine: FakeEngine, page: Any
) -> None:
    row = window.rows()[0]

    def poll() -> None:
        assert window.service is not None
        window.service.poll()
        settle(qtbot)

    engine.statuses[row.id] = "not_started"
    poll()
    assert "Not started" in page.list.item(0).text()
    begin = page.month_view.cell(DAY).center().toPoint()
    QTest.mousePress(page.month_view, Qt.MouseButton.LeftButton, pos=begin)
    engine.statuses[row.id] = "in_progress"
    poll()
    assert "Not started" in page.list.item(0).text()
    QTest.mouseRelease(page.month_view, Qt.MouseButton.LeftButton, pos=begin)
    settle(qtbot)
    assert "In progress" in page.list.item(0).text()
