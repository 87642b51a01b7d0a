"""Who may call, and how much they may send: checked before anything of a request is read by others.

Pure ASGI: a middleware of the framework's own making triples what a request costs.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Mapping
from contextlib import nullcontext

from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as Event

from engine.i18n import LANGUAGES, N_, Message, use_language
from engine.server import problems
from engine.server.wire.base import API, MAX_BODY_BYTES

OPEN_PATHS = frozenset([f"{API}/health", f"{API}/openapi.json"])
"""What is told to anybody who reaches the port: that an engine is here, and what it understands."""

PUBLIC_PATHS = {"/receipts/": 4 * 2**20, "/l/": 2**20, "/u/": 2**20}
"""What providers and those who get messages call, who have no token, by whatever name leads here: how such
paths begin, and the most bytes of a body there. What stands behind checks who calls."""

_SWALLOWED = 8
"""How many times as much of a body that is too large is read and dropped, so that its sender can read the
answer."""


class Guard:
    """Lets a request pass that names this engine, shows its token and is not too large; to public paths, any
    that is not too large.

    A page in a browser can send requests to an engine on the same computer, under a name that it made point
    there. Its `Host` then is that name, and it has no token.
    """

    def __init__(self, app: ASGIApp, token: str, hosts: Collection[str] | None) -> None:
        """`hosts`: names and addresses, without ports, by which the engine may be called; None: any."""
        self._app = app
        self._token = token.encode("ascii")
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = _headers(scope)
        most = _most_of_public(scope["path"])
        language = _language(headers.get(b"accept-language", b""))
        with use_language(language) if language else nullcontext():
            try:
                if most is None:
                    self._check(scope, headers)
                body = await _body(headers, receive, MAX_BODY_BYTES if most is None else most)
            except problems.CallRefused as refused:
                response = problems.answer(refused.status, refused.code, str(refused.message))
                if refused.status == 401:
                    response.headers["WWW-Authenticate"] = "Bearer"
                await response(scope, receive, send)
            else:
                await self._app(scope, _replay(body, receive), send)

    def _check(self, scope: Scope, headers: Mapping[bytes, bytes]) -> None:
        if self._hosts is not None and _host(headers.get(b"host", b"")) not in self._hosts:
            raise problems.CallRefused(421, "wrong_host", Message(N_("No engine has this name here.")))
        if scope["path"] in OPEN_PATHS:
            return
        scheme, _, given = headers.get(b"authorization", b"").partition(b" ")
        if scheme.lower() != b"bearer" or not hmac.compare_digest(given.strip(), self._token):
            message = N_(
                "The engine's token is missing or wrong. It stands in the file “token” beside its database."
            )
            raise problems.CallRefused(401, "unauthorized", Message(message))


def _most_of_public(path: str) -> int | None:
    """The most bytes of a body where anybody may call; None: nobody may without the token."""
    return next((most for start, most in PUBLIC_PATHS.items() if path.startswith(start)), None)


async def _body(headers: Mapping[bytes, bytes], receive: Receive, most: int) -> bytes:
    """The whole body. Raises `CallRefused` where it is too large; the rest of it is read and dropped."""
    announced = headers.get(b"content-length", b"0")
    expected = int(announced) if announced.isdigit() and len(announced) < 19 else 0
    chunks: list[bytes] = []
    size = 0
    while True:
        event = await receive()
        if event["type"] != "http.request":
            raise problems.CallRefused(400, "cut_off", Message(N_("The request was cut off.")))
        chunk = event.get("body", b"")
        size += len(chunk)
        if max(size, expected) <= most:
            chunks.append(chunk)
        if not event.get("more_body") or size > _SWALLOWED * most:
            break
    if max(size, expected) > most:
        message = Message(N_("A request holds at most {size} MiB."), size=most // 2**20)
        raise problems.CallRefused(413, "too_large", message)
    return b"".join(chunks)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Hands out the body that was read, and then what else comes."""
    pending = [body]

    async def again() -> Event:
        if pending:
            return {"type": "http.request", "body": pending.pop(), "more_body": False}
        return await receive()

    return again


def _headers(scope: Scope) -> Mapping[bytes, bytes]:
    """The headers by their names in small letters; of several of a name, the last."""
    pairs: list[tuple[bytes, bytes]] = scope["headers"]
    return dict(pairs)


def _host(value: bytes) -> str:
    """The host of a `Host` header, without its port and an IPv6 address's brackets."""
    text = value.decode("latin-1").strip().lower()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0].rstrip(".")


def _language(accepted: bytes) -> str | None:
    """The first language asked for that there is, or None."""
    for part in accepted.decode("latin-1").lower().split(",")[:10]:
        language = part.partition(";")[0].strip().partition("-")[0]
        if language in LANGUAGES:
            return language
    return None
