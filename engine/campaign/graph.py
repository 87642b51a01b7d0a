"""Questions about a document's shape: what is reachable, what is cyclic, what lies inside an AB Test."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet

from engine.campaign.document import CampaignDocument
from engine.campaign.model import START_ID
from engine.steps import Steps, finished

AB_TEST = "ab_test"
AB_TARGET = "ab_target"


def trigger_of(document: CampaignDocument) -> str | None:
    """The id of the node directly behind Start."""
    behind = document.successors(START_ID)
    return behind[0] if behind else None


def reachable(
    document: CampaignDocument,
    roots: Iterable[str],
    without: Iterable[str] = (),
    cut: AbstractSet[str] = frozenset(),
) -> set[str]:
    """The roots and every node behind them, on paths that avoid nodes (`without`) and links (`cut`)."""

    def behind(node_id: str) -> Iterator[str]:
        for link_id in document.out_links(node_id):
            target = document.links[link_id].target
            if target is not None and link_id not in cut:
                yield target

    return _walk(roots, behind if cut else document.targets, set(without))


def ancestors(document: CampaignDocument, node_id: str) -> set[str]:
    """The node and every node in front of it."""
    return _walk([node_id], document.predecessors, set())


def cyclic_nodes(document: CampaignDocument) -> set[str]:
    """Nodes on a cycle, or between two cycles: what is left when sources and sinks are peeled off."""
    return finished(cyclic_nodes_in_steps(document))


def cyclic_nodes_in_steps(document: CampaignDocument) -> Steps[set[str]]:
    """`cyclic_nodes`, found step by step; the document must not change meanwhile."""
    left = {node_id for node_id, _ in document.all_nodes()}
    yield from _peel(left, document.sources, document.targets)
    yield from _peel(left, document.targets, document.sources)
    return left


def topological_order(document: CampaignDocument) -> list[str]:
    """Kahn's order, the smallest id first among those that are free. No node on or behind a cycle."""
    return finished(topological_order_in_steps(document))


def topological_order_in_steps(document: CampaignDocument) -> Steps[list[str]]:
    """`topological_order`, step by step; the document must not change meanwhile."""
    from heapq import heapify, heappop, heappush

    waiting: dict[str, int] = {}
    for node_id, _ in document.all_nodes():
        waiting[node_id] = len(document.sources(node_id))
        yield
    free = [node_id for node_id, count in waiting.items() if count == 0]
    heapify(free)
    order: list[str] = []
    while free:
        node_id = heappop(free)
        order.append(node_id)
        for target in document.targets(node_id):
            waiting[target] -= 1
            if waiting[target] == 0:
                heappush(free, target)
        yield
    return order


def flow_order(document: CampaignDocument) -> list[str]:
    """As one reads the flow: what leads to a component comes before it, and branches in their shown order.

    Then, in order of ids, what does not hang behind Start.
    """
    done: list[str] = []  # from the ends back
    seen = {START_ID}
    path = [(START_ID, iter(reversed(document.successors(START_ID))))]
    while path:
        node_id, following = path[-1]
        target = next((one for one in following if one not in seen), None)
        if target is None:
            done.append(node_id)
            path.pop()
        else:
            seen.add(target)
            path.append((target, iter(reversed(document.successors(target)))))
    done.reverse()
    return [*done[1:], *sorted(document.nodes.keys() - seen)]


def targets_by_test(document: CampaignDocument) -> dict[str, str]:
    """AB Test id → the id of its Test Target."""
    return {
        str(node.config.get("test")): node_id
        for node_id, node in document.nodes.items()
        if node.kind == AB_TARGET
    }


def enclosing_targets(document: CampaignDocument) -> dict[str, str]:
    """For every node whose outputs lie inside an AB Test: the Test Target of the innermost one.

    The AB Test itself counts as inside, its Test Target as outside.
    """
    inner: dict[str, tuple[int, str]] = {}
    for test_id, target in targets_by_test(document).items():
        if test_id not in document.nodes:
            continue
        inside = reachable(document, [test_id], without=[target])
        for node_id in inside:
            if node_id not in inner or len(inside) < inner[node_id][0]:
                inner[node_id] = (len(inside), target)
    return {node_id: target for node_id, (_, target) in inner.items()}


class Scopes:
    """Which AB Test's branches each line of a document runs in, named by the Test Target; None: in none.

    A line keeps to one scope: it may leave an AB Test's branches only into its Test Target.
    """

    def __init__(self, document: CampaignDocument) -> None:
        self._enclosing = enclosing_targets(document)
        self._target_of = targets_by_test(document)
        self._targets = set(self._target_of.values())
        self._document = document

    def behind(self, node_id: str) -> str | None:
        """The scope that the node's outputs lie in."""
        return self._enclosing.get(node_id)

    def before(self, node_id: str) -> str | None:
        """The scope that lines into the node lie in."""
        if node_id in self._targets:
            return node_id
        if node_id not in self._target_of:
            return self._enclosing.get(node_id)
        outside = {self.behind(source) for source in self._document.predecessors(node_id)}
        return next(iter(outside)) if len(outside) == 1 else None

    def crosses(self, source: str, target: str) -> bool:
        """Whether a line between the two would run across the border of an AB Test."""
        return self.behind(source) != self.before(target)


def _walk(roots: Iterable[str], step: Callable[[str], Iterable[str]], blocked: set[str]) -> set[str]:
    seen = {root for root in roots if root not in blocked}
    queue = deque(seen)
    while queue:
        for node_id in step(queue.popleft()):
            if node_id not in seen and node_id not in blocked:
                seen.add(node_id)
                queue.append(node_id)
    return seen


def _peel(
    left: set[str], inward: Callable[[str], set[str]], outward: Callable[[str], set[str]]
) -> Iterator[None]:
    """Remove, again and again, the nodes of `left` that have no inward neighbour in it."""
    waiting: dict[str, int] = {}
    for node_id in left:
        waiting[node_id] = len(inward(node_id) & left)
        yield
    free = [node_id for node_id, count in waiting.items() if count == 0]
    while free:
        node_id = free.pop()
        left.discard(node_id)
        for other in outward(node_id):
            if other in left:
                waiting[other] -= 1
                if waiting[other] == 0:
                    free.append(other)
        yield
