"""Receivers on loopback that take everything and answer at once, in a process of their own.

They read as little as the protocol allows: what is measured is who sends.
"""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Literal

Kind = Literal["http", "smtp"]

_OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


class _Http(asyncio.Protocol):
    """Answers each request with 200."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._held, self._body = transport, b"", 0

    def data_received(self, data: bytes) -> None:
        self._held += data
        while self._take():
            self._transport.write(_OK)

    def _take(self) -> bool:
        """Whether a whole request has come; it is let go of."""
        end = self._held.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = self._held[:end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self._held) < end + 4 + length:
            return False
        self._held = self._held[end + 4 + length :]
        return True


class _Smtp(asyncio.Protocol):
    """A mail server that takes every email."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._held, self._in_mail = transport, b"", False
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self._held += data
        while (line := self._line()) is not None:
            if self._in_mail:
                self._in_mail = False
                self._transport.write(b"250 taken\r\n")
            else:
                self._transport.write(self._answer(line[:4].upper()))

    def _line(self) -> bytes | None:
        """The next command, or a whole email."""
        mark = b"\r\n.\r\n" if self._in_mail else b"\r\n"
        end = self._held.find(mark)
        if end < 0:
            return None
        line, self._held = self._held[:end], self._held[end + len(mark) :]
        return line

    def _answer(self, verb: bytes) -> bytes:
        if verb == b"DATA":
            self._in_mail = True
            return b"354 go on\r\n"
        return b"221 bye\r\n" if verb == b"QUIT" else b"250 OK\r\n"


def _serve(kind: Kind, told: Connection) -> None:
    async def main() -> None:
        protocol = _Http if kind == "http" else _Smtp
        server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
        told.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


@contextmanager
def sink(kind: Kind) -> Iterator[int]:
    """A receiver; its port."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(kind, there), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        process.terminate()
        process.join()
