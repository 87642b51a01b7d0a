"""Working offline: what waits for a server is published once it answers, also after a restart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.editor.page import EditorPage
from app.servers.later import PublishLater
from app.window import MainWindow
from engine.client import signing_in
from engine.client.later import LaterQueue
from engine.server.identity.roles import Role
from engine.workspace.workspace import Workspace
from tests.app.conftest import MakeWindow, dialog, open_draft, settle
from tests.app.servers.conftest import PASSWORD, add_user, enter
from tests.app.servers.test_publishing import (
    change_elsewhere,
    name_of,
    publish,
    published,
    rename,
    server_dialog,
    shown,
)
from tests.engine.server.shared.serving import Shared

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def window(make_window: MakeWindow, workspace: Workspace, ready: str) -> MainWindow:
    return make_window(workspace)


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> EditorPage:
    return open_draft(qtbot, window, "Ready")


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Nobody answers until this is called."""
    from app.servers import asking
    from app.servers.connections import client_of

    def nowhere(url: str) -> Any:
        client = client_of(url)
        client.base_url = NOWHERE
        return client

    monkeypatch.setattr(asking, "client_of", nowhere)
    return lambda: monkeypatch.setattr(asking, "client_of", client_of)


def rows(window: MainWindow) -> list[str]:
    return [row.words.text() for row in window.list_page.later.rows]


def test_it_is_published_once_the_server_answers_also_after_a_restart(
    qtbot: QtBot,
    window: MainWindow,
    page: EditorPage,
    server: Shared,
    ready: str,
    away: Callable[[], None],
) -> None:
    url = enter(window, server)
    found = shown(qtbot, window, page, url)
    assert found.publish.text() == "Publish later"
    found.publish.click()
    settle(qtbot)
    assert rows(window) == [f"“Ready” will be published to Shop ({url[7:]}) when it answers."]
    window.servers.later.try_all()
    settle(qtbot)
    assert len(rows(window)) == 1

    away()
    begun = PublishLater(window)  # as when the program starts, and reads what it left
    begun.read()
    settle(qtbot)
    assert not begun.waiting
    window.servers.later.read()
    settle(qtbot)
    assert not rows(window)
    assert "“Ready” waited and is published" in window.toast.message
    with server.client(server.token(Role.VIEWER)) as client:
        assert client.campaign(ready).version == 1


def test_it_can_be_called_off(
    qtbot: QtBot, window: MainWindow, page: EditorPage, server: Shared, away: Callable[[], None]
) -> None:
    url = enter(window, server)
    shown(qtbot, window, page, url).publish.click()
    settle(qtbot)
    window.list_page.later.rows[0].drop.click()
    settle(qtbot)
    assert not rows(window)
    assert not LaterQueue(page.session.workspace.folder).all()


def test_a_conflict_waits_for_a_decision(
    qtbot: QtBot,
    window: MainWindow,
    page: EditorPage,
    server: Shared,
    ready: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = enter(window, server)
    publish(qtbot, window, page, url)
    change_elsewhere(server, ready, "target_audience", "Theirs")
    rename(page, "tag", "Mine")
    window.servers.later.add(page.session.workspace, page.session.document.copy(), url)
    settle(qtbot)
    (row,) = window.list_page.later.rows
    assert "somebody else has published it meanwhile" in row.words.text()
    row.decide.click()
    settle(qtbot)
    server_dialog(window).publish.click()
    settle(qtbot)
    dialog(window).merge.click()
    settle(qtbot)
    server_dialog(window).publish.click()
    settle(qtbot)
    assert not rows(window)
    with server.client(server.token(Role.VIEWER)) as client:
        campaign = published(client, ready).campaign
    assert (name_of(campaign, "tag"), name_of(campaign, "target_audience")) == ("Mine", "Theirs")


def test_what_the_server_refuses_says_why(
    qtbot: QtBot, window: MainWindow, page: EditorPage, server: Shared
) -> None:
    add_user(server, "vic", Role.VIEWER)
    window.servers.connections.remember(signing_in.sign_in(server.url, "vic", PASSWORD))
    window.servers.later.add(page.session.workspace, page.session.document.copy(), server.url)
    settle(qtbot)
    (text,) = rows(window)
    assert text.startswith("“Ready” was not published to Shop")
    assert "publisher" in text
