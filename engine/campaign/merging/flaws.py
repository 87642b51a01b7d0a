"""What is wrong with a campaign's structure, as values that can be compared: a merge brings no new ones."""

from __future__ import annotations

from collections.abc import Iterator

from engine.campaign.document import CampaignDocument
from engine.campaign.graph import Scopes, cyclic_nodes
from engine.campaign.model import START, START_ID
from engine.campaign.rules.ab import ab_problems
from engine.campaign.rules.structure import structure_problems

Flaw = tuple[str, ...]


def flaws(document: CampaignDocument) -> frozenset[Flaw]:
    """All of them; where lines hang in the air, only these: no other rule can be asked then."""
    return frozenset(_hanging(document)) or frozenset(_found(document))


def _hanging(document: CampaignDocument) -> Iterator[Flaw]:
    for link in document.links.values():
        source = START if link.source == START_ID else document.nodes.get(link.source)
        if source is None or all(port.name != link.port for port in source.ports):
            yield "no_branch", link.source, link.port
        if link.target not in (None, START_ID) and link.target not in document.nodes:
            yield "no_target", link.source, link.port, str(link.target)


def _found(document: CampaignDocument) -> Iterator[Flaw]:
    for problem in (*structure_problems(document), *ab_problems(document)):
        if problem is None or problem.code == "cycle":
            continue
        link = None if problem.link is None else document.links[problem.link]
        ends = () if link is None else (link.port, link.target or "")
        yield problem.code, problem.node or "", *ends
    for node_id in cyclic_nodes(document):
        yield "cycle", node_id
    scopes = Scopes(document)
    for link in document.links.values():
        if link.target is not None and scopes.crosses(link.source, link.target):
            yield "crossing", link.source, link.port, link.target
