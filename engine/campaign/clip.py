"""What was copied: a part of a campaign, with all that is joined inside it. It travels as a campaign file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from functools import cached_property
from pathlib import Path

from engine.campaign import campaign_file
from engine.campaign.document import CampaignDocument
from engine.campaign.graph import AB_TARGET, AB_TEST, Scopes, cyclic_nodes, reachable, targets_by_test
from engine.campaign.layout import layered
from engine.campaign.model import START, START_ID, Attributes, Link, Node, Point
from engine.components.registry import component
from engine.i18n import Message, MessageError
from engine.steps import Steps, finished

_SPAN = 1_000_000  # scene units from a card of the clip to its first one; more is laid out anew
_CLIPBOARD = Path("clipboard")


class NotCopied(MessageError):  # noqa: N818 - a refusal is an answer, not an error of the program
    """This cannot be copied; `message` says why."""


class Clip:
    """Copied components with the lines between them. Where a line led out of the part, its end is open.

    Attributes: `flow` (the part as a campaign whose Start leads nowhere; its ids mean nothing outside).
    """

    def __init__(self, flow: CampaignDocument) -> None:
        self.flow = flow

    @cached_property
    def roots(self) -> list[str]:
        """The components that no other one of the part leads to, from top to bottom."""
        roots = [node_id for node_id in self.flow.nodes if not self.flow.in_links(node_id)]
        return sorted(roots, key=lambda node_id: (self.places[node_id].y, self.places[node_id].x, node_id))

    @cached_property
    def single(self) -> bool:
        """Whether it is one component (an AB Test with its Test Target), which may stand on a line."""
        kinds = sorted(node.kind for node in self.flow.nodes.values())
        return len(kinds) == 1 or kinds == [AB_TARGET, AB_TEST]

    @cached_property
    def places(self) -> Mapping[str, Point]:
        """Where the cards stand to each other; a Test Target of its own directly behind its AB Test."""
        if self.single:
            return layered(self.flow)
        held = self.flow.layout
        first = min(held.values(), default=Point(0, 0))
        near = all(abs(at.x - first.x) <= _SPAN and abs(at.y - first.y) <= _SPAN for at in held.values())
        return held if near and held.keys() == self.flow.nodes.keys() else layered(self.flow)

    @property
    def name(self) -> str:
        """The name of the component that the part begins with."""
        return self.flow.node(self.roots[0]).name

    def data(self) -> bytes:
        """The clip for the system's clipboard; `parse` reads it."""
        return finished(self.data_in_steps())

    def data_in_steps(self) -> Steps[bytes]:
        """`data`, step by step."""
        return campaign_file.dump_in_steps(self.flow)


def copy_nodes(document: CampaignDocument, node_ids: Iterable[str]) -> Clip:
    """Copy components as they are. Raises `NotCopied` where nothing of them can be.

    An AB Test takes its Test Target along. A Test Target without its AB Test, and Start, stay behind.
    """
    asked = set(node_ids)
    target_of = targets_by_test(document)
    chosen = {node_id for node_id in asked if document.node(node_id).kind not in (AB_TARGET, START.kind)}
    chosen |= {target_of[node_id] for node_id in chosen & target_of.keys()}
    if not chosen:
        raise NotCopied(_why_nothing(asked))
    flow = _part(document, chosen)
    if not _is_sound(flow):
        raise NotCopied(Message("This part breaks a rule itself. Solve its problems first."))
    return Clip(flow)


def copy_behind(document: CampaignDocument, node_id: str) -> Clip:
    """Copy a component with everything behind it; inside an AB Test, up to its Test Target. `NotCopied`."""
    return copy_nodes(document, behind(document, node_id) or {node_id})


def behind(document: CampaignDocument, node_id: str) -> set[str]:
    """What is copied together with a component and everything behind it."""
    found = reachable(document, [node_id])
    outer = {target for test, target in targets_by_test(document).items() if test not in found}
    return reachable(document, [node_id], without=outer)


def parse(data: bytes) -> Clip:
    """Read a clip that may come from anybody. Raises `FileError` or `NotCopied` where it is none."""
    read = campaign_file.parse(data, _CLIPBOARD)
    links = {id: link for id, link in read.links.items() if link.source != START_ID}
    flow = _campaign(read.nodes, links, read.layout)
    if not flow.nodes or not _is_sound(flow):
        raise NotCopied(Message("What lies in the clipboard is damaged. Copy it again."))
    return Clip(flow)


def _why_nothing(asked: AbstractSet[str]) -> Message:
    if asked == {START_ID}:
        return Message("Start is part of every campaign and cannot be copied.")
    if asked:
        return Message("The Test Target belongs to its AB Test. Copy the AB Test to copy both.")
    return Message("Select what to copy first.")


def _part(document: CampaignDocument, chosen: AbstractSet[str]) -> CampaignDocument:
    """The chosen components as a campaign of their own, placed as they are."""
    nodes = {node_id: document.nodes[node_id] for node_id in sorted(chosen)}
    layout = {node_id: document.layout[node_id] for node_id in sorted(chosen & document.layout.keys())}
    links = _inner_links(document, chosen)
    while True:
        flow = _campaign(nodes, links, layout)
        scopes = Scopes(flow)
        across = [
            id for id, link in links.items() if link.target and scopes.crosses(link.source, link.target)
        ]
        if not across:
            return flow
        for link_id in across:  # lines into the rest of a branch whose beginning stays behind
            links[link_id] = links[link_id].model_copy(update={"target": None})
        links = _each_once(links)


def _inner_links(document: CampaignDocument, chosen: AbstractSet[str]) -> dict[str, Link]:
    """The lines that leave the chosen ones. Those that lead out open, or join the Test Target around them."""
    scopes = Scopes(document)
    links: dict[str, Link] = {}
    for node_id in sorted(chosen):
        around = scopes.behind(node_id)
        for link_id in document.out_links(node_id):
            link = document.links[link_id]
            if link.target is not None and link.target not in chosen:
                link = link.model_copy(update={"target": around if around in chosen else None})
            links[link_id] = link
    return _each_once(links)


def _each_once(links: Mapping[str, Link]) -> dict[str, Link]:
    """Without lines that would lead twice from a port to the same place, or leave it open twice."""
    ways: dict[tuple[str, str, str | None], str] = {}
    for id, link in links.items():
        ways.setdefault((link.source, link.port, link.target), id)
    kept = set(ways.values())
    return {id: link for id, link in links.items() if id in kept}


def _campaign(
    nodes: Mapping[str, Node], links: Mapping[str, Link], layout: Mapping[str, Point]
) -> CampaignDocument:
    return CampaignDocument(Attributes(id="clip", name="Clip"), nodes, links, layout=layout)


def _is_sound(flow: CampaignDocument) -> bool:
    """Whether what a paste does not look at again holds inside the part: lines, placement, AB Tests."""
    target_of = targets_by_test(flow)
    tests = {node_id for node_id, node in flow.nodes.items() if node.kind == AB_TEST}
    targets = [node_id for node_id, node in flow.nodes.items() if node.kind == AB_TARGET]
    if target_of.keys() != tests or len(targets) != len(tests) or cyclic_nodes(flow):
        return False
    if any(target not in reachable(flow, [test]) for test, target in target_of.items()):
        return False
    scopes = Scopes(flow)
    return len(_each_once(flow.links)) == len(flow.links) and all(
        link.target is None or _fits(flow, scopes, link.source, link.target) for link in flow.links.values()
    )


def _fits(flow: CampaignDocument, scopes: Scopes, source: str, target: str) -> bool:
    if target == START_ID or scopes.crosses(source, target):
        return False
    return bool(component(flow.node(target).kind).placement.follows(component(flow.node(source).kind)))
