"""What is read of HTTP answers, and what is never taken for one: against a server that says just what a test
wants."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest

from engine.channels.http_client import USUAL, HttpClient, Timeouts
from engine.channels.http_connection import Lost
from engine.channels.network import Network
from engine.channels.sending.loop import new_event_loop
from engine.channels.verdict import NotReached
from engine.channels.web import MAX_ANSWER, Answer, Request

OK = b"HTTP/1.1 200 OK\r\n"
HINTS = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nRetry-After: 9\r\n\r\n"
LONG = b"x" * (MAX_ANSWER + 1000)


class Server:
    """Says one thing for each request, in turn; `None` ends the connection instead.

    heard: the requests. connections: how many were made."""

    def __init__(self, says: Sequence[bytes | None]) -> None:
        self._says = list(says)
        self.heard: list[bytes] = []
        self.has_heard = asyncio.Event()
        self.connections = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next(
                    (
                        int(line.split(b":")[1])
                        for line in head.split(b"\r\n")
                        if b"content-length" in line.lower()
                    ),
                    0,
                )
                self.heard.append(head + await reader.readexactly(length))
                self.has_heard.set()
                said = self._says.pop(0)
                if said is None:
                    break
                writer.write(said)
                await writer.drain()
                if b"Content-Length" not in said and b"chunked" not in said:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def talk(
    server: Server,
    work: Callable[[HttpClient, str], Awaitable[object]],
    timeouts: Timeouts = USUAL,
) -> None:
    """Let a client work with a server; its URL is given with it."""

    async def main() -> None:
        listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/in?a=b c"
        client = HttpClient(url, Network(["127.0.0.1"]), timeouts)
        try:
            await work(client, url)
        finally:
            await client.close()
            listening.close()

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(main())


def answers(*says: bytes | None, timeouts: Timeouts = USUAL) -> tuple[list[Answer | str], Server]:
    """What comes of as many requests, one after the other; for one without an answer, why."""
    found: list[Answer | str] = []

    async def work(client: HttpClient, url: str) -> None:
        for _ in says:
            try:
                found.append(await client.send(Request("POST", url, {"X-Key": "k"}, b"body")))
            except Lost as lost:
                found.append(lost.reason)

    server = Server(says)
    talk(server, work, timeouts)
    return found, server


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (OK + b"Content-Length: 2\r\n\r\n{}", Answer(200, "{}")),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", Answer(200, "abc")),
        (b"HTTP/1.0 200 OK\r\n\r\nto its end", Answer(200, "to its end")),
        (b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", Answer(204, "")),
        (
            HINTS + b"HTTP/1.1 429 Busy\r\nretry-after: 7\r\nContent-Length: 1\r\n\r\n!",
            Answer(429, "!", "7"),
        ),
        (OK + b"Content-Length: 2\r\n\r\n\xff\xe4", Answer(200, "\ufffd\ufffd")),
        (OK + b"Content-Length: %d\r\n\r\n" % len(LONG) + LONG, Answer(200, "x" * MAX_ANSWER)),
        (b"garbage\r\n\r\n", "garbled_answer"),
        (b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n", "garbled_answer"),
        (OK + b"Content-Length: 9\r\nX: Content-Length\r\n\r\n", "timeout"),
        (OK + b"X: " + b"y" * 200_000, "garbled_answer"),
        (OK, "connection_lost"),
        (None, "connection_lost"),
    ],
)
def test_what_an_answer_is(said: bytes | None, answer: Answer | str) -> None:
    found, server = answers(said, timeouts=Timeouts(answer=0.2 if answer == "timeout" else 20.0))
    assert found == [answer]
    (heard,) = server.heard
    lines = heard.split(b"\r\n")
    assert lines[0] == b"POST /in?a=b+c HTTP/1.1"
    assert b"X-Key: k" in lines
    assert heard.endswith(b"\r\nContent-Length: 4\r\n\r\nbody")


def test_a_connection_is_used_again_unless_it_ends_or_more_comes_than_was_asked_for() -> None:
    whole = OK + b"Content-Length: 1\r\n\r\n1"
    ending = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\n2"
    more = whole + OK + b"Content-Length: 1\r\n\r\nnot for you"
    found, server = answers(whole, whole, ending, more, whole)
    assert [one.text for one in found if isinstance(one, Answer)] == ["1", "1", "2", "1", "1"]
    assert server.connections == 3


def test_who_stops_waiting_leaves_no_answer_for_the_next_one() -> None:
    async def work(client: HttpClient, url: str) -> None:
        first = asyncio.create_task(client.send(Request("POST", url, {}, b"1")))
        await server.has_heard.wait()
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        assert (await client.send(Request("POST", url, {}, b"2"))).text == "second"

    server = Server([OK + b"Content-Length: 9\r\n\r\nfirst", OK + b"Content-Length: 6\r\n\r\nsecond"])
    talk(server, work)
    assert server.connections == 2


@pytest.mark.parametrize("headers", [{"X": "a\r\nY: b"}, {"X\n": "a"}])
def test_a_header_cannot_begin_another_one(headers: dict[str, str]) -> None:
    async def work(client: HttpClient, url: str) -> None:
        with pytest.raises(NotReached, match="line break"):
            await client.send(Request("POST", url, headers))

    server = Server([])
    talk(server, work)
    assert server.heard == []


@pytest.mark.parametrize("url", ["", "http://", "ftp://a.example/", "http://a.example:x/", "mailto:a@b"])
def test_what_is_no_address_is_not_asked(url: str) -> None:
    async def work() -> None:
        with pytest.raises(NotReached, match="no address"):
            await HttpClient(url, Network(), Timeouts()).send(Request("GET", url))

    asyncio.run(work())
