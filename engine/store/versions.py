"""What the small numbers of runs stand for: a campaign's versions, its nodes, and the paths of a version."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, select

from engine.store.tables.runs import campaign_node, campaign_version, path


class PathMeaning(NamedTuple):
    """What a path number means, see `engine.plan.places.Path`. node: number of the place's node."""

    version: int
    number: int
    place: int
    node: int
    steps: list[tuple[int, str]]
    links: list[str]
    tokens: int


def versions_of(connection: Connection, campaign: int) -> list[int]:
    """Keys of a campaign's versions."""
    query = select(campaign_version.c.key).where(campaign_version.c.campaign == campaign)
    return list(connection.scalars(query))


def node_names(connection: Connection, campaign: int) -> dict[int, str]:
    """Node number → the node's id in the campaign file."""
    query = select(campaign_node.c.node, campaign_node.c.id).where(campaign_node.c.campaign == campaign)
    return dict(connection.execute(query).all())


def paths_of(connection: Connection, versions: Iterable[int]) -> list[PathMeaning]:
    """All paths of the versions."""
    found: list[PathMeaning] = []
    for row in connection.execute(select(path).where(path.c.version.in_(versions))):
        said = json.loads(row.steps)
        steps = [(number, what) for number, what in said["steps"]]
        found.append(
            PathMeaning(row.version, row.path, row.place, said["node"], steps, said["links"], said["tokens"])
        )
    return found
