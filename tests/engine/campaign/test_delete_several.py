"""Deleting several components at once."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.campaign.document import CampaignDocument
from engine.campaign.edits import (
    Refused,
    delete_behind,
    delete_notes,
    delete_several,
    doomed,
    doomed_together,
)
from engine.campaign.edits.edit import Draft
from engine.campaign.graph import Scopes, reachable, targets_by_test
from engine.campaign.model import START_ID
from engine.campaign.ops import inverse
from engine.i18n import Message
from tests.engine.campaign.building import chain, empty_campaign, open_end
from tests.engine.campaign.random_edits import assert_whole, random_edit, state


def test_what_two_lead_to_goes_when_both_go() -> None:
    document = empty_campaign()
    _, groups = chain(document, "target_audience", "random_grouping")
    (sms,) = chain(document, "text_sms", source=groups)
    (mail, end) = chain(document, "email", "end", source=groups)
    join = Draft(document)
    join.retarget(open_end(document, sms), end)
    document.apply(join.edit(Message("join")).ops)
    assert doomed(document, sms) == {sms}
    assert doomed(document, mail) == {mail}
    edit = delete_several(document, [sms, mail])
    assert str(edit.label) == "Delete 3 components"
    document.apply(edit.ops)
    assert {node.kind for node in document.nodes.values()} == {"target_audience", "random_grouping"}
    assert [document.links[id].target for id in document.out_links(groups)] == [None, None]


def test_start_is_refused_with_a_reason() -> None:
    document = empty_campaign()
    (audience,) = chain(document, "target_audience")
    with pytest.raises(Refused, match="Start cannot be deleted"):
        delete_several(document, [START_ID, audience])
    assert doomed_together(document, [START_ID, audience]) == {audience}
    assert doomed_together(document, [START_ID]) == set()


def test_a_test_target_is_refused_unless_its_test_goes() -> None:
    document = empty_campaign()
    audience, test, sms = chain(document, "target_audience", "ab_test", "text_sms")
    target = targets_by_test(document)[test]
    with pytest.raises(Refused, match="belongs to its AB Test"):
        delete_several(document, [target, sms])
    for together in ([test, target], [audience, target]):
        edit = delete_several(document, together)
        document.apply(edit.ops)
        assert target not in document.nodes
        document.apply(inverse(edit.ops))


def grown(choose: random.Random) -> CampaignDocument:
    """A random campaign without notes, some of whose lines were joined to others' targets."""
    document = empty_campaign()
    for _ in range(30):
        if (edit := random_edit(document, choose)) is not None:
            document.apply(edit.ops)
    ends = [id for id, node in document.nodes.items() if node.kind == "end"]
    opened = [id for id, link in document.links.items() if link.target is None and link.source != START_ID]
    draft, scopes = Draft(document), Scopes(document)
    led = {(link.source, link.port, link.target) for link in document.links.values()}
    for link_id in opened:
        if ends and choose.random() < 0.5:
            end, link = choose.choice(ends), document.links[link_id]
            twice = (link.source, link.port, end) in led  # no two lines of one branch lead to one component
            if not twice and not scopes.crosses(link.source, end):
                led.add((link.source, link.port, end))
                draft.retarget(link_id, end)
    document.apply(draft.edit(Message("join")).ops)
    document.apply(delete_notes(document, document.notes).ops)
    return document


@given(st.integers(0, 2**32))
def test_deleting_together_is_deleting_one_after_the_other(seed: int) -> None:
    choose = random.Random(seed)
    document = grown(choose)
    spared = set(targets_by_test(document).values())
    options = sorted(document.nodes.keys() - spared)
    if not options:
        return
    chosen = choose.sample(options, min(len(options), choose.randint(1, 5)))
    before = state(document)
    edit = delete_several(document, chosen)
    document.apply(edit.ops)
    assert_whole(document)
    together = set(document.nodes)
    assert not together & set(chosen)
    document.apply(inverse(edit.ops))
    assert state(document) == before
    for node_id in chosen:
        if node_id in document.nodes:
            document.apply(delete_behind(document, node_id).ops)
    assert set(document.nodes) == together


@given(st.integers(0, 2**32))
def test_nothing_that_another_way_reaches_goes(seed: int) -> None:
    choose = random.Random(seed)
    document = grown(choose)
    options = sorted(document.nodes)
    chosen = set(choose.sample(options, min(len(options), 3)))
    lost = doomed_together(document, chosen)
    tests = {target: test for test, target in targets_by_test(document).items()}
    still = reachable(document, [START_ID], without=lost)
    for node_id in lost:
        gone_with_test = tests.get(node_id) in lost
        behind = any(source in lost for source in document.predecessors(node_id))
        assert node_id in chosen or gone_with_test or (behind and node_id not in still)
