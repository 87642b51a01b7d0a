"""A shared server on a real socket of this computer, with a real engine whose clocks are turned by hand."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import requests
from starlette.types import ASGIApp

from engine.client import EngineClient
from engine.run.clock import VirtualClock
from engine.run.engine import Engine
from engine.run.settings import EngineSettings
from engine.server.identity import users
from engine.server.identity.roles import Role
from engine.server.identity.secret import Kind
from engine.server.service import Service
from engine.server.serving import ApiServer, Listen
from engine.server.shared.application import shared_application, team_rules
from engine.server.shared.configuration import Configuration
from engine.server.wire.base import API
from engine.store.database import Database
from engine.workspace.workspace import SETTINGS_NAME, Workspace

OWN = "0wn"
_OUTSIDE = ("", "healthz", "readyz", "metrics", "web")
"""How addresses begin that are none of the API's."""
NOW = 1_764_000_000_000
DAY_MS = 24 * 3_600_000


@dataclass
class Seconds:
    """A monotonic clock that goes on when it is told to."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Shared:
    """A running server: its address, and what it stands on."""

    url: str
    engine: Engine
    database: Database
    clock: VirtualClock
    seconds: Seconds
    app: ASGIApp
    tokens: dict[str, str] = field(default_factory=dict)

    def token(self, role: Role, name: str = "", kind: Kind = Kind.TOKEN) -> str:
        """The token of a user who has this role."""
        name = name or role.value
        if f"{name} {kind}" not in self.tokens:
            with self.database.write() as connection:
                users.add_user(connection, name, role, "test", self.clock.now())
                made = users.issue(connection, name, kind, self.clock.now(), 365 * DAY_MS)
            self.tokens[f"{name} {kind}"] = made.text
        return self.tokens[f"{name} {kind}"]

    def call(self, method: str, path: str, token: str | None = None, **options: Any) -> requests.Response:
        """Call the API as any program can. json: sent as it is."""
        headers = {**({"Authorization": f"Bearer {token}"} if token else {}), **options.pop("headers", {})}
        if "json" in options:
            options["data"] = json.dumps(options.pop("json"))
            headers.setdefault("Content-Type", "application/json")
        prefix = "" if path.partition("/")[2].partition("/")[0] in _OUTSIDE else API
        with requests.Session() as session:
            session.trust_env = False
            address = f"{self.url}{prefix}{path}"
            return session.request(method, address, headers=headers, timeout=120, **options)

    def client(self, token: str) -> EngineClient:
        return EngineClient(self.url, token)


@contextmanager
def serve_shared(database: Database, folder: Path, **settings: Any) -> Iterator[Shared]:
    """Serve a folder until the block ends; settings: of the configuration."""
    if not (folder / SETTINGS_NAME).exists():
        Workspace.create(folder, "Shop", "UTC", "en")
    clock, seconds = VirtualClock(NOW), Seconds()
    engine = Engine(database, EngineSettings(ZoneInfo("UTC")), clock)

    def shut_down() -> None:
        server.should_exit = True

    configuration = Configuration.model_validate({"data": str(folder), **settings})
    rules = team_rules(configuration)
    service = Service(engine, database, clock, "Shop", ZoneInfo("UTC"), folder, "i_1", shut_down, rules)
    ready = threading.Event()
    app = shared_application(service, configuration, OWN, seconds, lambda: server.should_exit)
    server = ApiServer(app, Listen().bind(), ready.set)
    thread = threading.Thread(target=server.serve_until_exit, name="shared")
    thread.start()
    try:
        assert ready.wait(20)
        yield Shared(server.url, engine, database, clock, seconds, app)
    finally:
        server.should_exit = True
        thread.join(20)
        engine.close()
