"""The ends of cycles and campaigns, and the audiences that are written then."""

from __future__ import annotations

from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Select, Table, func, select, update

from engine.plan.endings import keeps_ends
from engine.run.generated import somebody_gathered, write_audiences
from engine.run.running import RunningVersion
from engine.store.tables.runs import (
    arrival,
    campaign_version,
    counter,
    cycle,
    finished,
    path,
    token,
    token_watched,
)


class _Through(NamedTuple):
    """A cycle that everybody is through, and since when."""

    number: int
    at: int


def has_finished_cycles(connection: Connection, version: RunningVersion) -> bool:
    """Whether a cycle ends whose end has not been noted yet."""
    return (
        version.enters and _ends_count(connection, version) and bool(_through(connection, version.campaign))
    )


def _ends_count(connection: Connection, version: RunningVersion) -> bool:
    """Whether it counts when everybody is through: for this version, or for an earlier one that gathered."""
    return keeps_ends(version.plan.layout) or somebody_gathered(connection, version.campaign)


def somebody_inside(connection: Connection, campaign: int) -> bool:
    """Whether anybody is in the campaign, or about to enter it."""
    versions = _versions(campaign)
    return any(
        connection.execute(select(table.c.person).where(table.c.version.in_(versions)).limit(1)).first()
        for table in (token, token_watched, arrival)
    )


def finish_cycles(connection: Connection, version: RunningVersion, zone: ZoneInfo) -> bool:
    """Note the ends of cycles and write their audiences, in order of time; whether any was written."""
    written = False
    for one in _through(connection, version.campaign):
        mine = (cycle.c.campaign == version.campaign) & (cycle.c.cycle == one.number)
        connection.execute(update(cycle).where(mine).values(finished_at=one.at))
        written |= write(connection, version, one.at, zone)
    return written


def end(connection: Connection, version: RunningVersion, zone: ZoneInfo) -> bool:
    """Write the audiences of a campaign that is over: at its end time, or when the last one was through.

    Whether any was written.
    """
    if not _ends_count(connection, version):
        return False
    last = connection.execute(
        select(func.max(finished.c.last)).where(finished.c.version.in_(_versions(version.campaign)))
    ).scalar()
    return write(connection, version, max(last or 0, version.window.end or 0), zone)


def write(connection: Connection, version: RunningVersion, moment: int, zone: ZoneInfo) -> bool:
    """Write the audiences of the people who have passed up to the moment; whether any was written."""
    context = version.plan.context
    return write_audiences(connection, context.campaign, context.campaign_id, version.plan.flow, moment, zone)


def _versions(campaign: int) -> Select[int]:
    return select(campaign_version.c.key).where(campaign_version.c.campaign == campaign)


def _is_of(counted: Table, campaign: int) -> ColumnElement[bool]:
    """Whether a counter is of people of a cycle, who entered the version that began it or a later one: in
    earlier ones whom events let in count as of the first cycle, too."""
    return (
        (cycle.c.campaign == campaign)
        & (cycle.c.cycle == counted.c.cycle)
        & (counted.c.version >= cycle.c.version)
    )


def _through(connection: Connection, campaign: int) -> list[_Through]:
    """Cycles that have ended but are not noted as finished, by their end."""
    entered = (
        select(counter.c.cycle, func.sum(counter.c.n).label("n"))
        .join(path, (path.c.version == counter.c.version) & (path.c.path == counter.c.path))
        .join(cycle, _is_of(counter, campaign))
        .where(counter.c.version.in_(_versions(campaign)), path.c.place == 0)
        .group_by(counter.c.cycle)
        .subquery()
    )
    ended = (
        select(finished.c.cycle, func.sum(finished.c.n).label("n"), func.max(finished.c.last).label("last"))
        .join(cycle, _is_of(finished, campaign))
        .where(finished.c.version.in_(_versions(campaign)))
        .group_by(finished.c.cycle)
        .subquery()
    )
    query = (
        select(
            cycle.c.cycle,
            func.coalesce(ended.c.last, cycle.c.at).label("at"),
        )
        .join(entered, entered.c.cycle == cycle.c.cycle, isouter=True)
        .join(ended, ended.c.cycle == cycle.c.cycle, isouter=True)
        .where(
            cycle.c.campaign == campaign,
            cycle.c.done == 1,
            cycle.c.finished_at.is_(None),
            func.coalesce(entered.c.n, 0) == func.coalesce(ended.c.n, 0),
        )
    )
    found = [_Through(row.cycle, row.at) for row in connection.execute(query)]
    return sorted(found, key=lambda one: (one.at, one.number))
