"""Campaigns that were open when the program crashed are open again."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from pytestqt.qtbot import QtBot

from app import preferences
from app.preferences import Preferences
from engine.campaign import campaign_file
from engine.campaign.document import CampaignDocument
from engine.workspace.workspace import Workspace
from tests.app.conftest import MakeWindow, open_draft


def test_what_is_open_is_remembered_until_the_program_is_quit(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace
) -> None:
    window = make_window(workspace)
    page = open_draft(qtbot, window)
    assert preferences.load().open_campaigns == [page.session.path]
    window.close_without_asking()
    assert preferences.load().open_campaigns == []


def test_what_was_open_at_a_crash_is_open_again(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path, *_rest) = sorted((workspace.folder / "campaigns").glob("**/*.campaign.json"))
    gone = path.with_name("gone.campaign.json")
    left = Preferences(language="en", open_campaigns=[gone, path])
    monkeypatch.setattr("tests.app.conftest.Preferences", lambda language: left)
    window = make_window(workspace)
    qtbot.waitUntil(lambda: len(window.editors) == 1)
    assert window.the_editor.session.path == path


def test_their_tabs_stand_as_they_stood_however_long_each_takes_to_read(
    qtbot: QtBot, make_window: MakeWindow, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path, *_rest) = sorted((workspace.folder / "campaigns").glob("**/*.campaign.json"))
    broken, last = (path.with_name(f"{name}.campaign.json") for name in ("broken", "last"))
    broken.write_text("{")
    last.write_text(path.read_text("utf-8"), "utf-8")
    under_way: list[Path] = []
    most: list[int] = []

    def load(path: Path) -> CampaignDocument:
        under_way.append(path)
        most.append(len(under_way))
        try:
            return campaign_file.load(path)
        finally:
            under_way.remove(path)

    monkeypatch.setattr("app.tabs.open_campaigns.campaign_file", SimpleNamespace(load=load))
    left = Preferences(language="en", open_campaigns=[last, broken, path])
    monkeypatch.setattr("tests.app.conftest.Preferences", lambda language: left)
    window = make_window(workspace)
    qtbot.waitUntil(lambda: len(window.editors) == 2)
    assert [page.session.path for page in window.editors] == [last, path]
    assert max(most) == 1
