"""The log: a JSON object a line, and nothing in it that is people's own or lets somebody in."""

from __future__ import annotations

import io
import json
import logging

import pytest
import structlog

from engine.server.identity import secret
from engine.server.identity.roles import Role
from engine.server.identity.secret import Kind
from engine.server.shared import logs
from engine.server.shared.logs import HIDDEN, masked
from tests.engine.server.shared.serving import Shared


@pytest.fixture
def stream() -> io.StringIO:
    """What is logged, while the log is set up as the server's."""
    written = io.StringIO()
    logs.set_up("info", written)
    return written


def test_lines_are_json_with_what_was_said(stream: io.StringIO) -> None:
    structlog.get_logger().info("published", campaign="c_1", version=3)
    structlog.get_logger().debug("not told")
    logging.getLogger("somebody.else").warning("called %s", "+8613800000001")
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert (first["event"], first["campaign"], first["version"], first["level"]) == (
        "published", "c_1", 3, "info",
    )  # fmt: skip
    assert first["timestamp"].endswith("Z")
    assert second["event"] == f"called {HIDDEN}"


def test_an_exception_is_masked_too(stream: io.StringIO) -> None:
    try:
        raise ValueError("no such person: anna@example.com, +49 170 1234567")
    except ValueError:
        structlog.get_logger().exception("failed")
    (line,) = stream.getvalue().splitlines()
    assert "ValueError" in json.loads(line)["exception"]
    assert "anna" not in line
    assert "1234567" not in line


def test_what_is_masked_and_what_is_not() -> None:
    made = secret.new(Kind.TOKEN).text
    for hidden in (
        made,
        "whsec_abcdefgh",
        "a.b@example.com",
        "+8613800000001",
        "0170-1234567",
        "13800000001",
    ):
        assert masked(f"x {hidden} y") == f"x {HIDDEN} y"
    assert masked("postgresql://u:p@db/canvas") == f"postgresql://{HIDDEN}db/canvas"
    for kept in ("2026-11-29T00:02:28.445Z", "c_1 version 3", "127.0.0.1:8080", "3ba9c471fff3", "1.5 ms"):
        assert masked(kept) == kept


def test_who_is_refused_stands_in_the_log_with_where_and_why(small: Shared, stream: io.StringIO) -> None:
    viewer = small.token(Role.VIEWER)
    small.call("GET", "/users", viewer)
    small.call("GET", "/me", "cct_000000000000_" + "x" * 43)
    small.call("POST", "/sessions", json={"name": "anna", "password": "not the right one"})
    small.call("GET", "/me?x=%0Aforged", viewer)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    refused = [line for line in lines if line["event"] == "refused"]
    assert [(one["status"], one["code"], one.get("who"), one["address"]) for one in refused] == [
        (403, "forbidden", "viewer", "127.0.0.1"),
        (401, "unauthorized", None, "127.0.0.1"),
        (401, "wrong_password", None, "127.0.0.1"),
    ]
    assert {one["level"] for one in refused} == {"warning"}
    assert refused[0]["route"] == "/api/v1/users"
    (failed,) = (line for line in lines if line["event"] == "a sign-in failed")
    assert (failed["name"], failed["address"]) == ("anna", "127.0.0.1")
    assert "not the right one" not in stream.getvalue()
