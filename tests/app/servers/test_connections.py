"""Signing in to a server from the settings, what is said where that fails, and signing out."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app import preferences
from app.servers.section import ServersSection
from app.servers.sign_in import SignInDialog
from app.servers.words import is_open
from app.window import MainWindow
from app.workspace_settings.page import SettingsPage
from engine.client import tokens
from engine.server.identity.roles import Role
from tests.app.conftest import dialog, dialogs, settle
from tests.app.servers.conftest import PASSWORD, add_user, enter
from tests.engine.server.shared.serving import Shared


def section(window: MainWindow) -> ServersSection:
    window.navigation.go("settings", "servers")
    page = window.navigation.page("settings")
    assert isinstance(page, SettingsPage)
    found = page._page("servers")
    assert isinstance(found, ServersSection)
    return found


def signing_in(qtbot: QtBot, window: MainWindow, url: str, name: str, password: str) -> SignInDialog:
    section(window).add()
    form: SignInDialog = dialog(window)
    form.url.setText(url)
    form.name.setText(name)
    form.password.setText(password)
    form.go.click()
    settle(qtbot)
    return form


def test_sign_in_see_who_one_is_and_sign_out(qtbot: QtBot, window: MainWindow, server: Shared) -> None:
    add_user(server, "ada", Role.PUBLISHER)
    signing_in(qtbot, window, f"{server.url}/", "Ada", PASSWORD)
    assert not dialogs(window)
    settle(qtbot)
    card = section(window).cards[server.url]
    assert "ada" in card.who.text()
    assert "publisher" in card.who.text()
    assert card.state.text() == "It answers."
    token = tokens.load(server.url)
    assert token is not None
    assert token.startswith("cct_")  # no session, which would end tonight
    preferences.finish()
    assert PASSWORD not in (preferences.preferences_path()).read_text(encoding="utf-8")
    assert [one.user for one in preferences.load().servers] == ["ada"]

    card.leave.click()
    settle(qtbot)
    assert tokens.load(server.url) is None
    assert server.call("GET", "/me", token).status_code == 401  # taken back there, too
    assert section(window).cards[server.url].who.text() == "Not signed in"
    section(window).cards[server.url].remove.click()
    dialog(window).buttons[0].click()
    settle(qtbot)
    assert not section(window).cards


def test_what_went_wrong_is_said_in_the_dialog(qtbot: QtBot, window: MainWindow, server: Shared) -> None:
    add_user(server, "ada", Role.VIEWER)
    form = signing_in(qtbot, window, server.url, "ada", "not the password")
    assert "wrong" in form.error.text()
    assert form.go.isEnabled()
    for _ in range(5):
        form.go.click()
        settle(qtbot)
    assert "Too many attempts" in form.error.text()
    form.url.setText("canvas.example.com")
    form.go.click()
    assert "https://" in form.error.text()
    form.url.setText(server.url)
    form.name.setText("a b")
    form.go.click()
    settle(qtbot)
    assert "Enter what you were given" in form.error.text()
    assert "a b" not in form.error.text()
    assert not window.preferences.servers


def test_a_server_that_is_away_or_none_is_told_apart(
    qtbot: QtBot, window: MainWindow, server: Shared
) -> None:
    form = signing_in(qtbot, window, "http://127.0.0.1:9", "ada", PASSWORD)
    assert "does not answer" in form.error.text()
    form.url.setText(server.url.replace("http://", "https://"))
    form.go.click()
    settle(qtbot)
    assert "TLS" in form.error.text()


def test_with_an_invitation_or_a_token(qtbot: QtBot, window: MainWindow, server: Shared) -> None:
    admin = server.client(server.token(Role.ADMINISTRATOR))
    from engine.server.identity.secret import Kind

    session = server.client(server.token(Role.ADMINISTRATOR, "boss", Kind.SESSION))
    invitation = session.invite("eva", "editor").token
    admin.close()
    section(window).add()
    form: SignInDialog = dialog(window)
    form.url.setText(server.url)
    form.way.buttons()["invitation"].click()
    form.secret.setText(invitation)
    form.password.setText("ten wild horses")
    form.go.click()
    settle(qtbot)
    assert [one.user for one in window.preferences.servers] == ["eva"]

    section(window).add(server.url)
    form = dialog(window)
    form.way.buttons()["token"].click()
    form.secret.setText(server.token(Role.VIEWER, "vic"))
    form.go.click()
    settle(qtbot)
    assert [(one.user, one.role) for one in window.preferences.servers] == [("vic", "viewer")]


def test_a_token_that_serves_no_more_is_seen(qtbot: QtBot, window: MainWindow, server: Shared) -> None:
    url = enter(window, server)
    token: Any = tokens.load(url)
    server.client(token).sign_out()
    card = section(window).cards[url]
    settle(qtbot)
    assert card.state.property("role") == "error"
    assert not card.enter.isHidden()


@pytest.mark.parametrize(
    ("url", "readable"),
    [("http://canvas.example", True), ("https://canvas.example", False), ("http://localhost:1", False)],
)
def test_passwords_in_the_open_are_warned_of(url: str, readable: bool) -> None:
    assert is_open(url) is readable
