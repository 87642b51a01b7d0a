"""Publishing to a server: the base version, conflicts, approval, and later."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.editor.page import EditorPage
from app.publishing.dialog import PublishDialog
from app.servers.conflict import ConflictDialog
from app.servers.dialog import ServerDialog
from app.servers.places import PlaceField
from app.window import MainWindow
from engine.campaign import edits
from engine.client import EngineClient, tokens
from engine.client.bases import base_of
from engine.server.identity.roles import Role
from engine.workspace import bundle as bundles
from engine.workspace.bundle import Bundle
from engine.workspace.workspace import Workspace
from tests.app.conftest import MakeWindow, dialog, dialogs, open_draft, settle
from tests.app.publishing.steps import summed_up
from tests.app.servers.conftest import enter
from tests.engine.server.shared.serving import Shared

MakeServer = Callable[..., Shared]


def shown(qtbot: QtBot, window: MainWindow, page: EditorPage, url: str) -> ServerDialog:
    """What publishing there would do, as one comes to see it."""
    window.actions_["run.publish"].trigger()
    settle(qtbot)
    found: Any = dialog(window)
    assert isinstance(found, PublishDialog)
    place = found.findChild(PlaceField)
    assert place is not None
    place.field.set_value(url)
    place.field.chosen.emit(url)
    settle(qtbot)
    return server_dialog(window)


def server_dialog(window: MainWindow) -> ServerDialog:
    found: Any = dialog(window)
    assert isinstance(found, ServerDialog)
    return found


def publish(qtbot: QtBot, window: MainWindow, page: EditorPage, url: str) -> None:
    found = shown(qtbot, window, page, url)
    QTest.keyClick(found, Qt.Key.Key_Return)
    settle(qtbot)


def rename(page: EditorPage, kind: str, name: str) -> None:
    document = page.session.document
    (node,) = (id for id, one in document.nodes.items() if one.kind == kind)
    page.push(edits.rename(document, node, name))


def name_of(document: Any, kind: str) -> str:
    return next(str(one.name) for one in document.nodes.values() if one.kind == kind)


def published(client: EngineClient, id: str) -> Bundle:
    return bundles.read(client.bundle(id, client.campaign(id).version))


def change_elsewhere(server: Shared, id: str, kind: str, name: str, user: str = "ben") -> None:
    """A colleague publishes the campaign with another name of a component."""
    with server.client(server.token(Role.PUBLISHER, user)) as client:
        bundle = published(client, id)
        document = bundle.campaign.copy()
        (node,) = (node for node, one in document.nodes.items() if one.kind == kind)
        document.apply(edits.rename(document, node, name).ops)
        changed = Bundle(
            document, bundle.audiences, bundle.messages, bundle.accounts, bundle.catalog, bundle.media
        )
        client.publish(bundles.write(changed), "*")


@pytest.fixture
def window(make_window: MakeWindow, workspace: Workspace, ready: str) -> MainWindow:
    """One whose workspace has a campaign that can be published."""
    return make_window(workspace)


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> EditorPage:
    return open_draft(qtbot, window, "Ready")


def test_each_version_follows_the_one_before(
    qtbot: QtBot, window: MainWindow, page: EditorPage, server: Shared, ready: str
) -> None:
    url = enter(window, server)
    first = shown(qtbot, window, page, url)
    assert "The first version there" in summed_up(first)
    first.publish.click()
    settle(qtbot)
    assert "as version 1" in window.toast.message
    rename(page, "tag", "Another")
    second = shown(qtbot, window, page, url)
    assert "Version 2, after version 1 by ada" in summed_up(second)
    assert not second.changes.isHidden()
    second.publish.click()
    settle(qtbot)
    assert "as version 2" in window.toast.message
    again = shown(qtbot, window, page, url)
    assert "Nothing has changed since version 2 by ada" in summed_up(again)
    base = base_of(page.session.workspace.folder, url, ready)
    assert base is not None
    assert base.version == 2


def conflict(qtbot: QtBot, window: MainWindow, page: EditorPage, server: Shared, kind: str) -> ConflictDialog:
    """Both sides change a component: mine the tag, theirs one of a kind."""
    url = enter(window, server)
    publish(qtbot, window, page, url)
    change_elsewhere(server, page.session.document.attributes.id, kind, "Theirs")
    rename(page, "tag", "Mine")
    found = shown(qtbot, window, page, url)
    assert "There is version 2 by ben" in summed_up(found)
    found.publish.click()
    settle(qtbot)
    view: Any = dialog(window)
    assert isinstance(view, ConflictDialog)
    return view


def test_what_both_changed_apart_is_merged_and_published_over_the_new_one(
    qtbot: QtBot, window: MainWindow, page: EditorPage, server: Shared, ready: str
) -> None:
    view = conflict(qtbot, window, page, server, "target_audience")
    view.merge.click()
    settle(qtbot)
    once_more = server_dialog(window)
    assert "Version 3, after version 2 by ben" in summed_up(once_more)
    once_more.publish.click()
    settle(qtbot)
    assert "as version 3" in window.toast.message
    with server.client(server.token(Role.VIEWER)) as client:
        campaign = published(client, ready).campaign
    assert (name_of(campaign, "tag"), name_of(campaign, "target_audience")) == ("Mine", "Theirs")


def test_what_both_changed_alike_is_counted_and_one_takes_theirs(
    qtbot: QtBot, window: MainWindow, page: EditorPage, server: Shared
) -> None:
    view = conflict(qtbot, window, page, server, "tag")
    assert view._found.on_both_sides == 1
    view.theirs.click()
    settle(qtbot)
    assert name_of(page.session.document, "tag") == "Theirs"
    assert not dialogs(window)
    page.commands.undo()
    assert name_of(page.session.document, "tag") == "Mine"


def test_or_publishes_mine_over_it_after_one_more_look(
    qtbot: QtBot, window: MainWindow, page: EditorPage, server: Shared, ready: str
) -> None:
    view = conflict(qtbot, window, page, server, "tag")
    view.mine.click()
    settle(qtbot)
    server_dialog(window).publish.click()
    settle(qtbot)
    with server.client(server.token(Role.VIEWER)) as client:
        assert name_of(published(client, ready).campaign, "tag") == "Mine"


def test_where_the_base_is_not_known_both_are_compared(
    qtbot: QtBot, window: MainWindow, page: EditorPage, server: Shared
) -> None:
    url = enter(window, server)
    with server.client(server.token(Role.PUBLISHER, "ben")) as client:
        session = page.session
        client.publish(bundles.write(bundles.make(session.workspace, session.document)))
    rename(page, "tag", "Mine")
    shown(qtbot, window, page, url).publish.click()
    settle(qtbot)
    view: Any = dialog(window)
    assert isinstance(view, ConflictDialog)
    assert view._found.their_changes is None


def test_four_eyes_propose_wait_and_publish(
    qtbot: QtBot, window: MainWindow, page: EditorPage, make_server: MakeServer
) -> None:
    server = make_server(approval={"four_eyes": True})
    url = enter(window, server)
    asked = shown(qtbot, window, page, url)
    assert asked.publish.text() == "Propose"
    asked.publish.click()
    settle(qtbot)
    assert "as number 1" in window.toast.message
    waits = shown(qtbot, window, page, url)
    assert "Proposal 1 by ada" in summed_up(waits)
    assert not waits.publish.isEnabled()
    waits.close()
    with server.client(server.token(Role.APPROVER, "eva")) as client:
        client.approve(1)
    approved = shown(qtbot, window, page, url)
    assert "Somebody else has approved exactly this." in summed_up(approved)
    approved.publish.click()
    settle(qtbot)
    assert "as version 1" in window.toast.message


def test_an_editor_proposes_and_a_viewer_only_looks(
    qtbot: QtBot, window: MainWindow, page: EditorPage, server: Shared
) -> None:
    url = enter(window, server, "eddy", Role.EDITOR)
    found = shown(qtbot, window, page, url)
    assert found.publish.text() == "Propose"
    found.close()
    tokens.store(url, server.token(Role.VIEWER))
    assert not shown(qtbot, window, page, url).publish.isEnabled()


def test_what_the_server_lacks_is_sent_from_a_file(
    qtbot: QtBot, window: MainWindow, page: EditorPage, server: Shared, tmp_path: Path
) -> None:
    url = enter(window, server)
    found = shown(qtbot, window, page, url)
    assert "has not been uploaded" in summed_up(found)
    assert not found.supply.isHidden()
    assert found.found is not None
    (lack,) = found.found.check.lacks
    found.close()
    ids = tmp_path / "ids.csv"
    ids.write_text("mobile\n4915100\n4915101\n", encoding="utf-8")
    window.servers.supplying.send(page, url, lack, ids)
    settle(qtbot)
    settle(qtbot)
    assert "2 ids that nobody has" in window.toast.message
    assert "has not been uploaded" not in summed_up(server_dialog(window))
