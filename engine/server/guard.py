"""Who may call, and how much they may send: checked before anything of a request is read by others.

Pure ASGI: a middleware of the framework's own making triples what a request costs.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Collection, Mapping
from contextlib import nullcontext
from typing import Protocol
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as Event

from engine.i18n import LANGUAGES, N_, Message, use_language
from engine.server import problems
from engine.server.identity.callers import CALL, OWNER, Call, Caller, calling
from engine.server.identity.recording import Recorder
from engine.server.identity.roles import OPEN_CALLS, Role
from engine.server.wire.base import MAX_BODY_BYTES

PUBLIC_PATHS = {
    "/receipts/": 4 * 2**20,
    "/l/": 2**20,
    "/u/": 2**20,
    "/web/shared/": 2**10,
    "/web/static/": 2**10,
}
"""What providers, those who get messages and those who were given a link call, who have no token, by whatever
name leads here: how such paths begin, and the most bytes of a body there. What stands behind checks who
calls."""

PROBES = frozenset(["/healthz", "/readyz", "/metrics"])
"""What is asked by a machine's address, not by a name: it tells nothing, or only to who has a token."""

REPEATABLE = frozenset(["campaign", "path", "via"])
"""Parameters of addresses that may be given several times."""

_SWALLOWED = 8
"""How many times as much of a body that is too large is read and dropped, so that its sender can read the
answer."""


class Doorkeeper(Protocol):
    """Knows who may come in."""

    def address(self, headers: Mapping[bytes, bytes], peer: str) -> str:
        """Where a request comes from; peer: who is connected, perhaps on behalf of somebody else."""

    async def caller(self, method: str, headers: Mapping[bytes, bytes], address: str) -> Caller:
        """Who calls. Raises `CallRefused` where nobody is known by what was shown."""


class OwnToken:
    """Lets in who has the engine's own token, for everything."""

    def __init__(self, token: str) -> None:
        self._token = token.encode("ascii")

    def address(self, _headers: Mapping[bytes, bytes], peer: str) -> str:
        return peer

    async def caller(self, _method: str, headers: Mapping[bytes, bytes], address: str) -> Caller:
        if not self.is_shown(headers):
            message = N_(
                "The engine's token is missing or wrong. It stands in the file “token” beside its database."
            )
            raise problems.CallRefused(401, "unauthorized", Message(message))
        return Caller(OWNER, Role.ADMINISTRATOR, here=is_loopback(address))

    def is_shown(self, headers: Mapping[bytes, bytes]) -> bool:
        """Whether a request has the token."""
        return hmac.compare_digest(bearer(headers) or b"", self._token)


class Guard:
    """Lets a request pass that names this engine, is not too large, and whose caller the doorkeeper knows; to
    public paths, any that is not too large.

    A page in a browser can send requests to an engine on the same computer, under a name that it made point
    there. Its `Host` then is that name, and it has no token.
    """

    def __init__(
        self,
        app: ASGIApp,
        doorkeeper: Doorkeeper,
        hosts: Collection[str] | None,
        recorder: Recorder | None = None,
    ) -> None:
        """`hosts`: names and addresses, without ports, by which the engine may be called; None: any.
        `recorder`: keeps what callers change; None: nobody asks."""
        self._app = app
        self._doorkeeper = doorkeeper
        self._hosts = hosts
        self._recorder = recorder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = _headers(scope)
        most = _most_of_public(scope["path"])
        address = self._doorkeeper.address(headers, scope["client"][0] if scope.get("client") else "")
        scope[CALL] = Call(None, address)
        language = language_of(headers.get(b"accept-language", b""))
        with use_language(language) if language else nullcontext():
            try:
                if most is None:
                    scope[CALL] = await self._call(scope, headers, address)
                body = await _body(headers, receive, MAX_BODY_BYTES if most is None else most)
            except problems.CallRefused as refused:
                scope[problems.REFUSED] = refused.code
                await problems.refusal(refused)(scope, receive, send)
            else:
                with calling(scope[CALL]):
                    await self._app(scope, _replay(body, receive), send)

    async def _call(self, scope: Scope, headers: Mapping[bytes, bytes], address: str) -> Call:
        hosts = None if scope["path"] in PROBES else self._hosts
        if hosts is not None and _host(headers.get(b"host", b"")) not in hosts:
            raise problems.CallRefused(421, "wrong_host", Message(N_("No engine has this name here.")))
        if "\0" in scope["path"]:
            raise problems.CallRefused(404, "not_found", Message(N_("There is nothing at this address.")))
        _refuse_odd(scope["query_string"])
        if headers.get(b"content-encoding", b"identity").strip().lower() != b"identity":
            # A small body could become one that no memory holds.
            raise problems.CallRefused(415, "packed", Message(N_("Send the body as it is, not compressed.")))
        method = scope["method"]
        # HEAD is no method of the table: who asks so has to show a token.
        open_ = (method, scope["path"]) in OPEN_CALLS
        caller = None if open_ else await self._doorkeeper.caller(method, headers, address)
        return Call(caller, address, self._recorder)


def _refuse_odd(query: bytes) -> None:
    """Raises `CallRefused` for a query with what cannot be stored, or with a parameter given twice."""
    if b"%00" in query:
        message = N_("Remove the invisible character that cannot be stored.")
        raise problems.CallRefused(422, "invalid_request", Message(message))
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    given = [name for name, _ in pairs if name not in REPEATABLE]
    if len(set(given)) < len(given):
        # Whoever looked at one of them may not have seen the one that counts.
        message = N_("A parameter is given twice. Give each once.")
        raise problems.CallRefused(422, "invalid_request", Message(message))


def bearer(headers: Mapping[bytes, bytes]) -> bytes | None:
    """The token that a request shows, or None."""
    scheme, _, given = headers.get(b"authorization", b"").partition(b" ")
    return given.strip() if scheme.lower() == b"bearer" else None


def is_loopback(address: str) -> bool:
    """Whether an address is this computer's own."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


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


def language_of(accepted: bytes) -> str | None:
    """The first language asked for that there is, or None."""
    for part in accepted.decode("latin-1").lower().split(",")[:10]:
        language = part.partition(";")[0].strip().partition("-")[0]
        if language in LANGUAGES:
            return language
    return None
