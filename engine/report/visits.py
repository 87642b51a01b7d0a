"""Visits, made out of the visit log: one row a person and path there, one row a visit here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlalchemy import Connection, select

from engine.plan.places import ARRIVE, MERGED
from engine.report.counts import node_names, versions_of
from engine.store.tables.people import person
from engine.store.tables.runs import entry, path, visit

WAITING = "waiting"


class Visit(NamedTuple):
    """One visit of a node. `left` is None while the person is `waiting` there."""

    cycle: int
    entry: int
    person: str
    node: str
    arrived: int
    left: int | None
    outcome: str


def visits(connection: Connection, campaign: int) -> Iterator[Visit]:
    """All visits of a campaign, entry by entry."""
    versions = versions_of(connection, campaign)
    names = node_names(connection, campaign)
    steps = {
        (row.version, row.path): [(names[n], what) for n, what in json.loads(row.steps)["steps"]]
        for row in connection.execute(select(path).where(path.c.version.in_(versions)))
    }
    query = (
        select(visit.c.person, visit.c.entry, visit.c.version, visit.c.path, visit.c.at)
        .where(visit.c.version.in_(versions))
        .order_by(visit.c.person, visit.c.entry)
    )
    people = dict(connection.execute(select(person.c.id, person.c.external_id)).all())
    cycles = {
        (row.person, row.entry): row.cycle
        for row in connection.execute(
            select(entry.c.person, entry.c.entry, entry.c.cycle).where(entry.c.campaign == campaign)
        )
    }
    rows: list[tuple[int, list[tuple[str, str]]]] = []
    current: tuple[int, int] | None = None
    for who, nth, version, number, at in connection.execute(query):
        if (who, nth) != current:
            if current is not None:
                yield from _expanded(cycles[current], current[1], people[current[0]], rows)
            current, rows = (who, nth), []
        rows.append((at, steps[version, number]))
    if current is not None:
        yield from _expanded(cycles[current], current[1], people[current[0]], rows)


def _expanded(
    cycle: int, nth: int, who: str, rows: Iterable[tuple[int, list[tuple[str, str]]]]
) -> Iterator[Visit]:
    """The visits of one entry. Of several arrivals at a node the earliest goes on, the others are merged."""
    arrived: dict[str, list[int]] = {}
    merged: list[tuple[str, int]] = []
    left: dict[str, tuple[int, str]] = {}
    for at, steps in rows:
        for node, what in steps:
            if what == ARRIVE:
                arrived.setdefault(node, []).append(at)
            elif what == MERGED:
                merged.append((node, at))
            else:
                left[node] = (at, what)
    for node, at in merged:
        arrived[node].remove(at)
        yield Visit(cycle, nth, who, node, at, at, MERGED)
    for node, times in arrived.items():
        if node in left:
            at, outcome = left[node]
            yield Visit(cycle, nth, who, node, min(times), at, outcome)
            times.remove(min(times))
        yield from (Visit(cycle, nth, who, node, at, None, WAITING) for at in times)
