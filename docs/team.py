"""A team's machines, all on this computer: servers of which one leads, workers, and whom messages go to.

Each is the program itself, started by its command line; what they say goes into a file beside their folder.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import requests

import dev
from engine.client import EngineClient
from engine.server.wire.identity import RoleName

PASSWORD = "four words and more"  # noqa: S105 - of users who live as long as their pictures are taken
FIRST_PORT = 8730
PATIENCE_S, ANSWER_S = 120.0, 2.0
LOOK_S = 0.05
_PROGRAM = dev.ROOT / "main.py"


class Machine:
    """A process of the program that can be killed and started anew. Attributes: name; kills, so far."""

    def __init__(
        self, name: str, folder: Path, arguments: Sequence[str], variables: Mapping[str, str]
    ) -> None:
        """folder: of what it writes down of itself. variables: of its environment, besides those of here."""
        self.name, self.kills = name, 0
        self._folder, self._arguments = folder, arguments
        self._variables = {**os.environ, "CAMPAIGN_CANVAS_HOME": str(folder / "home"), **variables}
        self._process: subprocess.Popen[bytes] | None = None

    def said(self, event: str) -> int:
        """How often it has said something, in all its lives."""
        text = self._log.read_text("utf-8") if self._log.exists() else ""
        return text.count(f'"event": "{event}"')

    def start(self) -> None:
        command = [sys.executable, str(_PROGRAM), *self._arguments]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, env=self._variables, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def kill(self) -> None:
        """As when its computer dies: nothing is finished, nobody is told."""
        self.kills += 1
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """In order."""
        self._end(signal.SIGTERM)

    def _end(self, number: int) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(PATIENCE_S)
            self._process = None

    @property
    def _log(self) -> Path:
        return self._folder / f"{self.name}.log"


class Server(Machine):
    """Attributes: data (the folder of its files), url."""

    def __init__(self, name: str, folder: Path, port: int, variables: Mapping[str, str]) -> None:
        self.data, self.url = folder / name, f"http://127.0.0.1:{port}"
        super().__init__(name, folder, ["server", "--data", str(self.data), "--port", str(port)], variables)

    @property
    def leads(self) -> bool:
        """Whether it runs what there is to run."""
        return self._readiness == "ok"

    @property
    def stands_by(self) -> bool:
        """Whether it would take over."""
        return self._readiness == "standby"

    @property
    def _readiness(self) -> str:
        """What it tells a load balancer; "" where it does not answer."""
        with requests.Session() as session, suppress(requests.RequestException, ValueError):
            session.trust_env = False
            return str(session.get(f"{self.url}/readyz", timeout=ANSWER_S).json()["status"])
        return ""

    def client(self) -> EngineClient:
        """Its own administrator's."""
        return EngineClient(self.url, (self.data / ".engine" / "token").read_text("ascii").strip())

    def invite(self, name: str, role: RoleName) -> str:
        """A user's invitation, asked for on the server's own computer."""
        with self.client() as own:
            return own.invite(name, role).token

    def add_user(self, name: str, role: RoleName) -> None:
        """A user who has chosen the password of all."""
        invitation = self.invite(name, role)
        with EngineClient(self.url, "") as anybody:
            anybody.accept_invitation(invitation, PASSWORD)


class Worker(Machine):
    def __init__(self, name: str, folder: Path, variables: Mapping[str, str]) -> None:
        super().__init__(name, folder, ["worker"], variables)

    @property
    def works(self) -> bool:
        """Whether it has begun to, in this life."""
        return self.said("working") > self.kills


class Team:
    """Servers on one database, and workers beside them. Attributes: database (its URL), servers, workers."""

    def __init__(self, folder: Path, database: str, servers: int, workers: int) -> None:
        """Their data folders are `server1` and so on in `folder`; one that is there is taken as it is."""
        variables = {"CAMPAIGN_CANVAS_SERVER_DATABASE": database}
        self.database = database
        self.servers = [
            Server(f"server{n}", folder, free_port(FIRST_PORT + n), variables) for n in range(1, servers + 1)
        ]
        self.workers = [Worker(f"worker{n}", folder, variables) for n in range(1, workers + 1)]

    def leader(self) -> Server:
        """Who leads, once somebody does. Raises `TimeoutError`."""
        until(lambda: any(one.leads for one in self.servers), "a server that leads")
        return next(one for one in self.servers if one.leads)


@contextmanager
def running(*machines: Machine) -> Iterator[None]:
    """All of them, started and in the end stopped."""
    try:
        for one in machines:
            one.start()
        yield
    finally:
        for one in reversed(machines):
            one.stop()


def free_port(wanted: int) -> int:
    """A port of this computer that nobody listens at; that one where it is free."""
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind(("127.0.0.1", wanted))
        except OSError:
            door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def until(condition: Callable[[], object], what: str, patience: float = PATIENCE_S) -> None:
    """Wait for it. Raises `TimeoutError`, which says what was waited for."""
    give_up = time.monotonic() + patience
    while not condition():
        if time.monotonic() > give_up:
            raise TimeoutError(what)
        time.sleep(LOOK_S)
