"""The section of the settings with the servers: who one is there, signing in and out."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget
from shiboken6 import isValid

from app import tasks
from app.preferences import Server
from app.servers.connections import Connections, NotSignedIn, client_of
from app.servers.sign_in import SignInDialog
from app.servers.words import may_words, role_words, server_name
from app.widgets.ask import Choice, ask
from app.widgets.basic import button, label, set_property
from app.widgets.empty import EmptyState
from app.workspace_settings.detail import WIDTH
from app.workspace_settings.section import SectionPage
from engine.i18n import tr
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from app.window import MainWindow
    from engine.client.signing_in import Connected
    from engine.server.wire.identity import Me


class ServersSection(SectionPage):
    """A card a server. `show_object(url)` asks to sign in there, `show_object("new")` to any."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__()
        self.window_ = window
        self.cards: dict[str, ServerCard] = {}
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._nothing = EmptyState(window.look, "server")
        self._nothing.asked.connect(self.add)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._area, 1)
        layout.addWidget(self._nothing, 1)
        self._connections.changed.connect(self._fill)
        window.look.changed.connect(self._fill)
        self.retranslate()

    @property
    def _connections(self) -> Connections:
        return self.window_.servers.connections

    def show_workspace(self, workspace: Workspace) -> None:
        """Servers are the user's, whatever is open; each is asked whether it still knows the user."""
        for card in self.cards.values():
            card.ask()

    def show_object(self, id: str) -> None:
        self.add("" if id == "new" else id)

    def focus_first(self) -> None:
        (self.new if self.cards else self._nothing.button).setFocus()

    def add(self, url: str = "") -> None:
        """Ask for the way into a server."""
        SignInDialog(self.window_, self.window_.look, self._on_signed_in, url).open()

    def retranslate(self) -> None:
        self._nothing.set_texts(
            tr("No server yet"),
            tr("On your team's server campaigns run around the clock, and everybody sees what runs."),
            tr("Sign in to a server…"),
        )
        self._fill()

    def _fill(self) -> None:
        grid = self.window_.look.sizes.grid
        content = QWidget()
        content.setObjectName("content")
        content.setMaximumWidth(WIDTH * grid)
        column = QVBoxLayout(content)
        column.setContentsMargins(2 * grid, 3 * grid, 2 * grid, 3 * grid)
        column.setSpacing(2 * grid)
        words = tr(
            "They belong to you and not to the workspace: tokens are kept in the system's keyring, or where "
            "there is none in a file that only you can read."
        )
        column.addWidget(label("muted", words, wrap=True))
        self.cards = {server.url: ServerCard(self, server) for server in self._connections.all}
        for card in self.cards.values():
            column.addWidget(card)
            card.ask()
        self.new = button("", self.add, tr("Sign in to a server…"))
        column.addWidget(self.new, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        if (old := self._area.takeWidget()) is not None:
            old.deleteLater()
        self._area.setWidget(content)
        self._area.setVisible(bool(self.cards))
        self._nothing.setVisible(not self.cards)

    def _on_signed_in(self, connected: Connected) -> None:
        self._connections.remember(connected)
        me, toast = connected.me, self.window_.toast
        if connected.in_keyring:
            role = role_words(me.role)
            text = tr(
                "Signed in to “{workspace}” as {name} ({role}).",
                workspace=me.workspace,
                name=me.name,
                role=role,
            )
            toast.show_message(text)
        else:
            toast.show_message(
                tr("There is no keyring here: the token is kept in a file that only you can read."),
                tone="warn",
            )

    def sign_out(self, url: str, *, remove: bool) -> None:
        """Take the token back; where nobody answers it is forgotten here only, which is said."""
        from engine.client import signing_in

        def done(taken_back: bool) -> None:
            (self._connections.remove if remove else self._connections.sign_out)(url)
            if taken_back:
                self.window_.toast.show_message(tr("Signed out."))
            else:
                text = tr(
                    "The server does not answer: the token is forgotten here, and serves until it ends."
                )
                self.window_.toast.show_message(text, tone="warn")

        tasks.run(partial(signing_in.sign_out, url), done, self.window_.show_error)


class ServerCard(QFrame):
    """One server. Attributes: who, state (labels), enter, leave, remove (buttons)."""

    def __init__(self, section: ServersSection, server: Server) -> None:
        super().__init__()
        self._section, self._server = section, server
        look = section.window_.look
        grid = look.sizes.grid
        self.setProperty("role", "well")
        icon = QLabel()
        icon.setPixmap(look.pixmap("server", "muted", look.sizes.icon, self.devicePixelRatioF()))
        self.who, self.state = label("muted", wrap=True), label("small", wrap=True)
        self.enter = button("primary", partial(section.add, server.url), tr("Sign in…"))
        sign_out = partial(section.sign_out, server.url, remove=False)
        self.leave = button("", sign_out, tr("Sign out"))
        self.remove = button("link", self._ask_to_remove, tr("Remove…"))
        words = QVBoxLayout()
        words.setSpacing(grid // 2)
        words.addWidget(label("strong", server_name(server)))
        for line in (label("small", server.url), self.who, self.state):
            words.addWidget(line)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * grid, 2 * grid, 2 * grid, 2 * grid)
        row.setSpacing(grid)
        row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        for one in (self.remove, self.leave, self.enter):
            row.addWidget(one, 0, Qt.AlignmentFlag.AlignTop)
        self._show_who()

    def ask(self) -> None:
        """Ask the server, in the background, who one is there."""
        if self._server.user:
            self._say("muted", tr("Asking the server…"))
            tasks.run(partial(_me, self._server.url), self._on_told, self._on_failed)

    def _show_who(self) -> None:
        user, role = self._server.user, self._server.role
        self.leave.setVisible(bool(user))
        self.enter.setVisible(not user)
        if not user:
            self.who.setText(tr("Not signed in"))
        else:
            name = tr("Signed in as {name}, {role}.", name=user, role=role_words(role))
            self.who.setText(" ".join(part for part in (name, may_words(role)) if part))

    def _on_told(self, me: Me) -> None:
        from engine.client.signing_in import Connected

        if isValid(self):
            words = tr("What is published there must be approved by somebody else.") if me.four_eyes else ""
            self._say("small", " ".join(part for part in (tr("It answers."), words) if part))
            connections = self._section.window_.servers.connections
            connections.remember(Connected(self._server.url, me, in_keyring=True))

    def _on_failed(self, error: Exception) -> None:
        from engine.client import EngineRefused

        if isValid(self):
            self._say("error", str(error))
            if isinstance(error, EngineRefused | NotSignedIn):  # the token serves no more
                self.enter.show()

    def _say(self, role: str, text: str) -> None:
        set_property(self.state, "role", role)
        self.state.setText(text)

    def _ask_to_remove(self) -> None:
        title = tr("Remove “{name}”?", name=server_name(self._server))
        text = tr("You are signed out. Nothing changes on the server.")
        remove = partial(self._section.sign_out, self._server.url, remove=True)
        ask(self._section.window_, title, text, Choice(tr("Remove"), remove, "danger"))


def _me(url: str) -> Me:
    with client_of(url) as client:
        return client.me()
