"""Cutting a server's connections from outside, so that whoever waits for an answer on one gets an error."""

from __future__ import annotations

import os
import socket
import threading
import weakref
from contextlib import suppress
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection


class Wires:
    """The connections that some engines have open to a PostgreSQL server.

    A thread that waits for a server whose packets vanish waits for as long as TCP hopes, and nothing in the
    driver can be told from another thread to stop. Its socket can be shut down from any.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: weakref.WeakSet[Any] = weakref.WeakSet()

    def watch(self, engine: Engine) -> None:
        """From now on an engine's connections are known."""

        @event.listens_for(engine, "connect")
        def connected(connection: DBAPIConnection, _record: object) -> None:
            with self._lock:
                self._open.add(connection)

    def cut(self) -> None:
        """End every connection that is open now, without waiting for anything."""
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            with suppress(Exception):  # closed meanwhile: it needs no cutting
                _shut(connection)


def _shut(connection: Any) -> None:
    number = os.dup(connection.fileno())
    own = socket.socket(fileno=number)
    with own:
        # Its owner may have closed it in between, and the number have become somebody else's.
        if not connection.closed:
            own.shutdown(socket.SHUT_RDWR)
