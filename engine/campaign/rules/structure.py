"""Rules about nodes and links as such: triggers, open ends, placement, cycles, unreachable parts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.campaign.document import CampaignDocument
from engine.campaign.graph import cyclic_nodes_in_steps, reachable, trigger_of
from engine.campaign.model import START_ID, Link
from engine.campaign.problem import Problem, Severity
from engine.components.base import Category, Component
from engine.components.registry import component
from engine.i18n import Message

ERROR = Severity.ERROR


def structure_problems(document: CampaignDocument) -> Iterator[Problem | None]:
    """What is wrong; None wherever a step ends."""
    yield from _triggers(document)
    yield from _links(document)
    yield from _placements(document)
    yield from _cycles(document)
    yield from _unreachable(document)


def _triggers(document: CampaignDocument) -> Iterator[Problem]:
    first = trigger_of(document)
    if first is None or _declared(document, first).category is not Category.TRIGGER:
        yield Problem(
            "no_trigger",
            ERROR,
            Message("Add a trigger behind Start: Target Audience or Behavior Event."),
            node=START_ID,
        )
    for node_id, node in document.nodes.items():
        if node_id != first and component(node.kind).category is Category.TRIGGER:
            message = Message(
                "A campaign has exactly one trigger. Delete {name} or the other one.", name=node.name
            )
            yield Problem("second_trigger", ERROR, message, node=node_id)


def _links(document: CampaignDocument) -> Iterator[Problem | None]:
    seen: set[tuple[str, str, str]] = set()
    in_shown_order = (id for node_id, _ in document.all_nodes() for id in document.out_links(node_id))
    for link_id in in_shown_order:
        yield None
        link = document.links[link_id]
        if link.target is None:
            if link.source != START_ID:  # the open line behind Start is the missing trigger
                yield Problem("open_end", ERROR, _open_end(document, link), node=link.source, link=link_id)
            continue
        reason = _why_bad(document, link)
        triple = (link.source, link.port, link.target)
        if reason is None and triple in seen:
            reason = Message(
                "Two lines lead from “{source}” to “{target}”. Delete one.", **_ends(document, link)
            )
        seen.add(triple)
        if reason is not None:
            yield Problem("bad_link", ERROR, reason, node=link.source, link=link_id)


def _why_bad(document: CampaignDocument, link: Link) -> Message | None:
    if link.target == link.source:
        return Message("“{source}” leads to itself. Lead the line elsewhere.", **_ends(document, link))
    if link.target == START_ID:
        return Message("No line may lead into Start.")
    assert link.target is not None
    into_trigger = _declared(document, link.target).category is Category.TRIGGER
    if into_trigger and link.source != START_ID:
        return Message(
            "No line may lead into a trigger, as the one from {source} does.", **_ends(document, link)
        )
    return None


def _open_end(document: CampaignDocument, link: Link) -> Message:
    name = document.node(link.source).name
    labels = {port.name: port.label for port in document.ports(link.source)}
    if (label := labels.get(link.port)) is not None:
        return Message(
            "The branch “{port}” of {name} leads nowhere. Add a component or an End.", port=label, name=name
        )
    return Message("{name} leads nowhere. Add a component or an End.", name=name)


def _placements(document: CampaignDocument) -> Iterator[Problem | None]:
    trigger = trigger_of(document)
    trigger_kind = document.node(trigger).kind if trigger else None
    for node_id, node in document.nodes.items():
        yield None
        placement = component(node.kind).placement
        fits = all(placement.follows(_declared(document, id)) for id in document.predecessors(node_id))
        if not fits or (placement.trigger is not None and trigger_kind not in (placement.trigger, None)):
            yield Problem("placement", ERROR, placement.refusal, node=node_id)


def _cycles(document: CampaignDocument) -> Iterator[Problem | None]:
    if cyclic := (yield from cyclic_nodes_in_steps(document)):
        first = min(cyclic, key=lambda node_id: (document.layout.get(node_id, (0, 0)), node_id))
        message = Message(
            "From {name} the lines lead back to it. Cut one of them.", name=document.node(first).name
        )
        yield Problem("cycle", ERROR, message, node=first)


def _unreachable(document: CampaignDocument) -> Iterator[Problem]:
    for node_id in sorted(set(document.nodes) - reachable(document, [START_ID])):
        message = Message(
            "No line leads to “{name}”. Connect it or delete it.", name=document.node(node_id).name
        )
        yield Problem("unreachable", ERROR, message, node=node_id)


def _declared(document: CampaignDocument, node_id: str) -> Component[Any]:
    return component(document.node(node_id).kind)


def _ends(document: CampaignDocument, link: Link) -> dict[str, str]:
    assert link.target is not None
    return {"source": document.node(link.source).name, "target": document.node(link.target).name}
