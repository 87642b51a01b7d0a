"""Taking one component out of the flow: what led to it leads on to what it led to."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from engine.campaign.document import CampaignDocument
from engine.campaign.edits.delete import delete_behind, open_ends_towards, rejoin_targets
from engine.campaign.edits.edit import Draft, Edit, Refused
from engine.campaign.graph import AB_TEST, reachable, targets_by_test
from engine.campaign.layout import place_of
from engine.campaign.model import START_ID, Link, Point
from engine.campaign.occupied import Occupied
from engine.components.base import Category
from engine.components.registry import component
from engine.i18n import Message


def lost_without(document: CampaignDocument, node_id: str) -> set[str]:
    """What goes along with a component that is taken out: only its other branches lead to it."""
    if not _targets(document, node_id):
        return set()
    before = reachable(document, [START_ID])
    after = _without(document, node_id).result()
    return {id for id in after.nodes if id in before} - reachable(after, [START_ID])


def take_out(document: CampaignDocument, node_id: str) -> Edit:
    """Delete one component; its lines lead on to where its first branch that leads anywhere does.

    Raises `Refused` for Start, a trigger, an AB Test and its Test Target, and where what follows may not
    stand behind what came before.
    """
    node = document.node(node_id)
    kind = component(node.kind)
    if node.kind == AB_TEST or kind.category is Category.TRIGGER:
        raise Refused(Message("What follows {name} needs it. Delete it with what follows.", name=node.name))
    targets = _targets(document, node_id)
    if not kind.deletable or not targets:
        return delete_behind(document, node_id)
    for before in document.predecessors(node_id):
        for target in targets:
            placement = component(document.node(target).kind).placement
            if not placement.follows(component(document.node(before).kind)):
                raise Refused(placement.refusal)
    lost = lost_without(document, node_id)
    if any(target not in lost for test, target in targets_by_test(document).items() if test in lost):
        raise Refused(Message("What follows {name} needs it. Delete it with what follows.", name=node.name))
    draft = _without(document, node_id, lost)
    _close_gap(draft, node_id, targets)
    return draft.edit(Message("Take out {name}", name=node.name), targets[0])


def _targets(document: CampaignDocument, node_id: str) -> list[str]:
    """Where the first branch that leads anywhere leads."""
    for port in document.ports(node_id):
        links = [document.links[id] for id in document.out_links(node_id)]
        if targets := [link.target for link in links if link.port == port.name and link.target is not None]:
            return targets
    return []


def _without(document: CampaignDocument, node_id: str, lost: AbstractSet[str] = frozenset()) -> Draft:
    """The flow with the component's neighbours joined, and without `lost`."""
    draft = Draft(document)
    gone = {node_id, *lost}
    for gone_id in gone:
        draft.drop_node(gone_id)
    open_ends_towards(draft, gone)
    first, *others = _targets(document, node_id)
    for link_id in document.in_links(node_id):
        link = document.links[link_id]
        beside = [document.links[id] for id in document.out_links(link.source) if id != link_id]
        led = {other.target for other in beside if other.port == link.port}
        if first not in led:
            draft.put_link(link.model_copy(update={"target": first}), link_id)
        for other in others:
            if other not in led:
                draft.put_link(Link(source=link.source, port=link.port, target=other))
    rejoin_targets(draft)
    return draft


def _close_gap(draft: Draft, node_id: str, targets: list[str]) -> None:
    """Move what follows up, if nothing else leads there and nothing is in the way."""
    document, after = draft.document, draft.result()
    moved = reachable(after, targets)
    sources = set(document.predecessors(node_id))
    if any(before not in moved | sources for id in moved for before in after.predecessors(id)):
        return
    step = min(place_of(document, id).x for id in targets) - place_of(document, node_id).x
    if step <= 0:
        return
    taken = Occupied(after.places, moved)
    places = {id: Point(at.x - step, at.y) for id, at in after.layout.items() if id in moved}
    if all(taken.free_place(place) == place for place in places.values()):
        for id, place in places.items():
            draft.place(id, place)
