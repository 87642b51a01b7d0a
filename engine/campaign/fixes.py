"""The obvious cure of a problem, where there is one: an edit that the designer can take in one click."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal

from pydantic import JsonValue

from engine.campaign.document import CampaignDocument
from engine.campaign.edits import Edit, Refused, append, delete_behind
from engine.campaign.edits.add import END
from engine.campaign.edits.delete import orphaned
from engine.campaign.edits.edit import Draft
from engine.campaign.graph import enclosing_targets
from engine.campaign.model import START_ID
from engine.campaign.ops import Table
from engine.campaign.problem import Problem
from engine.i18n import Message


def fix(document: CampaignDocument, problem: Problem) -> Edit | None:
    """The edit that cures the problem, named for a button; None where a person has to decide.

    None also where the document has changed and no longer holds what the problem is about.
    """
    if problem.link is not None and problem.link not in document.links:
        return None
    if problem.node not in (None, START_ID) and problem.node not in document.nodes:
        return None
    cure = _CURES.get(problem.code)
    try:
        return cure(document, problem) if cure is not None else None
    except Refused:
        return None


def _close(document: CampaignDocument, problem: Problem) -> Edit | None:
    """An End at the open end; inside an AB Test, the line joins the Test Target."""
    if problem.link is None:
        return None
    target = enclosing_targets(document).get(document.links[problem.link].source)
    if target is None:
        return append(document, problem.link, END)._replace(label=Message("Add End"))
    draft = Draft(document)
    draft.retarget(problem.link, target)
    return draft.edit(Message("Join the Test Target"))


def _remove_line(document: CampaignDocument, problem: Problem) -> Edit | None:
    """Take the line away; a port that has no other line keeps an open end."""
    if problem.link is None:
        return None
    link = document.links[problem.link]
    siblings = [id for id in document.out_links(link.source) if document.links[id].port == link.port]
    draft = Draft(document)
    if len(siblings) > 1:
        draft.remove(Table.LINKS, problem.link)
    else:
        draft.retarget(problem.link, None)
    return draft.edit(Message("Remove the line"))


def _remove_unreached(document: CampaignDocument, problem: Problem) -> Edit | None:
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


def _delete(document: CampaignDocument, problem: Problem) -> Edit | None:
    if problem.node is None or document.in_links(problem.node):
        return None
    return delete_behind(document, problem.node)._replace(label=Message("Delete"))


def _lead_to_target(document: CampaignDocument, problem: Problem) -> Edit | None:
    """Instead of an End inside an AB Test: the lines that led to it join the Test Target."""
    if problem.node is None or problem.node not in document.nodes:
        return None
    if document.ports(problem.node):
        return None
    enclosing = enclosing_targets(document)
    entering = document.in_links(problem.node)
    targets = {enclosing.get(document.links[link_id].source) for link_id in entering}
    if None in targets:
        return None
    draft = Draft(document)
    for link_id in entering:
        draft.retarget(link_id, enclosing[document.links[link_id].source])
    draft.drop_node(problem.node)
    return draft.edit(Message("Join the Test Target"))


def _even_out(document: CampaignDocument, problem: Problem) -> Edit | None:
    """Give the groups equal shares that sum to exactly 100 %."""
    if problem.node is None:
        return None
    node = document.node(problem.node)
    groups = node.config.get("groups")
    if not isinstance(groups, list) or not groups or not all(isinstance(group, dict) for group in groups):
        return None
    shared: list[JsonValue] = []
    for index, group in enumerate(groups):
        assert isinstance(group, dict)
        shared.append({**group, "percent": _share(index, len(groups))})
    draft = Draft(document)
    draft.put_node(node.model_copy(update={"config": {**node.config, "groups": shared}}), problem.node)
    return draft.edit(Message("Make the groups equal"), problem.node)


def _share(index: int, count: int) -> int | float:
    """The index-th of `count` shares with one decimal each, together 100."""

    def boundary(k: int) -> Decimal:
        return (Decimal(100) * k / count).quantize(Decimal("0.1"), ROUND_HALF_UP)

    share = boundary(index + 1) - boundary(index)
    return int(share) if share == share.to_integral_value() else float(share)


_CURES: Mapping[str, Callable[[CampaignDocument, Problem], Edit | None]] = {
    "open_end": _close,
    "bad_link": _remove_line,
    "unreachable": _remove_unreached,
    "second_trigger": _delete,
    "ab_escape": _lead_to_target,
    "percent_sum": _even_out,
}
