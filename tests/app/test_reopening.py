"""Campaigns that were open when the program crashed are open again."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app import preferences
from engine.workspace.workspace import Workspace
from tests.app.conftest import MakeWindow, open_draft


def test_what_was_open_at_a_crash_is_open_again(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window(workspace)
    page = open_draft(qtbot, window)
    assert preferences.load().open_campaigns == [page.session.path]
    monkeypatch.setattr("tests.app.conftest.Preferences", lambda language: preferences.load())
    again = make_window(workspace)  # the first never said that it ends
    qtbot.waitUntil(lambda: len(again.editors) == 1)
    assert again.the_editor.session.path == page.session.path


def test_who_quits_begins_anew(qtbot: QtBot, make_window: MakeWindow, workspace: Workspace) -> None:
    window = make_window(workspace)
    open_draft(qtbot, window)
    window.close_without_asking()
    assert preferences.load().open_campaigns == []
