"""Audiences that campaigns write: who passed a Generate Audience since it was last written."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, insert, literal, select, update

from engine.components.behaviour import Gather
from engine.plan.graph import Flow
from engine.shapes.time import from_milliseconds
from engine.store.lists import new_list, put_in_force
from engine.store.tables.people import audience_member
from engine.store.tables.runs import gathered, generated_audience


@dataclass(frozen=True, slots=True)
class Generated:
    """An audience that was written. `written_at` in ms."""

    id: str
    name: str
    directory: str
    public: bool
    remark: str
    written_at: int


def write_audiences(
    connection: Connection, campaign: int, campaign_id: str, flow: Flow, moment: int, zone: ZoneInfo
) -> bool:
    """Write the audience of every Generate Audience that somebody passed up to `moment`, and begin anew.

    Whether any was written.
    """
    written = False
    for node in flow.nodes.values():
        if isinstance(node.behaviour, Gather):
            mine = (
                (gathered.c.campaign == campaign)
                & (gathered.c.node == node.number)
                & (gathered.c.at <= moment)
            )
            if connection.execute(select(gathered.c.person).where(mine).limit(1)).first() is None:
                continue
            one = _named(node.behaviour, f"{campaign_id}/{node.id}/{moment}", moment, zone)
            key = new_list(connection)
            people = select(literal(key), gathered.c.person).where(mine).distinct()
            connection.execute(insert(audience_member).from_select(["list", "person"], people))
            put_in_force(connection, one.id, key, moment)
            connection.execute(
                insert(generated_audience).values(
                    id=one.id,
                    campaign=campaign,
                    node=node.number,
                    name=one.name,
                    directory=one.directory,
                    public=int(one.public),
                    remark=one.remark,
                    written_at=moment,
                )
            )
            connection.execute(delete(gathered).where(mine))
            written = True
    return written


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
