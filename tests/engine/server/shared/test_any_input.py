"""Calls that follow from the OpenAPI document, and calls that do not: each is answered, none is a defect."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.core.result import Ok

from engine.campaign import campaign_file
from engine.server.identity.roles import Role
from engine.server.identity.secret import Kind
from engine.store.database import Database
from engine.workspace import bundle as bundles
from tests.engine.server.shared.serving import Shared, serve_shared
from tests.engine.shop import CAMPAIGN, campaign_path, make_shop

QUICK, FULL = 300, 50_000
_LEFT_OUT = {"/api/v1/shutdown", "/api/v1/sessions/current", "/readyz", "/web/sign-out"}
_LEFT_OUT |= {"/web/campaigns/{id}/live"}  # which goes on for a minute
ODD = [
    "\0",
    "\ud800",
    "\udfff\ud800",
    "\u2028",
    "%00",
    "a" * 10_000,
    "'; DROP TABLE audit_log; --",
    "../..",
    "💩",
]


ADDRESSES = (
    "/campaigns/{}", "/users/{}/tokens", "/audiences/{}/sizes", "/coupons/{}/codes", "/imports/{}/rejects",
    "/people?search={}", "/person?id={}", "/audit?who={}", "/suppressed?search={}", "/doubtful?after={}",
    "/campaigns?after={}", "/web/campaigns/{}", "/web/shared/{}", "/web/static/{}", "/web/sign-in?next={}",
    "/web?lang={}", "/web/comparison?campaign={}", "/web/comparison/files/csv?campaign={}",
    "/web/shared/{}/report",
    *(
        f"/web/campaigns/{CAMPAIGN}/report{rest}"
        for rest in (
            "?through={0}&via={0}", "/files/{0}", "/people?what=achieved&place={0}&port={0}",
            "/people?what=messages&state={0}&reason={0}", "/people?what=line&place={0}&after={0}",
        )
    ),
)  # fmt: skip


@pytest.fixture
def served(databases: Database, tmp_path: Path) -> Iterator[Shared]:
    """A server with a campaign, that nobody is too quick for."""
    shop = make_shop(tmp_path / "shop")
    limits = {"per_second": 100_000.0, "burst": 1_000_000}
    with serve_shared(databases, shop.folder, limits=limits) as shared:
        path = campaign_path(shop)
        data = bundles.write(bundles.make(shop, campaign_file.parse(path.read_bytes(), path)))
        token, kind = shared.token(Role.ADMINISTRATOR), {"Content-Type": "application/json"}
        assert shared.call("POST", "/campaigns", token, data=data, headers=kind).status_code == 200
        yield shared


def cases(shared: Shared) -> st.SearchStrategy[Case[Any]]:
    """Any call of the document; a campaign's id is often the one that there is."""
    document = shared.call("GET", "/openapi.json").json()
    document["paths"] = {
        path: operations for path, operations in document["paths"].items() if path not in _LEFT_OUT
    }
    schema = schemathesis.openapi.from_dict(document)
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) > 60
    return st.one_of([operation.as_strategy() for operation in operations])


def ask(shared: Shared, examples: int) -> None:
    token = shared.token(Role.ADMINISTRATOR, kind=Kind.SESSION)  # who may do more than a program

    with requests.Session() as session:
        session.trust_env = False

        @settings(
            max_examples=examples,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
            database=None,
            derandomize=examples < FULL // 2,  # the long run is for what nobody has thought of
        )
        @given(cases(shared), st.booleans())
        def call(case: Case[Any], known: bool) -> None:
            if known and "id" in case.path_parameters:
                case.path_parameters["id"] = CAMPAIGN
            answer = case.call(
                base_url=shared.url, session=session, headers={"Authorization": f"Bearer {token}"}
            )
            assert answer.status_code < 500, (case.method, case.path, answer.text)
            if answer.status_code >= 400:
                found = json.loads(answer.content)
                assert found["status"] == answer.status_code
                assert found["detail"]

        call()
    assert shared.engine.check() == []
    assert shared.call("POST", "/audit/verify", token).json()["broken"] is None


def test_any_call_of_the_document_is_answered(served: Shared) -> None:
    ask(served, QUICK // 2)  # on each database


@pytest.mark.full
@pytest.mark.timeout(7_200)
def test_very_many_calls_of_the_document_are_answered(served: Shared) -> None:
    ask(served, FULL if served.database.dialect == "postgresql" else FULL // 10)


def test_what_cannot_be_stored_is_refused_wherever_it_stands(served: Shared) -> None:
    """In paths, in queries, in bodies, in headers, as names and values."""
    token = served.token(Role.ADMINISTRATOR)
    for odd in ODD:
        text = quote(odd.encode("utf-8", "surrogatepass"), safe="")
        for address in ADDRESSES:
            assert served.call("GET", address.format(text), token).status_code < 500, address
        assert served.call("DELETE", f"/tokens/{text}", token).status_code < 500
        for path, body in bodies(odd):
            assert served.call("POST", path, token, json=body).status_code < 500, (path, body)
        if odd.isascii() and odd.isprintable():
            for header in ("If-Match", "Accept-Language", "Cookie", "X-Forwarded-For", "webhook-signature"):
                assert served.call("GET", "/me", token, headers={header: odd}).status_code < 500


def bodies(odd: str) -> list[tuple[str, Any]]:
    """Calls with an odd text in their bodies."""
    event = {"event_id": odd, "person_id": odd, "event": odd, "time": odd, "attributes": {odd: odd}}
    return [
        ("/users", {"name": odd, "role": "viewer"}),
        ("/users", {"name": "x", "role": odd}),
        ("/users", {odd: 1}),
        ("/tokens", {"label": odd}),
        ("/sessions", {"name": "x", "password": odd}),
        ("/invitations/accept", {"token": odd, "password": odd}),
        ("/proposals/1/approve", {"reason": odd}),
        ("/suppressed", {"addresses": [{"type": odd, "value": odd}]}),
        ("/coupons/cp_1/codes", {"codes": [odd]}),
        ("/person/erase", {"person_id": odd}),
        ("/events", event),
    ]
