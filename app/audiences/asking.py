"""What the pages of audiences ask the engine: in the background, and only the newest question is answered."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import shiboken6
from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from app.window import MainWindow
    from engine.client import EngineClient

T = TypeVar("T")
U = TypeVar("U")


class Question(QObject):
    """One kind of question, asked again and again; an answer to an older one is dropped.

    The engine stops what it counts for an older question as soon as a newer one comes.
    """

    def __init__(self, parent: QObject, window: MainWindow) -> None:
        super().__init__(parent)
        self._window = window
        self._ticket = secrets.token_hex(8)
        self._asked = 0
        self._pending = False

    def ask(
        self,
        work: Callable[[EngineClient, str], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Ask; starts the engine where none runs. work: gets a client, and a ticket to ask with."""
        service = self._window.service
        if service is None:
            return
        self._asked += 1
        asked = self._asked
        self._pending = True

        def told(tell: Callable[[U], None], what: U) -> None:
            if shiboken6.isValid(self) and asked == self._asked:
                self._pending = False
                tell(what)

        service.use(
            lambda client: work(client, self._ticket),
            lambda answer: told(done, answer),
            lambda error: told(failed, error),
        )

    def drop(self) -> None:
        """Nobody wants to know any more."""
        self._asked += 1
        service = self._window.service
        if self._pending and service is not None:
            self._pending = False
            ticket = self._ticket
            service.use(lambda client: client.cancel(ticket), lambda _done: None, lambda _error: None)
