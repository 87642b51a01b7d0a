"""Audiences that campaigns write: who passed a Generate Audience since it was last written."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, and_, delete, insert, literal, select, update

from engine.components.behaviour import Gather
from engine.components.registry import component
from engine.files import FileError
from engine.plan.graph import Flow
from engine.shapes.time import from_milliseconds
from engine.store.lists import new_list, put_in_force
from engine.store.tables.people import audience_member
from engine.store.tables.runs import campaign_node, campaign_version, gathered, generated_audience
from engine.store.versions import stored_bundle


@dataclass(frozen=True, slots=True)
class Generated:
    """An audience that was written. `written_at` in ms."""

    id: str
    name: str
    directory: str
    public: bool
    remark: str
    written_at: int


def somebody_gathered(connection: Connection, campaign: int) -> bool:
    """Whether anybody has passed a Generate Audience, of whatever version, since it was last written."""
    query = select(gathered.c.person).where(gathered.c.campaign == campaign).limit(1)
    return connection.execute(query).first() is not None


def write_audiences(
    connection: Connection, campaign: int, campaign_id: str, flow: Flow, moment: int, zone: ZoneInfo
) -> bool:
    """Write the audience of every Generate Audience that somebody passed up to `moment`, and begin anew.

    flow: of the newest version; what it no longer has is written as the last version that had it says.
    Whether any was written.
    """
    written = False
    if not somebody_gathered(connection, campaign):
        return written
    nodes = select(campaign_node).where(campaign_node.c.campaign == campaign)
    for row in connection.execute(nodes.order_by(campaign_node.c.node)).all():
        # Node by node: distributed rows are not asked for by those of a table that lies everywhere.
        mine = and_(gathered.c.campaign == campaign, gathered.c.node == row.node, gathered.c.at <= moment)
        if connection.execute(select(gathered.c.person).where(mine).limit(1)).first() is None:
            continue
        present = flow.nodes.get(row.id)
        if present is not None and isinstance(present.behaviour, Gather):
            gather: Gather | None = present.behaviour
        else:
            gather = _earlier(connection, campaign, row.id)
        if gather is not None:
            one = _named(gather, f"{campaign_id}/{row.id}/{moment}", moment, zone)
            _write(connection, campaign, row.node, one)
            written = True
    return written


def _earlier(connection: Connection, campaign: int, node: str) -> Gather | None:
    """What a Generate Audience says in the newest version that has it; None where none can be read."""
    versions = select(campaign_version.c.key).where(campaign_version.c.campaign == campaign)
    for key in connection.scalars(versions.order_by(campaign_version.c.version.desc())).all():
        try:
            found = stored_bundle(connection, key).campaign.nodes.get(node)
        except FileError:
            continue  # it cannot run either
        config = None if found is None else found.parsed.config
        behaviour = None if found is None or config is None else component(found.kind).behaviour(config)
        if isinstance(behaviour, Gather):
            return behaviour
    return None


def _write(connection: Connection, campaign: int, node: int, one: Generated) -> None:
    mine = (gathered.c.campaign == campaign) & (gathered.c.node == node) & (gathered.c.at <= one.written_at)
    key = new_list(connection)
    people = select(literal(key), gathered.c.person).where(mine).distinct()
    connection.execute(insert(audience_member).from_select(["list", "person"], people))
    put_in_force(connection, one.id, key, one.written_at)
    connection.execute(
        insert(generated_audience).values(
            id=one.id,
            campaign=campaign,
            node=node,
            name=one.name,
            directory=one.directory,
            public=int(one.public),
            remark=one.remark,
            written_at=one.written_at,
        )
    )
    connection.execute(delete(gathered).where(mine))


def without_file(connection: Connection) -> list[Generated]:
    """Audiences of which the workspace has never had a file, in order of writing."""
    query = select(generated_audience).where(generated_audience.c.filed_at.is_(None))
    ordered = query.order_by(generated_audience.c.written_at, generated_audience.c.id)
    return [
        Generated(row.id, row.name, row.directory, bool(row.public), row.remark, row.written_at)
        for row in connection.execute(ordered)
    ]


def note_file(connection: Connection, id: str, now: int) -> None:
    """The workspace has got the audience's file; whoever deletes it does not get it again."""
    mine = generated_audience.c.id == id
    connection.execute(update(generated_audience).where(mine).values(filed_at=now))


def _named(gather: Gather, seed: str, moment: int, zone: ZoneInfo) -> Generated:
    stamp = from_milliseconds(moment).astimezone(zone).strftime("%Y%m%d%H%M%S")
    # The same id in every run, so that two rehearsals leave the same.
    id = f"a_{blake2b(seed.encode(), digest_size=6).hexdigest()}"
    name = f"{gather.name}_{stamp}"
    return Generated(id, name, gather.directory or "", gather.public, gather.remark or "", moment)
