"""What the window does with the workspace's engine: start, stop and restart campaigns, ask at the end."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import JsonValue

from app.engine.service import EngineService
from app.engine.situation import State
from app.widgets.ask import Choice, ask
from engine.i18n import ntr, tr
from engine.workspace.engine_folder import database_file

if TYPE_CHECKING:
    from app.window import MainWindow


class RunCommands:
    """The commands; `make_service` and `engine_has_data` are what tests replace."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.make_service: Callable[[Path], EngineService] = EngineService
        self._ticket = secrets.token_hex(8)  # a newer estimate stops the one before

    def engine_has_data(self, folder: Path) -> bool:
        return database_file(folder).exists()

    def stop(self) -> None:
        name, id = self._at_hand()
        service = self._window.service
        run = None if service is None else service.runs.get(id)
        what = tr("Nobody enters and nothing is sent any more. People keep their place until you restart it.")
        if run is not None and run.backlog:
            what = tr("Messages that wait do not go out until you restart it. It stays finished.")
        ask(
            self._window,
            tr("Stop “{name}”?", name=name),
            what,
            Choice(
                tr("Stop"), lambda: self._command("stop", id, tr("“{name}” is stopped.", name=name)), "danger"
            ),
        )

    def restart(self) -> None:
        name, id = self._at_hand()
        self._command("restart", id, tr("“{name}” goes on.", name=name))

    def start_engine(self) -> None:
        """Start the workspace's engine; says why where it cannot."""
        window = self._window
        if window.service is not None:
            window.service.use(
                lambda _client: None,
                lambda _answer: window.toast.show_message(tr("The engine runs.")),
                window.show_error,
            )

    def show_sending(self) -> None:
        """Show how sending goes, and the doubtful messages of the campaign at hand, where there are any."""
        window = self._window
        row = window.list_page.selected() if window.list_shown else None
        id = row.id if row is not None else None
        if window.editor is not None:
            id = window.editor.session.document.attributes.id
        window.navigation.go("settings", f"outgoing/{id}" if id else "outgoing")

    def release(self) -> None:
        """Show why the engine is held, and let it go on where that is decided."""
        from app.engine.held import HeldDialog

        HeldDialog(self._window).open()

    def estimate(self, audience: dict[str, JsonValue], answered: Callable[[str], None]) -> None:
        """Ask the engine how many people an audience rule finds now; `answered` gets one line."""
        service = self._window.service
        if service is None:
            answered(tr("Open a workspace first."))
            return
        service.use(
            lambda client: client.estimate(audience, ticket=self._ticket),
            lambda size: answered(ntr("{n:,} person now", "{n:,} people now", size)),
            lambda error: answered(str(error)),
        )

    def figures(
        self, order: dict[str, JsonValue], answered: Callable[[Mapping[str, int] | str], None]
    ) -> None:
        """Ask the engine how many people are of each RFM type or in each AIPL stage."""
        service = self._window.service
        if service is None:
            answered(tr("Open a workspace first."))
            return
        service.use(
            lambda client: client.figures({**order, "ticket": self._ticket}),
            answered,
            lambda error: answered(str(error)),
        )

    def before_closing(self, close: Callable[[EngineService | None], None]) -> None:
        """Close at once, or ask first whether running campaigns go on without the designer.

        `close` gets the engine where that is to be stopped.
        """
        service = self._window.service
        if service is None or service.state is State.OFF:
            close(None)
            return
        going_on = service.situation.going_on
        if not going_on:
            close(service)
            return
        if service.condition.held:
            title = ntr(
                "{n} campaign waits for the engine's release",
                "{n} campaigns wait for the engine's release",
                going_on,
            )
            text = tr(
                "The engine is held: it sends nothing, but takes events in. It can go on doing so without "
                "the designer, or stop until you open this workspace again."
            )
        else:
            title = ntr("{n} campaign is running", "{n} campaigns are running", going_on)
            text = tr(
                "The engine can go on without the designer, "
                "or pause everything until you open this workspace again."
            )
        let_go_on = tr("Leave it held") if service.condition.held else tr("Let them run")
        ask(
            self._window,
            title,
            text,
            Choice(tr("Stop the engine"), partial(close, service), ""),
            Choice(let_go_on, partial(close, None)),
        )

    def _command(self, verb: str, id: str, said: str) -> None:
        window = self._window
        if window.service is not None:
            window.service.use(
                lambda client: getattr(client, verb)(id),
                lambda _answer: window.toast.show_message(said),
                window.show_error,
            )

    def _at_hand(self) -> tuple[str, str]:
        window = self._window
        if window.editor is not None:
            attributes = window.editor.session.document.attributes
            return attributes.name, attributes.id
        row = window.list_page.selected()
        assert row is not None  # the action is enabled for a selected campaign only
        return row.name, row.id
