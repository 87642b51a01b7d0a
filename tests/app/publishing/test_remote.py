"""Publishing to another machine's engine, and the tokens for that."""

from __future__ import annotations

import json
import stat
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from app.publishing import publication
from engine.client import EngineUnreachable, tokens
from engine.i18n import Message
from engine.workspace.workspace import Workspace
from tests.app.conftest import MakeWindow, dialog, dialogs, settle


def test_publish_to_another_machine(
    qtbot: QtBot,
    make_window: MakeWindow,
    workspace: Workspace,
    ready: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[str, str]] = []

    def publish_at(url: str, token: str, _bundle: bytes) -> Any:
        asked.append((url, token))
        if token == "wrong":
            raise EngineUnreachable(Message("The token is not right."))
        return SimpleNamespace(version=3, lacks=[SimpleNamespace(text="It lacks the account Newsletter.")])

    monkeypatch.setattr(publication, "_publish_at", publish_at)
    window = make_window(workspace)
    row = next(row for row in window.rows() if row.name == "Ready")
    window.list_page.select(row.path)
    window.actions_["run.publish_remote"].trigger()
    qtbot.waitUntil(lambda: bool(dialogs(window)))
    form = dialog(window)
    form.url.setCurrentText("engine.example")
    form.publish.click()
    assert "http" in form.error.text()
    form.url.setCurrentText("https://engine.example/")
    form.token.setText("wrong")
    form.publish.click()
    settle(qtbot)
    assert form.error.text() == "The token is not right."
    form.token.setText("right")
    form.publish.click()
    settle(qtbot)
    assert not dialogs(window)
    assert asked[-1] == ("https://engine.example", "right")
    assert "It lacks the account Newsletter." in window.toast.message
    size, ratio = window.look.sizes.small_icon, window.devicePixelRatioF()
    warning = window.look.pixmap("alert-triangle", "warn", size, ratio)
    assert window.toast._icon.pixmap().toImage() == warning.toImage()
    assert [remote.url for remote in window.preferences.remotes] == ["https://engine.example"]
    assert tokens.load("https://engine.example") == "right"


@pytest.mark.parametrize("fails", [False, True])
def test_what_became_of_it_is_said_also_when_the_dialog_was_closed_meanwhile(
    qtbot: QtBot,
    make_window: MakeWindow,
    workspace: Workspace,
    ready: str,
    monkeypatch: pytest.MonkeyPatch,
    fails: bool,
) -> None:
    go_on = threading.Event()

    def publish_at(_url: str, _token: str, _bundle: bytes) -> Any:
        assert go_on.wait(20)
        if fails:
            raise EngineUnreachable(Message("Nobody answers."))
        return SimpleNamespace(version=3, lacks=[])

    monkeypatch.setattr(publication, "_publish_at", publish_at)
    window = make_window(workspace)
    window.list_page.select(next(row.path for row in window.rows() if row.name == "Ready"))
    window.actions_["run.publish_remote"].trigger()
    qtbot.waitUntil(lambda: bool(dialogs(window)))
    form = dialog(window)
    form.url.setCurrentText("https://engine.example")
    form.token.setText("right")
    form.publish.click()
    form.reject()
    qtbot.waitUntil(lambda: not isValid(form))
    go_on.set()
    settle(qtbot)
    assert window.toast.message == ("Nobody answers." if fails else "Published as version 3.")


def test_tokens_stand_in_a_file_of_their_owner_where_there_is_no_keyring(own_folders: Path) -> None:
    assert not tokens.store("https://one", "a")
    tokens.store("https://two", "b")
    path = own_folders / "config" / "tokens.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text()) == {"https://one": "a", "https://two": "b"}
    assert tokens.load("https://three") is None


def test_a_token_that_cannot_be_kept_does_not_hide_that_it_was_published(
    make_window: MakeWindow, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_url: str, _token: str) -> bool:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tokens, "store", full)
    window = make_window(workspace)
    window.publishing._remember("https://engine.example", "right")
    assert "No space left on device" in window.toast.message
    assert [remote.url for remote in window.preferences.remotes] == ["https://engine.example"]
