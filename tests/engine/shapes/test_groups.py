"""Groups with percentages."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from engine.shapes.groups import PercentGroup, PercentGroups, next_id

GROUPS: TypeAdapter[tuple[PercentGroup, ...]] = TypeAdapter(PercentGroups)


def groups(*percents: Any) -> list[dict[str, Any]]:
    return [{"id": f"g_{n}", "name": f"G{n}", "percent": percent} for n, percent in enumerate(percents)]


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=29))
def test_tenths_of_a_percent_sum_exactly(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), 1000]
    tenths = [high - low for low, high in pairwise(edges)]
    parsed = GROUPS.validate_python(groups(*(tenth / 10 for tenth in tenths)))
    assert [group.tenths for group in parsed] == tenths
    off = tenths[-1] + (1 if tenths[-1] < 1000 else -1)
    wrong = groups(*(tenth / 10 for tenth in (*tenths[:-1], off)))
    with pytest.raises(ValidationError) as error:
        GROUPS.validate_python(wrong)
    assert error.value.errors()[0]["ctx"]["code"] == "percent_sum"


def test_a_whole_percentage_is_written_without_a_point() -> None:
    parsed = GROUPS.validate_python(groups(33.5, 66.5)) + GROUPS.validate_python(groups(50.0, 50))
    assert [repr(group.model_dump(mode="json")["percent"]) for group in parsed] == [
        "33.5",
        "66.5",
        "50",
        "50",
    ]


@pytest.mark.parametrize(
    "percent", [True, "50", None, -1, 101, 33.33, 1e300, 10**400, float("inf"), float("nan"), [50]]
)
def test_what_is_no_percentage(percent: object) -> None:
    with pytest.raises(ValidationError):
        PercentGroup.model_validate({"id": "g_1", "name": "A", "percent": percent})


def test_ids_are_distinct() -> None:
    twice = groups(50, 50)
    twice[1]["id"] = twice[0]["id"]
    with pytest.raises(ValidationError):
        GROUPS.validate_python(twice)


def test_a_new_group_gets_a_free_id() -> None:
    assert next_id([]) == "g_1"
    assert next_id(["g_1", "g_3"]) == "g_2"
