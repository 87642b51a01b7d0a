"""Which cards are near a place, as cards come, move and go."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.campaign.layout import CARD_HEIGHT, CARD_WIDTH, GRID
from engine.campaign.model import Point
from engine.campaign.places import Places

PLACES = st.builds(Point, st.integers(-600, 600), st.integers(-300, 300))
IDS = st.sampled_from("abcdef")
AT_FIRST = st.dictionaries(IDS, PLACES)
CHANGES = st.lists(st.tuples(IDS, st.none() | PLACES), max_size=12)


@given(at_first=AT_FIRST, changes=CHANGES, asked=PLACES)
def test_who_could_be_covered_is_near_and_who_went_is_not(
    at_first: dict[str, Point], changes: list[tuple[str, Point | None]], asked: Point
) -> None:
    places, held = Places(at_first), dict(at_first)
    for id, place in changes:
        if (before := held.pop(id, None)) is not None:
            places.remove(id, before)
        if place is not None:
            held[id] = place
            places.put(id, place)
    beside = {item for item in held.items() if abs(item[1].x - asked.x) < CARD_WIDTH}
    covered = {item for item in beside if abs(item[1].y - asked.y) < CARD_HEIGHT + GRID}
    assert covered <= set(places.near(asked)) <= held.items()
    assert beside <= set(places.above_and_below(asked.x)) <= held.items()


def test_what_is_far_away_is_not_looked_at() -> None:
    places = Places({"here": Point(0, 0), "below": Point(0, 2000), "behind": Point(2000, 0)})
    assert [id for id, _ in places.near(Point(10, 10))] == ["here"]
    assert {id for id, _ in places.above_and_below(10)} == {"here", "below"}
