"""What a server answers that stands by."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from engine.i18n import Message
from engine.run.clock import RealClock
from engine.server.identity import users
from engine.server.identity.roles import Role
from engine.server.identity.secret import Kind
from engine.server.serving import ApiServer, Listen
from engine.server.shared.configuration import Configuration
from engine.server.shared.metrics import Metrics
from engine.server.shared.standing_by import standby_application
from engine.store.database import Database
from tests.databases import empty_database

OWN = "0wn"
DAY_MS = 24 * 3_600_000


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "engine.db"
    path.write_bytes(empty_database())
    with Database.open(path) as found:
        yield found


@contextmanager
def standing_by(database: Database) -> Iterator[str]:
    """The address of a server that stands by."""
    ready = threading.Event()
    app = standby_application(database, Configuration(), "Shop", OWN, Metrics(), "i_1")
    server = ApiServer(app, Listen().bind(), ready.set)
    thread = threading.Thread(target=server.serve_until_exit, name="standing by")
    thread.start()
    try:
        assert ready.wait(20)
        yield server.url
    finally:
        server.should_exit = True
        thread.join(20)


def call(method: str, address: str, **options: Any) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.request(method, address, timeout=20, **options)


def test_everything_is_left_to_who_leads(database: Database) -> None:
    with standing_by(database) as url:
        for method, path in (
            ("GET", "/api/v1/campaigns"),
            ("POST", "/api/v1/events"),
            ("POST", "/receipts/a_1"),
            ("GET", "/web/campaigns/c_1/live"),
            ("DELETE", "/nowhere"),
        ):
            answer = call(method, url + path, data=b"x" * 100_000 if method == "POST" else None)
            assert (answer.status_code, answer.json()["code"]) == (503, "standby"), path
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert int(answer.headers["Retry-After"]) >= 1
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
        said = call("GET", url + "/api/v1/status", headers={"Accept-Language": "zh"}).json()["detail"]
        assert "服务器" in said
        page = call("GET", url + "/web", headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["Content-Type"]) == (503, "text/html; charset=utf-8")


def test_probes_tell_that_it_is_there_and_does_not_lead(database: Database) -> None:
    with standing_by(database) as url:
        assert call("GET", url + "/healthz").status_code == 200
        ready = call("GET", url + "/readyz")
        assert (ready.status_code, ready.json()) == (503, {"status": "standby"})
        assert call("GET", url + "/api/v1/health").json()["instance"] == "i_1"


def test_its_numbers_are_for_who_may_see_them_and_nothing_is_written_for_that(database: Database) -> None:
    now = RealClock().now()
    with database.write() as connection:
        users.add_user(connection, "ann", Role.VIEWER, "test", now)
        token = users.issue(connection, "ann", Kind.TOKEN, now, DAY_MS)
    with standing_by(database) as url:
        assert call("GET", url + "/metrics").status_code == 401
        for shown in (OWN, token.text):
            answer = call("GET", url + "/metrics", headers={"Authorization": f"Bearer {shown}"})
            assert answer.status_code == 200
            assert "process_resident_memory_bytes" in answer.text
    with database.read() as connection:
        found = users.found(connection, token.id)
    assert found is not None
    assert found[0].used_at is None


def test_a_database_that_is_away_is_told_as_such(database: Database) -> None:
    now = RealClock().now()
    with database.write() as connection:
        users.add_user(connection, "ann", Role.VIEWER, "test", now)
        token = users.issue(connection, "ann", Kind.TOKEN, now, DAY_MS)
    database.give_up(Message("It is away."))
    with standing_by(database) as url:
        answer = call("GET", url + "/metrics", headers={"Authorization": f"Bearer {token.text}"})
    assert (answer.status_code, answer.json()["code"]) == (503, "database")
