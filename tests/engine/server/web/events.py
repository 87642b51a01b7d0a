"""A campaign that people enter by what they do, so that its page has something to tell."""

from __future__ import annotations

from typing import Any

from engine.campaign.document import CampaignDocument
from engine.campaign.model import START_ID, Attributes, Link, Node
from engine.workspace.bundle import Bundle
from engine.workspace.catalog import Catalog
from tests.engine.server.shared.serving import Shared

ORDERS = "c_orders"


def publish_orders(served: Shared) -> str:
    """Publish it, and give its id: who orders waits for a day."""
    nodes = {
        "n_order": _node("behavior_event", "Ordered", event="order", re_entry="every_time"),
        "n_wait": _node("wait_until", "A day", mode="duration", amount=1, unit="day"),
        "n_end": _node("end", "End"),
    }
    links = {
        f"l_{index}": Link(source=source, port="out", target=target)
        for index, (source, target) in enumerate(zip([START_ID, *nodes], nodes, strict=False))
    }
    document = CampaignDocument(Attributes(id=ORDERS, name="Orders"), nodes, links)
    catalog = Catalog.model_validate({"events": {"order": {}}})
    served.engine.publish(Bundle(document, {}, {}, {}, catalog))
    return ORDERS


def _node(kind: str, name: str, **config: Any) -> Node:
    return Node(kind=kind, name=name, config=config, confirmed=True)
