"""Campaign tests: what they give is all that there is, and what they expect is held against what happens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.campaign import campaign_file
from engine.campaign.document import CampaignDocument
from engine.files import FileError, canonical
from engine.i18n import MessageError
from engine.run.campaign_tests.running import Line, TestRun, run_file
from engine.workspace.audience import AUDIENCE
from engine.workspace.workspace import Workspace
from tests.engine.shop import CAMPAIGN, campaign_path, make_shop

START = "2026-12-01T09:00:00+01:00"
ANN = {"person": "ann", "ids": {"mobile": "+491510000001"}, "attributes": {"city": "Rome"}}
BOB = {"person": "bob", "ids": {"mobile": "+491510000002"}, "attributes": {"city": "Oslo"}}
PATH = ["n_who", "n_sms", "n_end"]


@pytest.fixture
def shop(tmp_path: Path) -> Workspace:
    return make_shop(tmp_path / "shop")


def run(shop: Workspace, **fields: Any) -> TestRun:
    return run_file(written(shop, **fields), shop)


def written(shop: Workspace, **fields: Any) -> Path:
    test = {"format": "campaigntest", "version": 1, "campaign": CAMPAIGN, "from": START, **fields}
    path = campaign_path(shop).with_name("hello.campaigntest.json")
    path.write_bytes(canonical(test))
    return path


def test_who_is_given_takes_the_expected_path(shop: Workspace) -> None:
    expect = [
        {"person": "ann", "path": PATH, "messages": [{"node": "n_sms", "state": "sent", "text": "Hello!"}]},
        {"person": "bob", "path": [], "messages": []},
    ]
    done = run(shop, people=[ANN, BOB], expect=expect)
    assert done.passed
    assert [one.person for one in done.people] == ["ann", "bob"]


def test_another_path_is_told_with_expected_and_actual_beside_each_other(shop: Workspace) -> None:
    done = run(
        shop, people=[ANN, BOB], expect=[{"person": "bob", "path": PATH}, {"person": "ann", "path": PATH}]
    )
    bob, ann = done.people
    assert not done.passed
    assert ann.mismatches == ()
    (mismatch,) = bob.mismatches
    assert str(mismatch.what) == "Path"
    assert mismatch.lines[0] == Line("n_who Rome", "", False, "n_who")
    assert mismatch.node == "n_who"


def test_results_decide_what_becomes_of_messages(shop: Workspace) -> None:
    results = [{"person": "ann", "node": "n_sms", "result": "failed(blocked)", "after_seconds": 30}]

    def states(state: str) -> bool:
        expect = [{"person": "ann", "messages": [{"node": "n_sms", "state": state}]}]
        return run(shop, people=[ANN], results=results, expect=expect).passed

    assert [states(state) for state in ("failed", "failed(blocked)", "failed(other)", "sent")] == [
        True, True, False, False,
    ]  # fmt: skip


def test_an_address_can_be_missing_and_suppressed(shop: Workspace) -> None:
    missing = [{"person": "ann", "messages": [{"node": "n_sms", "state": "failed(no_id)"}]}]
    assert run(shop, people=[{**ANN, "ids": {}}], expect=missing).passed
    shop.save_message(shop.messages["m_hello"].model_copy(update={"sms_type": "promotional"}))
    doc = campaign_file.load(campaign_path(shop))
    sms = doc.nodes["n_sms"]
    marketing = sms.model_copy(update={"config": {**sms.config, "sms_type": "promotional"}})
    suppressed = [{"person": "ann", "messages": [{"node": "n_sms", "state": "skipped(suppressed)"}]}]
    file = written(shop, people=[{**ANN, "suppressed": ["mobile"]}], expect=suppressed)
    changed = CampaignDocument(doc.attributes, {**doc.nodes, "n_sms": marketing}, doc.links)
    assert run_file(file, shop, changed).passed


def test_a_list_has_the_members_that_the_test_gives_it(shop: Workspace) -> None:
    given = {
        "format": "audience",
        "version": 1,
        "id": "a_rome",
        "name": "Rome",
        "list": {"id_type": "mobile"},
    }
    shop.save_audience(AUDIENCE.parse(canonical(given), Path("x")))
    people = [{**BOB, "audiences": ["a_rome"]}, ANN]
    expect = [{"person": "bob", "path": PATH}, {"person": "ann", "path": []}]
    assert run(shop, people=people, expect=expect).passed


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"expect": [{"person": "eve", "path": []}]}, "eve"),
        ({"expect": [{"person": "ann", "path": ["n_gone"]}]}, "n_gone"),
        ({"expect": [{"person": "ann", "path": []}] * 2}, "twice"),
        ({"expect": []}, "expect"),
        ({"expect": [{"person": "ann"}], "campaign": "c_other"}, "c_other"),
        ({"expect": [{"person": "ann", "messages": [{"node": "n_sms", "state": "gone"}]}]}, "state"),
        (
            {"expect": [{"person": "ann"}], "events": [{"person": "eve", "event": "order", "time": START}]},
            "eve",
        ),
        ({"expect": [{"person": "ann"}], "people": [{**ANN, "audiences": ["a_rome"]}]}, "a_rome"),
        ({"expect": [{"person": "ann"}], "from": "tomorrow"}, "from"),
        (
            {"expect": [{"person": "ann", "messages": [{"node": "n_end", "state": "sent"}]}]},
            r"expect\.0\.messages\.0\.node.*“.+” \(n_end\) sends nothing: End",
        ),
        (
            {
                "expect": [{"person": "ann"}],
                "results": [{"person": "ann", "node": "n_who", "result": "failed", "after_seconds": 0}],
            },
            r"results\.0\.node.*\(n_who\) sends nothing: Target Audience",
        ),
    ],
)
def test_what_is_no_test_says_what_is_wrong(shop: Workspace, fields: dict[str, Any], reason: str) -> None:
    with pytest.raises((FileError, MessageError), match=reason):
        run(shop, **{"people": [ANN], **fields})


def test_a_campaign_with_problems_is_not_rehearsed(shop: Workspace) -> None:
    doc = campaign_file.load(campaign_path(shop))
    open_ended = CampaignDocument(
        doc.attributes, doc.nodes, {k: v for k, v in doc.links.items() if k != "l_3"}
    )
    file = written(shop, people=[ANN], expect=[{"person": "ann", "path": PATH}])
    with pytest.raises(MessageError):
        run_file(file, shop, open_ended)


def test_an_event_that_the_catalogue_does_not_know_is_said_instead_of_an_empty_path(shop: Workspace) -> None:
    event = {"person": "ann", "event": "ordr", "time": "2026-12-01T10:00:00+01:00"}
    with pytest.raises((FileError, MessageError), match="no event “ordr”"):
        run(shop, people=[ANN], events=[event], expect=[{"person": "ann", "path": PATH}])
