"""Confirming a panel: the new config, the ports it adds and removes, and what goes with a removed port."""

from __future__ import annotations

from engine.campaign.document import CampaignDocument
from engine.campaign.edits.add import make_room
from engine.campaign.edits.delete import open_ends_towards, rejoin_targets, stranded
from engine.campaign.edits.edit import Draft, Edit
from engine.campaign.graph import AB_TEST, targets_by_test
from engine.campaign.layout import card_width, gap_behind, place_of
from engine.campaign.model import Link, Node
from engine.campaign.ops import Table
from engine.components.base import RawConfig
from engine.components.registry import component
from engine.i18n import Message


def lost_by(document: CampaignDocument, node_id: str, config: RawConfig) -> set[str]:
    """The nodes that stand only behind ports which this config no longer has."""
    return stranded(document, set(_removed_links(document, node_id, config)))


def configure(document: CampaignDocument, node_id: str, *, name: str, memo: str, config: RawConfig) -> Edit:
    """Give a node its confirmed config; its ports follow, and what only removed ports led to goes.

    Renamed and reordered groups keep their links, because ports are named by the groups' ids.
    """
    before = document.node(node_id)
    after = Node(kind=before.kind, name=name, memo=memo, config=dict(config), confirmed=True)
    draft = Draft(document)
    draft.put_node(after, node_id)
    _remove_ports(draft, node_id, config)
    _add_ports(draft, node_id, after)
    rejoin_targets(draft)
    _make_room_for_names(draft, node_id, before, after)
    draft.let_notes_give_way()
    return draft.edit(Message("Configure {name}", name=name), node_id)


def _make_room_for_names(draft: Draft, node_id: str, before: Node, after: Node) -> None:
    """Where branches have longer names now, what stood directly behind the card goes further to the right."""
    document = draft.document
    edge = place_of(document, node_id).x + card_width(node_id)
    near, far = edge + gap_behind(before.ports), edge + gap_behind(after.ports)
    lost = lost_by(document, node_id, after.config)
    behind = {target: place_of(document, target).x for target in document.successors(node_id)}
    for target in sorted(behind.keys() - lost, key=lambda target: (-behind[target], target)):
        if near <= behind[target] < far:  # the one that goes furthest takes along last what they share
            make_room(draft, target, far)


def _removed_links(document: CampaignDocument, node_id: str, config: RawConfig) -> list[str]:
    ports = {port.name for port in component(document.node(node_id).kind).ports(config)}
    return [id for id in document.out_links(node_id) if document.links[id].port not in ports]


def _remove_ports(draft: Draft, node_id: str, config: RawConfig) -> None:
    document = draft.document
    lost = lost_by(document, node_id, config)
    for lost_id in lost:
        draft.drop_node(lost_id)
    open_ends_towards(draft, lost)
    for link_id in _removed_links(document, node_id, config):
        draft.remove(Table.LINKS, link_id)


def _add_ports(draft: Draft, node_id: str, after: Node) -> None:
    """Every port always has a link: open, or to the Test Target for a new group of an AB Test."""
    document = draft.document
    linked = {document.links[link_id].port for link_id in document.out_links(node_id)}
    target = targets_by_test(document).get(node_id) if after.kind == AB_TEST else None
    for port in after.ports:
        if port.name not in linked:
            draft.put_link(Link(source=node_id, port=port.name, target=target))
