"""What belongs together in the structure of two changed campaigns: components that came or went or have other
branches, and lines that lead elsewhere. Each group is taken from one side, or put together, as a whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from engine.campaign.document import CampaignDocument
from engine.campaign.graph import AB_TARGET
from engine.campaign.merging.values import merged_configs, merged_value
from engine.campaign.model import Link, Node

Key = tuple[str, ...]


class Sides(NamedTuple):
    """The common state, and what became of it."""

    base: CampaignDocument
    ours: CampaignDocument
    theirs: CampaignDocument


class Group(NamedTuple):
    """Ids of components and lines. `contested`: both sides changed the same in different ways."""

    nodes: tuple[str, ...]
    links: tuple[str, ...]
    contested: bool


def groups(sides: Sides) -> list[Group]:
    """All groups, in order of their ids."""
    nodes, links = _changed_nodes(sides), _changed_links(sides)
    sets = _Sets()
    for id in nodes:
        sets.join(("n", id), ("n", id))
        for document in sides:
            node = document.nodes.get(id)
            if (
                node is not None
                and node.kind == AB_TARGET
                and (test := str(node.config.get("test"))) in nodes
            ):
                sets.join(("n", id), ("n", test))
    for id, versions in links.items():
        for link in versions:
            sets.join(("l", id), ("p", link.source, link.port))
            for end in (link.source, link.target):
                if end in nodes:
                    sets.join(("l", id), ("n", str(end)))
    return [_group(sides, keys) for keys in sets.all()]


def _group(sides: Sides, keys: list[Key]) -> Group:
    nodes = tuple(sorted(key[1] for key in keys if key[0] == "n"))
    links = tuple(sorted(key[1] for key in keys if key[0] == "l"))
    contested = any(_node_contested(sides, id) for id in nodes)
    return Group(nodes, links, contested or any(_link_contested(sides, id) for id in links))


def _node_contested(sides: Sides, id: str) -> bool:
    base, ours, theirs = (document.nodes.get(id) for document in sides)
    if base is None or ours is None or theirs is None:
        return not merged_value(base, ours, theirs)[0]
    return bool(merged_configs(base, ours, theirs).contested)


def _link_contested(sides: Sides, id: str) -> bool:
    return not merged_value(*(document.links.get(id) for document in sides))[0]


def _changed_nodes(sides: Sides) -> set[str]:
    """Those that came, went, or have other branches."""
    return {
        id
        for id in {*sides.base.nodes, *sides.ours.nodes, *sides.theirs.nodes}
        if len({_shape(document.nodes.get(id)) for document in sides}) > 1
    }


def _shape(node: Node | None) -> tuple[str, ...] | None:
    return None if node is None else (node.kind, *(port.name for port in node.ports))


def _changed_links(sides: Sides) -> Mapping[str, set[Link]]:
    found: dict[str, set[Link]] = {}
    for id in {*sides.base.links, *sides.ours.links, *sides.theirs.links}:
        versions = [document.links.get(id) for document in sides]
        if any(link != versions[0] for link in versions):
            found[id] = {link for link in versions if link is not None}
    return found


class _Sets:
    """Union-find."""

    def __init__(self) -> None:
        self._above: dict[Key, Key] = {}

    def join(self, first: Key, second: Key) -> None:
        a, b = self._top(first), self._top(second)
        self._above[max(a, b)] = min(a, b)

    def all(self) -> Iterator[list[Key]]:
        members: dict[Key, list[Key]] = defaultdict(list)
        for key in sorted(self._above):
            members[self._top(key)].append(key)
        yield from (keys for _, keys in sorted(members.items()))

    def _top(self, key: Key) -> Key:
        top = key
        while (above := self._above.setdefault(top, top)) != top:
            top = above
        while key != top:
            self._above[key], key = top, self._above[key]
        return top
