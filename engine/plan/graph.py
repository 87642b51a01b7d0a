"""The campaign's graph as the plan sees it: order, joins, fan-outs, and which nodes one entry may run side by
side.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import networkx as nx

from engine.campaign.document import CampaignDocument
from engine.campaign.model import START_ID
from engine.campaign.stay import ExitRule
from engine.components.behaviour import (
    Behaviour,
    EnterAudiences,
    EnterOnEvent,
    Finish,
    Hold,
    JudgeEvents,
    JudgeGoal,
    JudgeResult,
    Send,
    Split,
)
from engine.components.registry import component
from engine.i18n import N_, Message

HOLDERS = (Hold, JudgeEvents, JudgeGoal, JudgeResult)


class NotRunnable(Exception):  # noqa: N818 - an answer, not a defect
    """The campaign cannot be run; `messages` say why, node by node."""

    def __init__(self, messages: Iterable[Message]) -> None:
        self.messages = tuple(messages)
        super().__init__(*self.messages)

    def __str__(self) -> str:
        return "\n".join(str(message) for message in self.messages)


@dataclass(frozen=True, slots=True)
class Edge:
    """A link that people take. `via`: its rank among the links into its target, in the order of arrival at
    one instant (components, rule 13): by the topological order of the source, then by port."""

    link: str
    source: str
    port: str
    target: str
    via: int


@dataclass(frozen=True, slots=True)
class FlowNode:
    """A node. `order`: its place in the sweep of an instant; `number`: what stands for it in the database.

    mailed: what it sends is handed to a real provider by the sending loop, after the wave.
    """

    id: str
    number: int
    order: int
    kind: str
    behaviour: Behaviour
    ports: tuple[str, ...]
    mailed: bool = False

    @property
    def holds(self) -> bool:
        """Whether people stop here; at a test that ends only until those before them have been counted."""
        if isinstance(self.behaviour, Split):
            return self.behaviour.end is not None
        return isinstance(self.behaviour, HOLDERS)

    @property
    def ends(self) -> bool:
        return isinstance(self.behaviour, Finish)


class Flow:
    """The graph.

    Attributes:
        nodes: id → node, in topological order (Kahn's, smallest id first).
        out: (node id, port) → the links that leave there.
        into: node id → the links that enter, in order of `via`.
        trigger: the node where people enter. entrance: the link from Start to it.
        joins: nodes where two branches of one entry can meet.
        fan_targets: nodes directly behind a port with several links.
        exits: what lets people leave wherever they wait.
    """

    def __init__(
        self,
        nodes: Mapping[str, FlowNode],
        edges: Iterable[Edge],
        trigger: str,
        entrance: str,
        exits: tuple[ExitRule, ...] = (),
    ) -> None:
        self.nodes = nodes
        self.exits = exits
        self.entrance = entrance
        self.trigger = nodes[trigger]
        self.out: dict[tuple[str, str], list[Edge]] = {}
        self.into: dict[str, list[Edge]] = {id: [] for id in nodes}
        for edge in edges:
            self.out.setdefault((edge.source, edge.port), []).append(edge)
            self.into[edge.target].append(edge)
        for entering in self.into.values():
            entering.sort(key=lambda edge: edge.via)
        self._bit = {
            edge.link: 1 << index for index, edge in enumerate(e for es in self.into.values() for e in es)
        }
        self._reach = self._links_ahead()
        fans = [edges for edges in self.out.values() if len(edges) > 1]
        self.fan_targets = frozenset(edge.target for edges in fans for edge in edges)
        self._pairs = [
            (self._from(first), self._from(second))
            for edges in fans
            for first, second in combinations(edges, 2)
        ]
        self.joins = frozenset(id for id, entering in self.into.items() if self._can_meet(entering))

    def concurrent(self, one: str, other: str) -> bool:
        """Whether one entry may be at both nodes side by side, on different branches of a fan-out."""
        a, b = (sum(self._bit[edge.link] for edge in self.into[id]) for id in (one, other))
        return any((a & x and b & y) or (a & y and b & x) for x, y in self._pairs)

    def leads_to(self, one: str, other: str) -> bool:
        """Whether people go on from `one` to `other`."""
        return any(self._reach[one] & self._bit[edge.link] for edge in self.into[other])

    @property
    def fans_out(self) -> bool:
        return bool(self._pairs)

    @property
    def recurs(self) -> bool:
        """Whether people enter in several cycles."""
        trigger = self.trigger.behaviour
        return isinstance(trigger, EnterAudiences) and trigger.every is not None

    @property
    def several_entries(self) -> bool:
        """Whether one person may be inside with several entries."""
        trigger = self.trigger.behaviour
        return self.recurs or (isinstance(trigger, EnterOnEvent) and trigger.re_entry != "once")

    def awaits_provider(self, node: FlowNode) -> bool:
        """Whether people wait at the node for what a real provider says."""
        if not isinstance(node.behaviour, JudgeResult):
            return False
        return any(touch.mailed for touch in self.touches_before(node.id))

    def touches_before(self, node: str) -> list[FlowNode]:
        """The nodes directly in front, in order of `via`; one with several links stands there for each."""
        return [self.nodes[edge.source] for edge in self.into[node]]

    def _links_ahead(self) -> dict[str, int]:
        reach: dict[str, int] = {}
        for node in reversed(list(self.nodes.values())):
            reach[node.id] = 0
            for port in node.ports:
                for edge in self.out.get((node.id, port), ()):
                    reach[node.id] |= self._bit[edge.link] | reach[edge.target]
        return reach

    def _from(self, edge: Edge) -> int:
        return self._bit[edge.link] | self._reach[edge.target]

    def _can_meet(self, entering: list[Edge]) -> bool:
        if len(entering) < 2:
            return False
        mine = sum(self._bit[edge.link] for edge in entering)
        for one, other in self._pairs:
            a, b = one & mine, other & mine
            if a and b and (a | b).bit_count() > 1:
                return True
        return False


def flow_of(
    document: CampaignDocument,
    numbers: Mapping[str, int],
    real_accounts: Collection[str] = (),
    chances: Mapping[str, int] | None = None,
) -> Flow:
    """The graph behind Start. `numbers`: node id → number in the database. `real_accounts`: ids of those
    whose messages the sending loop takes. `chances`: in a rehearsal, judgments of events that are left to
    chance → how many of 10,000 do what they ask.

    Raises `NotRunnable` for what is not configured and for shapes that cannot be run.
    """
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(document.nodes)
    for link in document.links.values():
        if link.source != START_ID and link.target is not None:
            graph.add_edge(link.source, link.target)
    starts = document.successors(START_ID)
    if len(starts) != 1:
        raise NotRunnable([Message(N_("The campaign needs exactly one trigger directly after Start."))])
    reached = {starts[0], *nx.descendants(graph, starts[0])}
    try:
        order = [id for id in nx.lexicographical_topological_sort(graph, key=str) if id in reached]
    except nx.NetworkXUnfeasible:
        raise NotRunnable([Message(N_("The campaign has a cycle."))]) from None
    nodes = _nodes(document, order, numbers, real_accounts, chances or {})
    if not isinstance(nodes[starts[0]].behaviour, EnterAudiences | EnterOnEvent):
        raise NotRunnable([Message(N_("The campaign needs exactly one trigger directly after Start."))])
    entrance, exits = document.out_links(START_ID)[0], document.attributes.exits
    return Flow(nodes, _edges(document, nodes), starts[0], entrance, exits)


def _nodes(
    document: CampaignDocument,
    order: list[str],
    numbers: Mapping[str, int],
    real_accounts: Collection[str],
    chances: Mapping[str, int],
) -> dict[str, FlowNode]:
    nodes: dict[str, FlowNode] = {}
    problems: list[Message] = []
    for rank, id in enumerate(order):
        node = document.nodes[id]
        kind = component(node.kind)
        config = node.parsed.config
        if config is None:
            problems.append(Message(N_("“{name}” is not configured."), name=node.name))
            continue
        ports = tuple(port.name for port in node.ports)
        behaviour = kind.behaviour(config)
        if id in chances:
            behaviour = _left_to_chance(behaviour, chances[id])
        mailed = isinstance(behaviour, Send) and behaviour.account in real_accounts
        nodes[id] = FlowNode(id, numbers[id], rank, node.kind, behaviour, ports, mailed)
    if problems:
        raise NotRunnable(problems)
    return nodes


def _left_to_chance(behaviour: Behaviour, chance: int) -> Behaviour:
    """A judgment of events that chance decides, at its latest moment; anything else as it is."""
    if isinstance(behaviour, JudgeEvents):
        return replace(behaviour, early=False, chance=chance)
    return replace(behaviour, chance=chance) if isinstance(behaviour, JudgeGoal) else behaviour


def _edges(document: CampaignDocument, nodes: Mapping[str, FlowNode]) -> list[Edge]:
    entering: dict[str, list[tuple[int, int, str, str, str]]] = {}
    for id, link in document.links.items():
        if link.source not in nodes:
            continue
        source = nodes[link.source]
        if link.target is None:
            message = Message(N_("A branch of “{name}” leads nowhere."), name=document.nodes[source.id].name)
            raise NotRunnable([message])
        if link.port in source.ports:
            rank = (source.order, source.ports.index(link.port), id, source.id, link.port)
            entering.setdefault(link.target, []).append(rank)
    return [
        Edge(link, source, port, target, via)
        for target, ranks in entering.items()
        for via, (_, _, link, source, port) in enumerate(sorted(ranks))
    ]
