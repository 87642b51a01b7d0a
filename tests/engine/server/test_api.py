"""The HTTP API: who may call, what it takes and answers, and that nothing sent to it is too much for it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from engine.client import EngineRefused
from engine.i18n import Message, use_language
from engine.report.handed_over import HandedOver
from engine.run.answers import HeldState
from engine.server.api import application
from engine.server.wire.base import API, MAX_BODY_BYTES, Problem
from engine.server.wire.campaigns import CycleCounts, GoalCounts, SkippedCycle
from engine.server.wire.data import Event
from engine.store.database import Database
from engine.workspace import bundle as bundles
from engine.workspace.bundle import Bundle
from engine.workspace.catalog import Catalog, Coupon
from tests.engine.campaign.building import chain, empty_campaign
from tests.engine.server.serving import NOW, TOKEN, MemoryEngine, Served, serve, service

AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}
JSON = {**AUTHORIZED, "Content-Type": "application/json"}
ORDER = Event(
    event_id="e1",
    person_id="p1",
    event="order",
    time="2026-11-23T09:00:00+01:00",
    attributes={"amount": 12.5},
)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with Database.open(tmp_path_factory.mktemp("served") / "engine.db") as opened:
        yield opened


@pytest.fixture
def api(database: Database, tmp_path: Path) -> Iterator[Served]:
    """The API with nothing published and nothing posted."""
    with serve(database, tmp_path) as served:
        yield served


def call(api: Served, method: str, path: str, **options: Any) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.request(method, api.url + path, timeout=20, **options)


def problem(response: requests.Response) -> Problem:
    """The problem that a refusal carries."""
    assert response.headers["Content-Type"] == "application/problem+json"
    found = Problem.model_validate_json(response.content)
    assert found.status == response.status_code
    assert found.detail
    return found


def small_bundle(coupon: str | None = None) -> bytes:
    document = empty_campaign()
    chain(document, "target_audience", "end")
    catalog = Catalog(coupons={coupon: Coupon(name="Ten off")} if coupon else {})
    return bundles.write(Bundle(document, {}, {}, {}, catalog))


def operations(api: Served) -> list[tuple[str, str]]:
    """Method and path of everything that the API says it does."""
    paths = call(api, "GET", f"{API}/openapi.json").json()["paths"]
    return [(method.upper(), path) for path, methods in paths.items() for method in methods]


def test_health_needs_no_token_and_names_the_instance(api: Served) -> None:
    assert api.client("").health().instance == "i_1"


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer \xff"]
)
def test_everything_else_needs_the_token(api: Served, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    asked = [(method, path) for method, path in operations(api) if not path.endswith("/health")]
    assert len(asked) >= 12
    for method, path in asked:
        response = call(
            api, method, path.replace("{id}", "c_test").replace("{version}", "1"), headers=headers
        )
        assert problem(response).code == "unauthorized", (method, path)
        assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", ""])
def test_a_name_that_somebody_else_made_point_here_is_refused(api: Served, host: str) -> None:
    response = call(api, "GET", f"{API}/health", headers={"Host": host})
    assert problem(response).code == "wrong_host"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8080", "127.0.0.1:1", "[::1]:8080"])
def test_the_names_of_this_computer_are_taken(api: Served, host: str) -> None:
    assert call(api, "GET", f"{API}/health", headers={"Host": host}).ok


def test_an_unknown_address_and_a_wrong_method_are_problems(api: Served) -> None:
    assert problem(call(api, "GET", f"{API}/nothing", headers=AUTHORIZED)).code == "not_found"
    refused = call(api, "PUT", f"{API}/events", headers=AUTHORIZED)
    assert problem(refused).code == "method_not_allowed"
    assert refused.headers["Allow"] == "POST"


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


def test_events_in_each_form_count_once(api: Served) -> None:
    one = ORDER.model_dump()
    for body in (one, [one], {"events": [one, {**one, "event_id": "e2"}]}):
        assert call(api, "POST", f"{API}/events", data=json.dumps(body), headers=JSON).ok
    assert set(api.engine.events) == {("p1", "e1"), ("p1", "e2")}
    taken = api.engine.events["p1", "e1"]
    assert (taken.event, taken.time, taken.attributes) == ("order", 1_795_420_800_000, {"amount": 12.5})
    again = api.client().post_events([ORDER])
    assert (again.accepted, again.duplicates) == (0, 1)


@pytest.mark.parametrize("time", ["2026-11-23T08:00:00.250999+00:00", "2026-11-23T16:00:00.250999999+08:00"])
def test_times_as_other_programs_write_them_count_to_the_millisecond(api: Served, time: str) -> None:
    body = json.dumps({**ORDER.model_dump(), "time": time})
    assert call(api, "POST", f"{API}/events", data=body, headers=JSON).json()["accepted"] == 1
    assert api.engine.events["p1", "e1"].time == 1_795_420_800_250


@pytest.mark.parametrize(
    "time", ["0001-01-01T00:00:00+08:00", "1899-12-31T00:00:00Z", "9999-12-31T23:59:59-08:00"]
)
def test_times_of_any_year_are_taken(api: Served, time: str) -> None:
    body = json.dumps({**ORDER.model_dump(), "time": time})
    assert call(api, "POST", f"{API}/events", data=body, headers=JSON).json()["accepted"] == 1


def test_an_event_may_have_an_attribute_called_events(api: Served) -> None:
    api.client().post_events([ORDER.model_copy(update={"attributes": {"events": 1}})])
    one = {**ORDER.model_dump(), "attributes": {"events": 2}, "event_id": "e9"}
    assert call(api, "POST", f"{API}/events", data=json.dumps(one), headers=JSON).json()["accepted"] == 1


REST = b'"person_id": "p", "event": "e", "time": "2026-01-01T00:00:00Z"'
BAD_EVENTS = {
    "no JSON": b"{",
    "no object": b'"x"',
    "empty": b"",
    "a NUL": b'{"event_id": "a\\u0000", %s}' % REST,
    "half a character": b'{"event_id": "\\ud800", %s}' % REST,
    "a key twice": b'{"event_id": "a", "event_id": "b", %s}' % REST,
    "no number": b'{"event_id": "a", %s, "attributes": {"x": NaN}}' % REST,
    "deep": b'{"events": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "a local time": b'{"event_id": "a", "person_id": "p", "event": "e", "time": "2026-01-01T00:00:00"}',
    "a number for a time": b'{"event_id": "a", "person_id": "p", "event": "e", "time": 5}',
    "an unknown field": b'{"event_id": "a", %s, "x": 1}' % REST,
    "a missing field": b"{%s}" % REST,
    "no UTF-8": b'{"event_id": "\xff"}',
    "too many": json.dumps({"events": [{}] * 10_001}).encode(),
}


@pytest.mark.parametrize("body", BAD_EVENTS.values(), ids=BAD_EVENTS.keys())
def test_a_bad_event_is_refused_with_its_reason(api: Served, body: bytes) -> None:
    found = problem(call(api, "POST", f"{API}/events", data=body, headers=JSON))
    assert (found.status, found.code) == (422, "invalid_body")
    assert found.errors
    assert not api.engine.events


@pytest.mark.parametrize("char", ["\0", "\ud800"])
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("event_id", lambda char: f"x{char}"),
        ("person_id", lambda char: f"x{char}"),
        ("attributes", lambda char: {"a": [char]}),
        ("attributes", lambda char: {"a": [{char: 1}]}),
    ],
)
def test_text_that_cannot_be_stored_keeps_no_other_event_out(
    api: Served, char: str, field: str, value: Callable[[str], Any]
) -> None:
    bad = {**ORDER.model_dump(), "event_id": "e2", field: value(char)}
    body = json.dumps({"events": [ORDER.model_dump(), bad]})
    found = call(api, "POST", f"{API}/events", data=body, headers=JSON).json()
    assert (found["accepted"], [one["index"] for one in found["rejected"]]) == (1, [1])
    assert field in found["rejected"][0]["text"]
    assert list(api.engine.events) == [("p1", "e1")]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ('{"event_id": "a", "attributes": {"x": NaN}}', "NaN is not a number"),
        ('{"event_id": "a", "attributes": {"x": 1e400}}', "too large"),
        ('{"event_id": "a", "attributes": {"x": %s}}' % ("9" * 5000), "too large"),
        ('{"event_id": "a", "event_id": "b"}', "a second time"),
        ('{"event_id": "a", "attributes": ' + '{"a":' * 40 + "1" + "}" * 41, "levels deep"),
        ("7", "one JSON object"),
    ],
)
@pytest.mark.parametrize("form", ['{"events": [%s, %s]}', "[%s,%s]", '{\n  "events" : [\n%s,\n%s ] }'])
def test_an_event_that_cannot_be_read_keeps_no_other_out(
    api: Served, bad: str, reason: str, form: str
) -> None:
    body = form % (bad, json.dumps(ORDER.model_dump()))
    found = call(api, "POST", f"{API}/events", data=body, headers=JSON).json()
    assert (found["accepted"], [one["index"] for one in found["rejected"]]) == (1, [0])
    if bad != "7":  # read in the ordinary way
        assert reason in found["rejected"][0]["text"]


@pytest.mark.parametrize(
    "body", ["[NaN, 1", "[NaN, 1]]", "[NaN, ]", "[NaN 1]", '{"events": [NaN], "x": 1}', "[NaN]x"]
)
def test_what_is_no_list_of_events_is_refused_as_a_whole(api: Served, body: str) -> None:
    assert problem(call(api, "POST", f"{API}/events", data=body, headers=JSON)).status == 422


def test_a_refusal_names_the_field(api: Served) -> None:
    body = json.dumps({**ORDER.model_dump(), "time": "soon"})
    found = problem(call(api, "POST", f"{API}/events", data=body, headers=JSON))
    assert [error.field for error in found.errors] == ["time"]


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "", "multipart/form-data"]
)
def test_a_form_of_somebody_elses_page_is_refused(api: Served, kind: str) -> None:
    headers = {**AUTHORIZED, "Content-Type": kind}
    found = problem(call(api, "POST", f"{API}/events", data=b"{}", headers=headers))
    assert (found.status, found.code) == (415, "not_json")


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_is_too_large_is_refused_before_it_is_read(api: Served, chunked: bool) -> None:
    large = b" " * (MAX_BODY_BYTES + 1)
    data: Any = iter([large[: 2**20]] * 11) if chunked else large
    found = problem(call(api, "POST", f"{API}/campaigns", data=data, headers=JSON))
    assert (found.status, found.code) == (413, "too_large")


def test_refusals_speak_the_language_asked_for(api: Served) -> None:
    headers = {"Accept-Language": "fr-FR, zh-CN;q=0.9, en;q=0.8"}
    found = problem(call(api, "GET", f"{API}/status", headers=headers))
    with use_language("zh"):
        from engine.i18n import tr

        assert found.detail == tr(
            "The engine's token is missing or wrong. It stands in the file “token” beside its database."
        )


def test_a_defect_is_told_without_its_inside(api: Served) -> None:
    api.engine.failure = RuntimeError("secret path /srv/x")
    response = call(api, "GET", f"{API}/status", headers=AUTHORIZED)
    assert problem(response).code == "defect"
    assert "secret" not in response.text


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


def test_received_events_are_told_with_what_they_did(api: Served) -> None:
    client = api.client()
    client.post_events([ORDER])
    (received,) = client.received()
    assert (received.event_id, received.fate, received.time) == ("e1", "accepted", "2026-11-23T08:00:00.000Z")
    (effect,) = received.effects
    assert (effect.outcome, effect.text) == ("entered", "The person entered.")


def test_a_data_folder_is_imported_and_estimated(api: Served, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(
        "person_id,attr:city\np1,Rome\np2,Rome\np3,Oslo\n,Oslo\n", encoding="utf-8"
    )
    client = api.client()
    answer = client.import_folder(tmp_path)
    assert (answer.counts["people"], answer.rejected) == (3, 1)
    assert [(reject.file, reject.line) for reject in answer.rejects] == [("people.csv", 5)]
    condition = {"field": "attr:city", "op": "is", "value": ["Rome"]}
    rule: dict[str, Any] = {
        "format": "audience",
        "version": 1,
        "id": "a_rome",
        "name": "Rome",
        "cards": [{"card": "tags", "condition": condition}],
    }
    assert client.estimate(rule) == 2
    with pytest.raises(EngineRefused) as refused:
        client.estimate({**rule, "cards": []})
    assert refused.value.problem.errors[0].field == "audience.cards"


def test_a_folder_without_data_is_refused(api: Served, tmp_path: Path) -> None:
    with pytest.raises(EngineRefused, match="no data"):
        api.client().import_folder(tmp_path)


def test_a_folder_that_cannot_be_is_refused(api: Served) -> None:
    with pytest.raises(EngineRefused) as refused:
        api.client().import_folder(Path("/" + "x" * 2_000))
    assert refused.value.problem.status == 422


def test_only_this_computer_may_name_a_folder(database: Database, tmp_path: Path) -> None:
    app = application(service(MemoryEngine(database), database, tmp_path, lambda: None), TOKEN, None)
    with TestClient(app, client=("192.0.2.7", 5)) as far:
        body = json.dumps({"folder": str(tmp_path)})
        assert far.post(f"{API}/import", content=body, headers=JSON).json()["code"] == "not_local"
        assert far.get(f"{API}/status", headers=AUTHORIZED).json()["now"].startswith("2025")


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


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)
fields = st.sampled_from(
    [
        "event_id",
        "person_id",
        "event",
        "time",
        "attributes",
        "events",
        "folder",
        "audience",
        "at",
        "format",
        "cards",
        "hash",
    ]
)
bodies = st.one_of(
    st.binary(max_size=200),
    json_values.map(lambda value: json.dumps(value).encode()),
    st.dictionaries(fields, json_values | st.just("2026-01-01T00:00:00Z"), max_size=6).map(
        lambda value: json.dumps(value).encode()
    ),
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(["/events", "/campaigns", "/import", "/estimate", "/campaigns/c_test/stop"]),
    body=bodies,
)
def test_nothing_that_is_sent_is_a_defect(api: Served, path: str, body: bytes) -> None:
    response = call(api, "POST", API + path, data=body, headers=JSON)
    assert response.status_code < 500, (path, body, response.text)
    if not response.ok:
        problem(response)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(position=st.integers(0, 2_000), flip=st.integers(1, 255), cut=st.booleans())
def test_a_damaged_bundle_is_refused_or_harmless(api: Served, position: int, flip: int, cut: bool) -> None:
    data = bytearray(small_bundle())
    position %= len(data)
    if cut:
        del data[position:]
    else:
        data[position] ^= flip
    response = call(api, "POST", f"{API}/campaigns", data=bytes(data), headers=JSON)
    assert response.status_code in (200, 409, 422), response.text


def test_a_malformed_event_keeps_no_other_out(api: Served) -> None:
    good = ORDER.model_dump(mode="json")
    bad = [{**good, "time": "2026-01-01T00:00:00"}, "no event", {**good, "event_id": "e9", "attributes": []}]
    body = json.dumps([bad[0], good, *bad[1:]])
    answer = call(api, "POST", f"{API}/events", data=body, headers=JSON).json()
    assert answer["accepted"] == 1
    assert [(reject["index"], reject["event_id"]) for reject in answer["rejected"]] == [
        (0, good["event_id"]), (2, ""), (3, "e9"),
    ]  # fmt: skip
    assert answer["rejected"][2]["text"].startswith("attributes: ")
    assert api.engine.malformed == ["e1", "", "e9"]
