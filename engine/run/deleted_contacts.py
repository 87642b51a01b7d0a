"""What fatigue control still counts of campaigns that are deleted: their people have had these messages.

The messages stay as those of no campaign, without what they said, at nodes that are numbered anew. They go
with a later deletion, once nothing looks back on them any more.
"""

from __future__ import annotations

from sqlalchemy import Connection, case, delete, func, literal_column, null, select, update

from engine.store.tables.runs import HELD, campaign_version, marketing_node, message
from engine.store.versions import NO_CAMPAIGN, versions_of


def keep_contacts(connection: Connection, campaign: int, since: int) -> None:
    """Let the messages of a campaign that is about to be deleted, and of those before it, be of no campaign,
    as far as they were handed over after `since` (ms)."""
    m, n = message.c, marketing_node.c
    connection.execute(delete(message).where(m.campaign == NO_CAMPAIGN, m.contact_at <= since))
    versions = versions_of(connection, campaign)
    own = select(n.node).where(n.version.in_(versions)).distinct()
    nodes = list(connection.scalars(own))
    last = connection.execute(select(func.max(m.node)).where(m.campaign == NO_CAMPAIGN)).scalar() or 0
    shift = max([last, *nodes])  # so far that no row stands in another one's way while they change
    theirs = (m.campaign == campaign, m.node.in_(nodes), m.contact_at > since, m.state.not_in(HELD))
    # Of what is on its way nobody will hear any more.
    state = case((m.state == "sending", literal_column("'unknown'")), else_=m.state)
    values = {"campaign": NO_CAMPAIGN, "node": m.node + shift, "state": state, "variables": null()}
    connection.execute(update(message).where(*theirs).values(values))
    connection.execute(update(marketing_node).where(n.version.in_(versions)).values(node=n.node + shift))
    kept = list(connection.scalars(select(m.version).where(m.campaign == NO_CAMPAIGN).distinct()))
    others = select(campaign_version.c.key).where(campaign_version.c.campaign.not_in((NO_CAMPAIGN, campaign)))
    gone = delete(marketing_node).where(n.version.not_in(kept), n.version.not_in(others))
    connection.execute(gone)
