"""Cures of lines: open ends, lines that must not be, cycles."""

from __future__ import annotations

from engine.campaign.document import CampaignDocument
from engine.campaign.edits import Edit, append
from engine.campaign.edits.add import END
from engine.campaign.edits.edit import Draft
from engine.campaign.graph import enclosing_targets, reachable
from engine.campaign.model import START_ID
from engine.campaign.ops import Table
from engine.campaign.problem import Problem
from engine.components.base import Category
from engine.components.registry import component
from engine.i18n import Message


def close(document: CampaignDocument, problem: Problem) -> Edit | None:
    """An End at the open end; inside an AB Test, the line joins the Test Target."""
    if problem.link is None:
        return None
    target = enclosing_targets(document).get(document.links[problem.link].source)
    if target is None:
        return append(document, problem.link, END)._replace(label=Message("Add End"))
    draft = Draft(document)
    draft.join(problem.link, target)
    return draft.edit(Message("Join the Test Target"))


def remove_line(document: CampaignDocument, problem: Problem) -> Edit | None:
    """Take the line away; a port that has no other line keeps an open end."""
    if problem.link is None:
        return None
    draft = Draft(document)
    _open(draft, problem.link)
    return draft.edit(Message("Remove the line"))


def cut_cycle(document: CampaignDocument, problem: Problem) -> Edit | None:
    """Cut the line that leads back, where there is only one."""
    if problem.node is None:
        return None
    behind = reachable(document, [problem.node])
    back = [id for id in document.in_links(problem.node) if document.links[id].source in behind]
    if len(back) != 1:
        return None
    draft = Draft(document)
    _open(draft, back[0])
    source = document.node(document.links[back[0]].source)
    return draft.edit(Message("Cut the line from {name}", name=source.name))


def lead_start_to_trigger(document: CampaignDocument) -> Edit | None:
    """Lead Start to the one trigger that stands about unconnected."""
    links = document.out_links(START_ID)
    triggers = [
        node_id
        for node_id, node in document.nodes.items()
        if component(node.kind).category is Category.TRIGGER
    ]
    if len(links) != 1 or len(triggers) != 1 or document.in_links(triggers[0]):
        return None
    if document.links[links[0]].target is not None:
        return None
    draft = Draft(document)
    draft.retarget(links[0], triggers[0])
    return draft.edit(Message("Connect {name}", name=document.node(triggers[0]).name), triggers[0])


def _open(draft: Draft, link_id: str) -> None:
    document = draft.document
    link = document.links[link_id]
    siblings = [id for id in document.out_links(link.source) if document.links[id].port == link.port]
    if len(siblings) > 1:
        draft.remove(Table.LINKS, link_id)
    else:
        draft.retarget(link_id, None)
