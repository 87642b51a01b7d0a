"""Users and what they sign in with, in the database. Who calls gives the transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, delete, func, insert, or_, select, update

from engine.server.identity.roles import Role
from engine.server.identity.secret import Kind, Secret, new
from engine.store.tables.identity import credential, user_account

KEPT_MS = 90 * 24 * 3_600_000
"""How long what has expired or was revoked is still listed."""
MINUTE_MS = 60_000
USED_MS = 60 * MINUTE_MS
"""How exactly it is known when a credential was last shown; of a session, to a minute: it ends when it is not
used."""

_u, _c = user_account.c, credential.c


class User(NamedTuple):
    """A user. password: its hash; None where it was not chosen yet. Moments are in ms."""

    name: str
    role: Role
    password: str | None
    created_at: int
    created_by: str
    disabled_at: int | None


class Credential(NamedTuple):
    """What a user signs in with; role: the most that it may do, None: what its owner may."""

    id: str
    owner: str
    kind: Kind
    hash: str
    role: Role | None
    label: str
    created_at: int
    expires_at: int
    used_at: int | None
    revoked_at: int | None

    def serves(self, now: int) -> bool:
        """Whether it is still taken."""
        return self.revoked_at is None and now < self.expires_at

    def is_idle(self, now: int, idle: int) -> bool:
        """Whether it is a session that nobody has used for so many ms."""
        return self.kind is Kind.SESSION and now >= (self.used_at or self.created_at) + idle

    def is_to_be_marked(self, now: int) -> bool:
        """Whether it has not been noted down for a while that it was shown."""
        exactly = MINUTE_MS if self.kind is Kind.SESSION else USED_MS
        return self.used_at is None or self.used_at < now - exactly


# ---- users


def user(connection: Connection, name: str) -> User | None:
    row = connection.execute(select(user_account).where(_u.name == name)).first()
    return None if row is None else _user(row)


def users(connection: Connection, after: str, limit: int) -> list[User]:
    """Users in order of their names, behind one."""
    query = select(user_account).where(_u.name > after).order_by(_u.name).limit(limit)
    return [_user(row) for row in connection.execute(query)]


def is_empty(connection: Connection) -> bool:
    """Whether nobody uses the server yet: nobody has chosen a password."""
    return connection.execute(select(_u.name).where(_u.password.is_not(None)).limit(1)).first() is None


def add_user(connection: Connection, name: str, role: Role, by: str, now: int) -> bool:
    """Make a user, who has no password yet. False where there is one of this name."""
    if user(connection, name) is not None:
        return False
    row = {"name": name, "role": role.value, "created_at": now, "created_by": by}
    connection.execute(insert(user_account).values(**row))
    return True


def change_user(connection: Connection, name: str, **values: Any) -> None:
    """Change a user's `role`, `password` or `disabled_at`."""
    connection.execute(update(user_account).where(_u.name == name).values(**values))


def other_administrators(connection: Connection, name: str) -> bool:
    """Whether somebody else looks after users, and can sign in."""
    able = (_u.role == Role.ADMINISTRATOR.value, _u.disabled_at.is_(None), _u.password.is_not(None))
    return connection.execute(select(_u.name).where(_u.name != name, *able).limit(1)).first() is not None


# ---- what they sign in with


def issue(
    connection: Connection,
    owner: str,
    kind: Kind,
    now: int,
    lasts: int,
    *,
    label: str = "",
    role: Role | None = None,
) -> Secret:
    """Make a secret that serves for so many ms. Those that are long gone are forgotten."""
    made = new(kind)
    row = {
        "id": made.id,
        "owner": owner,
        "kind": kind.value,
        "hash": made.hash,
        "role": None if role is None else role.value,
        "label": label,
        "created_at": now,
        "expires_at": now + lasts,
    }
    connection.execute(insert(credential).values(**row))
    connection.execute(delete(credential).where(_c.expires_at < now - KEPT_MS))
    return made


def found(connection: Connection, id: str) -> tuple[Credential, User] | None:
    """A credential by its id, with its owner."""
    row = connection.execute(select(credential).where(_c.id == id)).first()
    if row is None:
        return None
    owner = user(connection, row.owner)
    return None if owner is None else (_credential(row), owner)


def credentials(
    connection: Connection, owner: str, kinds: Sequence[Kind], after: str, limit: int
) -> list[Credential]:
    """A user's credentials of some kinds, in order of their ids, behind one."""
    query = select(credential).where(_c.owner == owner, _c.kind.in_([one.value for one in kinds]))
    query = query.where(_c.id > after).order_by(_c.id).limit(limit)
    return [_credential(row) for row in connection.execute(query)]


def labelled(connection: Connection, kind: Kind, label: str, now: int) -> list[Credential]:
    """The credentials of a kind that are for something and serve, the one that ends first in front."""
    query = select(credential).where(_c.kind == kind.value, _c.label == label)
    query = query.where(_c.revoked_at.is_(None), _c.expires_at > now).order_by(_c.expires_at, _c.id)
    return [_credential(row) for row in connection.execute(query)]


def how_many(connection: Connection, owner: str, kind: Kind, now: int) -> int:
    """How many credentials of a kind a user has that serve."""
    query = select(func.count()).where(_c.owner == owner, _c.kind == kind.value)
    query = query.where(_c.revoked_at.is_(None), _c.expires_at > now)
    return int(connection.execute(query).scalar_one())


def revoke(connection: Connection, id: str, now: int) -> bool:
    """Take a credential no more. False where it was so already."""
    mine = update(credential).where(_c.id == id, _c.revoked_at.is_(None))
    return bool(connection.execute(mine.values(revoked_at=now)).rowcount)


def revoke_all(
    connection: Connection, owner: str, now: int, *, but: str = "", kinds: Sequence[Kind] = tuple(Kind)
) -> None:
    """Take none of a user's credentials any more, of some kinds, but one by its id."""
    mine = update(credential).where(_c.owner == owner, _c.id != but, _c.revoked_at.is_(None))
    mine = mine.where(_c.kind.in_([one.value for one in kinds]))
    connection.execute(mine.values(revoked_at=now))


def mark_used(connection: Connection, id: str, now: int) -> None:
    """A credential was shown; to be noted down where `is_to_be_marked` says so."""
    later = or_(_c.used_at.is_(None), _c.used_at < now)
    connection.execute(update(credential).where(_c.id == id, later).values(used_at=now))


def _user(row: Row[Any]) -> User:
    return User(row.name, Role(row.role), row.password, row.created_at, row.created_by, row.disabled_at)


def _credential(row: Row[Any]) -> Credential:
    role = None if row.role is None else Role(row.role)
    return Credential(
        row.id, row.owner, Kind(row.kind), row.hash, role, row.label, row.created_at, row.expires_at,
        row.used_at, row.revoked_at,
    )  # fmt: skip
