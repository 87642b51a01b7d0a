"""The servers that the user has signed in to, and clients of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.preferences import Server
from engine.client import EngineUnreachable, tokens
from engine.i18n import N_, Message

if TYPE_CHECKING:
    from app.window import MainWindow
    from engine.client import EngineClient
    from engine.client.signing_in import Connected


class NotSignedIn(EngineUnreachable):
    """No token of this server is kept here."""


class Connections(QObject):
    """Signal `changed()`: another server is known, or is signed in to or no more."""

    changed = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window

    @property
    def all(self) -> tuple[Server, ...]:
        return tuple(self._window.preferences.servers)

    @property
    def signed_in(self) -> tuple[Server, ...]:
        return tuple(server for server in self.all if server.user)

    def get(self, url: str) -> Server | None:
        return next((server for server in self.all if server.url == url), None)

    def remember(self, connected: Connected) -> None:
        """The user is signed in there; a server that is known keeps its place."""
        me = connected.me
        self._put(
            Server(
                url=connected.url,
                user=me.name,
                role=me.role,
                workspace=me.workspace,
                four_eyes=me.four_eyes,
            )
        )

    def sign_out(self, url: str) -> None:
        """The server stays known, so that signing in again is easy."""
        if (server := self.get(url)) is not None:
            self._put(server.model_copy(update={"user": "", "role": ""}))

    def remove(self, url: str) -> None:
        self._save([server for server in self.all if server.url != url])

    def _put(self, server: Server) -> None:
        known = [server if one.url == server.url else one for one in self.all]
        self._save(known if server in known else [*known, server])

    def _save(self, servers: list[Server]) -> None:
        if servers != self._window.preferences.servers:
            self._window.preferences.servers = servers
            self._window.preferences.save()
            self.changed.emit()


def client_of(url: str) -> EngineClient:
    """A client that shows the kept token; in the background, for the keyring may ask its owner first.

    Raises `NotSignedIn`.
    """
    from engine.client import EngineClient

    token = tokens.load(url)
    if token is None:
        message = N_("You are not signed in to {url}. Sign in under Settings, Servers.")
        raise NotSignedIn(Message(message, url=url))
    return EngineClient(url, token)
