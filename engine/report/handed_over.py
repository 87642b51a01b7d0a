"""What may already have been sent: for the question whether an engine that is held may go on."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from engine.store.tables.runs import (
    ACTIVE,
    HELD,
    agenda,
    campaign,
    message,
    message_counter,
    token,
    token_watched,
)
from engine.store.versions import versions_of


@dataclass(frozen=True, slots=True)
class HandedOver:
    """One campaign in progress, as the database knows it.

    last: when its latest message was handed over (ms), or None. messages_due: messages that wait to be sent.
    messages_doubtful: handed over without a known result. people_due: people whose next step is due.
    """

    campaign: str
    name: str
    last: int | None
    messages_due: int
    messages_doubtful: int
    people_due: int


def handed_over(connection: Connection, now: int) -> list[HandedOver]:
    """Every campaign that would go on at once, in order of publishing."""
    query = select(campaign).where(campaign.c.state == ACTIVE, campaign.c.starts_at <= now)
    found = []
    for row in connection.execute(query.order_by(campaign.c.number)).all():
        versions = versions_of(connection, row.number)
        states = message_counter.c.state
        counted = select(states, func.sum(message_counter.c.n)).where(message_counter.c.version.in_(versions))
        counts = {state: int(n) for state, n in connection.execute(counted.group_by(states))}
        last = select(func.max(message.c.sent_at)).where(message.c.campaign == row.number)
        found.append(
            HandedOver(
                campaign=row.id,
                name=row.name,
                last=connection.execute(last).scalar(),
                messages_due=sum(counts.get(state, 0) for state in HELD),
                messages_doubtful=counts.get("sending", 0) + counts.get("unknown", 0),
                people_due=sum(_due(connection, version, now) for version in versions),
            )
        )
    return found


def _due(connection: Connection, version: int, now: int) -> int:
    """People at the places of a version where something is due."""
    places = select(agenda.c.place).where(agenda.c.version == version, agenda.c.due <= now)
    total = 0
    for table in (token, token_watched):
        waiting = select(func.count()).where(
            table.c.version == version, table.c.place.in_(places), table.c.due <= now
        )
        total += connection.execute(waiting).scalar_one()
    return total
