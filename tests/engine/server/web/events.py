"""Campaigns that people enter by what they do, so that their pages have something to tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.campaign.document import CampaignDocument
from engine.campaign.model import START_ID, Attributes, Link, Node
from engine.run.answers import IncomingEvent
from engine.workspace.bundle import Bundle
from engine.workspace.catalog import Catalog
from tests.engine.server.shared.serving import Shared

ORDERS, HALVES = "c_orders", "c_halves"


def publish_orders(served: Shared, name: str = "Orders") -> str:
    """Publish it, and give its id: who orders waits for a day. Another name makes it another version."""
    nodes = {
        "n_order": _node("behavior_event", "Ordered", event="order", re_entry="every_time"),
        "n_wait": _node("wait_until", "A day", mode="duration", amount=1, unit="day"),
        "n_end": _node("end", "End"),
    }
    ways = [(source, "out", target) for source, target in zip([START_ID, *nodes], nodes, strict=False)]
    return _publish(served, ORDERS, name, nodes, ways)


def publish_halves(served: Shared, name: str = "Halves") -> str:
    """Publish it, and give its id: one in ten of those who order waits for an hour, the others for a day."""
    shares = [("g_1", "Few", 10), ("g_2", "Many", 90)]
    groups = [{"id": id, "name": name, "percent": percent} for id, name, percent in shares]
    nodes = {
        "n_order": _node("behavior_event", "Ordered", event="order", re_entry="every_time"),
        "n_split": _node("random_grouping", "Which way?", groups=groups),
        "n_few": _node("wait_until", "An hour", mode="duration", amount=1, unit="hour"),
        "n_many": _node("wait_until", name, mode="duration", amount=1, unit="day"),
        "n_end": _node("end", "End"),
        "n_late": _node("end", "Late"),
    }
    ways = [
        (START_ID, "out", "n_order"), ("n_order", "out", "n_split"), ("n_split", "group:g_1", "n_few"),
        ("n_split", "group:g_2", "n_many"), ("n_few", "out", "n_end"), ("n_many", "out", "n_late"),
    ]  # fmt: skip
    return _publish(served, HALVES, name, nodes, ways)


def let_order(served: Shared, *people: str) -> None:
    """Let people order now, one event each."""
    now = served.clock.now()
    served.engine.post_events([IncomingEvent(f"{one} {now}", one, "order", now) for one in people])
    served.engine.run_until_idle(now)


def _publish(
    served: Shared, id: str, name: str, nodes: Mapping[str, Node], ways: Sequence[tuple[str, str, str]]
) -> str:
    links = {
        f"l_{index}": Link(source=source, port=port, target=target)
        for index, (source, port, target) in enumerate(ways)
    }
    document = CampaignDocument(Attributes(id=id, name=name), nodes, links)
    catalog = Catalog.model_validate({"events": {"order": {}}})
    served.engine.publish(Bundle(document, {}, {}, {}, catalog))
    return id


def _node(kind: str, name: str, **config: Any) -> Node:
    return Node(kind=kind, name=name, config=config, confirmed=True)
