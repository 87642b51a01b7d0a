"""Walking through a campaign."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from engine.campaign.graph import flow_order, reachable
from engine.campaign.model import START_ID
from tests.engine.campaign.building import empty_campaign
from tests.engine.campaign.random_edits import RandomEdits


@given(st.integers(0, 2**32))
def test_what_leads_to_a_component_is_read_before_it(seed: int) -> None:
    document, edits = empty_campaign(), RandomEdits(random.Random(seed))
    for _ in range(12):
        edit = edits.draw(document)
        if edit is not None:
            document.apply(edit.ops)
    order = flow_order(document)
    assert sorted(order) == sorted(document.nodes)
    behind = reachable(document, [START_ID])
    place = {id: at for at, id in enumerate([START_ID, *order])}
    for link in document.links.values():
        if link.target is not None and link.source in behind:
            assert place[link.source] < place[link.target]
    assert all(id in behind for id in order[: len(behind) - 1]), "what hangs loose comes last"
