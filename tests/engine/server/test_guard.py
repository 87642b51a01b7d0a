"""Who may call, and what is refused before anybody looks at it."""

from __future__ import annotations

import gzip
import json
import socket
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.i18n import use_language
from engine.server.guard import REPEATABLE
from engine.server.wire.base import API, MAX_BODY_BYTES
from tests.engine.server.calling import AUTHORIZED, JSON, call, problem, small_bundle
from tests.engine.server.serving import TOKEN, Served


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


@pytest.mark.parametrize(
    "lengths",
    [
        b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"Content-Length: -1\r\n",
    ],
)
def test_where_a_request_ends_is_never_in_doubt(api: Served, lengths: bytes) -> None:
    host, port = api.url.removeprefix("http://").split(":")
    asked = f"GET {API}/health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n".encode()
    smuggled = b"0\r\n\r\n" + f"GET {API}/nothing HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
    with socket.create_connection((host, int(port)), 20) as connection:
        connection.sendall(asked + lengths + b"\r\n" + smuggled)
        answers = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert answers.startswith(b"HTTP/1.1 400")
    assert answers.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize(
    "begun",
    [
        b"GET /api/v1/health HTTP/1.1\r\nX-Long: ",
        b"GET /api/v1/health?",
        b"POST /api/v1/events HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;",
        b"POST /api/v1/events HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Long: ",
    ],
    ids=["header", "address", "chunk", "trailer"],
)
def test_a_head_that_does_not_end_is_not_read_on(api: Served, begun: bytes) -> None:
    host, port = api.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 20) as connection:
        connection.sendall(begun)
        sent = 0
        with suppress(ConnectionError):
            while sent < 16 * 2**20:
                connection.sendall(b"x" * 2**16)
                sent += 2**16
        assert sent < 16 * 2**20  # nobody reads it any more


@pytest.mark.parametrize("packing", ["gzip", "deflate", "br", "gzip, gzip"])
def test_a_packed_body_is_never_unpacked(api: Served, packing: str) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    headers = {**JSON, "Content-Encoding": packing}
    found = problem(call(api, "POST", f"{API}/campaigns", data=bomb, headers=headers))
    assert (found.status, found.code) == (415, "packed")


def test_a_parameter_that_is_given_twice_is_refused_but_where_there_may_be_several(api: Served) -> None:
    twice = call(api, "GET", f"{API}/people?search=%C3%A9&limit=1&search=%ED%A0%80", headers=AUTHORIZED)
    assert problem(twice).code == "invalid_request"
    paths = call(api, "GET", f"{API}/openapi.json").json()["paths"]
    several = {
        one["name"]
        for methods in paths.values()
        for operation in methods.values()
        for one in operation.get("parameters", ())
        if "array" in str(one["schema"])
    }
    of_pages = {"via"}
    assert several | of_pages == REPEATABLE


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
