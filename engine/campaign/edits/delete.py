"""Deleting a component with everything that only it leads to."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet

from engine.campaign.document import CampaignDocument
from engine.campaign.edits.edit import Draft, Edit, Refused
from engine.campaign.graph import AB_TARGET, enclosing_targets, reachable, targets_by_test
from engine.campaign.model import START_ID
from engine.campaign.ops import Table
from engine.components.registry import component
from engine.i18n import Message


def doomed(document: CampaignDocument, node_id: str) -> set[str]:
    """The node and every node that nothing but it leads to. What another line still reaches stays."""
    return orphaned(document, {node_id})


def doomed_together(document: CampaignDocument, node_ids: Iterable[str]) -> set[str]:
    """Those of the nodes that can be deleted, and every node that nothing but they leads to."""
    gone = {id for id in node_ids if component(document.node(id).kind).deletable}
    return orphaned(document, gone) if gone else set()


def orphaned(document: CampaignDocument, gone: set[str]) -> set[str]:
    """`gone` and what Start no longer reaches without them; an AB Test takes its Test Target along."""
    return _lost(document, gone, set())


def stranded(document: CampaignDocument, links: set[str]) -> set[str]:
    """The nodes that only these links lead to; an AB Test takes its Test Target along."""
    return _lost(document, set(), links)


def _lost(document: CampaignDocument, gone: set[str], cut: set[str]) -> set[str]:
    """The Test Target of an AB Test that stays is never lost: `rejoin_targets` leads a line to it."""
    target_of = targets_by_test(document)
    roots = {START_ID, *(document.links[link_id].source for link_id in cut)}
    first = {target for link_id in cut if (target := document.links[link_id].target) is not None}
    while True:
        held = reachable(document, roots - gone, without=gone, cut=cut)
        while kept := {target_of[test] for test in held & target_of.keys()} - held - gone:
            held |= reachable(document, kept, without=gone, cut=cut)
        lost = gone | (reachable(document, gone | first) - held)
        targets = {target_of[test] for test in lost & target_of.keys()}
        if targets <= lost:
            return lost
        gone = lost | targets


def delete_behind(document: CampaignDocument, node_id: str) -> Edit:
    """Delete the node and everything that only it leads to. Raises `Refused` for Start and a Test Target."""
    node = document.node(node_id)
    if not component(node.kind).deletable:
        raise Refused(_undeletable(node.kind))
    lost = doomed(document, node_id)
    label = (
        Message("Delete {name}", name=node.name)
        if len(lost) == 1
        else Message("Delete {name} and {count} behind it", name=node.name, count=len(lost) - 1)
    )
    return _deleted(document, lost, label)


def delete_several(document: CampaignDocument, node_ids: Collection[str]) -> Edit:
    """Delete nodes and everything that only they lead to. Raises `Refused` for Start and a Test Target.

    A Test Target may be among them where its AB Test goes as well.
    """
    lost = doomed_together(document, node_ids)
    for node_id in sorted(node_ids):
        if node_id not in lost:
            raise Refused(_undeletable(document.node(node_id).kind))
    return _deleted(document, lost, Message("Delete {count} components", count=len(lost)))


def _deleted(document: CampaignDocument, lost: set[str], label: Message) -> Edit:
    draft = Draft(document)
    for node_id in lost:
        draft.drop_node(node_id)
    open_ends_towards(draft, lost)
    rejoin_targets(draft)
    return draft.edit(label)


def rejoin_targets(draft: Draft) -> None:
    """Lead an open end inside an AB Test to its Test Target where the last line to that has gone."""
    if not targets_by_test(draft.document):
        return
    while True:
        after = draft.result()
        reached = reachable(after, [START_ID])
        pairs = sorted(targets_by_test(after).items())
        cut_off = next(((test, g) for test, g in pairs if test in reached and g not in reached), None)
        if cut_off is None:
            return
        inside = reachable(after, [cut_off[0]])
        ends = (id for id, link in sorted(after.links.items()) if not link.target and link.source in inside)
        if (end := next(ends, None)) is None:
            return
        draft.retarget(end, cut_off[1])


def open_ends_towards(draft: Draft, lost: set[str], cut: AbstractSet[str] = frozenset()) -> None:
    """Open the links of surviving nodes that led to lost ones, and those of `cut`.

    A port that still leads elsewhere just loses the line. Inside an AB Test the line joins the Test Target
    again: every branch must pass it, and an empty branch is a control group.
    """
    document = draft.document
    enclosing = enclosing_targets(document)
    entering = {link_id for node_id in lost for link_id in document.in_links(node_id)} | cut
    for link_id in sorted(entering):
        link = document.links[link_id]
        if link.source in lost:
            continue
        siblings = [
            other
            for other in document.out_links(link.source)
            if other != link_id and document.links[other].port == link.port
        ]
        target = enclosing.get(link.source)
        if any(other not in entering or other < link_id for other in siblings):
            draft.remove(Table.LINKS, link_id)
        else:
            draft.retarget(link_id, None if target in lost else target)


def _undeletable(kind: str) -> Message:
    if kind == AB_TARGET:
        return Message("The Test Target belongs to its AB Test. Delete the AB Test to delete both.")
    return Message("Start cannot be deleted.")
