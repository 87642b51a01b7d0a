"""What fatigue control goes on counting though it would not find it: messages of campaigns that are deleted,
and those of people who were merged, for whom they are now.

They stand in `message` as those of no campaign, without what they said, at nodes of their own. They go with a
later deletion or with retention, once nothing looks back on them any more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, Select, case, delete, func, literal_column, null, select, update

from engine.plan.contact import LONGEST_WINDOW
from engine.store.dialect import bulk_insert
from engine.store.functions import is_one_of
from engine.store.tables.runs import HELD, campaign_version, marketing_node, message
from engine.store.versions import NO_CAMPAIGN, versions_of

_STATE = case((message.c.state.in_((*HELD, "sending")), literal_column("'unknown'")), else_=message.c.state)
"""What has not come to its end by now stands for good as one of which nobody knows."""
_COPIED = ("node", "address", "version", "planned_at", "contact_at", "sent_at", "result", "result_at")


def keep_of_deleted(connection: Connection, campaign: int, since: int) -> None:
    """Let the messages of a campaign that is about to be deleted be of no campaign, as far as they were
    handed over after `since` (ms), and forget the older ones of those before."""
    m, n = message.c, marketing_node.c
    connection.execute(delete(message).where(m.campaign == NO_CAMPAIGN, m.contact_at <= since))
    versions = versions_of(connection, campaign)
    of_campaign = (n.version.in_(versions), n.node > 0)
    nodes = list(connection.scalars(select(n.node).where(*of_campaign).distinct()))
    last = connection.execute(select(func.max(m.node)).where(m.campaign == NO_CAMPAIGN)).scalar() or 0
    shift = max([last, *nodes])  # so far that no row stands in another one's way while they change
    theirs = (m.campaign == campaign, m.node.in_(nodes), m.contact_at > since, m.state.not_in(HELD))
    values = {"campaign": NO_CAMPAIGN, "node": m.node + shift, "state": _STATE, "variables": null()}
    connection.execute(update(message).where(*theirs).values(values))
    connection.execute(update(marketing_node).where(*of_campaign).values(node=n.node + shift))
    kept = list(connection.scalars(select(m.version).where(m.campaign == NO_CAMPAIGN).distinct()))
    others = select(campaign_version.c.key).where(campaign_version.c.campaign.not_in((NO_CAMPAIGN, campaign)))
    gone = delete(marketing_node).where(n.version.not_in(kept), n.version.not_in(others))
    connection.execute(gone)


def keep_of_merged(connection: Connection, into: Mapping[int, int], now: int) -> None:
    """Note what people had of late, or are about to have, for those into whom they are merged, beside their
    own messages. Each stands at the negative number of its node. into: merged → kept."""
    m, n = message.c, marketing_node.c
    had = (
        select(m.person, _STATE.label("state"), *(m[name] for name in _COPIED), n.channel, n.signature)
        .join_from(message, marketing_node, (n.version == m.version) & (n.node == m.node))
        .where(is_one_of(m.person, into), m.contact_at > now - LONGEST_WINDOW)
        .order_by(m.person, m.contact_at, m.campaign, m.node, m.entry, m.address)
    )
    found = connection.execute(had).all()
    if not found:
        return
    # Which number each has as that of an entry: no two of a person are alike.
    entries = Counter[int](dict(connection.execute(last_entries(into.values())).all()))
    rows, nodes = [], {}
    for row in found:
        kept, node = into[row.person], -abs(row.node)
        entries[kept] += 1
        nodes[row.version, node] = (row.version, node, row.channel, row.signature, 0)
        rows.append((NO_CAMPAIGN, kept, entries[kept], row.state, "", node, *row[3:10]))
    columns = ("version", "node", "channel", "signature", "place")
    bulk_insert(connection, marketing_node, columns, list(nodes.values()), on_conflict="nothing")
    bulk_insert(connection, message, ("campaign", "person", "entry", "state", "reason", *_COPIED), rows)


def last_entries(people: Iterable[int]) -> Select[int, int]:
    """The highest number of an entry that each of the people has here, where there is any."""
    m = message.c
    # Found by person, of whom there are few: by the campaign, SQLite would read all that is of none.
    mine = (m.campaign + 0 == NO_CAMPAIGN, m.contact_at.is_not(None), is_one_of(m.person, people))
    return select(m.person, func.max(m.entry)).where(*mine).group_by(m.person)
