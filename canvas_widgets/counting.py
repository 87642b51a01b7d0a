"""Live counts on a scene, or those of a rehearsal: under its cards, and as shares at its lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from canvas_widgets.items.count_line import NO_REMARKS, compared_line, untested_text
from canvas_widgets.items.stage import Counts
from engine.components.count_words import compared_text, difference_text, share_text, short_difference

if TYPE_CHECKING:
    from canvas_widgets.scene import CampaignScene

_NOBODY = "0"
"""At a branch: its line is dashed, and its tooltip says why."""


def changed_nodes(scene: CampaignScene, before: Counts | None, now: Counts | None) -> Iterable[str]:
    """The cards of which, or of whose lines, other counts say something else; all of them where these are the
    same once more, for their words may be others."""
    cards = scene.cards
    if not before and not now:
        return ()
    if not before or not now or before is now or before.get("untested") != now.get("untested"):
        return list(cards)
    found = {
        node_id
        for part in ("nodes", "reasons", "remarks")
        for node_id in _differing(before.get(part, {}), now.get(part, {}))
    }
    document = scene.document.links
    found |= {document[id].source for id in _differing(before["links"], now["links"]) if id in document}
    return found & cards.keys()


def _differing(before: Mapping[str, object], now: Mapping[str, object]) -> Iterator[str]:
    """The keys of what is another value, or is no longer or not yet there."""
    for key in {*before, *now}:
        if before.get(key) != now.get(key):
            yield key


def show_count(scene: CampaignScene, node_id: str) -> bool:
    """Show what is known of a card and of the lines that leave it. Returns whether those say it anew."""
    counts = scene.stage.counts
    if node_id not in scene.cards:
        return False
    if counts and counts.get("compared"):
        return _show_compared(scene, node_id, counts)
    nodes, links = (counts["nodes"], counts["links"]) if counts else ({}, {})
    reasons = counts.get("reasons", {}).get(node_id) if counts else None
    remarks = counts.get("remarks", {}).get(node_id, NO_REMARKS) if counts else NO_REMARKS
    scene.cards[node_id].set_count(nodes.get(node_id), reasons, remarks)
    untested = counts.get("untested", ()) if counts else ()
    items = [scene.links[link_id] for link_id in scene.links_of(node_id)]
    total = sum(links.get(item.link_id, 0) for item in items)
    changed = False
    for item in items:
        item.set_untested(item.link_id in untested)
        text = share_text(links.get(item.link_id), total, len(items))
        if item.link_id in untested:
            text = _NOBODY if item.label else untested_text()
        changed |= item.set_count(text)
    return changed


def _show_compared(scene: CampaignScene, node_id: str, counts: Counts) -> bool:
    """The counts of two rehearsals, A and B, of a card and of the lines that leave it."""
    scene.cards[node_id].set_line(compared_line(counts["nodes"].get(node_id, (None, None))))
    changed = False
    for link_id in scene.links_of(node_id):
        before, now = counts["links"].get(link_id, (None, None))
        whole = compared_text(before, now, difference_text)
        changed |= scene.links[link_id].set_count(_brief(before, now), whole)
    return changed


def _brief(before: int | None, now: int | None) -> str:
    """What there is room for at a line: both numbers stand at the cards beside it, and in its tooltip."""
    if before is None or now is None:  # a mark says in which of them the line is
        return "".join(f"{n:,}" for n in (before, now) if n is not None)
    return f"= {now:,}" if before == now else short_difference(before, now)
