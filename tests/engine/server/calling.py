"""Calling the API as any program can."""

from __future__ import annotations

from typing import Any

import requests

from engine.server.wire.base import Problem
from engine.server.wire.data import Event
from engine.workspace import bundle as bundles
from engine.workspace.bundle import Bundle
from engine.workspace.catalog import Catalog, Coupon
from tests.engine.campaign.building import chain, empty_campaign
from tests.engine.server.serving import TOKEN, Served

AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}
JSON = {**AUTHORIZED, "Content-Type": "application/json"}
ORDER = Event(
    event_id="e1",
    person_id="p1",
    event="order",
    time="2026-11-23T09:00:00+01:00",
    attributes={"amount": 12.5},
)


def call(api: Served, method: str, path: str, **options: Any) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.request(method, api.url + path, timeout=120, **options)


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
