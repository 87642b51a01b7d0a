"""Taking one component out of the flow, with the gap closed."""

from __future__ import annotations

import pytest

from engine.campaign.edits import Refused, lost_without, take_out
from engine.campaign.model import START_ID
from tests.engine.campaign.building import chain, empty_campaign, open_end, run
from tests.engine.campaign.random_edits import assert_whole


def test_what_led_to_it_leads_on_and_the_gap_closes() -> None:
    document = empty_campaign()
    audience, wait, sms, end = chain(document, "target_audience", "wait_until", "text_sms", "end")
    place = document.layout[wait]
    assert run(document, take_out(document, wait)) == sms
    assert document.successors(audience) == [sms]
    assert document.layout[sms] == place
    assert document.successors(sms) == [end]
    assert_whole(document)


def test_the_first_branch_goes_on_and_what_only_others_lead_to_goes() -> None:
    document = empty_campaign()
    audience, groups = chain(document, "target_audience", "random_grouping")
    (sms,) = chain(document, "text_sms", source=groups)
    mail, end = chain(document, "email", "end", source=groups)
    assert lost_without(document, groups) == {mail, end}
    run(document, take_out(document, groups))
    assert document.successors(audience) == [sms]
    assert set(document.nodes) == {audience, sms}
    assert_whole(document)


def test_the_last_one_leaves_an_open_end() -> None:
    document = empty_campaign()
    audience, end = chain(document, "target_audience", "end")
    assert lost_without(document, end) == set()
    run(document, take_out(document, end))
    assert open_end(document, audience)


def test_nothing_takes_the_place_of_a_trigger_or_an_ab_test() -> None:
    document = empty_campaign()
    audience, test = chain(document, "target_audience", "ab_test")
    (target,) = document.successors(test)
    for node_id in (START_ID, audience, test, target):
        with pytest.raises(Refused):
            take_out(document, node_id)


def test_what_may_not_stand_behind_the_one_before_refuses() -> None:
    document = empty_campaign()
    _, sms, _judgment = chain(document, "target_audience", "text_sms", "result_judgment")
    with pytest.raises(Refused, match="touch"):
        take_out(document, sms)
