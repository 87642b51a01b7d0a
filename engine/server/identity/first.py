"""Inviting users from the server's own computer: the first one, and whoever has lost the way in."""

from __future__ import annotations

from engine.server.identity import users
from engine.server.identity.accounts import HOUR_MS
from engine.server.identity.callers import OWNER
from engine.server.identity.roles import Role
from engine.server.identity.secret import Kind, Secret
from engine.server.shared.configuration import SignIn
from engine.store import audit_log
from engine.store.audit_log import Entry
from engine.store.database import Database


def invite(
    database: Database, name: str, role: Role, rules: SignIn, now: int, *, only_first: bool = False
) -> Secret | None:
    """An invitation for a user, who is made if there is none of this name, and gets this role.

    only_first: None where somebody uses the server already.
    """
    with database.write() as connection:
        if only_first and not users.is_empty(connection):
            return None
        if not users.add_user(connection, name, role, OWNER, now):
            users.change_user(connection, name, role=role.value, disabled_at=None)
        users.revoke_all(connection, name, now, kinds=[Kind.INVITATION])
        lasts = rules.invitation_hours * HOUR_MS
        made = users.issue(connection, name, Kind.INVITATION, now, lasts)
        entry = Entry(now, OWNER, Role.ADMINISTRATOR.value, "invite user", name, {"role": role.value})
        audit_log.append(connection, entry)
    return made
