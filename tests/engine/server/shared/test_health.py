"""Health, readiness and numbers; signed events."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.exc import ProgrammingError

from engine.channels.web import standard_headers, standard_secret
from engine.server.identity import users
from engine.server.identity.roles import Role
from engine.store.database import Database
from tests.engine.server.calling import ORDER
from tests.engine.server.shared.serving import NOW, Shared, serve_shared

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_ready_is_whose_engine_runs(small: Shared) -> None:
    assert small.call("GET", "/healthz").json() == {"status": "ok"}
    assert small.call("GET", "/readyz").status_code == 503
    small.engine.start()
    small.clock.set(NOW)
    assert small.call("GET", "/readyz").json() == {"status": "ok"}


def test_numbers_name_routes_and_never_what_stands_in_them(small: Shared) -> None:
    token = small.token(Role.VIEWER)
    small.call("GET", "/campaigns/c_secret", token)
    small.call("GET", "/nowhere/c_secret", token)
    assert small.call("GET", "/metrics").status_code == 401
    said = small.call("GET", "/metrics", token).text
    assert "c_secret" not in said
    line = 'campaign_canvas_requests_total{method="GET",route="/api/v1/campaigns/{id}",status="404"} 1.0'
    assert line in said.splitlines()
    assert "campaign_canvas_campaigns_in_progress 0.0" in said.splitlines()
    assert "process_resident_memory_bytes" in said


def test_events_with_a_signature(databases: Database, tmp_path: Path) -> None:
    events = {"signing_secret": SECRET, "signed_only": True}
    with serve_shared(databases, tmp_path, events=events) as shared:
        token = shared.token(Role.EDITOR)
        body = json.dumps({"events": [ORDER.model_dump(mode="json")]}).encode()
        json_type = {"Content-Type": "application/json"}

        def post(headers: dict[str, str], data: bytes = body) -> int:
            return shared.call("POST", "/events", token, data=data, headers=json_type | headers).status_code

        signed = standard_headers(standard_secret(SECRET), "e1", NOW // 1000, body)
        assert post(signed) == 200
        assert post(signed, body + b" ") == 401
        assert post({}) == 401
        assert post(standard_headers(standard_secret(SECRET), "e1", NOW // 1000 - 400, body)) == 401
        assert post(standard_headers(b"another", "e1", NOW // 1000, body)) == 401


def test_unsigned_events_where_signing_is_a_choice(databases: Database, tmp_path: Path) -> None:
    with serve_shared(databases, tmp_path, events={"signing_secret": SECRET}) as shared:
        token = shared.token(Role.EDITOR)
        order = ORDER.model_dump(mode="json")
        assert shared.call("POST", "/events", token, json=order).status_code == 200
        wrong = shared.call("POST", "/events", token, json=order, headers={"webhook-signature": "v1,x"})
        assert wrong.json()["code"] == "bad_signature"


def test_answers_are_kept_by_nobody_and_shown_as_what_they_are(small: Shared) -> None:
    headers = small.call("GET", "/me", small.token(Role.VIEWER)).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    for directive in ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert directive in headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in headers  # it answers without TLS


def test_probes_come_by_address_and_calls_by_name(small: Shared, tmp_path: Path) -> None:
    small.engine.close()
    with serve_shared(small.database, tmp_path, public_url="https://canvas.example.com") as shared:
        elsewhere = {"Host": "10.1.2.3:8080"}
        assert shared.call("GET", "/healthz", headers=elsewhere).status_code == 200
        assert shared.call("GET", "/health", headers=elsewhere).status_code == 421
        named = shared.call("GET", "/health", headers={"Host": "canvas.example.com"})
        assert named.status_code == 200
        assert named.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_a_database_that_refuses_is_told_as_such(small: Shared, monkeypatch: pytest.MonkeyPatch) -> None:
    token = small.token(Role.VIEWER)

    def refuse(*_: object) -> None:
        raise ProgrammingError("SELECT secret", {}, sqlite3.ProgrammingError("not now\nSELECT secret"))

    monkeypatch.setattr(users, "mark_used", refuse)
    assert small.call("GET", "/me", token).status_code == 200  # looking goes on
    monkeypatch.setattr(users, "found", refuse)
    refused = small.call("GET", "/me", small.token(Role.EDITOR))
    assert (refused.status_code, refused.json()["code"]) == (503, "database")
    assert "secret" not in refused.text
    assert "not now" not in refused.text  # the log says it
