"""Take the pictures of the page “A server for a team” anew: `.venv/bin/python -m docs.server_pictures`.

The real window on the sample workspace, drawn without a screen, and a real server beside it with two people
who publish the same campaign.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from PySide6.QtWidgets import QApplication, QDialog

from app import tasks
from app.main import open_window
from app.preferences import Preferences, Theme
from app.servers.conflict import ConflictDialog
from app.servers.dialog import ServerDialog
from app.window import MainWindow
from docs import picture_session
from docs.camera import grab, pause, save, settle, wait
from docs.code_pictures import CAMPAIGN, engine_runs, opened, renamed
from docs.take_pictures import PICTURES, SIZE, end
from docs.team import PASSWORD, Server, running
from engine.client import EngineClient, signing_in
from engine.workspace import bundle as bundles
from engine.workspace.bundle import Bundle

PORT = 8731
URL = f"http://127.0.0.1:{PORT}"
TOAST_MS = 5_000
WORDS = {"en": ("Welcome SMS", "A warm welcome", "Shop"), "zh": ("欢迎短信", "热情欢迎", "商店")}
D = TypeVar("D", bound=QDialog)


def main(arguments: Sequence[str] | None = None) -> int:
    """Take all pictures."""
    return picture_session.run(__doc__, take, arguments)


def take(app: QApplication, home: Path, language: str, theme: Theme, out: Path) -> None:
    """All pictures in one language."""
    picture_session.move_in(home)
    preferences = Preferences(language=language, theme=theme, size=SIZE, reduced_motion="always")
    window = open_window(app, preferences)
    window.workspaces.open_sample()
    wait(lambda: len(window.rows()) > 0 and engine_runs(window))
    try:
        with server(home, WORDS[language][2]):
            take_all(window, WORDS[language], out, f"{language}-{theme}.png")
            window.servers.connections.remove(URL)
            wait(lambda: not tasks.running())
    finally:
        end(window)
        os.chdir(PICTURES)


def take_all(window: MainWindow, words: Sequence[str], out: Path, ending: str) -> None:
    """Sign in, publish, meet a colleague's version, and see what runs there."""
    window.servers.connections.remember(signing_in.sign_in(URL, "ada", PASSWORD))
    page = opened(window)
    window.servers.publishing.ask(page, URL)
    asked = shown(window, ServerDialog)
    wait(lambda: asked.found is not None)
    save(grab(asked), out / f"server-publish-{ending}")
    asked.publish.click()
    wait(lambda: window.servers.campaigns.get(URL, CAMPAIGN) is not None)
    colleague(words[1])
    page.push(renamed(page.session.document, "n_care", words[0]))
    window.servers.publishing.ask(page, URL)
    asked = shown(window, ServerDialog)
    wait(lambda: asked.found is not None)
    asked.publish.click()
    conflict = shown(window, ConflictDialog)
    save(grab(conflict), out / f"server-conflict-{ending}")
    conflict.reject()
    page.session.undo_stack.undo()
    window.open_campaigns.close(page, to_list=True)
    window.servers.campaigns.poll()
    wait(lambda: not tasks.running())
    window.list_page.sidebar.servers.setCurrentRow(0)
    pause(TOAST_MS)
    save(grab(window), out / f"server-campaigns-{ending}")


def shown(window: MainWindow, kind: type[D]) -> D:
    """The dialog of a kind, once it is on show."""

    def found() -> list[D]:
        return [one for one in window.findChildren(kind) if one.isVisible()]

    wait(lambda: bool(found()))
    settle()
    return found()[0]


def colleague(name: str) -> None:
    """Another user publishes the campaign with other names of components."""
    with EngineClient(URL, token_of("ben")) as client:
        before = bundles.read(client.bundle(CAMPAIGN, 1))
        document = before.campaign.copy()
        for node in ("n_care", "n_expiry"):
            document.apply(renamed(document, node, name).ops)
        after = Bundle(
            document, before.audiences, before.messages, before.accounts, before.catalog, before.media
        )
        client.publish(bundles.write(after), "*")


def token_of(name: str) -> str:
    with EngineClient(URL, "") as anybody:
        token = anybody.sign_in(name, PASSWORD).token
    assert token is not None
    return token


@contextmanager
def server(folder: Path, name: str) -> Iterator[None]:
    """A server with two publishers, its files in a folder; `name`: of its workspace."""
    machine = Server("server", folder, PORT, {"CAMPAIGN_CANVAS_SERVER_WORKSPACE__NAME": name})
    with running(machine):
        wait(lambda: machine.leads)
        for user in ("ada", "ben"):
            machine.add_user(user, "publisher")
        yield


if __name__ == "__main__":
    raise SystemExit(main())
