"""People whose places in campaigns end from outside: every token ends, and is counted, where it waits."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, insert, literal, select, true, union_all, update
from sqlalchemy import delete as delete_from

from engine.plan.context import WHOLE
from engine.store.dialect import bulk_insert, upsert_adding
from engine.store.functions import is_one_of
from engine.store.tables.runs import (
    campaign_version,
    counter,
    entry,
    finished,
    path,
    token,
    token_watched,
    visit,
)
from engine.store.times import HOUR

_ENDED = "ended"
"""Marks, in what a path means, those of this module: of several tokens of an entry at one place each takes
another, counted from 0."""


class _Token(NamedTuple):
    version: int
    place: int
    person: int
    entry: int


def end_places(connection: Connection, people: Iterable[int], outcome: str, now: int) -> int:
    """End every token of people, with this outcome of the node where it waits; how many there were."""
    listed = list(people)
    waiting = union_all(
        *(
            select(table.c.version, table.c.place, table.c.person, table.c.entry).where(
                is_one_of(table.c.person, listed)
            )
            for table in (token, token_watched)
        )
    )
    tokens = sorted(_Token(*row) for row in connection.execute(waiting))
    for version in dict.fromkeys(one.version for one in tokens):
        _end(connection, version, [one for one in tokens if one.version == version], outcome, now)
    for table in (token, token_watched):
        connection.execute(delete_from(table).where(is_one_of(table.c.person, listed)))
    return len(tokens)


def _end(connection: Connection, version: int, tokens: Sequence[_Token], outcome: str, now: int) -> None:
    """Write the visits, counters and ends of a version's tokens."""
    of_version = select(campaign_version.c.campaign).where(campaign_version.c.key == version)
    campaign = int(connection.execute(of_version).scalar_one())
    cycles = _cycles(connection, campaign, {one.person for one in tokens})
    paths = _Paths(connection, version, outcome)
    at_place: Counter[_Token] = Counter()
    visits, counts = [], Counter[tuple[int, int]]()
    for one in tokens:
        number = paths.number(one.place, at_place[one])
        at_place[one] += 1
        visits.append((version, number, one.person, one.entry, now))
        counts[cycles[one.person, one.entry], number] += 1
    bulk_insert(connection, visit, ("version", "path", "person", "entry", "at"), sorted(visits))
    columns = ["version", "cycle", "path", "shard", "hour", "n"]
    for (cycle, number), n in sorted(counts.items()):
        row = select(*map(literal, (version, cycle, number, WHOLE, now // HOUR, n))).where(true())
        connection.execute(upsert_adding(connection.dialect, counter, columns, row, "n"))
    _finish(connection, campaign, version, Counter((one.person, one.entry) for one in tokens), cycles, now)


def _cycles(connection: Connection, campaign: int, people: Iterable[int]) -> dict[tuple[int, int], int]:
    """(Person, entry) → the cycle of the entry."""
    query = select(entry.c.person, entry.c.entry, entry.c.cycle)
    mine = query.where(entry.c.campaign == campaign, is_one_of(entry.c.person, people))
    return {(who, nth): cycle for who, nth, cycle in connection.execute(mine)}


def _finish(
    connection: Connection,
    campaign: int,
    version: int,
    ended: Mapping[tuple[int, int], int],
    cycles: Mapping[tuple[int, int], int],
    now: int,
) -> None:
    """Count the entries as finished where the version counts that: those of the people have no token left."""
    for (who, nth), n in ended.items():
        mine = and_(entry.c.campaign == campaign, entry.c.person == who, entry.c.entry == nth)
        counted = update(entry).where(mine, entry.c.live.is_not(None))
        connection.execute(counted.values(live=entry.c.live - n))
    counting = select(finished.c.cycle).where(finished.c.version == version)
    for cycle in connection.scalars(counting).all():
        n = sum(cycles[one] == cycle for one in ended)
        if n:
            row = select(*map(literal, (version, cycle, WHOLE, n, now))).where(true())
            columns = ["version", "cycle", "shard", "n", "last"]
            connection.execute(upsert_adding(connection.dialect, finished, columns, row, "n", latest="last"))


class _Paths:
    """What the tokens of a version take that end from outside; made when they are first needed."""

    def __init__(self, connection: Connection, version: int, outcome: str) -> None:
        self._connection = connection
        self._version = version
        self._outcome = outcome
        self._known: dict[tuple[int, int], int] = {}
        self._nodes: dict[int, int] = {}
        self._next = 0
        found: Iterable[Any] = connection.execute(select(path).where(path.c.version == version))
        for row in found:
            said = json.loads(row.steps)
            self._nodes[row.place] = said["node"]
            self._next = max(self._next, row.path + 1)
            if _ENDED in said and said["steps"] == [[said["node"], outcome]]:
                self._known[row.place, said[_ENDED]] = row.path

    def number(self, place: int, nth: int) -> int:
        """The path of an entry's n-th token at a place, counted from 0."""
        if (place, nth) not in self._known:
            node = self._nodes[place]
            said = {"node": node, "steps": [[node, self._outcome]], "links": [], "tokens": 0, _ENDED: nth}
            steps = json.dumps(said, separators=(",", ":"))
            row = {"version": self._version, "path": self._next, "place": place, "steps": steps}
            self._connection.execute(insert(path), row)
            self._known[place, nth] = self._next
            self._next += 1
        return self._known[place, nth]
