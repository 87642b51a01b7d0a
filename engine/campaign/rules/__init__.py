"""The structure rules: what keeps a campaign from being published, and what to think about before."""

from __future__ import annotations

from collections.abc import Container, Iterator
from datetime import datetime

from engine.campaign.document import CampaignDocument
from engine.campaign.model import START_ID
from engine.campaign.problem import Problem, Severity
from engine.campaign.rules.ab import ab_problems
from engine.campaign.rules.audiences import audience_problems
from engine.campaign.rules.leaving import exit_problems
from engine.campaign.rules.measures import measure_problems
from engine.campaign.rules.nodes import node_problems
from engine.campaign.rules.sending import sending_problems
from engine.campaign.rules.structure import structure_problems
from engine.campaign.rules.timing import timing_problems
from engine.components.base import Lookup
from engine.i18n import Message
from engine.steps import Steps, finished

__all__ = ["Problem", "Severity", "problems", "problems_in_steps"]


def problems(
    document: CampaignDocument, lookup: Lookup, now: datetime, other_names: Container[str] = ()
) -> list[Problem]:
    """Everything that is wrong with the campaign, errors first, then from left to right.

    `now` (aware) decides which fixed times are past; `other_names` are the names of the workspace's other
    campaigns.
    """
    return finished(problems_in_steps(document, lookup, now, other_names))


def problems_in_steps(
    document: CampaignDocument, lookup: Lookup, now: datetime, other_names: Container[str] = ()
) -> Steps[list[Problem]]:
    """`problems`, found step by step; the document must not change meanwhile."""
    found: list[Problem] = []
    for problem in _found(document, lookup, now, other_names):
        if problem is not None:
            found.append(problem)
        yield
    order = {node_id: index for index, node_id in enumerate(_reading_order(document))}
    return sorted(found, key=lambda p: (p.severity is Severity.WARNING, order.get(p.node or START_ID, 0)))


def _found(
    document: CampaignDocument, lookup: Lookup, now: datetime, other_names: Container[str]
) -> Iterator[Problem | None]:
    """Problems in any order, and None wherever a step ends: each looks at a component, or once at all."""
    if document.attributes.name in other_names:
        yield Problem(
            "name_taken",
            Severity.ERROR,
            Message(
                "Another campaign is called “{name}”. Choose another name.", name=document.attributes.name
            ),
        )
    yield from structure_problems(document)
    yield from node_problems(document, lookup)
    yield from audience_problems(document, lookup)
    yield from ab_problems(document)
    yield from timing_problems(document, now)
    yield from exit_problems(document, lookup)
    yield from measure_problems(document, lookup)
    yield from sending_problems(document, lookup)


def _reading_order(document: CampaignDocument) -> list[str]:
    """Cards from left to right, then top to bottom; those without a place in order of id."""
    placed = sorted(document.layout, key=lambda node_id: document.layout[node_id])
    return [START_ID, *placed, *sorted(set(document.nodes) - set(placed))]
