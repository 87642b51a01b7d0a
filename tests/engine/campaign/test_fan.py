"""The order of a card's lines, from top to bottom."""

from __future__ import annotations

import pytest

from engine.campaign.fan import fan_middle, fan_order


@pytest.mark.parametrize(
    ("ends", "order"),
    [
        ([], []),
        ([None, None], [0, 1]),
        ([(2, 0), (1, 0)], [1, 0]),
        ([(1, 0), (1, 0)], [0, 1]),
        ([None, (2, 0), None, (1, 0)], [0, 3, 1, 2]),
    ],
)
def test_lines_stand_in_the_order_of_what_they_lead_to(
    ends: list[tuple[float, float] | None], order: list[int]
) -> None:
    assert fan_order(ends) == order


def test_what_goes_straight_on_is_at_the_height_of_the_card() -> None:
    assert fan_middle(5, [1]) == 1
    assert fan_middle(5, [1, 2]) == 1.5
    assert fan_middle(4, []) == 1.5
