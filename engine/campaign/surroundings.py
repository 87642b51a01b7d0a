"""What a campaign holds around one of its components."""

from __future__ import annotations

from collections.abc import Mapping

from engine.campaign.document import CampaignDocument
from engine.campaign.graph import trigger_of
from engine.components.base import Around
from engine.components.registry import component


def kinds_of(document: CampaignDocument) -> dict[str, str]:
    """The kind of every node, Start included, by node id."""
    return {node_id: node.kind for node_id, node in document.all_nodes()}


def around(document: CampaignDocument, node_id: str, kinds: Mapping[str, str] | None = None) -> Around:
    """The trigger and what stands in front; whoever asks for many nodes hands `kinds_of` in."""
    trigger_id = trigger_of(document)
    trigger = document.node(trigger_id) if trigger_id is not None else None
    before = (document.node(other) for other in document.predecessors(node_id))
    return Around(
        trigger=(trigger.kind, trigger.config) if trigger is not None else None,
        before=tuple((component(node.kind), node.config) for node in before),
        kinds=kinds if kinds is not None else kinds_of(document),
    )
