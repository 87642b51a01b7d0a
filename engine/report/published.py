"""Published versions as the database holds them, with what their components do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, select

from engine.components.behaviour import Behaviour, EnterAudiences, EnterOnEvent
from engine.components.registry import component
from engine.files import FileError
from engine.shapes.time import instant, to_milliseconds
from engine.store.functions import is_one_of
from engine.store.tables.runs import ACTIVE, STOPPED, campaign, campaign_version
from engine.store.versions import busy_versions, stored_bundle
from engine.workspace.bundle import Bundle


@dataclass(frozen=True, slots=True)
class PublishedVersion:
    """A version that people may enter (`current`), or that people are still in.

    number, key: of the campaign and the version in the database. published_at, made_at: when the campaign and
    when the version was published. starts_at: from when on people may enter it. behaviours: by node id.
        Moments are ms.
    """

    number: int
    key: int
    current: bool
    state: str
    published_at: int
    made_at: int
    starts_at: int
    ends_at: int | None
    resumed_at: int | None
    bundle: Bundle
    behaviours: Mapping[str, Behaviour]

    @property
    def stopped(self) -> bool:
        return self.state == STOPPED

    @property
    def live(self) -> bool:
        """Whether its people go on, now or after a restart."""
        return self.state in (ACTIVE, STOPPED)

    @property
    def trigger(self) -> EnterAudiences | EnterOnEvent | None:
        found = (b for b in self.behaviours.values() if isinstance(b, EnterAudiences | EnterOnEvent))
        return next(found, None)


class PublishedVersions:
    """Reads them; what a version is made of is read once. Any thread may ask."""

    def __init__(self) -> None:
        self._known: dict[int, _Content] = {}

    def read(self, connection: Connection, only: int | None = None) -> list[PublishedVersion]:
        """Those that people may enter or are in, in order of publishing; or `only` those of one campaign.

        One whose bundle cannot be read is left out: it cannot run either.
        """
        busy = busy_versions(connection)
        query = (
            select(campaign, campaign_version.c.key, campaign_version.c.published_at.label("made_at"))
            .join(campaign_version, campaign_version.c.campaign == campaign.c.number)
            .where((campaign_version.c.key == campaign.c.version) | is_one_of(campaign_version.c.key, busy))
            .order_by(campaign.c.number, campaign_version.c.key)
        )
        if only is not None:
            query = query.where(campaign.c.number == only)
        earlier, known, found = self._known, dict[int, _Content](), []
        for row in connection.execute(query).all():
            try:
                content = earlier.get(row.key) or _content(connection, row.key)
            except FileError:
                continue
            known[row.key] = content
            found.append(
                PublishedVersion(
                    row.number, row.key, row.key == row.version, row.state, row.published_at, row.made_at,
                    max(row.starts_at, _start(content.bundle)), row.ends_at, row.resumed_at, *content,
                )
            )  # fmt: skip
        self._known = known
        return found


class _Content(NamedTuple):
    """What a version is made of."""

    bundle: Bundle
    behaviours: Mapping[str, Behaviour]


def _content(connection: Connection, key: int) -> _Content:
    bundle = stored_bundle(connection, key)
    return _Content(bundle, _behaviours(bundle))


def _start(bundle: Bundle) -> int:
    """From when on people may enter a version, if its campaign says so; else from ever."""
    start = bundle.campaign.attributes.start
    return 0 if start is None else to_milliseconds(instant(start))


def _behaviours(bundle: Bundle) -> dict[str, Behaviour]:
    found: dict[str, Behaviour] = {}
    for id, node in bundle.campaign.nodes.items():
        config = node.parsed.config
        behaviour = None if config is None else component(node.kind).behaviour(config)
        if behaviour is not None:
            found[id] = behaviour
    return found
