"""What waits of finished campaigns: messages go out, or are held back, when nobody is inside any more."""

from __future__ import annotations

from sqlalchemy import Connection, select

from engine.channels.sending.ledger import Ledger
from engine.run.answers import Backlog
from engine.store.tables.runs import COMPLETED, HALTED, agenda, campaign, campaign_version
from engine.store.times import NEVER


def backlogs(connection: Connection) -> dict[str, Backlog]:
    """Finished campaigns of which messages wait, by their ids."""
    finished = select(campaign.c.id, campaign.c.state, campaign_version.c.key).join(
        campaign_version, campaign_version.c.campaign == campaign.c.number
    )
    rows = connection.execute(finished.where(campaign.c.state.in_((COMPLETED, HALTED)))).all()
    if not rows:
        return {}
    waiting = {queue.version for queue in Ledger(connection.dialect).queues(connection)}
    # What quiet times and send windows hold back; that of a stopped campaign is due never.
    waiting |= set(connection.scalars(select(agenda.c.version).where(agenda.c.due < NEVER)))
    return {
        row.id: Backlog.STOPPED if row.state == HALTED else Backlog.GOING
        for row in rows
        if row.state == HALTED or row.key in waiting
    }
