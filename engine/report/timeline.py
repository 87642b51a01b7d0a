"""A rehearsal as time goes by: what happened in which hour, or day. All of it adds up to its counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select, tuple_

from engine.plan.places import ARRIVE, EXITED, LEFT, MERGED
from engine.report.rows import entry_of, shown_reason
from engine.store.tables.runs import conversion_counter, counter, entry, message, visit
from engine.store.times import HOUR
from engine.store.versions import HELD_BACK, PathMeaning, node_names, paths_of, versions_of

MOST_STEPS = 2_000
"""More hours than this in which something happens are told by days."""

_HOURS_A_DAY = 24

Series = list[tuple[int, int]]
"""Steps, by their numbers, in which something happened, and how often; in order."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """What happened in which step. A step is `step` ms long; `moments` says when those begin in which
    anything happened (ms), and series name them by their numbers there.

    nodes: node → `arrived`, `passed`, `left`, `merged`, `exited` or `held_back` → series. links: link →
    people who went down it.
    entries, finished: of people's entries. converted: people who reached the campaign's goal, also behind the
    end. messages: node → state → reason → series, by when they were handed
    over, or planned where they never were; in the state that they came to.
    """

    step: int
    moments: list[int]
    nodes: Mapping[str, Mapping[str, Series]]
    links: Mapping[str, Series]
    entries: Series
    finished: Series
    converted: Series
    messages: Mapping[str, Mapping[str, Mapping[str, Series]]]


Key = tuple[str, ...]


class _Hours:
    """Sums by key and hour."""

    def __init__(self) -> None:
        self.sums: defaultdict[Key, defaultdict[int, int]] = defaultdict(lambda: defaultdict(int))

    def add(self, key: Key, hour: int, n: int) -> None:
        self.sums[key][hour] += n


def timeline_of(connection: Connection, campaign: int) -> Timeline:
    """The timeline of a campaign that has one version."""
    names = node_names(connection, campaign)
    paths = paths_of(connection, versions_of(connection, campaign))
    hours = _Hours()
    _add_paths(hours, connection, paths, names)
    if any(path.tokens > 1 for path in paths):
        _add_last_ends(hours, connection, campaign, [path for path in paths if path.held_back])
    for hour, n in _conversions(connection, campaign):
        hours.add(("converted",), hour, n)
    for node, state, reason, hour, n in _messages(connection, campaign):
        hours.add(("messages", names[node], state, reason), int(hour), int(n))
    return _told(hours)


def _add_paths(
    hours: _Hours, connection: Connection, paths: list[PathMeaning], names: Mapping[int, str]
) -> None:
    """What people on paths do. An entry of one token at a time ends with it, others with their last one."""
    tracked = any(path.tokens > 1 for path in paths)
    meaning = {(path.version, path.number): path for path in paths}
    query = (
        select(counter.c.version, counter.c.path, counter.c.hour, func.sum(counter.c.n))
        .where(counter.c.version.in_({path.version for path in paths}))
        .group_by(counter.c.version, counter.c.path, counter.c.hour)
    )
    for version, number, hour, counted in connection.execute(query):
        path, n = meaning[version, number], int(counted)
        for node, what in path.steps:
            hours.add(("nodes", names[node], _WHAT.get(what, "passed")), hour, n)
        for link in path.links:
            hours.add(("links", link), hour, n)
        if path.enters:
            hours.add(("entries",), hour, n)
        if not (tracked or path.tokens or path.held_back):
            hours.add(("finished",), hour, n)


_WHAT = {ARRIVE: "arrived", MERGED: "merged", LEFT: "left", EXITED: "exited", HELD_BACK: "held_back"}


def _add_last_ends(
    hours: _Hours, connection: Connection, campaign: int, held_back: Iterable[PathMeaning]
) -> None:
    """Whoever was held back has not entered, and so does not finish."""
    elsewhere = tuple_(visit.c.version, visit.c.path).not_in([(one.version, one.number) for one in held_back])
    last = (
        select(func.max(visit.c.at).label("at"))
        .join_from(visit, entry, entry_of(visit, campaign))
        .where(visit.c.version.in_(versions_of(connection, campaign)), entry.c.live == 0, elsewhere)
        .group_by(visit.c.person, visit.c.entry)
        .subquery()
    )
    hour = (last.c.at // HOUR).label("hour")
    for at, n in connection.execute(select(hour, func.count()).group_by(hour)):
        hours.add(("finished",), int(at), int(n))


def _conversions(connection: Connection, campaign: int) -> Iterator[tuple[int, int]]:
    """Hours in which people reached the goal who entered, each from the first entry on."""
    c = conversion_counter.c
    counted = func.sum(c.n)
    query = (
        select(c.hour, counted)
        .where(c.version.in_(versions_of(connection, campaign)))
        .where(c.converted == 1, c.again == 0, c.held_back == 0)
        .group_by(c.hour)
        .having(counted > 0)
    )
    for hour, n in connection.execute(query):
        yield int(hour), int(n)


def _messages(connection: Connection, campaign: int) -> Iterator[Row[*tuple[Any, ...]]]:
    m = message.c
    hour = (func.coalesce(m.sent_at, m.planned_at) // HOUR).label("hour")
    why = shown_reason().label("why")
    query = select(m.node, m.state, why, hour, func.count()).where(m.campaign == campaign)
    yield from connection.execute(query.group_by(m.node, m.state, why, hour))


def _told(hours: _Hours) -> Timeline:
    seen = sorted({hour for sums in hours.sums.values() for hour in sums})
    hours_a_step = 1 if len(seen) <= MOST_STEPS else _HOURS_A_DAY
    steps = list(dict.fromkeys(hour // hours_a_step for hour in seen))
    numbers = {step: number for number, step in enumerate(steps)}

    def series(sums: Mapping[int, int]) -> Series:
        found: defaultdict[int, int] = defaultdict(int)
        for hour, n in sums.items():
            found[numbers[hour // hours_a_step]] += n
        return sorted(found.items())

    told = {key: series(sums) for key, sums in hours.sums.items()}
    nodes: dict[str, dict[str, Series]] = {}
    for _, node, what in _under("nodes", told):
        nodes.setdefault(node, {})[what] = told["nodes", node, what]
    messages: dict[str, dict[str, dict[str, Series]]] = {}
    for _, node, state, reason in _under("messages", told):
        messages.setdefault(node, {}).setdefault(state, {})[reason] = told["messages", node, state, reason]
    return Timeline(
        hours_a_step * HOUR,
        [step * hours_a_step * HOUR for step in steps],
        nodes,
        {link: told["links", link] for _, link in _under("links", told)},
        told.get(("entries",), []),
        told.get(("finished",), []),
        told.get(("converted",), []),
        messages,
    )


def _under(first: str, keys: Iterable[Key]) -> list[Key]:
    return sorted(key for key in keys if key[0] == first)
