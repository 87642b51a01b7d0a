"""The network between a server and its database: it can be cut, or swallow whatever is sent."""

from __future__ import annotations

import selectors
import socket
import struct
import threading
from contextlib import suppress
from pathlib import Path
from typing import Self

_RESET = struct.pack("ii", 1, 0)
"""Of a socket that is closed so: the other side is told that the connection is broken."""
_STARTING = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0"
"""What PostgreSQL says to who comes too early."""


class Wire:
    """Leads connections to a port of this computer on to a database's socket.

    While it is cut, connections break and none are made. While it is silent they stay, and new ones are made,
    but no byte arrives on either side; what was sent meanwhile arrives once it speaks again. While it turns
    away, whoever comes is told that the database is starting.
    """

    def __init__(self, to: Path) -> None:
        self._to = str(to)
        self._selector = selectors.DefaultSelector()
        self._lock = threading.Lock()
        self._pairs: dict[socket.socket, socket.socket] = {}
        self._waiting: list[socket.socket] = []
        self._door = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._door.getsockname()[1]
        self._is_cut = self._is_silent = self._turns_away = self._ended = False
        self._turned_away = 0
        self._wakes, self._woken = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="wire")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended = True
        self._wake()
        self._thread.join()
        for one in (*self._pairs, *self._waiting, self._door, self._wakes, self._woken):
            one.close()
        self._selector.close()

    def cut(self) -> None:
        self._is_cut = True
        self._wake()

    def silence(self) -> None:
        self._is_silent = True
        self._wake()

    def turn_away(self) -> None:
        self._turns_away = True

    @property
    def turned_away(self) -> int:
        """How many have come too early."""
        return self._turned_away

    def mend(self) -> None:
        """As if nothing had been."""
        self._is_cut = self._is_silent = self._turns_away = False
        self._wake()

    # ---- in its thread

    def _wake(self) -> None:
        self._wakes.send(b"!")

    def _run(self) -> None:
        self._selector.register(self._door, selectors.EVENT_READ)
        self._selector.register(self._woken, selectors.EVENT_READ)
        while not self._ended:
            for key, _ in self._selector.select():
                one = key.fileobj
                assert isinstance(one, socket.socket)
                if one is self._door:
                    self._arrive()
                elif one is self._woken:
                    one.recv(4096)
                    self._change()
                else:
                    self._carry(one)

    def _change(self) -> None:
        if self._is_cut:
            for one in [*self._pairs, *self._waiting]:
                if one.fileno() >= 0:
                    self._break(one)
            self._waiting.clear()
        for one in self._pairs:
            self._listen(one, not self._is_silent)
        if not self._is_silent:
            for one in self._waiting:
                self._join(one)
            self._waiting.clear()

    def _listen(self, one: socket.socket, listens: bool) -> None:
        known = one in self._selector.get_map()
        if listens and not known:
            self._selector.register(one, selectors.EVENT_READ)
        elif known and not listens:
            self._selector.unregister(one)

    def _arrive(self) -> None:
        one, _ = self._door.accept()
        if self._is_cut:
            self._break(one)
        elif self._turns_away:
            with one:
                one.recv(4096)
                one.sendall(b"E" + struct.pack("!i", len(_STARTING) + 4) + _STARTING)
            self._turned_away += 1
        elif self._is_silent:
            self._waiting.append(one)
        else:
            self._join(one)

    def _join(self, one: socket.socket) -> None:
        other = socket.socket(socket.AF_UNIX)
        try:
            other.connect(self._to)
        except OSError:  # the database is away
            other.close()
            self._break(one)
            return
        self._pairs[one], self._pairs[other] = other, one
        self._listen(one, True)
        self._listen(other, True)

    def _carry(self, one: socket.socket) -> None:
        other = self._pairs.get(one)
        if other is None:
            return
        try:
            data = one.recv(1 << 16)
            if data:
                other.sendall(data)
        except OSError:
            data = b""
        if not data:
            self._break(one)

    def _break(self, one: socket.socket) -> None:
        other = self._pairs.pop(one, None)
        if other is not None:
            self._pairs.pop(other, None)
        for each in (one, other):
            if each is not None:
                self._listen(each, False)
                with suppress(OSError):
                    each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                each.close()
