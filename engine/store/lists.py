"""Lists of audience members: written under a new number, then put in force at once."""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, select

from engine.store.dialect import bulk_insert
from engine.store.tables.people import audience, audience_member


def new_list(connection: Connection) -> int:
    """A number that no list of members has yet."""
    used = (func.max(audience.c.list), func.max(audience_member.c.list))
    return max(connection.execute(select(column)).scalar() or 0 for column in used) + 1


def put_in_force(connection: Connection, id: str, new: int, now: int) -> None:
    """Make a stored list the members of an audience, and forget the earlier one."""
    size = select(func.count()).select_from(audience_member).where(audience_member.c.list == new)
    old = connection.execute(select(audience.c.list).where(audience.c.id == id)).scalar()
    row = (id, new, connection.execute(size).scalar_one(), "ready", now)
    columns = ("id", "list", "size", "state", "updated_at")
    bulk_insert(connection, audience, columns, [row], on_conflict="replace")
    if old is not None:
        connection.execute(delete(audience_member).where(audience_member.c.list == old))
