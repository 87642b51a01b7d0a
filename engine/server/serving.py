"""A socket, the API behind it, and when both end."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from engine.i18n import N_, Message, MessageError

LOOPBACK = frozenset(["127.0.0.1", "::1", "localhost"])
GRACE_S = 5
"""How long a request that is being answered may take after the engine was told to stop."""
BACKLOG = 256
MAX_HEAD_BYTES = 64 * 2**10
"""Of the first line and the headers of a request."""


class CannotListen(MessageError):  # noqa: N818 - an answer
    """The address cannot be listened on; `message` says why."""


@dataclass(frozen=True)
class Listen:
    """Where to answer; port 0 takes a free one."""

    host: str = "127.0.0.1"
    port: int = 0

    @property
    def hosts(self) -> frozenset[str] | None:
        """The names by which the engine may be called; None: any, for other computers have their own."""
        return LOOPBACK if self.host in LOOPBACK else None

    def bind(self) -> socket.socket:
        """A listening socket. Raises `CannotListen`."""
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(
                self.host, self.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            bound = socket.socket(family, kind, protocol)
        except (OSError, UnicodeError, OverflowError) as error:
            raise self._refusal(error) from error
        try:
            if hasattr(socket, "SO_REUSEADDR") and not hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
                bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(address)
            bound.listen(BACKLOG)
        except (OSError, OverflowError) as error:
            bound.close()
            raise self._refusal(error) from error
        return bound

    def _refusal(self, error: Exception) -> CannotListen:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        text = N_("The engine cannot answer at {host}, port {port}: {reason}.")
        return CannotListen(Message(text, host=self.host, port=self.port, reason=reason))


class BoundedProtocol(HttpToolsProtocol):
    """HTTP as uvicorn speaks it, but that a head, or what stands between the parts of a body, may not go on
    for ever: its parser would keep it all."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._pending = 0

    def data_received(self, data: bytes) -> None:
        self._pending += len(data)
        super().data_received(data)
        if self._pending > MAX_HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("The head of the request is too large.")

    def on_headers_complete(self) -> None:
        self._pending = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._pending = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._pending = 0
        super().on_message_complete()


class ApiServer(uvicorn.Server):
    """Serves an application on a socket until `should_exit`; calls `started` once it answers.

    In the main thread it ends at SIGINT and SIGTERM, too, and passes them on to the handlers of before.
    """

    def __init__(self, app: ASGIApp, bound: socket.socket, started: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                access_log=False,
                lifespan="off",
                log_config=None,
                loop="auto",  # uvloop where there is one
                http=BoundedProtocol,
                proxy_headers=False,  # who calls is who connects: some calls are for this computer only
                server_header=False,
                timeout_graceful_shutdown=GRACE_S,
                ws="none",
            )
        )
        self._socket = bound
        self._tell = started

    @property
    def url(self) -> str:
        """The address for callers on this computer."""
        host, port = self._socket.getsockname()[:2]
        if host in ("0.0.0.0", "::"):  # noqa: S104 - compared with, not bound to
            host = "127.0.0.1"
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def serve_until_exit(self) -> None:
        """Answer requests; returns after `should_exit` was set, requests under way were answered."""
        try:
            self.run(sockets=[self._socket])
        finally:
            self._socket.close()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._tell()
