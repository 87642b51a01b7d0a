"""The campaigns of a server in the list: live, looked at, taken, stopped, rolled back."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.campaign_list import loading
from app.servers import campaigns
from app.servers.looking import LookDialog
from app.servers.panel import ServerPanel
from app.servers.versions import VersionsDialog
from app.window import MainWindow
from engine.client import EngineClient
from engine.client.bases import base_of
from engine.server.identity.roles import Role
from engine.workspace import bundle as bundles
from engine.workspace.workspace import Workspace
from tests.app.conftest import complete, dialog, dialogs, settle
from tests.app.servers.conftest import enter
from tests.app.servers.test_publishing import change_elsewhere
from tests.engine.server.shared.serving import DAY_MS, Shared


@pytest.fixture
def far(workspace: Workspace, server: Shared) -> str:
    """The id of a campaign that a colleague has published, and that is not in the workspace."""
    document = loading.new_document(workspace, None, "Far away", "")
    complete(document)
    with server.client(server.token(Role.PUBLISHER, "ben")) as client:
        client.publish(bundles.write(bundles.make(workspace, document)))
    return document.attributes.id


def panel(qtbot: QtBot, window: MainWindow) -> ServerPanel:
    """The server's campaigns, on show in the list."""
    settle(qtbot)
    window.list_page.sidebar.servers.setCurrentRow(0)
    settle(qtbot)
    found = window.list_page.server
    assert found.isVisible()
    return found


def cells(found: ServerPanel) -> list[str]:
    return [found.table.text(0, column) for column in range(3)]


def go_away(qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on no server answers."""
    monkeypatch.setattr(campaigns, "client_of", lambda _url: EngineClient("http://127.0.0.1:9", ""))
    window.servers.campaigns.poll()
    settle(qtbot)


def test_they_are_shown_as_they_are_and_kept_while_the_server_is_away(
    qtbot: QtBot, window: MainWindow, server: Shared, far: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = enter(window, server)
    found = panel(qtbot, window)
    assert cells(found)[0] == "Far away"
    first = found.table.text(0, 3)
    server.clock.set(server.clock.now() + DAY_MS)
    change_elsewhere(server, far, "tag", "Other")
    window.servers.campaigns.poll()
    settle(qtbot)
    assert cells(found)[2] == "2"
    assert found.table.text(0, 3) > first
    go_away(qtbot, window, monkeypatch)
    assert cells(found)[2] == "2"
    assert "This is what it said last." in found.state.text()
    assert not window.toast.isVisible()
    window.servers.connections.remove(url)
    settle(qtbot)
    assert not found.isVisible()
    assert window.list_page.sidebar.servers.isHidden()


def test_look_at_one_with_its_counts(
    qtbot: QtBot, window: MainWindow, server: Shared, far: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(window, server)
    panel(qtbot, window).look.click()
    settle(qtbot)
    view: Any = dialog(window)
    assert isinstance(view, LookDialog)
    qtbot.waitUntil(lambda: bool(view.scene.is_loaded))
    assert "Version 1" in view.figures.text()
    with monkeypatch.context() as patch:
        go_away(qtbot, window, patch)
        assert "Version 1" in view.figures.text()
        assert "This is what it said last." in view.figures.text()
    window.servers.campaigns.poll()
    settle(qtbot)
    assert "said last" not in view.figures.text()
    view.accept()
    settle(qtbot)


def test_take_one_into_the_workspace_and_go_on_from_its_version(
    qtbot: QtBot, window: MainWindow, server: Shared, far: str
) -> None:
    url = enter(window, server)
    panel(qtbot, window).take.click()
    settle(qtbot)
    page = window.editor
    assert page is not None
    assert page.session.document.attributes.id == far
    base = base_of(page.session.workspace.folder, url, far)
    assert base is not None
    assert base.version == 1
    window.open_campaigns.back()
    settle(qtbot)
    panel(qtbot, window).take.click()
    assert "already" in dialog(window).windowTitle()


def test_stop_and_restart_by_role(qtbot: QtBot, window: MainWindow, server: Shared, far: str) -> None:
    enter(window, server)
    found = panel(qtbot, window)
    found.stop.click()
    dialog(window).buttons[0].click()
    settle(qtbot)
    assert "is stopped" in window.toast.message
    assert (found.stop.isEnabled(), found.restart.isEnabled()) == (False, True)
    found.restart.click()
    settle(qtbot)
    assert found.stop.isEnabled()


def test_a_viewer_only_looks(qtbot: QtBot, window: MainWindow, server: Shared, far: str) -> None:
    enter(window, server, "vic", Role.VIEWER)
    found = panel(qtbot, window)
    assert found.look.isEnabled()
    assert not found.stop.isEnabled()


def test_versions_tell_what_changed_and_go_back(
    qtbot: QtBot, window: MainWindow, server: Shared, far: str
) -> None:
    enter(window, server)
    change_elsewhere(server, far, "tag", "Other", "eva")
    found = panel(qtbot, window)
    found.versions.click()
    settle(qtbot)
    versions: Any = dialog(window)
    assert isinstance(versions, VersionsDialog)
    assert versions.table.text(0, 1) == "eva"
    assert "Other" in versions.changes.toPlainText()
    assert not versions.again.isEnabled()
    versions.table.table.selectRow(1)
    versions.again.click()
    dialog(window).buttons[0].click()
    settle(qtbot)
    assert not dialogs(window)
    assert window.toast.message == "Published as version 3."
