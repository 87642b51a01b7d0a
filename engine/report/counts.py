"""Live counts, read from the counters only."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, select

from engine.plan.places import ARRIVE, LEFT, MERGED
from engine.store.tables.runs import campaign_node, campaign_version, counter, finished, message_counter, path


@dataclass(slots=True)
class NodeCounts:
    """Visits of one node; `arrived = passed + waiting + left + merged + failed` at any moment."""

    arrived: int = 0
    passed: int = 0
    waiting: int = 0
    left: int = 0
    merged: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """Live counts of one campaign over all its versions and cycles.

    nodes: node id → counts. links: link id → people who went down it. messages: node id → state
    (`planned`, `sending`, `sent`, `failed`, …) → messages.
    """

    nodes: Mapping[str, NodeCounts]
    links: Mapping[str, int]
    entries: int
    inside: int
    finished: int
    messages: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def versions_of(connection: Connection, campaign: int) -> list[int]:
    """Keys of a campaign's versions; a simulation has one, of the campaign's own number."""
    query = select(campaign_version.c.key).where(campaign_version.c.campaign == campaign)
    return list(connection.scalars(query)) or [campaign]


def node_names(connection: Connection, campaign: int) -> dict[int, str]:
    """Node number → the node's id in the campaign file."""
    query = select(campaign_node.c.node, campaign_node.c.id).where(campaign_node.c.campaign == campaign)
    return dict(connection.execute(query).all())


def counts_of(connection: Connection, campaign: int) -> Counts:
    """Counts of a campaign over all its versions and cycles."""
    versions = versions_of(connection, campaign)
    names = node_names(connection, campaign)
    nodes: defaultdict[str, NodeCounts] = defaultdict(NodeCounts)
    links: defaultdict[str, int] = defaultdict(int)
    entries = ended = 0
    query = (
        select(path.c.place, path.c.steps, func.sum(counter.c.n))
        .join(counter, (counter.c.version == path.c.version) & (counter.c.path == path.c.path))
        .where(path.c.version.in_(versions))
        .group_by(path.c.version, path.c.path, path.c.place, path.c.steps)
    )
    for place, steps, n in connection.execute(query):
        n = int(n)
        meaning = json.loads(steps)
        if place == 0:
            entries += n
        for number, what in meaning["steps"]:
            _add(nodes[names[number]], what, n)
        for link in meaning["links"]:
            links[link] += n
        if not meaning["tokens"]:
            ended += n
    for one in nodes.values():
        one.waiting = one.arrived - one.passed - one.left - one.merged - one.failed
    for id in names.values():
        nodes[id]
    tracked = connection.execute(
        select(func.sum(finished.c.n)).where(finished.c.version.in_(versions))
    ).scalar()
    done = ended if tracked is None else int(tracked)
    return Counts(
        dict(nodes), dict(links), entries, entries - done, done, _messages(connection, versions, names)
    )


def _add(counts: NodeCounts, what: str, n: int) -> None:
    if what == ARRIVE:
        counts.arrived += n
    elif what == MERGED:
        counts.merged += n
    elif what == LEFT:
        counts.left += n
    else:  # a port, or done
        counts.passed += n


def _messages(
    connection: Connection, versions: list[int], names: dict[int, str]
) -> dict[str, dict[str, int]]:
    query = (
        select(message_counter.c.node, message_counter.c.state, func.sum(message_counter.c.n))
        .where(message_counter.c.version.in_(versions))
        .group_by(message_counter.c.node, message_counter.c.state)
    )
    found: dict[str, dict[str, int]] = {}
    for node, state, n in connection.execute(query):
        if n:
            found.setdefault(names[node], {})[state] = int(n)
    return found
