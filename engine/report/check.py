"""Proof of conservation: what the counters say is what the rows say (components, rule 11).

Rows that retention has deleted are counted by the tables of `engine.store.tables.operations`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, select, union

from engine.i18n import N_, Message
from engine.report.counts import Counts, counts_of, node_names, versions_of
from engine.store.tables.operations import deleted_message, deleted_visit
from engine.store.tables.runs import (
    campaign_node,
    counter,
    entry,
    message,
    path,
    token,
    token_watched,
    visit,
)


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken invariant that `check` found; `where` is a campaign and node, or a table."""

    where: str
    message: Message


def violations(connection: Connection) -> Iterator[Violation]:
    """Everything that does not add up, in every campaign of the database (or of the simulation)."""
    for campaign in connection.scalars(select(campaign_node.c.campaign).distinct()).all():
        versions = versions_of(connection, campaign)
        yield from _visits(connection, versions)
        counts = counts_of(connection, campaign)
        names = node_names(connection, campaign)
        yield from _nodes(connection, counts, names, versions)
        yield from _entries(connection, counts, campaign, versions)
        yield from _messages(connection, counts, names, campaign)


def _visits(connection: Connection, versions: list[int]) -> Iterator[Violation]:
    noted = {
        (row.version, row.path)
        for row in connection.execute(select(path).where(path.c.version.in_(versions)))
        if json.loads(row.steps)["steps"]
    }
    counted = _grouped(connection, counter.c.version, counter.c.path, func.sum(counter.c.n), versions)
    rows = Counter(_grouped(connection, visit.c.version, visit.c.path, func.count(), versions))
    gone = deleted_visit.c
    rows.update(_grouped(connection, gone.version, gone.path, func.sum(gone.n), versions))
    for version, number in sorted(counted.keys() | rows.keys()):
        a, b = counted.get((version, number), 0), rows.get((version, number), 0)
        if a != b and (version, number) in noted:
            message = Message(
                N_("Path {path}: the counter says {counted}, there are {rows} visits."),
                path=number,
                counted=a,
                rows=b,
            )
            yield Violation(f"version {version}", message)


def _grouped(
    connection: Connection,
    version: ColumnElement[int],
    number: ColumnElement[int],
    how_many: ColumnElement[int],
    versions: list[int],
) -> dict[tuple[int, int], int]:
    query = select(version, number, how_many).where(version.in_(versions)).group_by(version, number)
    return {(v, p): int(n) for v, p, n in connection.execute(query)}


def _nodes(
    connection: Connection, counts: Counts, names: Mapping[int, str], versions: list[int]
) -> Iterator[Violation]:
    node_of = {
        (row.version, row.place): names[json.loads(row.steps)["node"]]
        for row in connection.execute(select(path).where(path.c.version.in_(versions)))
    }
    waiting: Counter[str] = Counter()
    for table in (token, token_watched):
        query = (
            select(table.c.version, table.c.place, func.count())
            .where(table.c.version.in_(versions))
            .group_by(table.c.version, table.c.place)
        )
        for version, place, n in connection.execute(query):
            waiting[node_of[version, place]] += n
    for node, seen in counts.nodes.items():
        if seen.waiting != waiting[node]:
            message = Message(
                N_("{arrived} arrived and {gone} went on, but {waiting} are waiting."),
                arrived=seen.arrived,
                gone=seen.arrived - seen.waiting,
                waiting=waiting[node],
            )
            yield Violation(node, message)


def _entries(
    connection: Connection, counts: Counts, campaign: int, versions: list[int]
) -> Iterator[Violation]:
    entries = connection.execute(
        select(func.count()).select_from(entry).where(entry.c.campaign == campaign)
    ).scalar_one()
    alive = union(
        *(select(t.c.person, t.c.entry).where(t.c.version.in_(versions)) for t in (token, token_watched))
    ).subquery()
    inside = connection.execute(select(func.count()).select_from(alive)).scalar_one()
    if (entries, inside) != (counts.entries, counts.inside):
        message = Message(
            N_("Counted {entries} entries, {inside} of them inside; there are {rows} and {alive}."),
            entries=counts.entries,
            inside=counts.inside,
            rows=entries,
            alive=inside,
        )
        yield Violation(f"campaign {campaign}", message)


def _messages(
    connection: Connection, counts: Counts, names: Mapping[int, str], campaign: int
) -> Iterator[Violation]:
    counted = counts.messages
    query = (
        select(message.c.node, message.c.state, func.count())
        .where(message.c.campaign == campaign)
        .group_by(message.c.node, message.c.state)
    )
    gone = deleted_message.c
    deleted = select(gone.node, gone.state, gone.n).where(gone.campaign == campaign)
    rows: dict[str, Counter[str]] = {}
    for node, state, n in (*connection.execute(query), *connection.execute(deleted)):
        rows.setdefault(names[node], Counter())[state] += n
    for node in sorted(counted.keys() | rows.keys()):
        if counted.get(node, {}) != rows.get(node, {}):
            yield Violation(node, Message(N_("The message counters differ from the messages.")))
