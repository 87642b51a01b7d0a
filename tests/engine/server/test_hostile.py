"""Well-formed calls with hostile content, against the real engine: each is answered, none is a defect."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.run.clock import RealClock
from engine.server.api import application
from engine.server.process import opened
from engine.server.service import Service
from engine.server.serving import ApiServer, Listen
from engine.server.wire.base import API
from tests.engine.shop import make_shop

HEADERS = {"Authorization": "Bearer t", "Content-Type": "application/json"}

odd = st.sampled_from(
    ["9" * 400, "1e400", " 1", "1_000", "\x1f", 1e308, 1e-300, 10**30, -(10**19), 2**63, 0.1 + 0.2]
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | odd
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
keys = st.text(min_size=1, max_size=12) | st.sampled_from(
    ["amount", "order", "a" * 200, "'", '"', "%s", ":x", "\u2028"]
)
times = st.sampled_from(["1900-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2999-12-31T23:59:59.999-12:00"])
events = st.fixed_dictionaries(
    {
        "event_id": keys,
        "person_id": keys,
        "event": keys,
        "time": times,
        "attributes": st.dictionaries(keys, values, max_size=4),
    }
)
conditions = st.fixed_dictionaries(
    {
        "field": st.sampled_from(["attr:city", "tag:x", "attr:none", "amount"]),
        "op": st.sampled_from(
            ["is", "is_not", "contains", "=", ">", "between", "in_last", "empty", "before"]
        ),
        "value": values | st.sampled_from([["Rome"], [1, 2], {"amount": 3, "unit": "day"}]),
    }
)
cards = st.fixed_dictionaries(
    {
        "card": st.just("behaviour"),
        "event": keys,
        "measure": st.sampled_from(["count", "sum:amount", "avg:amount", "max:none"]),
        "op": st.sampled_from([">=", "=", "between", "<"]),
        "value": odd | st.integers() | st.just([1, 2]),
    },
    optional={"where": conditions, "range": st.just({"last": {"amount": 1, "unit": "month"}})},
) | st.fixed_dictionaries({"card": st.just("tags"), "condition": conditions})


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """The address of a real engine that is at work."""
    shop = make_shop(tmp_path / "shop")
    ready = threading.Event()
    with opened(shop) as (engine, database):
        service = Service(
            engine, database, RealClock(), "Shop", ZoneInfo("UTC"), shop.folder, "i_1", lambda: None
        )
        server = ApiServer(application(service, "t", Listen().hosts), Listen().bind(), ready.set)
        thread = threading.Thread(target=server.serve_until_exit)
        thread.start()
        engine.start()
        try:
            assert ready.wait(20)
            yield f"{server.url}{API}"
        finally:
            server.should_exit = True
            thread.join(20)
        assert engine.check() == []


def post(session: requests.Session, address: str, body: Any) -> requests.Response:
    return session.post(address, data=json.dumps(body), headers=HEADERS, timeout=20)


def test_events_with_any_content_are_taken_or_refused(url: str) -> None:
    with requests.Session() as session:
        session.trust_env = False

        @settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
        @given(st.lists(events, max_size=4))
        def tell(posted: list[dict[str, Any]]) -> None:
            response = post(session, f"{url}/events", {"events": posted})
            assert response.status_code in (200, 422), response.text

        tell()
        assert session.get(f"{url}/status", headers=HEADERS, timeout=20).json()["running"] is True


def test_rules_with_any_content_are_counted_or_refused(url: str) -> None:
    audience = {"format": "audience", "version": 1, "id": "a_any", "name": "Any"}
    with requests.Session() as session:
        session.trust_env = False

        @settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
        @given(st.lists(cards, min_size=1, max_size=3), st.sampled_from(["and", "or", "minus"]))
        def count(rule: list[dict[str, Any]], join: str) -> None:
            joined = [{**card, "join": join if index else None} for index, card in enumerate(rule)]
            response = post(session, f"{url}/estimate", {"audience": {**audience, "cards": joined}})
            assert response.status_code in (200, 422), response.text

        count()
