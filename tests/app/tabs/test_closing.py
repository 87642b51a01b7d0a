"""What is closed goes: a closed campaign keeps nothing in memory."""

from __future__ import annotations

import gc
import weakref

import pytest
import shiboken6
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.window import MainWindow
from canvas_widgets import clearing
from tests.app.conftest import open_draft, settle

pytestmark = pytest.mark.qt_log_ignore("does not support", extend=True)


@pytest.mark.parametrize("at_once", [100, 0], ids=["at once", "in slices"])
def test_a_closed_campaign_leaves_nothing_behind(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(clearing, "AT_ONCE", at_once)
    page = open_draft(qtbot, window, kinds=("target_audience", "random_grouping", "tag"))
    page.commands.undo()
    page.view.setFocus()
    QTest.keyClick(page.view, Qt.Key.Key_Left)
    page.side_bar.show_tab("outline")
    page.finding.open()
    page.finding.close()
    page.findings.open()
    page.save()
    settle(qtbot)
    parts = [weakref.ref(part) for part in (page, page.session, page.scene, page.view, page.session.document)]
    window.open_campaigns.close(page, to_list=True)
    settle(qtbot)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    qtbot.waitUntil(lambda: not shiboken6.isValid(parts[0]()))
    del page
    settle(qtbot)
    gc.collect()
    assert [type(part()).__name__ for part in parts if part() is not None] == []
