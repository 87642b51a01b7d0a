"""The end of the window: what is not saved and what runs is asked about before it closes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from app.engine.service import EngineService
from app.tabs.leaving import Agreed
from engine.i18n import tr

if TYPE_CHECKING:
    from app.window import MainWindow

HEARS_WITHIN_MS = 3_000
"""How long the window waits for an engine that shall end to have heard it: one with much to do is slow."""


class Closing:
    """Closes the window once it is certain what runs, and nothing would be lost.

    Until then the window goes on, and what is done in it counts. `is_final`: nothing stops it any more.
    """

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._waits_for: EngineService | None = None
        self._turn = 0
        self.is_final = self._closed = False

    def begin(self) -> None:
        """The window shall close."""
        if self.is_final:
            return
        if self._waits_for is not None:
            self._say()
            return
        self._turn += 1
        self._window.leaving.ask(partial(self._wait, self._turn))

    def call_off(self) -> None:
        """Something else was asked of the window while it waits: it stays."""
        self._waits_for = None
        self._turn += 1

    def _wait(self, turn: int, agreed: Agreed) -> None:
        """Wait until it is certain what runs."""
        service = self._window.service
        if turn != self._turn:
            return
        if service is None:
            self._end(None)
            return
        if not service.known:
            self._waits_for = service
            self._say()

        def go_on() -> None:
            if turn == self._turn:
                self._waits_for = None
                self._window.leaving.ask(partial(self._ask_about_engine, turn), agreed)

        service.when_known(go_on)

    def _say(self) -> None:
        self._window.toast.show_message(tr("One moment, the engine is still starting…"), busy=True)

    def _ask_about_engine(self, turn: int, agreed: Agreed) -> None:
        def close(stopped: EngineService | None) -> None:
            if turn == self._turn:
                self._window.leaving.ask(lambda _agreed: self._end(stopped), agreed)

        self._window.runs.before_closing(close)

    def _end(self, stopped: EngineService | None) -> None:
        """Close, now or once the engine has heard; there is nothing to do in the window any more."""
        self.is_final = True
        self._window.setEnabled(False)
        self._window.ending.emit()
        if stopped is None:
            self._close()
        else:
            stopped.shut_down(self._close)
            QTimer.singleShot(HEARS_WITHIN_MS, self._window, self._close)

    def _close(self) -> None:
        if not self._closed:
            self._closed = True
            self._window.close_without_asking()
