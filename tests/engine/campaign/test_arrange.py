"""Cards in one line, and at even distances."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.campaign.document import CampaignDocument
from engine.campaign.edits import Direction, Edit, Refused, Side, align, distribute, move
from engine.campaign.layout import CARD_HEIGHT, CARD_WIDTH
from engine.campaign.model import START_ID, Point
from engine.campaign.ops import Table
from tests.engine.campaign.building import chain, empty_campaign

_SIDEWAYS = (Side.LEFT, Side.CENTRE, Side.RIGHT)


def scattered(*places: tuple[int, int]) -> tuple[CampaignDocument, list[str]]:
    """A chain of cards at these places."""
    document = empty_campaign()
    ids = chain(document, "target_audience", *["wait_until"] * (len(places) - 1))
    put = {id: Point(*place) for id, place in zip(ids, places, strict=True)}
    document.apply(move(document, put).ops)
    return document, ids


def places_after(document: CampaignDocument, edit: Edit, ids: list[str]) -> list[Point]:
    document.apply(edit.ops)
    return [document.layout[id] for id in ids]


@pytest.mark.parametrize(
    ("side", "expected"),
    [
        (Side.LEFT, [(100, 0), (100, 200), (100, 400)]),
        (Side.CENTRE, [(200, 0), (200, 200), (200, 400)]),
        (Side.RIGHT, [(300, 0), (300, 200), (300, 400)]),
        (Side.TOP, [(100, 0), (356, 0), (612, 0)]),
        (Side.MIDDLE, [(100, 200), (356, 200), (612, 200)]),
        (Side.BOTTOM, [(100, 400), (356, 400), (612, 400)]),
    ],
)
def test_cards_line_up_at_their_sides_or_middles(side: Side, expected: list[tuple[int, int]]) -> None:
    document, ids = scattered((100, 0), (300, 200), (180, 400))
    found = places_after(document, align(document, ids, side), ids)
    assert sorted(found) == expected


def test_steps_have_words() -> None:
    document, ids = scattered((0, 0), (300, 96), (700, 400))
    assert str(align(document, ids, Side.LEFT).label) == "Align left edges"
    assert str(distribute(document, ids, Direction.DOWN).label) == "Distribute vertically"


def test_cards_of_one_row_become_a_column_and_not_a_pile() -> None:
    document, ids = scattered((256, 0), (512, 0), (768, 8))
    assert places_after(document, align(document, ids, Side.LEFT), ids) == [(256, 0), (256, 96), (256, 192)]


def test_aligned_cards_stand_beside_those_that_are_not_among_them() -> None:
    document, ids = scattered((200, 0), (600, 200), (640, 0), (880, 0))
    after = places_after(document, align(document, ids[:2], Side.TOP), ids)
    assert after[2:] == [(640, 0), (880, 0)]
    assert after[:2] == [(200, 0), (880 + CARD_WIDTH + 64, 0)], "there is no room between the two"


def test_start_stays_and_the_others_come_to_it() -> None:
    document, ids = scattered((160, 40), (500, 300))
    after = places_after(document, align(document, [START_ID, *ids], Side.MIDDLE), ids)
    assert after == [(160, 0), (500, 0)]
    assert START_ID not in document.layout
    after = places_after(document, align(document, [START_ID, ids[0]], Side.CENTRE), ids)
    assert after == [((96 - CARD_WIDTH) // 2, 96), (500, 0)]


def test_distances_become_even_between_the_outermost_cards() -> None:
    document, ids = scattered((200, 0), (1000, 0), (450, 50))
    after = places_after(document, distribute(document, ids, Direction.ACROSS), ids)
    assert after == [(200, 0), (1000, 0), (600, 50)]


def test_start_takes_part_in_a_distribution_only_at_an_end() -> None:
    document, ids = scattered((500, 0), (720, 0))
    after = places_after(document, distribute(document, [START_ID, *ids], Direction.ACROSS), ids)
    assert after == [(312, 0), (720, 0)], "96 wide, then 216 of room on either side"
    document, ids = scattered((-500, 0), (720, 0))
    with pytest.raises(Refused):
        distribute(document, [START_ID, *ids], Direction.ACROSS)


def test_too_few_are_refused() -> None:
    document, ids = scattered((0, 0), (300, 0))
    with pytest.raises(Refused):
        align(document, ids[:1], Side.LEFT)
    with pytest.raises(Refused):
        distribute(document, ids, Direction.DOWN)


_coordinates = st.integers(-120, 120).map(lambda step: 8 * step)
_places = st.lists(st.tuples(_coordinates, _coordinates), min_size=3, max_size=9)


@given(_places, st.sampled_from(Side), st.booleans())
def test_aligned_cards_are_in_line_lie_apart_and_keep_their_order(
    places: list[tuple[int, int]], side: Side, with_start: bool
) -> None:
    document, ids = scattered(*places)
    bystander = ids.pop() if len(ids) > 3 else None
    there = None if bystander is None else document.layout[bystander]
    edit = align(document, [START_ID, *ids] if with_start else ids, side)
    assert all(op.table is Table.LAYOUT and op.id != START_ID for op in edit.ops)
    after = places_after(document, edit, ids)
    axis = 0 if side in _SIDEWAYS else 1
    assert len({place[axis] for place in after}) == 1
    order = sorted(range(len(ids)), key=lambda at: (places[at][1 - axis], places[at][axis], ids[at]))
    starts = [after[index][1 - axis] for index in order]
    least = CARD_HEIGHT if axis == 0 else CARD_WIDTH
    assert all(later - earlier >= least for earlier, later in pairwise(starts))
    assert there is None or not any(
        abs(there.x - place.x) < CARD_WIDTH and abs(there.y - place.y) < CARD_HEIGHT for place in after
    )


@given(_places, st.sampled_from(Direction), st.randoms())
def test_distributed_cards_lie_evenly_and_only_along_the_direction(
    places: list[tuple[int, int]], direction: Direction, choose: random.Random
) -> None:
    document, ids = scattered(*places)
    edit = distribute(document, choose.sample(ids, len(ids)), direction)
    after = places_after(document, edit, ids)
    axis = 0 if direction is Direction.ACROSS else 1
    assert [place[1 - axis] for place in after] == [place[1 - axis] for place in places]
    before = sorted(place[axis] for place in places)
    along = sorted(place[axis] for place in after)
    assert (along[0], along[-1]) == (before[0], before[-1])
    steps = [later - earlier for earlier, later in pairwise(along)]
    assert max(steps) - min(steps) <= 1
