"""The smallest case that still fails, found by leaving things out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import partial
from typing import Any

from tests.engine.interpreter.case import Case
from tests.engine.random_cases.soundness import complaints

Path = tuple[str | int, ...]
"""The name of a field of the case, then keys and places inside it."""
ROWS = ("events", "ids", "tags", "results", "suppressed", "coupons")


def shrink(case: Case, fails: Callable[[Case], bool]) -> Case:
    """A smaller case for which `fails` holds, too, and which can still be published."""
    shrinker = _Shrinker(case, fails)
    while shrinker.shrinks():
        pass
    return shrinker.case


class _Shrinker:
    def __init__(self, case: Case, fails: Callable[[Case], bool]) -> None:
        self.case, self.fails = case, fails

    def shrinks(self) -> bool:
        """Try to leave out everything, once; whether anything could be."""
        before = self.case
        for id in sorted(self.case.campaign["links"]):
            self._attempt(_drop_link, id)
            while self._attempt(_skip, id):
                pass
        for id in sorted(self.case.campaign["nodes"]):
            self._attempt(_bypass, id)
        self._in_portions(_drop_people, _everybody)
        for name in ROWS:
            self._in_portions(_drop_places, partial(_places, (name,)))
        for id in self.case.members:
            self._in_portions(_drop_places, partial(_places, ("members", id)))
        for id in self.case.campaign["nodes"]:
            self._values(("campaign", "nodes", id, "config"))
        for name in ("settings", "audiences", "accounts", "messages"):
            self._values((name,))
        for name in ("start", "end"):
            self._attempt(_no_time, name)
        return self.case is not before

    def _attempt(self, change: Callable[..., None], *arguments: Any) -> bool:
        """Keep a change if the case then still fails."""
        smaller = deepcopy(self.case)
        try:
            change(smaller, *arguments)
        except (KeyError, IndexError):  # what it was about is gone already
            return False
        if smaller == self.case or complaints(smaller) or not self.fails(smaller):
            return False
        self.case = smaller
        return True

    def _in_portions(self, drop: Callable[..., None], of: Callable[[Case], list[Any]]) -> None:
        """Halves, quarters, …, single ones, from the end: what goes does not move what is still to come."""
        size = max(1, len(of(self.case)) // 2)
        while size:
            items = of(self.case)
            for start in reversed(range(0, len(items), size)):
                self._attempt(drop, items[start : start + size])
            size //= 2

    def _values(self, path: Path) -> None:
        try:
            inside = list(_paths(_at(self.case, path), path))
        except KeyError:  # the node is gone
            return
        for place in reversed(inside):
            self._attempt(_drop_value, place)


def _everybody(case: Case) -> list[str]:
    return list(dict.fromkeys([*(one.id for one in case.people), *(event.person for event in case.events)]))


def _at(case: Case, path: Path) -> Any:
    found = getattr(case, str(path[0]))
    for step in path[1:]:
        found = found[step]
    return found


def _places(path: Path, case: Case) -> list[Path]:
    return [(*path, place) for place in range(len(_at(case, path)))]


def _paths(tree: Any, above: Path) -> Iterator[Path]:
    """Every place inside a JSON value."""
    places = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in places:
        yield (*above, key)
        yield from _paths(value, (*above, key))


def _drop_value(case: Case, path: Path) -> None:
    del _at(case, path[:-1])[path[-1]]


def _drop_places(case: Case, places: list[Path]) -> None:
    for path in reversed(places):
        _drop_value(case, path)


def _no_time(case: Case, name: str) -> None:
    case.campaign[name] = None


def _drop_people(case: Case, people: list[str]) -> None:
    case.people = [person for person in case.people if person.id not in people]
    case.events = [event for event in case.events if event.person not in people]
    case.ids = [row for row in case.ids if row.person not in people]
    case.tags = [row for row in case.tags if row[0] not in people]
    case.results = [row for row in case.results if row["person_id"] not in people]
    for id, members in case.members.items():
        case.members[id] = [who for who in members if who not in people]


def _drop_link(case: Case, id: str) -> None:
    del case.campaign["links"][id]
    _tidy(case)


def _skip(case: Case, id: str) -> None:
    """Lead a link past the node that it leads to."""
    link = case.campaign["links"][id]
    link["to"] = _behind(case, link["to"])
    _tidy(case)


def _bypass(case: Case, node: str) -> None:
    """Lead every link past a node."""
    behind = _behind(case, node)
    for link in case.campaign["links"].values():
        if link["to"] == node:
            link["to"] = behind
    _tidy(case)


def _behind(case: Case, node: str) -> str:
    """Where a node's first link leads; an AB test's is that of its target. Raises `KeyError`."""
    nodes, links = case.campaign["nodes"], case.campaign["links"]
    if nodes[node]["kind"] == "ab_test":
        node = next(id for id, other in nodes.items() if other["config"].get("test") == node)
    targets = [link["to"] for _, link in sorted(links.items()) if link["from"] == node]
    if not targets:
        raise KeyError(node)
    return str(targets[0])


def _tidy(case: Case) -> None:
    """Take out what no link leads to, and what stands twice."""
    nodes, links = case.campaign["nodes"], case.campaign["links"]
    reached, pending = set[str](), ["n_start"]
    while pending:
        source = pending.pop()
        reached.add(source)
        pending += [
            link["to"] for link in links.values() if link["from"] == source if link["to"] not in reached
        ]
    seen: set[tuple[str, ...]] = set()
    for id, link in list(links.items()):
        place = (link["from"], link["port"], link["to"])
        if link["from"] not in reached or place in seen:
            del links[id]
        seen.add(place)
    for id in set(nodes) - reached:
        del nodes[id]
    case.results = [row for row in case.results if row["node"] in nodes]
