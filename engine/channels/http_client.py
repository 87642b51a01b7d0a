"""HTTP to one provider, many requests at a time: connections kept, addresses checked, nothing asked twice.

Sent as simply as HTTP/1.1 allows, because a message to one person is a request: no redirects, since a secret
is for one address only; no proxy; no cookies; no second try, since the first one may have arrived.
"""

from __future__ import annotations

import asyncio
import base64
import re
import socket
from collections import deque
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from aiohappyeyeballs import AddrInfoType
from yarl import URL

from engine.channels.http_connection import HttpConnection, Lost, connected
from engine.channels.network import Network
from engine.channels.verdict import NotReached, refused_by_system
from engine.channels.web import Answer, Request
from engine.i18n import N_, Message

_KEPT_S = 2.0
"""How long an unused connection is kept. Receivers close theirs after 5 s and more: a request that meets such
an end is in doubt."""
_NAMED_S = 10.0
"""How long a host's addresses are remembered."""
_BROKEN = re.compile(r"[\0\r\n]")
"""What would end a header, and begin another one."""


class Timeouts(NamedTuple):
    """Seconds to wait for a connection, and for a whole answer."""

    connect: float = 5.0
    answer: float = 30.0


USUAL = Timeouts()
_ONE_QUESTION = Timeouts(answer=10.0)
"""Somebody waits for it in front of a screen."""


class HttpClient:
    """Belongs to the event loop in which it first sends. url: an address of the only host that is asked."""

    def __init__(self, url: str, network: Network, timeouts: Timeouts) -> None:
        self._address, self._network, self._timeouts = url, network, timeouts
        self._free: deque[HttpConnection] = deque()
        self._found: Sequence[AddrInfoType] = []
        self._found_until = 0.0
        self._finding: asyncio.Lock | None = None

    async def send(self, request: Request) -> Answer:
        """Send a request once. Raises `NotReached` where it has not left the machine, else `Lost`."""
        content = _written(request)
        connection = self._kept() or await self._opened()
        try:
            return await connection.ask(content, self._timeouts.answer)
        finally:
            if connection.is_free:
                self._free.append(connection)

    async def close(self) -> None:
        """Let go of connections."""
        while self._free:
            self._free.pop().close()

    def _kept(self) -> HttpConnection | None:
        """The connection that was used last of those that wait; what waited too long ends."""
        oldest = asyncio.get_running_loop().time() - _KEPT_S
        while self._free and self._free[0].free_since < oldest:
            self._free.popleft().close()
        while self._free:
            if (connection := self._free.pop()).is_free:
                return connection
        return None

    async def _opened(self) -> HttpConnection:
        """A new connection. Raises `NotReached`."""
        url = _url(self._address)
        if url is None:
            raise NotReached(Message(N_("{place} is no address."), place=self._address.rpartition("@")[2]))
        host, port = url.raw_host or "", url.port or 0
        try:
            async with asyncio.timeout(self._timeouts.connect):
                found = await self._addresses(host, port)
                return await connected(
                    found, host, secure=url.scheme == "https", make_socket=self._network.socket_for(host)
                )
        except OSError as error:
            raise NotReached(refused_by_system(_place(url), error)) from None

    async def _addresses(self, host: str, port: int) -> Sequence[AddrInfoType]:
        loop = asyncio.get_running_loop()
        self._finding = self._finding or asyncio.Lock()
        async with self._finding:
            if self._found_until <= loop.time():
                self._found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
                self._found_until = loop.time() + _NAMED_S
            return self._found


def ask(request: Request, network: Network) -> Answer:
    """Send one request, and wait for its answer. Raises `NotReached`."""

    async def work() -> Answer:
        client = HttpClient(request.url, network, _ONE_QUESTION)
        try:
            return await client.send(request)
        finally:
            await client.close()

    try:
        return asyncio.run(work())
    except Lost as lost:
        url = _url(request.url)
        place = "" if url is None else _place(url)
        if lost.reason == "timeout":
            raise NotReached(refused_by_system(place, TimeoutError())) from None
        text = N_("{place} answers with something that is no HTTP.")
        raise NotReached(Message(text, place=place)) from None


def _written(request: Request) -> bytes:
    """A request as it goes over the wire. Raises `NotReached` where it cannot."""
    lines = [_head(request.method, request.url)]
    for name, value in request.headers.items():
        if _BROKEN.search(name) or _BROKEN.search(value):
            raise NotReached(Message(N_("The header {name} has a line break in it."), name=name))
        lines.append(f"{name}: {value}\r\n")
    if request.body or request.method != "GET":
        lines.append(f"Content-Length: {len(request.body)}\r\n")
    lines.append("\r\n")
    return "".join(lines).encode() + request.body


@lru_cache(maxsize=64)
def _head(method: str, address: str) -> str:
    """The lines that are the same for every request to an address. Raises `NotReached`."""
    url = _url(address)
    if url is None:
        raise NotReached(Message(N_("{place} is no address."), place=address.rpartition("@")[2]))
    lines = [f"{method} {url.raw_path_qs} HTTP/1.1", f"Host: {_place(url)}"]
    if url.user is not None:
        both = base64.b64encode(f"{url.user}:{url.password or ''}".encode()).decode()
        lines.append(f"Authorization: Basic {both}")
    lines += ["User-Agent: campaign-canvas", "Accept: */*", "Accept-Encoding: identity", ""]
    return "\r\n".join(lines)


@lru_cache(maxsize=64)
def _url(address: str) -> URL | None:
    try:
        url = URL(address)
        usable = url.scheme in ("http", "https") and bool(url.raw_host) and url.port is not None
    except ValueError:
        return None
    return url if usable else None


def _place(url: URL) -> str:
    """The host and the port, without who signs in there."""
    return url.raw_authority.rpartition("@")[2]
