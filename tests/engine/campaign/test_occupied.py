"""Where a new card has room among those that stand already."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.campaign.layout import CARD_HEIGHT, CARD_WIDTH, ROW
from engine.campaign.model import Point
from engine.campaign.occupied import Occupied
from engine.campaign.places import Places

PLACES = st.builds(Point, st.integers(-300, 300), st.integers(-600, 600))


def occupied_by(taken: list[Point]) -> Occupied:
    return Occupied(Places({str(number): place for number, place in enumerate(taken)}))


def cover(one: Point, other: Point) -> bool:
    return abs(one.x - other.x) < CARD_WIDTH and abs(one.y - other.y) < CARD_HEIGHT


@given(taken=st.lists(PLACES, max_size=12), wanted=PLACES)
def test_a_new_card_covers_none_and_stands_no_higher_than_wanted(taken: list[Point], wanted: Point) -> None:
    place = occupied_by(taken).free_place(wanted)
    assert not [other for other in taken if cover(place, other)]
    assert place.x == wanted.x
    assert place.y >= wanted.y


@given(taken=st.lists(PLACES, max_size=12), wanted=st.lists(PLACES, min_size=1, max_size=4))
def test_several_cards_move_down_together_until_none_covers_another(
    taken: list[Point], wanted: list[Point]
) -> None:
    down = occupied_by(taken).room_for(wanted)
    moved = [Point(place.x, place.y + down) for place in wanted]
    assert not [(one, other) for one in moved for other in taken if cover(one, other)]


@pytest.mark.parametrize("above", [-CARD_HEIGHT + 1, 0, CARD_HEIGHT - 1])
def test_a_card_that_is_in_the_way_is_left_a_row_above(above: int) -> None:
    assert occupied_by([Point(0, above)]).free_place(Point(0, 0)) == Point(0, above + ROW)


def test_what_was_taken_since_counts_as_well() -> None:
    occupied = occupied_by([])
    occupied.take(Point(0, 0))
    first = occupied.free_place(Point(0, 0))
    occupied.take(first)
    assert [first, occupied.free_place(Point(0, 0))] == [Point(0, ROW), Point(0, 2 * ROW)]
