"""Lists of audience members: written under a new number, then put in force at once."""

from __future__ import annotations

from sqlalchemy import Connection, Select, bindparam, delete, func, select, update

from engine.store.dialect import bulk_insert
from engine.store.tables.people import audience, audience_member, audience_size

MAX_SIZES = 1_000
"""Sizes that are kept of each audience: two years of days, six weeks of hours."""


def new_list(connection: Connection) -> int:
    """A number that no list of members has yet."""
    used = (func.max(audience.c.list), func.max(audience_member.c.list))
    return max(connection.execute(select(column)).scalar() or 0 for column in used) + 1


def discard(connection: Connection, unused: int) -> None:
    """Take back a list that was not finished; one that is in force stays."""
    in_force = select(audience.c.id).where(audience.c.list == unused)
    connection.execute(delete(audience_member).where(audience_member.c.list == unused, ~in_force.exists()))


def discard_unfinished(connection: Connection) -> None:
    """Take back the lists of a process that was cut off; nobody else may be writing one."""
    running = audience.c.state == "running"
    connection.execute(delete(audience).where(running, audience.c.list.is_(None)))
    connection.execute(update(audience).where(running).values(state="ready"))
    following = select(func.min(audience_member.c.list)).where(audience_member.c.list > bindparam("last"))
    last = 0  # from list to list, past the members of each
    while (found := connection.execute(following, {"last": last}).scalar()) is not None:
        discard(connection, found)
        last = found


def put_in_force(connection: Connection, id: str, new: int, now: int) -> None:
    """Make a stored list the members of an audience, and forget the earlier one."""
    old = connection.execute(select(audience.c.list).where(audience.c.id == id)).scalar()
    found = connection.execute(_size(new)).scalar_one()
    columns = ("id", "list", "size", "state", "updated_at", "reason")
    bulk_insert(connection, audience, columns, [(id, new, found, "ready", now, None)], on_conflict="replace")
    _note_size(connection, id, found, now)
    if old is not None:
        connection.execute(delete(audience_member).where(audience_member.c.list == old))


def forget(connection: Connection, id: str) -> None:
    """Delete the members of an audience, the sizes that it has had, and that it was there."""
    mine = select(audience.c.list).where(audience.c.id == id).scalar_subquery()
    connection.execute(delete(audience_member).where(audience_member.c.list == mine))
    connection.execute(delete(audience_size).where(audience_size.c.audience == id))
    connection.execute(delete(audience).where(audience.c.id == id))


def _note_size(connection: Connection, id: str, size: int, now: int) -> None:
    """Keep the sizes that an audience has had, the last `MAX_SIZES` of them."""
    columns = ("audience", "at", "size")
    bulk_insert(connection, audience_size, columns, [(id, now, size)], on_conflict="replace")
    mine = audience_size.c.audience == id
    newest = select(audience_size.c.at).where(mine).order_by(audience_size.c.at.desc())
    oldest_kept = newest.offset(MAX_SIZES - 1).limit(1).scalar_subquery()
    connection.execute(delete(audience_size).where(mine, audience_size.c.at < oldest_kept))


def count_members(connection: Connection) -> None:
    """Let the sizes of stored audiences say how many members there are."""
    # Counted apart: a table that lies on all machines is not changed by what stands on single ones.
    for id, key in connection.execute(select(audience.c.id, audience.c.list).order_by(audience.c.id)).all():
        if key is not None:
            size = connection.execute(_size(key)).scalar_one()
            connection.execute(update(audience).where(audience.c.id == id).values(size=size))


def _size(key: int) -> Select[int]:
    return select(func.count()).select_from(audience_member).where(audience_member.c.list == key)
