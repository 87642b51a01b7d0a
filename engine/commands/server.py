"""`server`: the engine for a team, and what is done on its own computer."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from engine.commands.errors import CommandError
from engine.i18n import N_, Message, tr
from engine.server.shared.configuration import Configuration, configuration


def configured(file: Path | None, **options: Any) -> Configuration:
    """What is set up by the command line, the environment and a file. Raises `Misconfigured`."""
    return configuration(file, os.environ, options)


def serve(found: Configuration) -> None:
    """Be the server. Raises `Refused` where another one runs, `StoreError`, `CannotListen`."""
    from engine.server.shared.process import run

    run(found)


def work(found: Configuration) -> None:
    """Be a worker. Raises `StoreError`, `Misconfigured`."""
    from engine.server.shared.worker import run

    run(found)


def invite(found: Configuration, name: str, role: str) -> None:
    """Print an invitation for a user, new or known. Raises `StoreError`, `CommandError`."""
    from pydantic import TypeAdapter, ValidationError

    from engine.run.clock import RealClock
    from engine.server.identity import first
    from engine.server.identity.roles import Role
    from engine.server.shared.process import database_of
    from engine.server.wire.identity import UserName

    adapter: TypeAdapter[str] = TypeAdapter(UserName)
    try:
        name = adapter.validate_python(name)
    except ValidationError:
        message = N_("A user's name holds letters, digits and . _ - @ only.")
        raise CommandError(Message(message)) from None
    with database_of(found) as database:
        made = first.invite(database, name, Role(role), found.sign_in, RealClock().now())
    assert made is not None
    print(made.text)


def verify_audit(found: Configuration, head: str | None) -> int:
    """Say whether the audit log is what was written; 1 where it is not. Raises `StoreError`."""
    from engine.server.shared.process import database_of
    from engine.store import audit_log

    with database_of(found) as database, database.read() as connection:
        entries, hash, broken = audit_log.verify(connection, head)
    if broken is not None:
        print(broken.message)
        return 1
    print(tr("All {n:,} entries hold. The last one's hash: {hash}", n=entries, hash=hash or "-"))
    return 0


def distribute(found: Configuration, *, dry_run: bool) -> None:
    """Distribute the server's database with Citus, or print how. Raises `StoreError`, `Refused`,
    `CommandError` where workers are at it."""
    from engine.run.lock import lock
    from engine.run.sharing import leases
    from engine.server.shared.process import database_of
    from engine.store import distribution

    with database_of(found) as database:
        if dry_run:
            with database.read() as connection:
                for statement in distribution.missing(connection):
                    print(f"{statement};")
            return
        held = lock(database)
        try:
            with database.write() as connection:
                distribution.missing(connection)
                if leases.workers(connection):
                    raise CommandError(Message(N_("Workers use the database. Stop them first.")))
                done = distribution.distribute(connection, lambda sql: print(f"{sql};", flush=True))
        finally:
            if held is not None:
                held.release()
    print(tr("The database is distributed.") if done else tr("The database was distributed already."))
