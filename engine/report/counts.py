"""Live counts, read from the counters only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, case, func, literal_column, select, true

from engine.plan.places import ARRIVE, EXITED, LEFT, MERGED
from engine.report.lines import NO_LINES, lines_of
from engine.report.releases import next_releases
from engine.store.tables.runs import (
    counter,
    cycle,
    finished,
    goal_counter,
    message_counter,
    skipped_cycle,
)
from engine.store.versions import HELD_BACK, PathMeaning, node_names, paths_of, versions_of


@dataclass(slots=True)
class NodeCounts:
    """Visits of one node; `arrived = passed + waiting + left + merged + failed + exited` at any moment.

    held_back: at the trigger, those who would have entered and are of a control group; they do not arrive.
    """

    arrived: int = 0
    passed: int = 0
    waiting: int = 0
    left: int = 0
    merged: int = 0
    failed: int = 0
    exited: int = 0
    held_back: int = 0


@dataclass(frozen=True, slots=True)
class CycleCounts:
    """One cycle; `entries = inside + finished`. moment: when everybody enters (ms), None where events do.
    held_back: who would have entered, too."""

    number: int
    moment: int | None
    entries: int
    inside: int
    finished: int
    held_back: int = 0


@dataclass(frozen=True, slots=True)
class SkippedCycle:
    """A cycle that was left out. moment: when it would have been (ms). audience: whose members had not been
    updated since the last one, by its id."""

    moment: int
    audience: str


@dataclass(slots=True)
class GoalCounts:
    """People of one group of an AB test whose goal has been judged, and who reached it."""

    judged: int = 0
    achieved: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """Live counts of one campaign over all its versions and cycles, of one version or of one cycle.

    Attributes:
        nodes: node id → counts, for every component of any version. links: line → people who went down it, by
            the link's id; of a line that is led elsewhere by now see `lines`.
        messages: node id → state (`planned`, `sending`, `sent`, `failed`, …) → messages.
        reasons: node id → state → reason (empty where there is none) → messages.
        receipts: node id → receipt → messages.
        goals: Test Target's node id → port of its AB test → judged and achieved.
        cycles: all of them, in order of their numbers; of an event campaign the only one, once somebody has
            entered.
        skipped: cycles that were left out, in order of time; of an earlier version none.
        held_back: entries of a control group, which are none.
        releases: node id → when somebody who waits there goes on next (ms), where that is known; of one cycle
            only while nobody is inside of another one, for a queue holds the people of all of them.
    """

    nodes: Mapping[str, NodeCounts]
    links: Mapping[str, int]
    entries: int
    inside: int
    finished: int
    messages: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    reasons: Mapping[str, Mapping[str, Mapping[str, int]]] = field(default_factory=dict)
    receipts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    goals: Mapping[str, Mapping[str, GoalCounts]] = field(default_factory=dict)
    cycles: tuple[CycleCounts, ...] = ()
    skipped: tuple[SkippedCycle, ...] = ()
    held_back: int = 0
    releases: Mapping[str, int] = field(default_factory=dict)


def counts_of(
    connection: Connection, campaign: int, version: int | None = None, cycle: int | None = None
) -> Counts:
    """Counts of a campaign over all its cycles or in one, and all its versions or that of one key."""
    published = versions_of(connection, campaign)
    versions = published if version is None else [version]
    names = node_names(connection, campaign)
    paths = paths_of(connection, versions)
    nodes: dict[str, NodeCounts] = {id: NodeCounts() for id in names.values()}
    links: defaultdict[str, int] = defaultdict(int)
    taken = path_counts(connection, versions, cycle)
    lines = lines_of(connection, versions) if len(versions) > 1 else NO_LINES
    for one in paths:
        if n := taken.get((one.version, one.number)):
            for number, what in one.steps:
                _add(nodes[names[number]], what, n)
            for line in lines.of(one.version, one.links):
                links[line] += n
    for seen in nodes.values():
        gone = seen.passed + seen.left + seen.merged + seen.failed + seen.exited
        seen.waiting = seen.arrived - gone
    cycles = _cycles(connection, campaign, versions, paths)
    told = [one for one in cycles if cycle in (None, one.number)]
    entries, done = sum(one.entries for one in told), sum(one.finished for one in told)
    alone = not any(one.inside for one in cycles if one not in told)
    reasons, receipts = _messages(connection, versions, names, cycle)
    return Counts(
        nodes=nodes,
        links=dict(links),
        entries=entries,
        inside=entries - done,
        finished=done,
        messages={
            node: {state: sum(by_reason.values()) for state, by_reason in states.items()}
            for node, states in reasons.items()
        },
        reasons=reasons,
        receipts=receipts,
        goals=_goals(connection, versions, names, cycle),
        cycles=cycles,
        skipped=_skipped(connection, campaign) if max(published) in versions else (),
        held_back=sum(one.held_back for one in told),
        releases=next_releases(connection, paths, names) if alone else {},
    )


def path_counts(
    connection: Connection, versions: Iterable[int], cycle: int | None = None
) -> dict[tuple[int, int], int]:
    """(Version, path number) → people who took it."""
    query = (
        select(counter.c.version, counter.c.path, func.sum(counter.c.n))
        .where(counter.c.version.in_(versions), in_cycle(counter, cycle))
        .group_by(counter.c.version, counter.c.path)
    )
    return {(version, number): int(n) for version, number, n in connection.execute(query)}


def in_cycle(counted: Table, cycle: int | None) -> ColumnElement[bool]:
    """The condition that a counter is of a cycle, or of any."""
    return true() if cycle is None else counted.c.cycle == cycle


def _add(counts: NodeCounts, what: str, n: int) -> None:
    if what == ARRIVE:
        counts.arrived += n
    elif what == MERGED:
        counts.merged += n
    elif what == LEFT:
        counts.left += n
    elif what == EXITED:
        counts.exited += n
    elif what == HELD_BACK:
        counts.held_back += n
    else:  # a port, or done
        counts.passed += n


class Entries(NamedTuple):
    """Cycle → people who have entered; who are through; who were held back instead of entering."""

    entered: Mapping[int, int]
    done: Mapping[int, int]
    held_back: Mapping[int, int]


def entries_of(connection: Connection, paths: Iterable[PathMeaning]) -> Entries:
    """The entries of the versions whose paths these are."""
    entries, done, kept = defaultdict[int, int](int), defaultdict[int, int](int), defaultdict[int, int](int)
    by_version: defaultdict[int, list[PathMeaning]] = defaultdict(list)
    for one in paths:
        by_version[one.version].append(one)
    for version, mine in by_version.items():
        entering = [one.number for one in mine if one.enters]
        held_back = [one.number for one in mine if one.held_back]
        # Where an entry has one token at a time, it is finished when that one ends. Otherwise its last one
        # must have ended, and that is counted apart.
        tracked = any(one.tokens > 1 for one in mine)
        ending = [] if tracked else [one.number for one in mine if not (one.tokens or one.held_back)]
        query = (
            select(counter.c.cycle, _sum_of(entering), _sum_of(ending), _sum_of(held_back))
            .where(counter.c.version == version)
            .group_by(counter.c.cycle)
        )
        for number, entered, ended, held in connection.execute(query):
            entries[number] += int(entered)
            # Whoever was held back is through at once.
            done[number] += int(ended) - (int(held) if tracked else 0)
            kept[number] += int(held)
        if tracked:
            last_ended = select(finished.c.cycle, func.sum(finished.c.n)).where(finished.c.version == version)
            for number, n in connection.execute(last_ended.group_by(finished.c.cycle)):
                done[number] += int(n)
    return Entries(entries, done, kept)


def _cycles(
    connection: Connection, campaign: int, versions: list[int], paths: list[PathMeaning]
) -> tuple[CycleCounts, ...]:
    entries, done, held_back = entries_of(connection, paths)
    began = select(cycle.c.cycle, cycle.c.version, cycle.c.at).where(cycle.c.campaign == campaign)
    rows = connection.execute(began).all()
    moments = {row.cycle: row.at for row in rows}
    mine = {row.cycle for row in rows if row.version in versions}
    return tuple(
        CycleCounts(
            number,
            moments.get(number),
            entries.get(number, 0),
            entries.get(number, 0) - done.get(number, 0),
            done.get(number, 0),
            held_back.get(number, 0),
        )
        for number in sorted(entries.keys() | mine)
    )


def _sum_of(numbers: list[int]) -> ColumnElement[int]:
    """People who took one of the paths."""
    mine: list[ColumnElement[int]] = [literal_column(str(number)) for number in numbers]
    return func.sum(case((counter.c.path.in_(mine), counter.c.n), else_=0)) if mine else literal_column("0")


def _messages(
    connection: Connection, versions: list[int], names: Mapping[int, str], cycle: int | None
) -> tuple[dict[str, dict[str, dict[str, int]]], dict[str, dict[str, int]]]:
    """Messages by state and reason, and by receipt."""
    c = message_counter.c
    query = (
        select(c.node, c.state, c.reason, c.receipt, func.sum(c.n))
        .where(c.version.in_(versions), in_cycle(message_counter, cycle))
        .group_by(c.node, c.state, c.reason, c.receipt)
        .order_by(c.node, c.state, c.reason, c.receipt)
    )
    reasons: dict[str, dict[str, dict[str, int]]] = {}
    receipts: dict[str, dict[str, int]] = {}
    for node, state, reason, receipt, n in connection.execute(query):
        if not n:  # all of them have gone on to another state
            continue
        by_reason = reasons.setdefault(names[node], {}).setdefault(state, {})
        by_reason[reason] = by_reason.get(reason, 0) + int(n)
        if receipt:
            by_receipt = receipts.setdefault(names[node], {})
            by_receipt[receipt] = by_receipt.get(receipt, 0) + int(n)
    return reasons, receipts


def _skipped(connection: Connection, campaign: int) -> tuple[SkippedCycle, ...]:
    query = select(skipped_cycle.c.planned, skipped_cycle.c.audience).where(
        skipped_cycle.c.campaign == campaign
    )
    ordered = query.order_by(skipped_cycle.c.planned)
    return tuple(SkippedCycle(int(moment), audience) for moment, audience in connection.execute(ordered))


def _goals(
    connection: Connection, versions: list[int], names: Mapping[int, str], cycle: int | None
) -> dict[str, dict[str, GoalCounts]]:
    c = goal_counter.c
    query = select(c.node, c.port, c.achieved, func.sum(c.n)).where(
        c.version.in_(versions), in_cycle(goal_counter, cycle)
    )
    found: dict[str, dict[str, GoalCounts]] = {}
    for node, port, achieved, n in connection.execute(
        query.group_by(c.node, c.port, c.achieved).order_by(c.node, c.port)
    ):
        goals = found.setdefault(names[node], {}).setdefault(port, GoalCounts())
        goals.judged += int(n)
        goals.achieved += int(n) if achieved else 0
    return found
