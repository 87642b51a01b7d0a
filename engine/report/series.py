"""A campaign as time goes by: entries, ends, arrivals and messages by the hour or the day, from counters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from engine.plan.places import ARRIVE
from engine.report.counts import in_cycle
from engine.shapes.time import from_milliseconds, to_milliseconds
from engine.store.tables.runs import counter, message_counter
from engine.store.times import HOUR
from engine.store.versions import node_names, paths_of, versions_of

MOST_STEPS = 2_000
"""More hours than this in which something happens are told by days."""


class Step(StrEnum):
    """How long a step of a series is."""

    HOUR = "hour"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Series:
    """What happened in which step: every list has a number for each of `moments`, which say when those steps
    begin in which anything happened (ms). A day is one of the workspace's zone.

    entries: people who entered. converted: who reached the campaign's goal. arrived: by component.
    messages: component → state → messages by when they were planned, in the state that they are in now.
    """

    step: Step
    moments: tuple[int, ...]
    entries: tuple[int, ...]
    arrived: Mapping[str, tuple[int, ...]]
    messages: Mapping[str, Mapping[str, tuple[int, ...]]]
    converted: tuple[int, ...] = ()


Key = tuple[str, ...]
_ENTRIES: Key = ("entries",)
_CONVERTED: Key = ("converted",)


def series_of(
    connection: Connection,
    campaign: int,
    zone: ZoneInfo,
    step: Step = Step.HOUR,
    cycle: int | None = None,
    converted: Mapping[int, int] | None = None,
) -> Series:
    """The series of a campaign, over all its cycles or in one. converted: hour (since 1970) → people who
    reached its goal."""
    hours: defaultdict[Key, defaultdict[int, int]] = defaultdict(lambda: defaultdict(int))
    versions, names = versions_of(connection, campaign), node_names(connection, campaign)
    _add_people(hours, connection, versions, names, cycle)
    _add_messages(hours, connection, versions, names, cycle)
    hours[_CONVERTED].update(converted or {})
    seen = {hour for sums in hours.values() for hour, n in sums.items() if n}
    step = step if len(seen) <= MOST_STEPS else Step.DAY
    return _told(hours, _moments(seen, step, zone), step)


def _add_people(
    hours: defaultdict[Key, defaultdict[int, int]],
    connection: Connection,
    versions: list[int],
    names: Mapping[int, str],
    cycle: int | None,
) -> None:
    meaning = {(path.version, path.number): path for path in paths_of(connection, versions)}
    c = counter.c
    query = (
        select(c.version, c.path, c.hour, func.sum(c.n))
        .where(c.version.in_(versions), in_cycle(counter, cycle))
        .group_by(c.version, c.path, c.hour)
    )
    for version, number, hour, counted in connection.execute(query):
        path, n = meaning[version, number], int(counted)
        if path.enters:
            hours[_ENTRIES][hour] += n
        for node, what in path.steps:
            if what == ARRIVE:
                hours["arrived", names[node]][hour] += n


def _add_messages(
    hours: defaultdict[Key, defaultdict[int, int]],
    connection: Connection,
    versions: list[int],
    names: Mapping[int, str],
    cycle: int | None,
) -> None:
    c = message_counter.c
    query = (
        select(c.node, c.state, c.hour, func.sum(c.n))
        .where(c.version.in_(versions), in_cycle(message_counter, cycle))
        .group_by(c.node, c.state, c.hour)
    )
    for node, state, hour, n in connection.execute(query):
        hours["messages", names[node], state][hour] += int(n)


def _moments(hours: Iterable[int], step: Step, zone: ZoneInfo) -> dict[int, int]:
    """Hour → when its step begins (ms)."""

    @cache
    def midnight(hour: int) -> int:
        local = from_milliseconds(hour * HOUR).astimezone(zone)
        return to_milliseconds(local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0))

    return {hour: hour * HOUR if step is Step.HOUR else midnight(hour) for hour in sorted(hours)}


def _told(hours: Mapping[Key, Mapping[int, int]], moment_of: Mapping[int, int], step: Step) -> Series:
    moments = tuple(dict.fromkeys(moment_of.values()))
    places = {moment: n for n, moment in enumerate(moments)}

    def dense(sums: Mapping[int, int]) -> tuple[int, ...]:
        values = [0] * len(moments)
        for hour, n in sums.items():
            if n:
                values[places[moment_of[hour]]] += n
        return tuple(values)

    arrived: dict[str, tuple[int, ...]] = {}
    messages: dict[str, dict[str, tuple[int, ...]]] = {}
    for key, sums in sorted(hours.items()):
        match key:
            case ("arrived", node):
                arrived[node] = dense(sums)
            case ("messages", node, state) if any(sums.values()):
                messages.setdefault(node, {})[state] = dense(sums)
    entries, converted = (dense(hours.get(key, {})) for key in (_ENTRIES, _CONVERTED))
    return Series(step, moments, entries, arrived, messages, converted)
