"""HTTP to one provider, many requests at a time: connections kept, addresses checked, nothing asked twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from engine.channels.network import Network
from engine.channels.verdict import NotReached, refused_by_system
from engine.channels.web import MAX_ANSWER, Answer, Request
from engine.i18n import N_, Message

if TYPE_CHECKING:
    from aiohttp import ClientRequest, ClientResponse, ClientSession


class Timeouts(NamedTuple):
    """Seconds to wait for a connection, and for a whole answer."""

    connect: float = 5.0
    answer: float = 30.0


USUAL = Timeouts()
_ONE_QUESTION = Timeouts(answer=10.0)
"""Somebody waits for it in front of a screen."""


class Lost(Exception):  # noqa: N818 - an answer, as it were
    """The request may have arrived, but no usable answer came back. reason: a code without secrets."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class HttpClient:
    """Belongs to the event loop in which it first sends. url: an address of the only host that is asked."""

    def __init__(self, url: str, network: Network, timeouts: Timeouts) -> None:
        self._url, self._network, self._timeouts = url, network, timeouts
        self._session: ClientSession | None = None

    async def send(self, request: Request) -> Answer:
        """Send a request once. Raises `NotReached` where it has not left the machine, else `Lost`."""
        import aiohttp

        session = self._session or self._opened()
        # aiohttp repeats a GET by itself when its connection breaks: a message would be sent twice.
        once = (_once,) if request.method == "GET" else None
        try:
            async with session.request(
                request.method,
                request.url,
                data=request.body or None,
                headers=request.headers,
                allow_redirects=False,  # the secret is for this address only
                middlewares=once,
            ) as response:
                text = await _text(response)
                return Answer(response.status, text, response.headers.get("Retry-After", ""))
        except (aiohttp.ClientConnectorError, aiohttp.ClientConnectorCertificateError) as error:
            raise NotReached(refused_by_system(self._place, _reason(error))) from None
        except aiohttp.ConnectionTimeoutError:
            raise NotReached(refused_by_system(self._place, TimeoutError())) from None
        except aiohttp.InvalidURL:
            raise NotReached(Message(N_("{place} is no address."), place=self._place)) from None
        except TimeoutError:
            raise Lost("timeout") from None
        except (aiohttp.ClientResponseError, aiohttp.ClientPayloadError, UnicodeError):
            raise Lost("garbled_answer") from None
        except (aiohttp.ClientError, OSError):
            raise Lost("connection_lost") from None

    async def close(self) -> None:
        """Let go of connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    @property
    def _place(self) -> str:
        return urlsplit(self._url).netloc.rpartition("@")[2]

    def _opened(self) -> ClientSession:
        from aiohttp import ClientSession, ClientTimeout, DummyCookieJar

        wait = ClientTimeout(total=self._timeouts.answer, sock_connect=self._timeouts.connect)
        self._session = ClientSession(
            connector=self._network.connector(urlsplit(self._url).hostname or ""),
            timeout=wait,
            cookie_jar=DummyCookieJar(),
            headers={"User-Agent": "campaign-canvas"},
            trust_env=False,  # no proxy stands between us, and no .netrc gives a password away
        )
        return self._session


def ask(request: Request, network: Network) -> Answer:
    """Send one request, and wait for its answer. Raises `NotReached`."""

    async def work() -> Answer:
        client = HttpClient(request.url, network, _ONE_QUESTION)
        try:
            return await client.send(request)
        finally:
            await client.close()

    place = urlsplit(request.url).netloc.rpartition("@")[2]
    try:
        return asyncio.run(work())
    except Lost as lost:
        if lost.reason == "timeout":
            raise NotReached(refused_by_system(place, TimeoutError())) from None
        text = N_("{place} answers with something that is no HTTP.")
        raise NotReached(Message(text, place=place)) from None


async def _once(
    request: ClientRequest, handler: Callable[[ClientRequest], Awaitable[ClientResponse]]
) -> ClientResponse:
    import aiohttp

    try:
        return await handler(request)
    except (aiohttp.ClientConnectorError, aiohttp.ServerTimeoutError):
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError):
        raise Lost("connection_lost") from None


async def _text(response: ClientResponse) -> str:
    """The answer's text, as far as it is read: nobody fills the memory with one."""
    content = await response.content.read(MAX_ANSWER)
    while len(content) < MAX_ANSWER and not response.content.at_eof():
        more = await response.content.read(MAX_ANSWER - len(content))
        if not more:
            break
        content += more
    return content.decode("utf-8", "replace")


def _reason(error: Exception) -> OSError:
    """What the system says of a connection that was not made."""
    found = getattr(error, "certificate_error", None) or getattr(error, "os_error", None)
    return found if isinstance(found, OSError) else OSError()
