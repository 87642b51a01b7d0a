"""The engine as a process of its own: it runs what is due and answers over HTTP until it is told to stop."""

from __future__ import annotations

import secrets
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType
from zoneinfo import ZoneInfo

from engine.channels.opening import opener
from engine.files.memory import leave_out_the_program
from engine.i18n import tr
from engine.run.clock import RealClock
from engine.run.engine import Engine
from engine.run.epoch import Epoch
from engine.run.lock import DatabaseLock
from engine.run.settings import EngineSettings
from engine.server.access import announce, token_of, withdraw
from engine.server.api import application
from engine.server.audience_files import AudienceFiles
from engine.server.service import Service, TeamRules
from engine.server.serving import ApiServer, Listen
from engine.store.database import Database
from engine.workspace.engine_folder import user_data_folder
from engine.workspace.workspace import Workspace


@contextmanager
def opened(workspace: Workspace, url: str | None = None) -> Iterator[tuple[Engine, Database]]:
    """The workspace's engine, which nobody else runs meanwhile. url: of its database, where that is none of
    the workspace's files. Raises `Refused`, `StoreError`, `ArgumentError`."""
    workspace.engine_folder.mkdir(exist_ok=True)
    with Database.open(url or workspace.database_file) as database, engine_of(workspace, database) as engine:
        yield engine, database


@contextmanager
def engine_of(workspace: Workspace, database: Database, held: DatabaseLock | None = None) -> Iterator[Engine]:
    """The workspace's engine on an open database. held: its lock, where the caller has it. Raises
    `Refused`."""
    epoch = Epoch(database, user_data_folder())
    files = AudienceFiles(workspace.folder)
    settings, accounts = EngineSettings.of(workspace), opener(workspace)
    engine = Engine(database, settings, RealClock(), epoch, files, accounts, held)
    try:
        yield engine
    finally:
        engine.close()


def service_of(
    workspace: Workspace,
    engine: Engine,
    database: Database,
    instance: str,
    shut_down: Callable[[], None],
    team: TeamRules | None = None,
) -> Service:
    """What the API of a workspace's engine serves."""
    settings = workspace.settings
    zone = ZoneInfo(settings.time_zone)
    clock, folder = RealClock(), workspace.folder
    return Service(engine, database, clock, settings.name, zone, folder, instance, shut_down, team)


def run(workspace: Workspace, listen: Listen) -> None:
    """Run the workspace's campaigns and serve its API until SIGTERM, SIGINT or a call of `/shutdown`.

    Raises `Refused` where another engine runs, `StoreError`, `CannotListen`.
    """
    with ExitStack() as stack:
        stopping = stack.enter_context(stop_signals())
        folder, instance = workspace.engine_folder, secrets.token_hex(8)
        stack.callback(withdraw, folder, instance)  # last: its end tells that the database is free again
        engine, database = stack.enter_context(opened(workspace))

        def shut_down() -> None:
            server.should_exit = True

        def started() -> None:
            server.should_exit = (
                stopping.is_set()
            )  # a signal may have come before the server listened to them
            announce(folder, server.url, instance)
            print(
                tr("The engine of “{name}” answers at {url}", name=workspace.settings.name, url=server.url),
                flush=True,
            )

        service = service_of(workspace, engine, database, instance, shut_down)
        app = application(service, token_of(folder), listen.hosts)
        server = ApiServer(app, listen.bind(), started)
        leave_out_the_program()
        engine.start()
        server.serve_until_exit()


def run_until_idle(workspace: Workspace) -> None:
    """Run what is due now, piece by piece, until nothing is, or until SIGTERM or SIGINT.

    Raises `Refused` where the engine is held.
    """
    with stop_signals() as stopping, opened(workspace) as (engine, _):
        engine.refuse_if_held()
        while not stopping.is_set() and engine.step():
            pass


@contextmanager
def stop_signals() -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set, instead of ending the process in the midst of its work."""
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
