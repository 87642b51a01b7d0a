"""Servers on one database, and who works with them: each a process with a wire of its own to it, and what can
happen to them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self

import requests
from sqlalchemy.engine import make_url

import dev
from engine.server.wire.base import API
from engine.workspace.workspace import Workspace
from tests.engine.server.leading.wire import Wire
from tests.postgres import USER, Postgres

PATIENCE_S = 90.0
"""How long is waited for what must come; a machine may be busy."""
ASKED_S = 2.0
"""How long somebody who does not answer is waited for."""


@dataclass
class Player:
    """One server, or worker: its folder, its wire, and its process while there is one."""

    name: str
    folder: Path
    wire: Wire
    settings: dict[str, Any]
    pid: int = 0
    frozen: bool = False

    @property
    def url(self) -> str | None:
        """Where it answers, as it has said."""
        try:
            said = json.loads((self.folder / ".engine" / "address.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return str(said["url"]) if said["pid"] == self.pid else None

    @property
    def log(self) -> Path:
        return self.folder.with_suffix(".log")

    def said(self, event: str) -> int:
        """How often it has said something, in all its lives."""
        text = self.log.read_text(encoding="utf-8") if self.log.exists() else ""
        return text.count(f'"event": "{event}')

    @property
    def alive(self) -> bool:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return self.pid != 0

    def ask(self, method: str, path: str, **options: Any) -> requests.Response | None:
        """What it answers; None where it does not."""
        url = self.url
        if url is None or self.frozen:
            return None
        token = (self.folder / ".engine" / "token").read_text(encoding="ascii").strip()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        with requests.Session() as session:
            session.trust_env = False
            try:
                return session.request(
                    method,
                    url + path,
                    headers=headers | options.pop("headers", {}),
                    timeout=ASKED_S,
                    **options,
                )
            except requests.RequestException:
                return None

    @property
    def readiness(self) -> str:
        """What it says of itself to a load balancer; "" where it says nothing."""
        answer = self.ask("GET", "/readyz")
        return "" if answer is None else str(answer.json()["status"])


class Troupe:
    """So many servers on a database of a PostgreSQL server that comes back."""

    def __init__(
        self,
        folder: Path,
        postgres: Postgres,
        url: str,
        servers: int,
        lease_s: float,
        *,
        workers: int = 0,
        hurried: bool = True,
    ) -> None:
        """workers: processes that work with the servers. hurried: see `stage.play`."""
        self._folder = folder
        self._hurried = hurried
        self._stage = subprocess.Popen(
            [sys.executable, "-m", "tests.engine.server.leading.stage"],
            cwd=dev.ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "CAMPAIGN_CANVAS_HOME": str(folder / "home")},
        )
        make = partial(self._player, postgres=postgres, url=url, lease_s=lease_s)
        self.players = [make(f"server{n}") for n in range(1, servers + 1)]
        self.hands = [make(f"worker{n}") for n in range(1, workers + 1)]

    def _player(self, name: str, postgres: Postgres, url: str, lease_s: float) -> Player:
        folder = self._folder / name
        workspace = Workspace.create(folder, "Shop", "UTC", "en")
        allowed = workspace.settings.model_copy(update={"allowed_addresses": ("127.0.0.1",)})
        workspace.save_settings(allowed)
        wire = Wire(postgres.socket)
        database = make_url(url).database
        settings = {
            "data": str(folder),
            "database": f"postgresql://{USER}@127.0.0.1:{wire.port}/{database}?sslmode=disable&gssencmode=disable",
            "port": 0,
            "lease": {"name": folder.name, "seconds": lease_s},
            "limits": {"per_second": 10_000.0, "burst": 10_000},
        }
        return Player(folder.name, folder, wire, settings)

    def __enter__(self) -> Self:
        for player in (*self.players, *self.hands):
            player.wire.__enter__()
            self.start(player)
        return self

    def __exit__(self, *_: object) -> None:
        for player in (*self.hands, *self.players):
            self.kill(player)
            player.wire.__exit__()
        self._stage.communicate()

    # ---- what happens

    def start(self, player: Player) -> None:
        assert self._stage.stdin is not None
        assert self._stage.stdout is not None
        asked = {
            "serves": player in self.players,
            "settings": player.settings,
            "log": str(player.log),
            "hurried": self._hurried,
        }
        print(json.dumps(asked), file=self._stage.stdin, flush=True)
        player.pid = int(self._stage.stdout.readline())

    def kill(self, player: Player, number: int = signal.SIGKILL) -> None:
        """End a server, and wait until it is gone."""
        if player.alive:
            os.kill(player.pid, number)
            until(lambda: not player.alive)
        player.frozen = False

    def freeze(self, player: Player) -> None:
        os.kill(player.pid, signal.SIGSTOP)
        player.frozen = True

    def thaw(self, player: Player) -> None:
        os.kill(player.pid, signal.SIGCONT)
        player.frozen = False

    # ---- what can be seen

    def leading(self, except_for: Player | None = None) -> Player:
        """Who leads, once somebody does."""
        found: list[Player] = []

        def look() -> bool:
            found[:] = [one for one in self.players if one is not except_for and one.readiness == "ok"]
            return bool(found)

        until(look)
        return found[0]

    def ask(self, method: str, path: str, **options: Any) -> requests.Response:
        """Ask one server after the other until one answers that leads, as a proxy does."""
        found: list[requests.Response] = []

        def asked() -> bool:
            answers = (one.ask(method, API + path, **options) for one in self.players)
            found.extend(one for one in answers if one is not None and one.status_code != 503)
            return bool(found)

        until(asked)
        return found[0]


def until(condition: Callable[[], object]) -> None:
    """Wait for it."""
    give_up = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.1)
