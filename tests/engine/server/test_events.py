"""Events over HTTP: each is taken once, and what is wrong with one keeps no other out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from engine.server.wire.base import API
from tests.engine.server.calling import JSON, ORDER, call, problem
from tests.engine.server.serving import Served


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


def test_received_events_are_told_with_what_they_did(api: Served) -> None:
    client = api.client()
    client.post_events([ORDER])
    (received,) = client.received()
    assert (received.event_id, received.fate, received.time) == ("e1", "accepted", "2026-11-23T08:00:00.000Z")
    (effect,) = received.effects
    assert (effect.outcome, effect.text) == ("entered", "The person entered.")


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
