"""Cures that take components away: what nothing leads to, a second trigger, halves of AB tests."""

from __future__ import annotations

from engine.campaign.document import CampaignDocument
from engine.campaign.edits import Edit, delete_behind
from engine.campaign.edits.delete import orphaned
from engine.campaign.edits.edit import Draft
from engine.campaign.graph import AB_TARGET, AB_TEST, enclosing_targets
from engine.campaign.problem import Problem
from engine.i18n import Message


def remove_unreached(document: CampaignDocument, problem: Problem) -> Edit | None:
    """Delete the part that no line leads to."""
    if problem.node is None:
        return None
    lost = orphaned(document, {problem.node})
    draft = Draft(document)
    for node_id in lost:
        draft.drop_node(node_id)
        for link_id in document.in_links(node_id):  # from another part that no line leads to either
            if document.links[link_id].source not in lost:
                draft.retarget(link_id, None)
    return draft.edit(Message("Delete"))


def remove_trigger(document: CampaignDocument, problem: Problem) -> Edit | None:
    if problem.node is None or document.in_links(problem.node):
        return None
    return delete_behind(document, problem.node)._replace(label=Message("Delete"))


def mend_test(document: CampaignDocument, problem: Problem) -> Edit | None:
    """An End inside an AB Test, a Test Target without its AB Test, or an AB Test without its target."""
    if problem.node is None:
        return None
    kind = document.node(problem.node).kind
    if kind == AB_TARGET:
        return _bypass(document, problem.node)
    if kind == AB_TEST:
        return delete_behind(document, problem.node)
    return _lead_to_target(document, problem.node)


def _bypass(document: CampaignDocument, node_id: str) -> Edit:
    """Take the component out; the lines to it lead on to what follows."""
    targets = (document.links[id].target for id in document.out_links(node_id))
    following = next((target for target in targets if target is not None), None)
    draft = Draft(document)
    for link_id in document.in_links(node_id):
        draft.retarget(link_id, following)
    draft.drop_node(node_id)
    return draft.edit(Message("Remove {name}", name=document.node(node_id).name))


def _lead_to_target(document: CampaignDocument, node_id: str) -> Edit | None:
    """Instead of an End inside an AB Test: the lines that led to it join the Test Target."""
    if document.ports(node_id):
        return None
    enclosing = enclosing_targets(document)
    entering = document.in_links(node_id)
    targets = {enclosing.get(document.links[link_id].source) for link_id in entering}
    if None in targets:
        return None
    draft = Draft(document)
    for link_id in entering:
        draft.join(link_id, enclosing[document.links[link_id].source])
    draft.drop_node(node_id)
    return draft.edit(Message("Join the Test Target"))
