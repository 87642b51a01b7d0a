"""A shared server in a process of its own, and the least that can call it: the server is what is measured."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Self

from benchmarks._databases import Target
from engine.client import ADDRESS_NAME, EngineClient
from engine.server.shared.process import INVITATION_NAME
from engine.server.wire.base import API
from engine.workspace.workspace import Workspace

ROOT = Path(__file__).parent.parent
STARTS_S = 60.0
_LONGEST_LINE = 2**22
_LAST_CHUNK = b"0\r\n"
PASSWORD = "benchmarks only, of one run"


class Answer(NamedTuple):
    """What came back of a call. etag: of the version that was published, or ""."""

    status: int
    body: Any
    etag: str


class Caller:
    """One connection, which is kept, for one call at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: str) -> None:
        self._reader, self._writer, self._head = reader, writer, head

    @classmethod
    async def connected(cls, port: int, token: str) -> Self:
        head = (
            f"Host: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        )
        return cls(*await asyncio.open_connection("127.0.0.1", port), head)

    async def post(self, path: str, body: bytes, headers: str = "") -> Answer:
        """headers: further ones, each with its end of line."""
        return await self._call(f"POST {API}{path} HTTP/1.1\r\n{headers}", body)

    async def get(self, path: str) -> Answer:
        return await self._call(f"GET {path} HTTP/1.1\r\n", b"")

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    async def _call(self, line: str, body: bytes) -> Answer:
        self._writer.write(f"{line}{self._head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status, *lines = head.rstrip().split("\r\n")
        said = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in lines)}
        content = await self._reader.readexactly(int(said.get("content-length", "0")))
        is_json = "json" in said.get("content-type", "")
        return Answer(
            int(status.split(" ", 2)[1]), json.loads(content) if is_json else content, said.get("etag", "")
        )


class Used(NamedTuple):
    """What the server's process has used so far: seconds of CPU, and bytes of memory now."""

    cpu: float
    memory: int


class Running(NamedTuple):
    """A server that answers."""

    port: int
    token: str

    async def caller(self) -> Caller:
        return await Caller.connected(self.port, self.token)

    async def callers(self, count: int) -> list[Caller]:
        return [await self.caller() for _ in range(count)]

    async def used(self) -> Used:
        """As the server's own numbers say it."""
        caller = await self.caller()
        text = (await caller.get("/metrics")).body.decode()
        await caller.close()
        said = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        return Used(
            float(said["process_cpu_seconds_total"]), int(float(said["process_resident_memory_bytes"]))
        )


class Page:
    """A page that stays open. heard: how often it was told of new figures; open: it was."""

    def __init__(self) -> None:
        self.heard = 0
        self.open = asyncio.Event()

    async def keep_open(self, server: Running, path: str) -> None:
        """Until it is cancelled; the server wants to be asked anew each minute."""
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        head += f"Authorization: Bearer {server.token}\r\n\r\n"
        while True:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=_LONGEST_LINE)
            try:
                writer.write(head.encode())
                async for line in reader:
                    if line.startswith(b"data:"):
                        self.heard += 1
                        self.open.set()
                    if line == _LAST_CHUNK:
                        break
            finally:
                writer.close()


@asynccontextmanager
async def pages(server: Running, campaign: str, count: int) -> AsyncIterator[list[Page]]:
    """So many pages show the live counts of a campaign while the block runs; all are open when it begins."""
    found = [Page() for _ in range(count)]
    tasks = [asyncio.create_task(one.keep_open(server, f"/web/campaigns/{campaign}/live")) for one in found]
    try:
        await asyncio.gather(*(one.open.wait() for one in found))
        yield found
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@contextmanager
def running(database: Target, fill: Callable[[Target], None]) -> Iterator[Running]:
    """A server on a database that `fill` fills before. It ends with the block."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace.create(Path(folder) / "data", "Benchmark", "Asia/Shanghai", "en")
        workspace.engine_folder.mkdir(exist_ok=True)
        target = workspace.database_file if isinstance(database, Path) else database
        fill(target)
        environment = os.environ | {
            "CAMPAIGN_CANVAS_HOME": str(Path(folder) / "home"),
            "CAMPAIGN_CANVAS_SERVER_LOG_LEVEL": "error",
            "CAMPAIGN_CANVAS_SERVER_LIMITS__PER_SECOND": "100000",
            "CAMPAIGN_CANVAS_SERVER_LIMITS__BURST": "1000000",
        }
        command = [sys.executable, "main.py", "server", "--data", str(workspace.folder), "--port", "0"]
        if isinstance(target, str):
            command += ["--db", target]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        try:
            yield _found(process, workspace.engine_folder)
        finally:
            process.terminate()
            process.wait()


def _found(process: subprocess.Popen[bytes], folder: Path) -> Running:
    """The server once it answers, with the token of its first administrator."""
    give_up = time.perf_counter() + STARTS_S
    while not (folder / ADDRESS_NAME).exists():
        if process.poll() is not None or time.perf_counter() > give_up:
            raise SystemExit("the server does not start")
        time.sleep(0.05)
    url = str(json.loads((folder / ADDRESS_NAME).read_text("utf-8"))["url"])
    with EngineClient(url, "") as anybody:
        invitation = (folder / INVITATION_NAME).read_text("utf-8").strip()
        token = anybody.accept_invitation(invitation, PASSWORD).token
    assert token is not None
    return Running(int(url.rpartition(":")[2]), token)
