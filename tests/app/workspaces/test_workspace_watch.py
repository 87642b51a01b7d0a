"""Files of the workspace change on disk: the list and the red dots of open campaigns follow."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.window import MainWindow
from engine.campaign import campaign_file, edits
from engine.files import canonical
from engine.workspace.workspace import Workspace
from tests.app.conftest import complete, open_draft, settle


@pytest.fixture
def watched(qtbot: QtBot, window: MainWindow) -> MainWindow:
    """The window, once it knows what there is."""
    qtbot.waitUntil(lambda: bool(window.workspace_watch._known))
    settle(qtbot)
    return window


def test_red_dots_follow_what_the_campaign_refers_to(
    qtbot: QtBot, watched: MainWindow, workspace: Workspace
) -> None:
    """An audience is deleted by another program, and comes back."""
    document = campaign_file.load(workspace.campaigns()[0].path)
    complete(document)
    campaign_file.save(document, workspace.campaigns()[0].path)
    page = open_draft(qtbot, watched)
    qtbot.waitUntil(lambda: not page.session.errors)
    path = workspace.audiences.path_of("a_once")
    data = path.read_bytes()
    path.unlink()
    qtbot.waitUntil(lambda: bool(page.session.errors))
    trigger = next(id for id, node in document.nodes.items() if node.kind == "target_audience")
    assert not page.scene.cards[trigger].configured
    path.write_bytes(data)
    qtbot.waitUntil(lambda: not page.session.errors)
    assert page.scene.cards[trigger].configured
    settle(qtbot)


def test_the_list_follows_campaigns_that_come_and_go(
    qtbot: QtBot, watched: MainWindow, workspace: Workspace
) -> None:
    document = campaign_file.load(workspace.campaigns()[0].path)
    changed = document.attributes.model_copy(update={"id": "c_other", "name": "Other"})
    other = document.copy()
    other.apply(edits.set_attributes(other, changed).ops)
    content = campaign_file.content(other) | {"id": "c_other"}
    path = workspace.campaign_files.path / "other.campaign.json"
    path.write_bytes(canonical(content))
    qtbot.waitUntil(lambda: len(watched.rows()) == 2)
    path.unlink()
    qtbot.waitUntil(lambda: len(watched.rows()) == 1)
    settle(qtbot)


def test_a_change_inside_a_file_is_seen_when_the_program_comes_to_the_front(
    qtbot: QtBot, watched: MainWindow, workspace: Workspace
) -> None:
    path = workspace.audiences.path_of("a_once")
    data = path.read_bytes()
    name = workspace.audiences["a_once"].name.encode()
    with path.open("r+b") as file:
        file.write(data.replace(name, b"Renamed elsewhere"))
        file.truncate()
    watched.workspace_watch.look()
    settle(qtbot)
    assert watched.workspace is not None
    assert watched.workspace.audiences["a_once"].name == "Renamed elsewhere"


def test_nothing_is_read_again_where_nothing_changed(
    qtbot: QtBot, watched: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[object] = []
    monkeypatch.setattr(watched, "show_rows_of", shown.append)
    watched.workspace_watch.look()
    settle(qtbot)
    assert shown == []
