"""The journey of the benchmark `waves`: ten nodes, six visits a person; people, tags and events for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.campaign.document import CampaignDocument
from engine.campaign.model import Attributes, Link, Node
from engine.store.database import Database
from engine.store.dialect import analyze, bulk_insert
from engine.store.fields import DataFields, DataSchema
from engine.store.lists import put_in_force
from engine.store.tables.people import audience_member, event, person, person_id, tag_value
from engine.store.values import person_hash
from engine.workspace.account import SIMULATED_ID, simulated
from engine.workspace.audience import AUDIENCE
from engine.workspace.bundle import Bundle
from engine.workspace.catalog import Catalog
from engine.workspace.message import MESSAGE

START = 1_767_225_600_000
"""2026-01-01T00:00Z."""
HOUR = 3_600_000
DAY = 24 * HOUR
WAIT_HOURS, JUDGE_DAYS = 2, 1
LIST = 1
_CHUNK = 50_000

Row = tuple[Any, ...]


def fill(target: Path | str, people: int, spread: int = 0) -> None:
    """A database with `people` people: addresses, a level (nine of ten VIP), a visit.

    Nine of ten visit in the journey's window; with `spread`, all do, each at another moment of so many ms.
    """
    with Database.open(target) as database:
        schema = DataSchema(tags={"level": "text"}, events={"visit": {}})
        with database.write() as connection:
            DataFields.load(connection).declare(connection, schema)
        for first in range(1, people + 1, _CHUNK):
            ids = range(first, min(first + _CHUNK, people + 1))
            with database.write() as connection:
                rows: list[Row] = [(id, f"p{id}", person_hash(f"p{id}"), 0) for id in ids]
                bulk_insert(connection, person, ("id", "external_id", "hash", "import_id"), rows)
                columns = ("person", "type", "value", "time", "seq")
                bulk_insert(connection, person_id, columns, list(_addresses(ids)))
                levels: list[Row] = [("level", id, "VIP" if id % 10 else "new") for id in ids]
                bulk_insert(connection, tag_value, ("tag", "person", "value"), levels)
                columns = ("person", "source_id", "code", "time", "received_at")
                bulk_insert(connection, event, columns, list(_visits(ids, spread / people)))
                bulk_insert(connection, audience_member, ("list", "person"), [(LIST, id) for id in ids])
        with database.write() as connection:
            put_in_force(connection, "a_all", LIST, START)
            for table in (person, person_id, tag_value, event, audience_member):
                analyze(connection, table.name)


def _visits(ids: range, apart: float) -> Iterator[Row]:
    for id in ids:
        if apart or id % 10 != 5:
            moment = START + (int(id * apart) if apart else WAIT_HOURS * HOUR + HOUR)
            yield id, f"e{id}", "visit", moment, moment


def _addresses(ids: range) -> Iterator[Row]:
    for id in ids:
        yield id, "mobile", f"+86138{id:08d}", 0, id
        yield id, "email", f"p{id}@example.org", 0, id


def bundle() -> Bundle:
    """The journey."""
    halves = [{"id": f"g_{n}", "name": f"Half {n}", "percent": 50} for n in (1, 2)]
    seen = [{"join": None, "event": "visit", "where": None}]
    vip = {"field": "tag:level", "op": "is", "value": ["VIP"]}
    sms: dict[str, Any] = {"platform": SIMULATED_ID, "sms_type": "notification", "signature": "S"}
    nodes: dict[str, tuple[str, dict[str, Any]]] = {
        "n_0": ("target_audience", {"audiences": ["a_all"], "mode": "now"}),
        "n_1": ("random_grouping", {"groups": halves}),
        "n_2": ("text_sms", {**sms, "template": "m_sms"}),
        "n_3": ("wait_until", {"mode": "duration", "amount": WAIT_HOURS, "unit": "hour"}),
        "n_4": (
            "event_judgment",
            {"judge_after": {"amount": JUDGE_DAYS, "unit": "day"}, "conditions": seen, "other": True},
        ),
        "n_5": ("tag_judgment", {"groups": [{"id": "g_1", "name": "VIP", "condition": vip}], "other": True}),
        "n_6": ("email", {"account": SIMULATED_ID, "sender": "shop@example.org", "template": "m_mail"}),
        "n_7": ("result_judgment", {"judge_after": {"amount": 1, "unit": "day"}, "results": ["success"]}),
        "n_8": ("tag", {"assignments": [{"tag": "level", "value": "reached"}]}),
        "n_9": ("end", {}),
    }
    links = [
        ("n_start", "out", "n_0"), ("n_0", "out", "n_1"), ("n_1", "group:g_1", "n_2"),
        ("n_1", "group:g_2", "n_9"),
        ("n_2", "out", "n_3"), ("n_3", "out", "n_4"), ("n_4", "out", "n_5"), ("n_4", "other", "n_9"),
        ("n_5", "group:g_1", "n_6"), ("n_5", "other", "n_9"), ("n_6", "out", "n_7"),
        ("n_7", "result:success", "n_8"), ("n_7", "other", "n_9"), ("n_8", "out", "n_9"),
    ]  # fmt: skip
    return bundle_of("c_bench", nodes, links)


def bundle_of(
    id: str, nodes: Mapping[str, tuple[str, dict[str, Any]]], links: Sequence[tuple[str, str, str]]
) -> Bundle:
    """A campaign of these nodes with what the benchmarks' campaigns refer to."""
    document = CampaignDocument(
        Attributes(id=id, name=id),
        {id: Node(kind=kind, name=id, config=config, confirmed=True) for id, (kind, config) in nodes.items()},
        {f"l_{n}": Link(source=a, port=p, target=b) for n, (a, p, b) in enumerate(links)},
    )
    message = MESSAGE.adapter.validate_python
    text_sms = {
        "id": "m_sms",
        "name": "SMS",
        "kind": "text_sms",
        "status": "approved",
        "sms_type": "notification",
    }
    email = {"id": "m_mail", "name": "Mail", "kind": "email", "status": "approved"}
    return Bundle(
        document,
        {
            "a_all": AUDIENCE.adapter.validate_python(
                {"id": "a_all", "name": "All", "list": {"id_type": "mobile"}}
            )
        },
        {
            "m_sms": message({**text_sms, "platform": SIMULATED_ID, "content": {"text": "Come and see us!"}}),
            "m_mail": message({**email, "content": {"subject": "S", "html": "", "text": "Thank you."}}),
        },
        {SIMULATED_ID: simulated("Simulated")},
        Catalog.model_validate(
            {
                "events": {"visit": {"name": "Visit"}},
                "tags": {"level": {"type": "text"}},
                "id_types": {"mobile": {"multi": False}, "email": {"multi": False}},
            }
        ),
    )
