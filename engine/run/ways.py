"""Which way each person took through a rehearsal, and who took another one in a second rehearsal.

A way is all visits of one entry: each component with how it was left, whatever the moments. It is told as one
number, the sum of a number for each arrival and each outcome: so it does not matter in what order parallel
branches went on, nor where a plan is cut into places, which other versions may do elsewhere.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, case, delete, func, literal, select, union_all

from engine.plan.plan import Plan
from engine.report.rows import streamed
from engine.report.visits import visits
from engine.run.overlay import below, other_way, way_weight
from engine.store.dialect import bulk_insert
from engine.store.people import key_of
from engine.store.tables.people import audience, event, import_run, person
from engine.store.tables.runs import visit
from engine.store.versions import node_names, paths_of, versions_of

PAGE = 50
"""People of whom is said at a time that they took another way."""

_BITS = 48
"""Of a step's number: the sum of all steps of an entry stays within the 63 bits of a database's integers, and
two ways that differ come to the same one in 2^48 cases."""


@dataclass(frozen=True, slots=True)
class Differing:
    """People who took another way than in the other rehearsal.

    other_way: those who entered in both; only_here, only_there: who entered in one of them. compared: all who
    entered in either. people: the own ids of the first of all these, in order.
    """

    compared: int
    other_way: int
    only_here: int
    only_there: int
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A visit on a way; see `engine.report.visits`."""

    entry: int
    node: str
    outcome: str


def write_ways(connection: Connection, campaign: int, file: Path) -> None:
    """Write the ways of everybody who entered, for `differing` in another rehearsal's process."""
    with file.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target).writerows(map(tuple, streamed(connection, _ways(connection, campaign))))


def differing(connection: Connection, campaign: int, file: Path) -> Differing:
    """Who took another way than in the rehearsal whose ways are in the file."""
    own = _ways(connection, campaign).subquery()
    with file.open(encoding="utf-8", newline="") as source:
        theirs = [(who, int(entry), int(n)) for who, entry, n in csv.reader(source)]
    connection.execute(delete(other_way))
    bulk_insert(connection, other_way, ("person", "entry", "n"), theirs)
    o = other_way.c
    both = union_all(
        select(own.c.person, own.c.entry, own.c.n, literal(1).label("here"), literal(0).label("there")),
        select(o.person, o.entry, o.n, literal(0), literal(1)),
    ).subquery()
    here, there = func.sum(both.c.here), func.sum(both.c.there)
    other = (here != there) | (func.min(both.c.n) != func.max(both.c.n))
    entries = (
        select(
            both.c.person,
            here.label("here"),
            there.label("there"),
            case((other, 1), else_=0).label("other"),
        )
        .group_by(both.c.person, both.c.entry)
        .subquery()
    )
    people = (
        select(
            entries.c.person,
            func.max(entries.c.here).label("here"),
            func.max(entries.c.there).label("there"),
            func.max(entries.c.other).label("other"),
        )
        .group_by(entries.c.person)
        .subquery()
    )
    p = people.c
    sums = select(p.here, p.there, p.other, func.count()).group_by(p.here, p.there, p.other)
    found = {(row[0], row[1], row[2]): int(row[3]) for row in connection.execute(sums)}
    first = select(p.person).where(p.other == 1).order_by(p.person).limit(PAGE)
    return Differing(
        compared=sum(found.values()),
        other_way=found.get((1, 1, 1), 0),
        only_here=found.get((1, 0, 1), 0),
        only_there=found.get((0, 1, 1), 0),
        people=tuple(connection.scalars(first)),
    )


def passages(connection: Connection, plan: Plan, people: Sequence[str]) -> dict[str, list[Passage]]:
    """The ways of some people by their own ids, in order of time; [] for who did not enter."""
    keys = [key for who in people if (key := key_of(connection, who)) is not None]
    found: dict[str, list[Passage]] = {who: [] for who in people}
    seen = sorted(
        visits(connection, plan.context.campaign, keys),
        key=lambda one: (one.entry, one.arrived, plan.flow.nodes[one.node].order, one.left is None),
    )
    for one in seen:
        found[one.person].append(Passage(one.entry, one.node, one.outcome))
    return found


def data_of(connection: Connection) -> str:
    """What tells the data of a rehearsal from what it was at another time: people, imports, lists, events."""
    parts: list[Select[*tuple[Any, ...]]] = [
        select(func.count(), func.max(person.c.id)).select_from(person),
        select(func.count(), func.max(import_run.c.finished_at)).select_from(import_run),
        select(func.max(below(audience).c.list)),
        select(func.count()).select_from(event),
    ]
    return " ".join(str(value or 0) for part in parts for value in connection.execute(part).one())


def _ways(connection: Connection, campaign: int) -> Select[tuple[str, int, int]]:
    """Own id, entry and the number of its way, of everybody who entered."""
    (version,) = versions_of(connection, campaign)
    names = node_names(connection, campaign)
    weights = [
        (path.number, sum(_number(names[node], what) for node, what in path.steps))
        for path in paths_of(connection, [version])
    ]
    connection.execute(delete(way_weight))
    bulk_insert(connection, way_weight, ("path", "n"), weights)
    taken = (
        select(visit.c.person, visit.c.entry, func.sum(way_weight.c.n).label("n"))
        .join(way_weight, way_weight.c.path == visit.c.path)
        .where(visit.c.version == version)
        .group_by(visit.c.person, visit.c.entry)
        .subquery()
    )
    return select(person.c.external_id.label("person"), taken.c.entry, taken.c.n).join(
        person, person.c.id == taken.c.person
    )


def _number(node: str, what: str) -> int:
    digest = blake2b(f"{node}/{what}".encode(), digest_size=_BITS // 8).digest()
    return int.from_bytes(digest)
