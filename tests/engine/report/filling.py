"""What a run of one small campaign leaves behind, written by hand: what does not matter is filled in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from engine.store.tables.people import person
from engine.store.tables.runs import (
    campaign_node,
    campaign_version,
    counter,
    entry,
    message,
    message_counter,
    path,
    token,
    visit,
)
from engine.store.times import HOUR

CAMPAIGN = VERSION = 1
NOW = 1_764_000_000_000
"""2025-11-24 16:00 UTC."""

DEFAULTS: dict[Table, dict[str, Any]] = {
    person: {"hash": 0, "import_id": 0},
    campaign_node: {"campaign": CAMPAIGN},
    campaign_version: {"campaign": CAMPAIGN, "hash": "", "bundle": "", "published_at": NOW},
    entry: {"campaign": CAMPAIGN, "entry": 1, "version": VERSION, "cycle": 1, "entered_at": NOW},
    visit: {"version": VERSION, "entry": 1, "at": NOW},
    token: {"version": VERSION, "entry": 1, "via": 0, "due": NOW},
    counter: {"version": VERSION, "cycle": 1, "shard": 0, "hour": NOW // HOUR},
    message: {
        "campaign": CAMPAIGN, "version": VERSION, "entry": 1, "address": "a", "state": "sent", "reason": "",
        "planned_at": NOW,
    },
    message_counter: {
        "version": VERSION, "cycle": 1, "reason": "", "receipt": "", "shard": 0, "hour": NOW // HOUR,
    },
}  # fmt: skip


def fill(connection: Connection, table: Table, *rows: dict[str, Any]) -> None:
    """Insert rows; columns that are not given take the table's value in `DEFAULTS`."""
    for row in rows:
        connection.execute(insert(table).values({**DEFAULTS.get(table, {}), **row}))


def people(connection: Connection, *external_ids: str) -> None:
    """People with the keys 1, 2 …, each entered once."""
    for key, external_id in enumerate(external_ids, start=1):
        fill(connection, person, {"id": key, "external_id": external_id})
        fill(connection, entry, {"person": key})


def publish(connection: Connection, version: int = VERSION) -> None:
    """A version of the campaign."""
    fill(connection, campaign_version, {"key": version, "version": version})


def nodes(connection: Connection, *ids: str) -> None:
    """The campaign's first version, and nodes with the numbers 1, 2 …"""
    publish(connection)
    fill(connection, campaign_node, *({"node": n, "id": id} for n, id in enumerate(ids, start=1)))


def add_path(
    connection: Connection,
    number: int,
    place: int,
    node: int,
    steps: Sequence[tuple[int, str]],
    *,
    links: Sequence[str] = (),
    tokens: int = 1,
    version: int = VERSION,
) -> None:
    """What a path number means; `node` is the node of its place."""
    meaning = {"node": node, "steps": steps, "links": links, "tokens": tokens}
    row = {"version": version, "path": number, "place": place, "steps": json.dumps(meaning)}
    fill(connection, path, row)


def take(connection: Connection, number: int, *people: int, **given: Any) -> None:
    """Let people take a path: a visit each, and the counter."""
    fill(connection, visit, *({"path": number, "person": key, **given} for key in people))
    fill(connection, counter, {"path": number, "n": len(people)})


def counted(connection: Connection) -> dict[tuple[int, str, str, str], int]:
    """The message counters: (cycle, state, reason, receipt) → messages; nothing where there are none."""
    c = message_counter.c
    found: dict[tuple[int, str, str, str], int] = {}
    for row in connection.execute(select(c.cycle, c.state, c.reason, c.receipt, c.n)):
        key = (row.cycle, row.state, row.reason, row.receipt)
        found[key] = found.get(key, 0) + row.n
    return {key: n for key, n in found.items() if n}
