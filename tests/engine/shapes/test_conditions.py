"""Condition trees: their form, limits, types and words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from engine.i18n import use_language
from engine.shapes.conditions import (
    MAX_DEPTH,
    MAX_LEAVES,
    MAX_VALUES,
    OPERATOR_LABELS,
    OPERATORS,
    Condition,
    ConditionTree,
    FieldType,
    Leaf,
    check_types,
    is_flat,
    leaves,
    words,
)

TREE: TypeAdapter[Condition] = TypeAdapter(ConditionTree)
LEAF = {"field": "tag:level", "op": "is", "value": ["VIP"]}
TYPES: dict[str, FieldType] = {
    "tag:level": "text",
    "tag:likes": "multi",
    "attr:age": "number",
    "attr:born": "time",
}
NOON = "2026-12-01T12:00:00+08:00"
MORNING = "2026-12-01T08:00:00+05:00"  # an hour earlier


def nested(depth: int) -> dict[str, Any]:
    tree: dict[str, Any] = LEAF
    for level in range(depth):
        tree = {"all" if level % 2 else "any": [tree]}
    return tree


def refused(raw: object) -> bool:
    try:
        TREE.validate_python(raw)
    except ValidationError:
        return True
    return False


def test_limits_of_depth_leaves_and_values() -> None:
    assert not refused(nested(MAX_DEPTH))
    assert refused(nested(MAX_DEPTH + 1))
    assert not refused({"all": [LEAF] * MAX_LEAVES})
    assert refused({"all": [LEAF] * (MAX_LEAVES + 1)})
    assert not refused({**LEAF, "value": ["x"] * MAX_VALUES})
    assert refused({**LEAF, "value": ["x"] * (MAX_VALUES + 1)})


@pytest.mark.parametrize(
    ("op", "good", "bad"),
    [
        ("is", ["VIP", ["a", "b"], ""], [None, [], 1, ["a", 1], {"a": 1}, "a\0", "\ud800"]),
        ("contains", ["x"], ["", ["x"], 1, None]),
        ("=", [1, -2.5, 10**30], [True, "1", [1], None, float("nan"), float("inf")]),
        ("has_any", [["a"], "a"], [[], 1, None]),
        ("before", [NOON], ["2026-12-01", 5, None, [NOON]]),
        (
            "between",
            [[1, 2.5], [2, 2], [NOON, NOON], [MORNING, NOON]],
            [[2, 1], [NOON, MORNING], [1], [1, "2"], [NOON, 5], ["a", "b"], 1, None],
        ),
        ("in_last", [{"amount": 3, "unit": "day"}], [3, {"amount": 0, "unit": "day"}, {"amount": 1}, None]),
        ("empty", [None], ["", 0, []]),
    ],
)
def test_each_operator_takes_its_own_values(op: str, good: list[object], bad: list[object]) -> None:
    assert [value for value in good if refused({"field": "f", "op": op, "value": value})] == []
    assert [value for value in bad if not refused({"field": "f", "op": op, "value": value})] == []


@pytest.mark.parametrize(
    "raw",
    [
        {"all": []},
        {"all": [LEAF], "any": [LEAF]},
        {"all": LEAF},
        {**LEAF, "extra": 1},
        {**LEAF, "op": "like"},
        {**LEAF, "field": ""},
        [LEAF],
        "tag:level",
        None,
    ],
)
def test_what_is_no_condition(raw: object) -> None:
    assert refused(raw)


def test_every_operator_of_a_type_is_named_and_readable() -> None:
    offered = {op for ops in OPERATORS.values() for op in ops}
    assert offered == set(OPERATOR_LABELS)
    assert all(str(words(sample(op))) for op in offered)


def sample(op: str) -> Leaf:
    values: dict[str, Any] = {"between": [1, 2], "empty": None, "not_empty": None}
    values |= dict.fromkeys(("=", "!=", ">", ">=", "<", "<="), 1)
    values |= dict.fromkeys(("before", "after"), NOON)
    values |= {name: {"amount": 1, "unit": "day"} for name in ("in_last", "not_in_last", "in_next")}
    return Leaf.model_validate({"field": "attr:x", "op": op, "value": values.get(op, "v")})


@pytest.mark.parametrize("field", TYPES)
def test_a_type_has_the_operators_of_its_row_and_no_others(field: str) -> None:
    for op in OPERATOR_LABELS:
        leaf = sample(op).model_copy(update={"field": field})
        if op == "between" and TYPES[field] == "time":
            leaf = leaf.model_copy(update={"value": [NOON, NOON]})
        errors = list(check_types(leaf, TYPES.get))
        assert bool(errors) == (op not in OPERATORS[TYPES[field]]), op


def test_type_errors_stand_at_their_leaf() -> None:
    tree = TREE.validate_python(
        {
            "all": [
                LEAF,
                {
                    "any": [
                        {"field": "attr:age", "op": "contains", "value": "x"},
                        {**LEAF, "field": "tag:gone"},
                    ]
                },
            ]
        }
    )
    found = [(error.field, error.code) for error in check_types(tree, TYPES.get)]
    assert found == [("all.1.any.0.op", "unconfigured"), ("all.1.any.1.field", "missing_reference")]


def test_a_between_of_numbers_does_not_fit_a_time() -> None:
    tree = TREE.validate_python({"field": "attr:born", "op": "between", "value": [1, 2]})
    assert [error.field for error in check_types(tree, TYPES.get)] == ["value"]


def test_values_are_exact() -> None:
    leaf = Leaf.model_validate({"field": "f", "op": "between", "value": [0.1, 10**20]})
    assert leaf.numbers == (Decimal("0.1"), Decimal(10**20))
    assert Leaf.model_validate({"field": "f", "op": "is", "value": "a"}).texts == ("a",)


def test_one_line_in_words() -> None:
    tree = {
        "all": [
            LEAF,
            {
                "any": [
                    {"field": "attr:city", "op": "is", "value": "Bonn"},
                    {"field": "n", "op": ">=", "value": 2},
                ]
            },
            {"field": "attr:born", "op": "in_last", "value": {"amount": 30, "unit": "day"}},
        ]
    }
    with use_language("en"):
        expected = "level is VIP and (city is Bonn or n ≥ 2) and born is in the last 30 days"
        assert str(words(TREE.validate_python(tree))) == expected
        many = {"field": "tag:a", "op": "is", "value": ["1", "2", "3", "4", "5"]}
        assert str(words(TREE.validate_python(many))) == "a is 1, 2, 3 and 2 more"


def test_braces_in_names_and_values_are_shown_as_they_are() -> None:
    assert "{x}" in str(words(TREE.validate_python({"field": "tag:{x}", "op": "is", "value": "{value}"})))


def test_flat_is_one_level() -> None:
    assert is_flat(TREE.validate_python(LEAF))
    assert is_flat(TREE.validate_python({"any": [LEAF, LEAF]}))
    assert not is_flat(TREE.validate_python(nested(2)))


trees = st.recursive(
    st.sampled_from(sorted(OPERATOR_LABELS)).map(lambda op: sample(op).model_dump(exclude_none=True)),
    lambda inner: st.tuples(st.sampled_from(("all", "any")), st.lists(inner, min_size=1, max_size=3)).map(
        lambda pair: {pair[0]: pair[1]}
    ),
    max_leaves=12,
)


@given(trees.filter(lambda raw: not refused(raw)))
def test_a_tree_is_written_as_it_was_read(raw: dict[str, Any]) -> None:
    tree = TREE.validate_python(raw)
    assert TREE.dump_python(tree, mode="json", by_alias=True, exclude_none=True) == raw
    for path, leaf in leaves(tree):
        place: Any = raw
        for part in path.split(".") if path else ():
            place = place[int(part)] if isinstance(place, list) else place[part]
        assert place["op"] == leaf.op


def test_the_largest_tree_has_words_too() -> None:
    """One after the other, its 200 leaves were nested deeper than Python calls, and the canvas with them."""
    leaf = {"field": "attr:city", "op": "is", "value": "Bonn"}
    line = str(words(TREE.validate_python({"any": [leaf] * MAX_LEAVES})))
    assert line.count("city is Bonn or ") == MAX_LEAVES - 1
