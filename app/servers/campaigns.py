"""What runs on the servers, asked in the background every few seconds; who is away is passed over."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from app import tasks
from app.engine.situation import Counts
from app.servers.connections import client_of
from engine.client import EngineRefused, EngineUnreachable

if TYPE_CHECKING:
    from app.window import MainWindow
    from engine.client import EngineClient
    from engine.server.wire.campaigns import Campaign

log = logging.getLogger(__name__)
POLL_MS = 5_000
T = TypeVar("T")


class ServerState(NamedTuple):
    """What a server said last.

    trouble: why it says nothing now, or ""; then the campaigns are those of before. known: whether it ever
    answered.
    """

    campaigns: tuple[Campaign, ...] = ()
    trouble: str = ""
    known: bool = False


class ServerCampaigns(QObject):
    """Attribute `states`, by address; signal `changed()` where an answer differs from the one before."""

    changed = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.states: Mapping[str, ServerState] = {}
        self._watched: tuple[str, str] | None = None
        self._show_counts: Callable[[Counts], None] = lambda _counts: None
        self._asking = self._again = False
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self.poll)
        window.ready.connect(self.begin)
        window.ending.connect(self._timer.stop)

    def begin(self) -> None:
        """Ask from now on, as long as there is somebody to ask."""
        if self._window.servers.connections.signed_in:
            self._timer.start()
            self.poll()
        else:
            self._timer.stop()

    def poll(self) -> None:
        """Ask every server that the user is signed in to."""
        urls = [server.url for server in self._window.servers.connections.signed_in]
        self._again = self._asking
        if not self._asking:
            self._asking = True
            tasks.run(partial(_ask_all, urls, self._watched), self._on_told, self._on_failed)

    def get(self, url: str, id: str) -> Campaign | None:
        """A campaign as the server said it last."""
        state = self.states.get(url, ServerState())
        return next((one for one in state.campaigns if one.id == id), None)

    def watch(self, url: str, id: str, show: Callable[[Counts], None] | None) -> None:
        """Tell the live counts of one campaign from now on; None: of none."""
        self._watched = None if show is None else (url, id)
        self._show_counts = show or (lambda _counts: None)
        if show is not None:
            self.poll()

    def use(self, url: str, work: Callable[[EngineClient], T], done: Callable[[T], None]) -> None:
        """Do something on a server in the background; then look at it again."""

        def on_done(result: T) -> None:
            self.poll()
            done(result)

        def on_failed(error: Exception) -> None:
            self.poll()
            self._window.show_error(error)

        tasks.run(partial(_use, url, work), on_done, on_failed)

    def _on_failed(self, error: Exception) -> None:
        """Such as a vault that cannot be read: it is asked again, and says it where something is done."""
        self._asking = False
        log.warning("servers could not be asked: %s", error)

    def _on_told(self, answer: _Told) -> None:
        self._asking = False
        told = answer.states
        if answer.counts is not None and answer.watched == self._watched:
            self._show_counts(answer.counts)
        before, known = self.states, {}
        for url, state in told.items():
            earlier = before.get(url, ServerState())
            if state.trouble:
                state = earlier._replace(trouble=state.trouble)
            known[url] = state
        self.states = known
        if known != before:
            self.changed.emit()
        if self._again:
            self.poll()


class _Told(NamedTuple):
    """What one round brought; counts: of what was watched, None where there are none."""

    states: Mapping[str, ServerState]
    watched: tuple[str, str] | None
    counts: Counts | None


def _ask_all(urls: Sequence[str], watched: tuple[str, str] | None) -> _Told:
    states = {url: _asked(url) for url in urls}
    counts: Counts | None = None
    if watched is not None and not states.get(watched[0], ServerState()).trouble:
        with suppress(EngineUnreachable, EngineRefused), client_of(watched[0]) as client:
            counts = client.counts(watched[1]).model_dump()
    return _Told(states, watched, counts)


def _asked(url: str) -> ServerState:
    try:
        with client_of(url) as client:
            return ServerState(tuple(client.campaigns()), known=True)
    except (EngineUnreachable, EngineRefused) as error:
        return ServerState(trouble=str(error))


def _use(url: str, work: Callable[[EngineClient], T]) -> T:
    with client_of(url) as client:
        return work(client)
