"""Questions that may be overtaken by a newer one: the older one's query is then stopped in the database."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from engine.i18n import N_, Message
from engine.server.problems import CallRefused
from engine.store.dialect import interrupt


class _Asked:
    """One question under way."""

    __slots__ = ("connection", "overtaken")

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.overtaken = False


class Tickets:
    """Questions by the ticket that their asker gave them: only the newest of a ticket is answered."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: dict[str, _Asked] = {}
        self._overtaken: set[_Asked] = set()

    @contextmanager
    def asking(self, ticket: str | None, connection: Connection) -> Iterator[None]:
        """Ask on this connection inside the block, in place of what was asked before with the same ticket.

        Raises `CallRefused` where somebody overtakes this one meanwhile.
        """
        if ticket is None:
            yield
            return
        mine = _Asked(connection)
        with self._lock:
            self._stop(ticket)
            self._asked[ticket] = mine
        try:
            yield
        except DBAPIError:
            if mine.overtaken:
                raise _overtaken() from None
            raise
        finally:
            with self._lock:
                self._overtaken.discard(mine)
                if self._asked.get(ticket) is mine:
                    del self._asked[ticket]
        if mine.overtaken:
            raise _overtaken()

    def cancel(self, ticket: str) -> None:
        """Nobody wants to know any more."""
        with self._lock:
            self._stop(ticket)

    def _stop(self, ticket: str) -> None:
        """Called with the lock held: a connection is only let go with it, so it is still that question's.

        What was overtaken before and is still there is told again: its query had not begun at that time.
        """
        if (before := self._asked.pop(ticket, None)) is not None:
            before.overtaken = True
            self._overtaken.add(before)
        for one in self._overtaken:
            interrupt(one.connection)


def _overtaken() -> CallRefused:
    message = Message(N_("A newer question took the place of this one."))
    return CallRefused(HTTPStatus.CONFLICT, "overtaken", message)
