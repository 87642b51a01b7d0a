"""Two states of a campaign laid over each other: one document of both, and what became of each part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeVar

from engine.campaign.differences import Change
from engine.campaign.document import CampaignDocument
from engine.campaign.layout import with_missing_places
from engine.campaign.model import START_ID, Link, Node, Point
from engine.campaign.occupied import Occupied
from engine.campaign.places import Places
from engine.shapes.text import new_id

T = TypeVar("T")


class Overlay(NamedTuple):
    """`document` is the later state with everything that was removed. `nodes`, `links` and `notes` say what
    became of those that differ; a card that only moved does not."""

    document: CampaignDocument
    nodes: Mapping[str, Change]
    links: Mapping[str, Change]
    notes: Mapping[str, Change]


def overlaid(before: CampaignDocument, after: CampaignDocument) -> Overlay:
    """The two states in one picture."""
    nodes = {**before.nodes, **after.nodes}
    links, changed_links = _links(before, after, nodes)
    document = CampaignDocument(
        after.attributes, nodes, links, {**before.notes, **after.notes}, _layout(before, after)
    )
    return Overlay(
        document, _changes(before.nodes, after.nodes), changed_links, _changes(before.notes, after.notes)
    )


def _changes(before: Mapping[str, T], after: Mapping[str, T]) -> dict[str, Change]:
    found = dict.fromkeys(after.keys() - before.keys(), Change.ADDED)
    found |= dict.fromkeys(before.keys() - after.keys(), Change.REMOVED)
    both = before.keys() & after.keys()
    return found | {id: Change.CHANGED for id in both if before[id] != after[id]}


def _links(
    before: CampaignDocument, after: CampaignDocument, nodes: Mapping[str, Node]
) -> tuple[dict[str, Link], dict[str, Change]]:
    """All lines, and those that came or went. One that only has another id did neither; of open ends only
    those of the later state are shown, and of branches only those that their component still has."""
    links, changes = dict(after.links), dict[str, Change]()
    old, new = set(before.links.values()), set(after.links.values())
    for id, link in after.links.items():
        if link.target is not None and link not in old:
            changes[id] = Change.ADDED
    for id, link in before.links.items():
        has_branch = link.source == START_ID or any(
            port.name == link.port for port in nodes[link.source].ports
        )
        if link.target is not None and link not in new and has_branch:
            shown = id if id not in links else new_id("l", links)
            links[shown] = link
            changes[shown] = Change.REMOVED
    return links, changes


def _layout(before: CampaignDocument, after: CampaignDocument) -> dict[str, Point]:
    """What was removed stands where it was, or below what stands there now."""
    places = dict(with_missing_places(after))
    old = with_missing_places(before)
    occupied = Occupied(Places(places))
    for id in sorted(before.nodes.keys() - after.nodes.keys(), key=lambda id: (*old[id], id)):
        places[id] = occupied.free_place(old[id])
        occupied.take(places[id])
    return places
