"""Live counts on a scene: under its cards, and as shares at its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from canvas_widgets.items.link import share_text

if TYPE_CHECKING:
    from canvas_widgets.scene import CampaignScene


def show_count(scene: CampaignScene, node_id: str) -> bool:
    """Show what is known of a card and of the lines that leave it. Returns whether those say it anew."""
    counts = scene.stage.counts
    if node_id not in scene.cards:
        return False
    nodes, links = (counts["nodes"], counts["links"]) if counts else ({}, {})
    reasons = counts.get("reasons", {}).get(node_id) if counts else None
    scene.cards[node_id].set_count(nodes.get(node_id), reasons)
    items = [scene.links[link_id] for link_id in scene.links_of(node_id)]
    total = sum(links.get(item.link_id, 0) for item in items)
    changed = [item.set_count(share_text(links.get(item.link_id), total, len(items))) for item in items]
    return any(changed)
