"""Questions about a document's shape: what is reachable, what goes in circles, what lies inside an AB test."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from engine.campaign.document import CampaignDocument
from engine.campaign.model import START_ID

AB_TEST = "ab_test"
AB_TARGET = "ab_target"


def trigger_of(document: CampaignDocument) -> str | None:
    """The id of the node directly behind Start."""
    behind = document.successors(START_ID)
    return behind[0] if behind else None


def reachable(document: CampaignDocument, roots: Iterable[str], without: Iterable[str] = ()) -> set[str]:
    """The roots and every node behind them, on paths that avoid the nodes of `without`."""
    return _walk(roots, document.successors, set(without))


def ancestors(document: CampaignDocument, node_id: str) -> set[str]:
    """The node and every node in front of it."""
    return _walk([node_id], document.predecessors, set())


def cyclic_nodes(document: CampaignDocument) -> set[str]:
    """Nodes on a cycle, or between two cycles: what is left when sources and sinks are peeled off."""
    left = {node_id for node_id, _ in document.all_nodes()}
    _peel(left, document.predecessors, document.successors)
    _peel(left, document.successors, document.predecessors)
    return left


def topological_order(document: CampaignDocument) -> list[str]:
    """Kahn's order, the smallest id first among those that are free. Nodes on or behind a cycle are left out."""
    from heapq import heapify, heappop, heappush

    waiting = {node_id: len(document.predecessors(node_id)) for node_id, _ in document.all_nodes()}
    free = [node_id for node_id, count in waiting.items() if count == 0]
    heapify(free)
    order: list[str] = []
    while free:
        node_id = heappop(free)
        order.append(node_id)
        for target in document.successors(node_id):
            waiting[target] -= 1
            if waiting[target] == 0:
                heappush(free, target)
    return order


def target_of_test(document: CampaignDocument, test_id: str) -> str | None:
    """The Test Target that belongs to an AB Test."""
    for node_id, node in document.nodes.items():
        if node.kind == AB_TARGET and node.config.get("test") == test_id:
            return node_id
    return None


def enclosing_target(document: CampaignDocument, node_id: str) -> str | None:
    """The Test Target of the innermost AB Test whose branches the node's outputs belong to, or None."""
    found: tuple[int, str] | None = None
    for test_id, node in document.nodes.items():
        if node.kind != AB_TEST or (target := target_of_test(document, test_id)) is None:
            continue
        inside = reachable(document, [test_id], without=[target])
        if node_id in inside and (found is None or len(inside) < found[0]):
            found = (len(inside), target)
    return found[1] if found else None


def _walk(roots: Iterable[str], step: Callable[[str], Iterable[str]], blocked: set[str]) -> set[str]:
    seen = {root for root in roots if root not in blocked}
    queue = deque(seen)
    while queue:
        for node_id in step(queue.popleft()):
            if node_id not in seen and node_id not in blocked:
                seen.add(node_id)
                queue.append(node_id)
    return seen


def _peel(left: set[str], inward: Callable[[str], list[str]], outward: Callable[[str], list[str]]) -> None:
    """Remove, again and again, the nodes of `left` that have no inward neighbour in it."""
    waiting = {node_id: sum(other in left for other in inward(node_id)) for node_id in left}
    free = [node_id for node_id, count in waiting.items() if count == 0]
    while free:
        node_id = free.pop()
        left.discard(node_id)
        for other in outward(node_id):
            if other in left:
                waiting[other] -= 1
                if waiting[other] == 0:
                    free.append(other)
