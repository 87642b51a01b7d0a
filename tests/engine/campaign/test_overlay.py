"""Two states of a campaign laid over each other."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.campaign import edits
from engine.campaign.differences import Change
from engine.campaign.layout import CARD_HEIGHT, CARD_WIDTH
from engine.campaign.overlay import overlaid
from tests.engine.campaign.building import chain, empty_campaign, link_between, run
from tests.engine.campaign.random_edits import random_edit


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32), steps=st.tuples(st.integers(0, 10), st.integers(0, 10)))
def test_both_states_are_in_it_and_what_was_removed_covers_nothing(seed: int, steps: tuple[int, int]) -> None:
    choose = random.Random(seed)
    common = empty_campaign()
    chain(common, "target_audience", "random_grouping")
    before, after = common.copy(), common.copy()
    for document, count in zip((before, after), steps, strict=True):
        for _ in range(count):
            if (edit := random_edit(document, choose)) is not None:
                document.apply(edit.ops)
    found = overlaid(before, after)
    assert found.document.nodes.keys() == before.nodes.keys() | after.nodes.keys()
    assert {id for id, change in found.nodes.items() if change is Change.REMOVED} == (
        before.nodes.keys() - after.nodes.keys()
    )
    assert after.links.items() <= found.document.links.items()
    places = found.document.layout
    removed = before.nodes.keys() - after.nodes.keys()
    for id in removed:
        for other in places.keys() - {id}:
            apart = places[id].x - places[other].x, places[id].y - places[other].y
            assert abs(apart[0]) >= CARD_WIDTH or abs(apart[1]) >= CARD_HEIGHT


def test_lines_that_came_and_went_are_told_apart() -> None:
    before = empty_campaign()
    trigger, tag, end = chain(before, "target_audience", "tag", "end")
    after = before.copy()
    wait = run(after, edits.insert(after, link_between(after, tag, end), "wait_until"))
    found = overlaid(before, after)
    assert found.nodes == {wait: Change.ADDED}
    ends = {
        (found.document.links[id].source, found.document.links[id].target): change
        for id, change in found.links.items()
    }
    assert ends == {(tag, wait): Change.ADDED, (wait, end): Change.ADDED, (tag, end): Change.REMOVED}
    assert trigger not in found.nodes
