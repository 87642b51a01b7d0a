"""Connections to one mail server, kept while they are used."""

from __future__ import annotations

import asyncio
import ssl
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from engine.channels.http_client import Timeouts
from engine.channels.verdict import NotReached, refused_by_system
from engine.i18n import N_, Message
from engine.workspace.account_settings import SmtpSettings

if TYPE_CHECKING:
    from aiosmtplib import SMTP

_KEPT_S = 30.0


class MailServer:
    """Opens connections, signs in, keeps those that come back."""

    def __init__(self, settings: SmtpSettings, password: str, timeouts: Timeouts) -> None:
        self._settings, self._password, self._timeouts = settings, password, timeouts
        self._context: ssl.SSLContext | None = None
        self._idle: list[tuple[SMTP, float]] = []

    async def close(self) -> None:
        """Take leave on every kept connection."""
        idle, self._idle = self._idle, []
        await asyncio.gather(*(_leave(server) for server, _ in idle))

    def keep(self, server: SMTP) -> None:
        """Take back a connection on which nothing is under way."""
        self._idle.append((server, time.monotonic()))

    def kept(self) -> SMTP | None:
        """A connection that was used a moment ago. It may have ended meanwhile."""
        while self._idle:
            server, since = self._idle.pop()
            if server.is_connected and time.monotonic() - since < _KEPT_S:
                return server
            server.close()
        return None

    async def connected(self) -> SMTP:
        """A new connection, signed in. Raises `NotReached`."""
        from aiosmtplib import SMTP, SMTPAuthenticationError, SMTPException

        settings = self._settings
        place = f"{settings.host}:{settings.the_port}"
        server = SMTP(
            hostname=settings.host,
            port=settings.the_port,
            use_tls=settings.security == "tls",
            start_tls=settings.security == "starttls",
            tls_context=None if settings.security == "none" else self._tls(),
            username=settings.user or None,
            password=self._password if settings.user else None,
            timeout=self._timeouts.connect,
        )
        try:
            await server.connect()
        except SMTPAuthenticationError as error:
            text = N_("{place} refuses user or password (code {code}).")
            raise NotReached(Message(text, place=place, code=error.code)) from None
        except (SMTPException, OSError, ValueError) as error:
            cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
            if isinstance(error, TimeoutError):
                cause = TimeoutError()
            if isinstance(cause, OSError) and not isinstance(cause, SMTPException):
                raise NotReached(refused_by_system(place, cause)) from None
            text = N_("{place} does not answer like a mail server. Check port and encryption.")
            raise NotReached(Message(text, place=place)) from None
        server.timeout = self._timeouts.answer
        return server

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = ssl.create_default_context()
        return self._context


async def _leave(server: SMTP) -> None:
    from aiosmtplib import SMTPException

    with suppress(SMTPException, OSError):
        await server.quit(timeout=1.0)
    server.close()
