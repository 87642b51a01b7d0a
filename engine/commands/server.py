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
