"""Every call of the OpenAPI document, by every role: who may do what, and that nothing else can be called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.routing import Route

from engine.server.identity.roles import RULES, Role
from engine.server.identity.secret import Kind
from engine.store.database import Database
from tests.databases import fresh
from tests.engine.server.shared.serving import OWN, Shared, serve_shared

# What ends the server, or keeps the others from going on.
_NOT_CALLED = {
    ("POST", "/api/v1/shutdown"),
    ("DELETE", "/api/v1/sessions/current"),
    ("POST", "/web/sign-out"),
}


@pytest.fixture
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shared]:
    limits = {"per_second": 1000.0, "burst": 100_000}
    with (
        fresh(request, "sqlite", tmp_path) as target,
        Database.open(target) as database,
        serve_shared(database, tmp_path, limits=limits) as one,
    ):
        yield one


def documented(served: Shared) -> set[tuple[str, str]]:
    document = served.call("GET", "/openapi.json").json()
    return {(method.upper(), path) for path, operations in document["paths"].items() for method in operations}


def declared(routes: Iterable[Any]) -> Iterator[Route]:
    """The routes, also those of routers that were included. Fails for what is neither."""
    for one in routes:
        included = getattr(one, "original_router", None)
        if included is not None:
            yield from declared(included.routes)
        else:
            assert isinstance(one, Route), one
            yield one


def test_the_table_and_the_document_name_the_same_calls(served: Shared) -> None:
    unlisted = {("GET", "/api/v1/openapi.json")}
    assert documented(served) | unlisted == set(RULES)


def test_every_call_by_every_role_and_by_nobody(served: Shared) -> None:
    wrong = []
    for method, path in sorted(documented(served)):
        if (method, path) in _NOT_CALLED:
            continue
        rule = RULES[method, path]
        address = re.sub(r"\{[^}]+\}", "1", path.removeprefix("/api/v1"))
        statuses = {}
        for role in (None, *Role):
            # Of people who have just signed in: some calls are for no program.
            token = None if role is None else served.token(role, kind=Kind.SESSION)
            # A body that no call takes: what is allowed fails at that, and changes nothing.
            answer = served.call(method, address, token, json=[] if method != "GET" else None)
            statuses[role] = answer.status_code
            assert answer.status_code < 500 or path == "/readyz", (method, path, role, answer.text)
        if rule.role is None:
            good = all(status not in (403,) or path.endswith("/accept") for status in statuses.values())
        else:
            good = statuses[None] == 401 and all(
                (statuses[role] == 403) != role.covers(rule.role) for role in Role
            )
        if not good:
            wrong.append((method, path, statuses))
    assert wrong == []


def test_no_address_is_answered_that_is_in_neither(served: Shared) -> None:
    """A route that was declared without the table would stand open, and in no document."""
    app: Any = served.app
    while not isinstance(app, FastAPI):
        app = app._app
    routes = {(method, route.path) for route in declared(app.routes) for method in route.methods or ()}
    receipts, links = ("/receipts/{account}", "/receipts/{account}/{token}"), "/l/{token}"
    assert routes - set(RULES) == {
        *((method, path) for method in ("GET", "POST") for path in receipts),  # by signatures
        *((method, links) for method in ("GET", "HEAD")),
        *((method, "/u/{token}") for method in ("GET", "POST")),
        ("HEAD", "/api/v1/openapi.json"),
    }


def test_no_other_method_is_taken(served: Shared) -> None:
    token = served.token(Role.ADMINISTRATOR)
    for path in sorted({path for _, path in documented(served)}):
        address = re.sub(r"\{[^}]+\}", "1", path.removeprefix("/api/v1"))
        assert served.call("TRACE", address, token).status_code in (404, 405), path


def test_every_change_is_written_down_but_what_programs_send(served: Shared) -> None:
    silent = {key for key, rule in RULES.items() if key[0] not in ("GET",) and not rule.did}
    questions = {"estimate", "sample", "overlap", "figures", "check", "campaigns/check", "audit/verify"}
    assert silent == {
        ("POST", "/api/v1/events"),
        ("DELETE", "/api/v1/questions/{ticket}"),
        *(("POST", f"/api/v1/{name}") for name in questions),
    }


def test_the_engines_own_token_is_an_administrators_on_this_computer(served: Shared) -> None:
    assert served.call("GET", "/users", OWN).status_code == 200
    behind = served.call("GET", "/users", OWN, headers={"X-Forwarded-For": "192.0.2.7"})
    assert behind.status_code == 401


def test_a_user_on_this_computer_cannot_name_its_files(served: Shared, tmp_path: Path) -> None:
    order = {"folder": str(tmp_path)}
    refused = served.call("POST", "/import", served.token(Role.ADMINISTRATOR), json=order)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_local")
