"""Published campaigns as people see them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, select

from engine.report.totals import Total
from engine.run.answers import CampaignStatus, Status, UnknownVersion, VersionStatus
from engine.store import reasons
from engine.store.tables.runs import ACTIVE, COMPLETED, ENDED, HALTED, STOPPED, campaign, campaign_version

# Not the bundle, which may be large.
_CAMPAIGNS = (
    select(
        campaign,
        campaign_version.c.version.label("counted"),
        campaign_version.c.hash,
        campaign_version.c.published_at.label("version_published_at"),
    )
    .join(campaign_version, campaign_version.c.key == campaign.c.version)
    .order_by(campaign.c.number)
)


def statuses(
    connection: Connection, now: int, total: Callable[[int], Total], id: str | None = None
) -> list[CampaignStatus]:
    """All campaigns in order of publishing, or only that one, if there is one. `total`: by number."""
    query = _CAMPAIGNS if id is None else _CAMPAIGNS.where(campaign.c.id == id)
    return [_status(row, now, total(row.number)) for row in connection.execute(query).all()]


def version_statuses(connection: Connection, number: int, totals: Mapping[int, Total]) -> list[VersionStatus]:
    """The versions of a campaign, by its number, in order of publishing. `totals`: by the version's key."""
    v = campaign_version.c
    query = (
        select(v.key, v.version, v.hash, v.published_at, v.published_by, campaign.c.version.label("current"))
        .join(campaign, campaign.c.number == v.campaign)
        .where(v.campaign == number)
        .order_by(v.version)
    )
    found: list[VersionStatus] = []
    for row in connection.execute(query).all():
        total = totals.get(row.key, Total(0, 0))
        numbers = total.entries, total.inside, total.finished
        current = row.key == row.current
        found.append(
            VersionStatus(row.version, row.hash, row.published_at, current, *numbers, row.published_by)
        )
    return found


def version_key(connection: Connection, number: int, version: int) -> int:
    """The database's key of a campaign's version. Raises `UnknownVersion`."""
    v = campaign_version.c
    key = connection.execute(select(v.key).where(v.campaign == number, v.version == version)).scalar()
    if key is None:
        raise UnknownVersion(version)
    return int(key)


def _status(row: Row[Any], now: int, total: Total) -> CampaignStatus:
    states = {
        STOPPED: Status.STOPPED,
        COMPLETED: Status.COMPLETED,
        HALTED: Status.COMPLETED,
        ENDED: Status.ENDED_ABNORMALLY,
        ACTIVE: Status.NOT_STARTED if row.starts_at > now else Status.IN_PROGRESS,
    }
    return CampaignStatus(
        campaign=row.id,
        name=row.name,
        status=states[row.state],
        version=row.counted,
        hash=row.hash,
        published_at=row.published_at,
        version_published_at=row.version_published_at,
        start=row.starts_at,
        end=row.ends_at,
        entries=total.entries,
        inside=total.inside,
        finished=total.finished,
        reason=None if row.reason is None else reasons.load(row.reason),
    )
