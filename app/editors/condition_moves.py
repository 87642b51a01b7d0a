"""Moving conditions in a tree, as plain JSON: into a group, out of it, up and down. Nothing is ever lost.

A place is a path of indices from the root group; the root is always a group here.
"""

from __future__ import annotations

from pydantic import JsonValue

from app.editors.base import RawObject, as_list, as_object
from engine.shapes.conditions import MAX_DEPTH

Path = tuple[int, ...]


def join_of(node: RawObject) -> str | None:
    """How the members of a group are joined; None for a leaf."""
    return next((key for key in ("all", "any") if key in node), None)


def members(node: RawObject) -> list[RawObject]:
    join = join_of(node)
    return [] if join is None else [as_object(one) for one in as_list(node[join])]


def node_at(tree: RawObject, path: Path) -> RawObject:
    """The leaf or group at a path."""
    for index in path:
        tree = members(tree)[index]
    return tree


def moved(tree: RawObject, source: Path, group: Path, index: int) -> tuple[RawObject, Path] | None:
    """The tree with the node at `source` as the member `index` of the group at `group`, and its new path.

    None where that cannot be: a group into itself, or deeper than conditions may be nested. A group that is
    left empty goes; the root stays.
    """
    if not source or group[: len(source)] == source:
        return None
    taken = node_at(tree, source)
    if join_of(node_at(tree, group)) is None or len(group) + 1 + depth(taken) > MAX_DEPTH:
        return None
    marked: RawObject = {"moved": taken}
    index = max(0, min(index, len(members(node_at(tree, group)))))
    tree = _inserted(tree, group, index, marked)
    tree = _without(tree, _shifted(source, group, index))
    tree = _pruned(tree)
    place = _find(tree, marked)
    assert place is not None
    return _replaced(tree, place, taken), place


def step(tree: RawObject, path: Path, by: int) -> tuple[RawObject, Path] | None:
    """Up (-1) or down (1): into the neighbour where it is a group, out of the group at its end."""
    parent, index = path[:-1], path[-1]
    siblings = members(node_at(tree, parent))
    other = index + by
    if 0 <= other < len(siblings):
        if join_of(siblings[other]) is not None:
            inside = len(members(siblings[other])) if by < 0 else 0
            found = moved(tree, path, (*parent, other), inside)
            if found is not None:
                return found
        return moved(tree, path, parent, other + (1 if by > 0 else 0))
    return out(tree, path, by)


def out(tree: RawObject, path: Path, by: int = 1) -> tuple[RawObject, Path] | None:
    """Out of its group, to stand before (-1) or behind (1) it; None at the root."""
    if len(path) < 2:
        return None
    group = path[:-1]
    return moved(tree, path, group[:-1], group[-1] + (1 if by > 0 else 0))


def grouped(tree: RawObject, path: Path) -> tuple[RawObject, Path] | None:
    """In a group of its own, joined the other way; None where it would be nested too deep."""
    taken = node_at(tree, path)
    if not path or len(path) + 1 + depth(taken) > MAX_DEPTH:
        return None
    outer = join_of(node_at(tree, path[:-1]))
    inner = "any" if outer == "all" else "all"
    return _replaced(tree, path, {inner: [taken]}), (*path, 0)


def depth(node: RawObject) -> int:
    """How many groups stand inside each other."""
    return 0 if join_of(node) is None else 1 + max((depth(one) for one in members(node)), default=0)


def _with_members(node: RawObject, new: list[RawObject]) -> RawObject:
    join = join_of(node)
    assert join is not None
    return {**node, join: list[JsonValue](new)}


def _replaced(tree: RawObject, path: Path, node: RawObject) -> RawObject:
    if not path:
        return node
    mine = members(tree)
    mine[path[0]] = _replaced(mine[path[0]], path[1:], node)
    return _with_members(tree, mine)


def _inserted(tree: RawObject, group: Path, index: int, node: RawObject) -> RawObject:
    mine = members(node_at(tree, group))
    mine.insert(index, node)
    return _replaced(tree, group, _with_members(node_at(tree, group), mine))


def _without(tree: RawObject, path: Path) -> RawObject:
    group = node_at(tree, path[:-1])
    mine = members(group)
    del mine[path[-1]]
    return _replaced(tree, path[:-1], _with_members(group, mine))


def _shifted(path: Path, group: Path, index: int) -> Path:
    """Where a node stands after another was inserted into a group."""
    at = len(group)
    if path[:at] == group and path[at] >= index:
        return (*group, path[at] + 1, *path[at + 1 :])
    return path


def _pruned(node: RawObject) -> RawObject:
    """Without groups that hold nothing."""
    if join_of(node) is None:
        return node
    mine = [_pruned(one) for one in members(node)]
    return _with_members(node, [one for one in mine if join_of(one) is None or members(one)])


def _find(tree: RawObject, wanted: RawObject) -> Path | None:
    """The path of the very node."""
    if tree == wanted:
        return ()
    for index, one in enumerate(members(tree)):
        if (found := _find(one, wanted)) is not None:
            return (index, *found)
    return None
