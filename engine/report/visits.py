"""Visits, made out of the visit log: one row a person and path there, one row a visit here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import Connection, select

from engine.plan.places import ARRIVE, MERGED
from engine.report.rows import entry_of, streamed
from engine.store.tables.people import person
from engine.store.tables.runs import entry, visit
from engine.store.versions import HELD_BACK, node_names, paths_of, versions_of

WAITING = "waiting"

_Step = tuple[str, str]
"""A node's id, and what happened there: `arrive` or an outcome."""


class Visit(NamedTuple):
    """One visit of a node. `left` is None while the person is `waiting` there."""

    cycle: int
    entry: int
    person: str
    node: str
    arrived: int
    left: int | None
    outcome: str


def visits(connection: Connection, campaign: int, people: Collection[int] | None = None) -> Iterator[Visit]:
    """All visits of a campaign, sorted by the fields in their order; one who waits stands before who left.

    people: keys of those whose visits alone are wanted.
    """
    versions = versions_of(connection, campaign)
    names = node_names(connection, campaign)
    paths = paths_of(connection, versions)
    steps = {
        (path.version, path.number): [(names[number], what) for number, what in path.steps] for path in paths
    }
    query = (
        select(entry.c.cycle, visit.c.entry, person.c.external_id, visit.c.version, visit.c.path, visit.c.at)
        .join_from(visit, entry, entry_of(visit, campaign))
        .join(person, person.c.id == visit.c.person)
        .where(visit.c.version.in_(versions))
        .order_by(entry.c.cycle, visit.c.entry, person.c.external_id)
    )
    if people is not None:  # every path, for the person comes behind it in the key
        query = query.where(
            visit.c.path.in_({path.number for path in paths}), visit.c.person.in_(sorted(people))
        )
    for (cycle, nth, who), rows in groupby(streamed(connection, query), key=lambda row: row[:3]):
        one = _expanded(cycle, nth, who, ((row.at, steps[row.version, row.path]) for row in rows))
        yield from sorted(one, key=lambda v: (v.node, v.arrived, v.left is not None, v.left, v.outcome))


def _expanded(cycle: int, nth: int, who: str, rows: Iterable[tuple[int, list[_Step]]]) -> Iterator[Visit]:
    """The visits of one entry. Of several arrivals at a node the earliest goes on, the others are merged:
    at once, or where they wait."""
    arrived: dict[str, list[int]] = {}
    merged: list[tuple[str, int]] = []
    left: dict[str, list[tuple[int, str]]] = {}
    for at, steps in rows:
        for node, what in steps:
            if what == ARRIVE:
                arrived.setdefault(node, []).append(at)
            elif what == MERGED:
                merged.append((node, at))
            elif what == HELD_BACK:
                yield Visit(cycle, nth, who, node, at, at, HELD_BACK)
            else:
                left.setdefault(node, []).append((at, what))
    for node, at in merged:
        if at in arrived[node]:
            arrived[node].remove(at)
            yield Visit(cycle, nth, who, node, at, at, MERGED)
        else:  # who waited there turned out to be another person
            left.setdefault(node, []).append((at, MERGED))
    for node, times in arrived.items():
        for at, outcome in sorted(left.get(node, ())):
            yield Visit(cycle, nth, who, node, min(times), at, outcome)
            times.remove(min(times))
        yield from (Visit(cycle, nth, who, node, at, None, WAITING) for at in times)
