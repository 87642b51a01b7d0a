"""What is closed goes: a closed campaign keeps nothing in memory."""

from __future__ import annotations

import gc
import weakref

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.window import MainWindow
from tests.app.conftest import open_draft, settle

pytestmark = pytest.mark.qt_log_ignore("does not support", extend=True)


def test_a_closed_campaign_leaves_nothing_behind(qtbot: QtBot, window: MainWindow) -> None:
    page = open_draft(qtbot, window, kinds=("target_audience", "random_grouping", "tag"))
    page.commands.undo()
    page.view.setFocus()
    QTest.keyClick(page.view, Qt.Key.Key_Left)
    page.side_bar.show_tab("outline")
    page.finding.open()
    page.finding.close()
    page.open_problems()
    page.save()
    settle(qtbot)
    parts = [weakref.ref(part) for part in (page, page.session, page.scene, page.view, page.session.document)]
    window.open_campaigns.close(page, to_list=True)
    del page
    settle(qtbot)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()
    assert [type(part()).__name__ for part in parts if part() is not None] == []
