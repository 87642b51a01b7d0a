"""A fake provider on a real socket of this computer, which speaks HTTP."""

from __future__ import annotations

import asyncio
from typing import Any, Self

from aiohttp import web

from tests.engine.channels.fakes.fake import RETRY_AFTER, Fake
from tests.engine.channels.fakes.loop_thread import LoopThread


class HttpFake(Fake):
    """Runs in a thread of its own while it is entered. A subclass says what it answers."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self._loop: LoopThread | None = None
        self._runner: web.ServerRunner | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(self, request: web.BaseRequest, body: bytes) -> web.Response:
        """What is answered, and sent before."""
        raise NotImplementedError

    def busy(self) -> web.Response:
        """The answer to too many requests."""
        return web.Response(status=429, headers={"Retry-After": str(RETRY_AFTER)})

    def broken(self) -> web.Response:
        """The answer in trouble of its own."""
        return web.Response(status=500)

    @property
    def connections(self) -> int:
        """How many are open."""
        assert self._runner is not None
        assert self._runner.server is not None
        return len(self._runner.server.connections)

    def __enter__(self) -> Self:
        self._loop = LoopThread()
        self._loop.run(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        assert self._runner is not None
        assert self._loop is not None
        self._loop.run(self._runner.cleanup())
        self._loop.end()

    def stop(self) -> None:
        """Answer nobody any more: connections are refused."""
        assert self._loop is not None
        self._loop.run(self._close_sockets())

    async def _start(self) -> None:
        self._runner = web.ServerRunner(web.Server(self._handle, access_log=None), shutdown_timeout=0.05)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]

    async def _close_sockets(self) -> None:
        assert self._runner is not None
        for site in list(self._runner.sites):
            await site.stop()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.read()
        found = self.fault()
        if found is None:
            return self.answer(request, body)
        fault, sends = found
        if fault == "busy":
            return self.busy()
        if fault == "broken":
            return self.broken()
        answer = self.answer(request, body) if sends else web.Response()
        if fault == "duplicate":
            return self.answer(request, body)
        transport = request.transport
        assert transport is not None
        if fault == "slow":
            while not self.released.is_set() and not transport.is_closing():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        elif fault == "reset":
            transport.abort()
        else:
            transport.write(b"\x00\xff this is no HTTP\r\n\r\n")
            transport.close()
        return answer
