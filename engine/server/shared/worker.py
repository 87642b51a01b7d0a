"""A worker as a process: from its settings to its end."""

from __future__ import annotations

import secrets
import socket

from engine.files.memory import leave_out_the_program
from engine.i18n import N_, Message
from engine.logs import get_logger
from engine.run.sharing.hand import Hand
from engine.server.process import stop_signals
from engine.server.shared import logs
from engine.server.shared.configuration import Configuration, Misconfigured
from engine.server.shared.process import told
from engine.store.database import Database, url_of

log = get_logger()


def run(configuration: Configuration) -> None:
    """Work with the servers of a database until SIGTERM or SIGINT; the present wave is finished first.

    Raises `StoreError`, `Misconfigured`.
    """
    logs.set_up(configuration.log_level)
    url, lease = configuration.database, configuration.lease
    with told():
        if url is None or url_of(url).get_backend_name() == "sqlite":
            raise Misconfigured(Message(N_("Workers need a PostgreSQL database. Name it with --db.")))
        name = lease.name or socket.gethostname()
        with stop_signals() as stopping, Database.unmigrated(url) as database:
            leave_out_the_program()
            Hand(database, f"{name} {secrets.token_hex(8)}", lease.seconds, stopping).run()
    log.info("stopped")
