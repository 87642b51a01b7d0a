"""Moving conditions in a tree: nothing is lost, and nothing is nested too deep."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.editors.condition_moves import Path, depth, grouped, join_of, members, moved, node_at, out, step
from engine.shapes.conditions import MAX_DEPTH

_LEAVES = st.integers(0, 9).map(lambda n: {"field": f"attr:{n}"})


def _group(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    joins = st.sampled_from(("all", "any"))
    return st.builds(lambda join, items: {join: items}, joins, st.lists(inner, min_size=1, max_size=3))


TREES = _group(st.recursive(_LEAVES, _group, max_leaves=8))


def leaf(name: str) -> dict[str, Any]:
    return {"field": name}


def paths(tree: dict[str, Any], here: Path = ()) -> list[Path]:
    found = [here]
    for index, one in enumerate(members(tree)):
        found += paths(one, (*here, index))
    return found


def leaves(tree: dict[str, Any]) -> Counter[str]:
    if join_of(tree) is None:
        return Counter([json.dumps(tree)])
    return sum((leaves(one) for one in members(tree)), Counter())


@given(tree=TREES, data=st.data())
def test_a_move_keeps_every_condition(tree: dict[str, Any], data: st.DataObject) -> None:
    source, group = (data.draw(st.sampled_from(paths(tree))) for _ in range(2))
    index = data.draw(st.integers(-1, 4))
    found = moved(tree, source, group, index)
    if found is None:
        return
    after, place = found
    assert leaves(after) == leaves(tree)
    assert node_at(after, place) == node_at(tree, source)
    assert all(members(node_at(after, one)) or join_of(node_at(after, one)) is None for one in paths(after))
    assert depth(after) <= max(depth(tree), MAX_DEPTH)


@given(tree=TREES, data=st.data())
def test_a_step_up_and_down_and_a_group_of_its_own_keep_every_condition(
    tree: dict[str, Any], data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from([one for one in paths(tree) if one]))
    for found in (step(tree, path, -1), step(tree, path, 1), out(tree, path), grouped(tree, path)):
        if found is not None:
            assert leaves(found[0]) == leaves(tree)
            assert node_at(found[0], found[1]) == node_at(tree, path)


def test_steps_lead_into_groups_and_out_of_them() -> None:
    a, b, c = leaf("a"), leaf("b"), leaf("c")
    tree: dict[str, Any] = {"all": [a, {"any": [b, c]}]}
    assert step(tree, (0,), 1) == ({"all": [{"any": [a, b, c]}]}, (0, 0))
    assert step(tree, (1, 0), -1) == ({"all": [a, b, {"any": [c]}]}, (1,))
    assert out(tree, (1, 1)) == ({"all": [a, {"any": [b]}, c]}, (2,))
    assert step(tree, (0,), -1) is None
    assert grouped(tree, (0,)) == ({"all": [{"any": [a]}, {"any": [b, c]}]}, (0, 0))
    assert moved(tree, (1,), (1,), 0) is None
    assert moved({"all": [{"any": [b]}, a]}, (0, 0), (), 2) == ({"all": [a, b]}, (1,))
