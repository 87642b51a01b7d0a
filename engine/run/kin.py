"""People who share an address: their messages can influence each other (duplicates, limits by address)."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, case, func, select

from engine.plan.temporary import Emptying, kin, shared_address
from engine.store.dialect import bulk_insert
from engine.store.tables.people import import_run, person_id


class KnownKin:
    """Who shares addresses, as the temporary tables have it. It is read again only where it may be another:
    only imports bring addresses."""

    def __init__(self) -> None:
        self._known: tuple[frozenset[str], int] | None = None

    def load(self, connection: Connection, id_types: Iterable[str], *, anew: bool) -> None:
        """Have `shared_address` and `kin` say who shares addresses of these types. anew: they may have been
        lost, or undone."""
        is_running = case((import_run.c.state.in_(("running", "undoing")), 1), else_=0)  # or it broke off
        runs = select(func.max(import_run.c.id), func.max(is_running))
        last, running = connection.execute(runs).one()
        wanted = (frozenset(id_types), last)
        if anew or running or wanted != self._known:
            load_kin(connection, wanted[0])
        self._known = None if running else wanted  # what is read meanwhile may be half of it


def load_kin(connection: Connection, id_types: Iterable[str]) -> None:
    """Fill `shared_address` and `kin` with who shares addresses of these types."""
    for table in (shared_address, kin):
        Emptying(table, connection.dialect)(connection)
    types = sorted(set(id_types))
    if not types:
        return
    shared = (
        select(person_id.c.type, person_id.c.value)
        .where(person_id.c.type.in_(types))
        .group_by(person_id.c.type, person_id.c.value)
        .having(func.count() > 1)
    )
    addresses = [tuple(row) for row in connection.execute(shared)]
    bulk_insert(connection, shared_address, ("type", "value"), addresses)
    holders = (
        select(shared_address.c.type, shared_address.c.value, person_id.c.person)
        .join(
            person_id,
            (person_id.c.type == shared_address.c.type) & (person_id.c.value == shared_address.c.value),
        )
        .order_by(shared_address.c.type, shared_address.c.value, person_id.c.person)
    )
    leaders = _leaders((type_, value, who) for type_, value, who in connection.execute(holders))
    bulk_insert(connection, kin, ("person", "leader"), sorted(leaders.items()))


def _leaders(holders: Iterable[tuple[str, str, int]]) -> dict[int, int]:
    """Person → the smallest person of everybody whom a chain of shared addresses leads to."""
    leader: dict[int, int] = {}

    def top(who: int) -> int:
        while leader[who] != who:
            leader[who] = leader[leader[who]]
            who = leader[who]
        return who

    first: dict[tuple[str, str], int] = {}
    for type_, value, who in holders:
        leader.setdefault(who, who)
        one, other = top(first.setdefault((type_, value), who)), top(who)
        leader[max(one, other)] = min(one, other)
    return {who: top(who) for who in leader}
