"""What the small numbers of runs stand for: a campaign's versions, its nodes, and the paths of a version."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select, update

from engine.store.functions import is_one_of
from engine.store.tables.runs import (
    ACTIVE,
    STOPPED,
    agenda,
    campaign,
    campaign_node,
    campaign_version,
    path,
    token_watched,
)
from engine.workspace import bundle as bundles
from engine.workspace.bundle import Bundle

_BUNDLE = select(campaign_version.c.bundle).where(campaign_version.c.key == bindparam("key"))


NO_CAMPAIGN = 0
"""That of what is left of campaigns that are deleted."""
HELD_BACK = "held_back"
"""The one step of those who would have entered and are of a control group; their path has the number 0."""


class PathMeaning(NamedTuple):
    """What a path number means, see `engine.plan.places.Path`. node: number of the place's node."""

    version: int
    number: int
    place: int
    node: int
    steps: list[tuple[int, str]]
    links: list[str]
    tokens: int

    @property
    def held_back(self) -> bool:
        """Whether its people are held back instead of entering."""
        return any(what == HELD_BACK for _, what in self.steps)

    @property
    def enters(self) -> bool:
        """Whether its people enter."""
        return self.place == 0 and not self.held_back


def versions_of(connection: Connection, campaign: int) -> list[int]:
    """Keys of a campaign's versions."""
    query = select(campaign_version.c.key).where(campaign_version.c.campaign == campaign)
    return list(connection.scalars(query))


def busy_versions(connection: Connection) -> set[int]:
    """Keys of the versions that have something to do, whether or not people enter them still.

    Who waits for the result of a message that has not gone out yet is due at no moment, so the agenda may not
    name their version. Of a campaign's present version that is not asked: it is at work anyway.
    """
    v, w = campaign_version.c, token_watched.c
    busy = set(connection.scalars(select(agenda.c.version).distinct()))
    earlier = select(v.key).join(campaign, campaign.c.number == v.campaign)
    earlier = earlier.where(campaign.c.state.in_((ACTIVE, STOPPED)), v.key != campaign.c.version)
    if others := set(connection.scalars(earlier)) - busy:
        undated = select(w.version).where(is_one_of(w.version, others), w.due.is_(None)).distinct()
        busy |= set(connection.scalars(undated))
    return busy


def stored_text(connection: Connection, key: int) -> str:
    """What a version was published as, as the text of a bundle file."""
    stored: str = connection.execute(_BUNDLE, {"key": key}).scalar_one()
    return stored


def stored_bundle(connection: Connection, key: int) -> Bundle:
    """What a version was published as. Raises `FileError` where it cannot be read any more."""
    stored = stored_text(connection, key)
    # Nobody can have edited it: its hash is that of the program's version that published it.
    return bundles.read(stored.encode(), own=True)


class PublishedVersion(NamedTuple):
    """A version as it was published: its number, and by which user (None: by nobody who has a name)."""

    version: int
    hash: str
    published_at: int
    published_by: str | None


def present_version(connection: Connection, campaign_id: str) -> PublishedVersion | None:
    """The version of a campaign that new entries take, by the campaign's id; None where there is none."""
    v = campaign_version.c
    query = select(v.version, v.hash, v.published_at, v.published_by)
    query = query.join(campaign, campaign.c.version == v.key).where(campaign.c.id == campaign_id)
    row = connection.execute(query).first()
    return None if row is None else PublishedVersion(*row)


def version_of(connection: Connection, campaign_id: str, version: int) -> PublishedVersion | None:
    """A version of a campaign by its number; None where there is none."""
    v = campaign_version.c
    query = select(v.version, v.hash, v.published_at, v.published_by)
    query = query.join(campaign, campaign.c.number == v.campaign)
    row = connection.execute(query.where(campaign.c.id == campaign_id, v.version == version)).first()
    return None if row is None else PublishedVersion(*row)


def sign(connection: Connection, campaign_id: str, version: int, by: str) -> None:
    """Keep who published a version."""
    number = select(campaign.c.number).where(campaign.c.id == campaign_id).scalar_subquery()
    v = campaign_version.c
    mine = update(campaign_version).where(v.campaign == number, v.version == version)
    connection.execute(mine.values(published_by=by))


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
