"""The shared server as a process: from its settings to its end."""

from __future__ import annotations

import secrets
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy.exc import ArgumentError
from starlette.types import ASGIApp

from engine.files import save_bytes
from engine.files.memory import leave_out_the_program
from engine.files.saving import remove
from engine.i18n import N_, Message, tr
from engine.logs import get_logger
from engine.run.clock import RealClock
from engine.run.lock import DatabaseLock
from engine.server.access import announce, token_of, withdraw
from engine.server.identity.first import invite
from engine.server.identity.roles import Role
from engine.server.process import engine_of, service_of, stop_signals
from engine.server.serving import ApiServer, Listen
from engine.server.shared import logs
from engine.server.shared.application import shared_application, team_rules
from engine.server.shared.configuration import Configuration, Misconfigured
from engine.server.shared.leading import Leadership
from engine.server.shared.metrics import Metrics
from engine.server.shared.standing_by import standby_application
from engine.server.shared.topic_events import topic_events
from engine.store.database import Database, url_of
from engine.workspace.workspace import SETTINGS_NAME, Workspace

INVITATION_NAME = "invitation"

log = get_logger()


def workspace_of(configuration: Configuration) -> Workspace:
    """The server's workspace, made where its folder holds none. Raises `FileError`."""
    folder = Path(configuration.data).absolute()
    if (folder / SETTINGS_NAME).exists():
        return Workspace.open(folder)
    new = configuration.workspace
    return Workspace.create(folder, new.name, new.time_zone, new.language)


@contextmanager
def database_of(configuration: Configuration) -> Iterator[Database]:
    """The server's database, which its process may be using. Raises `StoreError`, `Misconfigured`."""
    workspace = workspace_of(configuration)
    workspace.engine_folder.mkdir(exist_ok=True)
    with told(), Database.open(configuration.database or workspace.database_file) as database:
        yield database


def run(configuration: Configuration) -> None:
    """Serve until SIGTERM, SIGINT or a call of `/shutdown`; what is being done is finished first.

    On PostgreSQL several may serve one database: one leads, the others stand by. Raises `Refused` where
    another engine runs, `StoreError`, `CannotListen`, `Misconfigured`.
    """
    logs.set_up(configuration.log_level)
    with ExitStack() as stack:
        stopping = stack.enter_context(stop_signals())
        workspace = workspace_of(configuration)
        folder, instance = workspace.engine_folder, secrets.token_hex(8)
        folder.mkdir(exist_ok=True)
        stack.callback(withdraw, folder, instance)  # last: its end tells that the database is free again
        bound = stack.enter_context(Listen(configuration.host, configuration.port).bind())
        part = _Part(configuration, workspace, token_of(folder), instance)

        def started() -> None:
            # A signal may have come before the server listened to them.
            server.should_exit = stopping.is_set()
            announce(folder, server.url, instance)
            log.info("serving", url=server.url, workspace=workspace.settings.name)

        with told():
            app = stack.enter_context(part.played())
        server = part.server = ApiServer(app, bound, started)
        leave_out_the_program()
        server.serve_until_exit()
        log.info("stopping")
    log.info("stopped")


class _Part:
    """What this process does among the servers of its database: all, or one after the other.

    server: what listens, once it does.
    """

    def __init__(self, configuration: Configuration, workspace: Workspace, token: str, instance: str) -> None:
        self._configuration = configuration
        self._workspace = workspace
        self._token = token
        self._instance = instance
        self._metrics = Metrics()
        self.server: ApiServer | None = None

    @contextmanager
    def played(self) -> Iterator[ASGIApp]:
        """What answers until the block ends. Raises `Refused`, `StoreError`, `ArgumentError`."""
        url, lease = self._configuration.database, self._configuration.lease
        if url is None or url_of(url).get_backend_name() == "sqlite":
            file = url or self._workspace.database_file
            with Database.open(file) as database, self._work(database, None) as app:
                yield app
            return
        holder = " ".join(part for part in (lease.name, self._instance) if part)
        leadership = Leadership(url, holder, lease.seconds, self._work, self._stand_by)
        self._metrics.follow(leadership)
        leadership.start()
        try:
            yield leadership
        finally:
            leadership.close()

    @contextmanager
    def _work(self, database: Database, held: DatabaseLock | None) -> Iterator[ASGIApp]:
        """The engine, and all that answers for it."""
        configuration, over = self._configuration, threading.Event()
        with engine_of(self._workspace, database, held) as engine:
            service = service_of(
                self._workspace, engine, database, self._instance, self._shut_down, team_rules(configuration)
            )
            topic = topic_events(configuration.event_topic, engine, database)
            app = shared_application(
                service,
                configuration,
                self._token,
                ending=lambda: over.is_set() or self._ends,
                topic=topic,
                metrics=self._metrics,
            )
            invite_first(configuration, database, self._workspace.engine_folder)
            engine.start()
            if topic is not None:
                topic.start()
            try:
                yield app
            finally:
                over.set()
                self._metrics.engine = self._metrics.topic = None
                if topic is not None:
                    topic.close()

    def _stand_by(self, database: Database) -> ASGIApp:
        name = self._workspace.settings.name
        return standby_application(
            database, self._configuration, name, self._token, self._metrics, self._instance
        )

    @property
    def _ends(self) -> bool:
        return self.server is not None and self.server.should_exit

    def _shut_down(self) -> None:
        if self.server is not None:
            self.server.should_exit = True


def invite_first(configuration: Configuration, database: Database, folder: Path) -> None:
    """Invite the first administrator where nobody uses the server yet. Raises `FileError`."""
    name = configuration.sign_in.first_administrator
    now = RealClock().now()
    made = invite(database, name, Role.ADMINISTRATOR, configuration.sign_in, now, only_first=True)
    path = folder / INVITATION_NAME
    if made is None:
        remove(path)
        return
    save_bytes(path, f"{made.text}\n".encode(), private=True)
    log.warning("nobody uses this server yet; the invitation is in a file", user=name, file=str(path))
    if sys.stderr.isatty():
        print(tr("Invitation for “{name}”: {token}", name=name, token=made.text), file=sys.stderr)


@contextmanager
def told() -> Iterator[None]:
    """What SQLAlchemy says of a URL that is none, in our words and without its password."""
    try:
        yield
    except (ArgumentError, ImportError) as error:
        message = N_("The database's address cannot be used. Write it like postgresql://user@host/database.")
        raise Misconfigured(Message(message)) from error
