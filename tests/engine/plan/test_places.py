"""How campaigns are cut: joins, fan-outs, readers behind writers, and never too many paths."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from engine.components.base import Component
from engine.components.registry import COMPONENTS
from engine.plan.graph import Flow, flow_of
from engine.plan.places import MAX_LENGTH, MAX_PATHS, Choice, Decision, Layout, Stage, layout_of
from tests.engine.run.drafting import EVERYBODY, WAIT, Links, Nodes, bundle

WHO = ("target_audience", EVERYBODY)
END: tuple[str, dict[str, Any]] = ("end", {})


def flow(nodes: Nodes, links: Links) -> Flow:
    return flow_of(bundle(nodes, links).campaign, {id: n for n, id in enumerate(sorted(nodes), start=1)})


def heads(layout: Layout) -> list[tuple[str, Stage]]:
    return [(place.node.id, place.stage) for place in layout.places]


def deepest(tree: Decision) -> int:
    if not isinstance(tree, Choice):
        return 0
    return 1 + max(deepest(tree.otherwise), *(deepest(decision) for _, decision in tree.tests))


def gold(other: bool = True) -> dict[str, Any]:
    condition = {"field": "tag:level", "op": "is", "value": ["Gold"]}
    return {"groups": [{"id": "g_1", "name": "Gold", "condition": condition}], "other": other}


def halves() -> dict[str, Any]:
    return {"groups": [{"id": f"g_{n}", "name": f"Half {n}", "percent": 50} for n in (1, 2)]}


SET_GOLD = {"assignments": [{"tag": "level", "value": "Gold"}]}


def test_a_linear_campaign_is_cut_at_its_holding_nodes_only() -> None:
    nodes: Nodes = {"a": WHO, "b": ("tag", SET_GOLD), "c": ("wait_until", WAIT), "d": END}
    layout = layout_of(flow(nodes, ["a out b", "b out c", "c out d"]))
    assert heads(layout) == [("a", Stage.ENTER), ("c", Stage.RELEASE)]
    assert [len(place.paths) for place in layout.places] == [1, 1]
    assert not layout.influence.in_order


def test_branches_of_a_split_may_come_together_without_a_join() -> None:
    nodes: Nodes = {"a": WHO, "b": ("random_grouping", halves()), "c": ("tag", SET_GOLD), "d": END}
    layout = layout_of(flow(nodes, ["a out b", "b group:g_1 c", "b group:g_2 d", "c out d"]))
    assert layout.flow.joins == frozenset()
    assert heads(layout) == [("a", Stage.ENTER)]


def test_branches_of_a_fan_out_meet_at_a_join() -> None:
    nodes: Nodes = {"a": WHO, "b": ("wait_until", WAIT), "c": ("tag", SET_GOLD), "d": END, "e": END}
    layout = layout_of(flow(nodes, ["a out b", "a out c", "b out d", "c out d", "a out e"]))
    assert layout.flow.joins == {"d"}
    assert heads(layout) == [
        ("a", Stage.ENTER), ("b", Stage.RELEASE), ("c", Stage.CUT), ("d", Stage.CUT),
    ]  # fmt: skip
    merged = [path for path in layout.places[3].paths if path.merged]
    assert len(merged) == len(layout.flow.into["d"]) == 2


def test_who_reads_what_an_earlier_node_writes_begins_a_place() -> None:
    nodes: Nodes = {"a": WHO, "b": ("tag", SET_GOLD), "c": ("tag_judgment", gold()), "d": END, "e": END}
    layout = layout_of(flow(nodes, ["a out b", "b out c", "c group:g_1 d", "c other e"]))
    assert heads(layout) == [("a", Stage.ENTER), ("c", Stage.CUT)]
    assert not layout.influence.in_order


def test_branches_that_write_and_read_a_tag_run_in_order_of_time() -> None:
    nodes: Nodes = {
        "a": WHO,
        "b": ("tag", SET_GOLD),
        "c": ("tag_judgment", gold()),
        "d": END,
        "e": END,
        "f": END,
    }
    layout = layout_of(flow(nodes, ["a out b", "a out c", "b out d", "c group:g_1 e", "c other e"]))
    assert layout.influence.in_order
    assert {"b", "c"} <= layout.influence.cuts


def test_a_place_never_has_more_paths_than_allowed_nor_deeper_choices() -> None:
    nodes: dict[str, tuple[str, dict[str, Any]]] = {"a": WHO}
    links = ["a out b00"]
    for n in range(60):  # sixty splits in a row, each of whose branches comes together again: 2^60 ways
        nodes[f"b{n:02d}"] = ("random_grouping", halves())
        links += [f"b{n:02d} group:g_{group} b{n + 1:02d}" for group in (1, 2)]
    nodes["b60"] = END
    layout = layout_of(flow(nodes, links))
    assert max(len(place.paths) for place in layout.places) <= MAX_PATHS
    assert max(deepest(place.tree) for place in layout.places) <= 8
    assert len(layout.places) < 30


def test_a_long_row_of_touches_is_cut_into_places_that_one_wave_can_run() -> None:
    nodes: dict[str, tuple[str, dict[str, Any]]] = {"a": WHO, "z": END}
    row = [f"b{n:04d}" for n in range(1_500)]
    nodes |= {id: ("tag", {"assignments": [{"tag": id, "value": "x"}]}) for id in row}
    links = [f"{one} out {other}" for one, other in pairwise(["a", *row, "z"])]
    layout = layout_of(flow(nodes, links))
    assert max(len(path.effects) for path in layout.paths) <= MAX_LENGTH
    assert [id for path in layout.paths for id in path.effects] == row


def test_every_kind_but_start_says_what_it_does() -> None:
    silent = {kind for kind, one in COMPONENTS.items() if type(one).behaviour is Component.behaviour}
    assert silent == {"start"}
