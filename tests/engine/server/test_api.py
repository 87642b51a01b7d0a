"""The HTTP API of an engine: campaigns, what it says of itself, its description, and its end."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from engine.client import EngineRefused
from engine.i18n import Message
from engine.report.handed_over import HandedOver
from engine.run.answers import HeldState
from engine.server.wire.base import API
from engine.server.wire.campaigns import CycleCounts, GoalCounts, SkippedCycle
from engine.workspace import bundle as bundles
from engine.workspace.bundle import Bundle
from engine.workspace.catalog import Catalog
from tests.engine.campaign.building import empty_campaign
from tests.engine.server.calling import AUTHORIZED, JSON, call, problem, small_bundle
from tests.engine.server.serving import NOW, Served


def test_publish_list_stop_restart_delete(api: Served) -> None:
    client = api.client()
    answer = client.publish(small_bundle())
    assert (answer.campaign, answer.version, answer.lacks) == ("c_test", 1, [])
    (campaign,) = client.campaigns()
    assert (campaign.id, campaign.status, campaign.entries) == ("c_test", "in_progress", 3)
    assert (campaign.published_at, campaign.start) == ("2025-11-24T16:00:00.000Z", None)
    assert client.stop("c_test").status == "stopped"
    assert client.restart("c_test").status == "in_progress"
    with pytest.raises(EngineRefused) as refused:
        client.delete("c_test")
    assert refused.value.problem.status == 409
    client.stop("c_test")
    client.delete("c_test")
    assert client.campaigns() == []


def test_counts_by_node_link_and_message(api: Served) -> None:
    client = api.client()
    client.publish(small_bundle())
    counts = client.counts("c_test")
    assert {visits.waiting for visits in counts.nodes.values()} == {2}
    assert (counts.links, counts.inside) == ({"l_1": 3}, 2)
    assert counts.messages == {"n_sms": {"sent": 2, "failed": 1}}
    assert counts.releases == {"n_wait": "2025-11-24T16:00:00.000Z"}
    assert client.counts("c_test", cycle=2).releases == {}
    assert client.counts("c_test", 1, 2).releases == {}


def test_counts_say_why_and_of_which_cycle(api: Served) -> None:
    client = api.client()
    client.publish(small_bundle())
    counts = client.counts("c_test")
    assert counts.reasons == {"n_sms": {"sent": {"": 2}, "failed": {"quota": 1}}}
    assert counts.receipts == {"n_sms": {"opened": 1}}
    assert counts.goals == {"n_target": {"group:g_1": GoalCounts(judged=2, achieved=1)}}
    assert counts.cycles == [
        CycleCounts(number=1, moment="2025-11-24T16:00:00.000Z", entries=2, inside=1, finished=1),
        CycleCounts(number=2, moment=None, entries=1, inside=1, finished=0),
    ]
    assert counts.skipped == [SkippedCycle(moment="2025-11-24T16:00:00.000Z", audience="a_rome")]


def test_versions_with_their_people_counts_and_bundles(api: Served) -> None:
    client = api.client()
    client.publish(small_bundle())
    (version,) = client.versions("c_test")
    assert (version.version, version.current, version.inside) == (1, True, 2)
    assert version.published_at == "2025-11-24T16:00:00.000Z"
    assert bundles.read(client.bundle("c_test", 1)).hash == version.hash
    assert client.counts("c_test", 1) == client.counts("c_test")


@pytest.mark.parametrize("number", ["2", "0", "-1", "1.5", "x", "%D9%A1", "9" * 30])
@pytest.mark.parametrize("rest", ["", "/counts"])
def test_an_unknown_version_is_not_found(api: Served, number: str, rest: str) -> None:
    api.client().publish(small_bundle())
    response = call(api, "GET", f"{API}/campaigns/c_test/versions/{number}{rest}", headers=AUTHORIZED)
    found = problem(response)
    assert (found.status, found.code) == (404, "unknown_version")


def test_sizes_of_an_engine_that_holds_nothing(api: Served) -> None:
    found = api.client().sizes()
    assert (found.audiences, found.coupons) == ({}, {})


def test_publishing_tells_what_the_engine_lacks(api: Served) -> None:
    (lack,) = api.client().publish(small_bundle(coupon="cp_1")).lacks
    assert (lack.kind, lack.id) == ("coupon_codes", "cp_1")
    assert "Ten off" in lack.text


def test_what_the_engine_refuses_is_told_reason_by_reason(api: Served) -> None:
    empty = bundles.write(Bundle(empty_campaign(), {}, {}, {}, Catalog()))
    with pytest.raises(EngineRefused) as refused:
        api.client().publish(empty)
    assert refused.value.problem.code == "refused"
    assert str(refused.value) == "Nothing in it.\nNobody in it."


def test_a_bundle_that_was_changed_on_its_way_is_refused(api: Served) -> None:
    changed = small_bundle().replace(b'"name": "Test"', b'"name": "Pest"')
    found = problem(call(api, "POST", f"{API}/campaigns", data=changed, headers=JSON))
    assert (found.status, found.errors[0].field) == (422, "hash")


@pytest.mark.parametrize("id", ["c_nobody", "..", "%00", "%F0%9F%92%A9", "a" * 500, "a%2Fb"])
@pytest.mark.parametrize(
    ("method", "rest"), [("GET", ""), ("GET", "/counts"), ("POST", "/stop"), ("DELETE", "")]
)
def test_an_unknown_campaign_is_not_found(api: Served, id: str, method: str, rest: str) -> None:
    response = call(api, method, f"{API}/campaigns/{id}{rest}", headers=AUTHORIZED)
    assert problem(response).status in (404, 405)


def test_status_check_and_estimate(api: Served) -> None:
    client = api.client()
    state = client.status()
    assert (state.workspace, state.now, state.next_due) == (
        "Shop",
        "2025-11-24T16:00:00.000Z",
        "2025-11-24T16:01:00.000Z",
    )
    assert [(broken.where, broken.text) for broken in client.check()] == [("c_1 n_sms", "One is missing.")]


def test_a_held_engine_says_why_and_is_released(api: Served) -> None:
    client = api.client()
    assert client.hold().held is False
    known = HandedOver("c_1", "Hello", NOW, messages_due=3, messages_doubtful=1, people_due=2)
    api.engine.hold = HeldState(Message("It is a copy."), NOW, (known,))
    assert client.status().held == "It is a copy."
    hold = client.hold()
    assert (hold.held, hold.reason, hold.as_of) == (True, "It is a copy.", "2025-11-24T16:00:00.000Z")
    assert hold.campaigns[0].model_dump() == {**asdict(known), "last": "2025-11-24T16:00:00.000Z"}
    client.release()
    assert client.status().held is None


def test_a_present_trouble_stands_in_the_status(api: Served) -> None:
    assert api.client().status().problem == "Disk full."


def test_the_document_describes_every_body_and_refusal(api: Served) -> None:
    document = call(api, "GET", f"{API}/openapi.json").json()
    schemas = document["components"]["schemas"]
    text = json.dumps(document)
    for reference in {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert reference in schemas
    assert '"$defs"' not in text
    assert document["paths"][f"{API}/events"]["post"]["requestBody"]


def test_shutdown_ends_the_server(api: Served) -> None:
    api.client().shutdown()
    assert api.server.should_exit
