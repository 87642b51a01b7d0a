"""Headers that every answer of a shared server carries, unless it says otherwise itself."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as Event

ALWAYS: Mapping[str, str] = {
    "Cache-Control": "no-store",  # what is answered is somebody's, and soon another
    "Content-Security-Policy": (
        "default-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


OVER_TLS: Mapping[str, str] = {"Strict-Transport-Security": "max-age=31536000"}
"""Lets a browser come over TLS only, for a year."""


class Headed:
    """Adds them to an application's answers."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        """secure: others reach the server over TLS."""
        self._app = app
        self._always = {**ALWAYS, **OVER_TLS} if secure else ALWAYS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sent(event: Event) -> None:
            if event["type"] == "http.response.start":
                headers = MutableHeaders(scope=event)
                for name, value in self._always.items():
                    headers.setdefault(name, value)
            await send(event)

        await self._app(scope, receive, sent)
