"""The funnel along a path of a campaign: how many came to each component, and what became of the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, Protocol


class Flow(NamedTuple):
    """People who went down a line."""

    link: str
    source: str
    port: str
    target: str
    n: int


class Way(Protocol):
    """People who went from a component to another, as `Flow` or a report over the wire has them."""

    @property
    def link(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def n(self) -> int: ...


class Visits(Protocol):
    """Visits of one component, as `engine.report.counts.NodeCounts` has them."""

    @property
    def arrived(self) -> int: ...
    @property
    def passed(self) -> int: ...
    @property
    def waiting(self) -> int: ...
    @property
    def left(self) -> int: ...
    @property
    def merged(self) -> int: ...
    @property
    def failed(self) -> int: ...
    @property
    def exited(self) -> int: ...


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """One component of a funnel.

    Attributes:
        came: people who came to it along the path. arrived: all who came to it, by any way.
        on: went on along the path. elsewhere: went on by another branch, or to the end where it is the last.
        waiting, left, merged, failed, exited: of those who arrived; `arrived` is the sum of all of these.
    """

    node: str
    came: int
    arrived: int
    on: int
    elsewhere: int
    waiting: int
    left: int
    merged: int
    failed: int
    exited: int


def funnel(path: Sequence[str], nodes: Mapping[str, Visits], flows: Iterable[Flow]) -> list[FunnelStep]:
    """The steps along a path of components, which need not be neighbours of each other in every version.

    Raises `KeyError` for a component that the campaign never had.
    """
    between: defaultdict[tuple[str, str], int] = defaultdict(int)
    for flow in flows:
        between[flow.source, flow.target] += flow.n
    steps = []
    for place, node in enumerate(path):
        seen = nodes[node]
        came = between[path[place - 1], node] if place else seen.arrived
        on = between[node, path[place + 1]] if place + 1 < len(path) else 0
        steps.append(
            FunnelStep(
                node, came, seen.arrived, on, seen.passed - on,
                seen.waiting, seen.left, seen.merged, seen.failed, seen.exited,
            )
        )  # fmt: skip
    return steps


def path_through(node: str, flows: Iterable[Way], via: Collection[str] = ()) -> list[str]:
    """The path that leads most people to a component, and that most take from there. via: see `main_path`."""
    known = list(flows)
    before: defaultdict[str, list[Way]] = defaultdict(list)
    for flow in known:
        before[flow.target].append(flow)
    path = [node]
    while choices := [flow for flow in before[path[0]] if flow.source not in path]:
        path.insert(0, _chosen(choices, via).source)
    return _onward(path, known, via)


def main_path(start: str, flows: Iterable[Way], via: Collection[str] = ()) -> list[str]:
    """From a component on, always down the line that most people went down; the first one of equals.

    via: lines that are taken wherever the path comes to one of them, however many went there.
    """
    return _onward([start], flows, via)


def _onward(path: list[str], flows: Iterable[Way], via: Collection[str]) -> list[str]:
    """A path, and what it leads to: to no component twice, though versions may lead in circles."""
    behind: defaultdict[str, list[Way]] = defaultdict(list)
    for flow in flows:
        behind[flow.source].append(flow)
    while choices := [flow for flow in behind[path[-1]] if flow.target not in path]:
        path.append(_chosen(choices, via).target)
    return path


def _chosen(choices: Sequence[Way], via: Collection[str]) -> Way:
    return max(choices, key=lambda flow: (flow.link in via, flow.n))


def leads(path: Sequence[str], flows: Iterable[Flow]) -> bool:
    """Whether lines lead along a path from each component to the next."""
    known = {(flow.source, flow.target) for flow in flows}
    return all(pair in known for pair in pairwise(path))
