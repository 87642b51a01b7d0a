"""One HTTP/1.1 connection to a provider: a request at a time, its answer, and what a broken one means."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Sequence
from functools import cache
from typing import cast

from aiohappyeyeballs import AddrInfoType, SocketFactoryType, start_connection
from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from engine.channels.web import MAX_ANSWER, Answer

_MAX_HEAD = 64 * 1024
"""Bytes before an answer's body; nobody fills the memory with headers."""
_SECOND_FAMILY_S = 0.25
"""After so long an address of the other family is tried beside the first one (RFC 8305)."""
_INFORMATION = range(100, 200)
"""Statuses after which the answer itself is still to come."""


class Lost(Exception):  # noqa: N818 - an answer, as it were
    """The request may have arrived, but no usable answer came back. reason: a code without secrets."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class HttpConnection(asyncio.Protocol):
    """Belongs to one event loop. is_free: whether a request may be sent through it. free_since: when its last
    answer had come (s of the loop's clock)."""

    def __init__(self) -> None:
        self._parser = HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._asked: asyncio.Future[Answer] | None = None
        self.is_free = False
        self.free_since = 0.0

    async def ask(self, request: bytes, patience: float) -> Answer:
        """Send a request as it stands, and wait so many seconds for the answer. Raises `Lost`."""
        assert self.is_free
        assert self._transport is not None
        loop = asyncio.get_running_loop()
        asked: asyncio.Future[Answer] = loop.create_future()
        self._asked = asked
        self.is_free = False
        self._expect()
        waiting = loop.call_later(patience, self._end, "timeout")
        try:
            self._transport.write(request)
            return await asked
        finally:
            waiting.cancel()
            if not asked.done() or asked.cancelled():
                self.close()  # the answer that nobody waits for would be taken for the next one's

    def close(self) -> None:
        """Let go of it at once."""
        self.is_free = False
        if self._transport is not None:
            self._transport.abort()

    # ---- what the event loop tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is another class
        self.is_free = True

    def data_received(self, data: bytes) -> None:
        if self._asked is None:
            self.close()  # nobody has asked for that
            return
        self._read += len(data)
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade):
            self._end("garbled_answer")
        else:
            if not self._in_body and self._read > _MAX_HEAD:
                self._end("garbled_answer")

    def connection_lost(self, error: Exception | None) -> None:
        self.is_free = False
        if self._asked is None:
            return
        if error is None and self._in_body and self._ends_with_connection:
            self._answered()
        else:
            self._end("garbled_answer" if self._in_body else "connection_lost")

    # ---- what the parser tells

    def on_message_begin(self) -> None:
        if self._asked is None:
            self.close()  # an answer behind the answer

    def on_header(self, name: bytes, value: bytes) -> None:
        match name.lower():
            case b"retry-after":
                self._wait = value.decode("latin-1")
            case b"content-length" | b"transfer-encoding":
                self._ends_with_connection = False

    def on_headers_complete(self) -> None:
        self._in_body = self._parser.get_status_code() not in _INFORMATION

    def on_body(self, body: bytes) -> None:
        if self._asked is None:
            return
        self._body.append(body)
        self._left -= len(body)
        if self._left <= 0:
            self._answered()
            self.close()

    def on_message_complete(self) -> None:
        if self._asked is None:
            return
        if self._parser.get_status_code() in _INFORMATION:
            self._expect()
        elif self._answered():
            self.free_since = asyncio.get_running_loop().time()
            self.is_free = self._parser.should_keep_alive()
            if not self.is_free:
                self.close()

    # ---- inside

    def _expect(self) -> None:
        """An answer from its beginning."""
        self._read, self._left = 0, MAX_ANSWER
        self._body: list[bytes] = []
        self._wait = ""
        self._in_body, self._ends_with_connection = False, True

    def _answered(self) -> bool:
        """Whether somebody has waited for the answer."""
        asked, self._asked = self._asked, None
        if asked is None or asked.done():
            return False
        text = b"".join(self._body)[:MAX_ANSWER].decode("utf-8", "replace")
        asked.set_result(Answer(self._parser.get_status_code(), text, self._wait))
        return True

    def _end(self, reason: str) -> None:
        asked, self._asked = self._asked, None
        if asked is not None and not asked.done():
            asked.set_exception(Lost(reason))
        self.close()


async def connected(
    found: Sequence[AddrInfoType], host: str, *, secure: bool, make_socket: SocketFactoryType
) -> HttpConnection:
    """A connection to a host that was found at these addresses. Raises `OSError`."""
    opened = await start_connection(found, happy_eyeballs_delay=_SECOND_FAMILY_S, socket_factory=make_socket)
    try:
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(
            HttpConnection,
            sock=opened,
            ssl=_trusted() if secure else None,
            server_hostname=host if secure else None,
        )
    except BaseException:
        opened.close()
        raise
    return connection


@cache
def _trusted() -> ssl.SSLContext:
    """Certificates that the system trusts."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context
