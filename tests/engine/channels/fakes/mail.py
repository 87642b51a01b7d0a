"""A mail server on a real socket: signs people in, refuses recipients, and ends connections at will."""

from __future__ import annotations

import asyncio
import email
from email.message import Message
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.engine.channels.fakes.fake import Fake
from tests.engine.channels.fakes.loop_thread import LoopThread

USER = "shop"


class MailFake(Fake):
    """password: of `USER`; without one nobody has to sign in. per_connection: emails that one takes."""

    def __init__(self, password: str = "", per_connection: int = 10_000, **more: Any) -> None:
        super().__init__(**more)
        self.password, self.per_connection = password, per_connection
        self.mails: list[Message] = []
        self.envelopes: list[Envelope] = []
        self.signed_in = 0
        self.open: set[_Connection] = set()
        self.port = 0
        self._loop: LoopThread | None = None
        self._server: asyncio.Server | None = None

    @property
    def connections(self) -> int:
        return len(self.open)

    def __enter__(self) -> Self:
        self._loop = LoopThread()
        self._loop.run(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        assert self._loop is not None
        self._loop.run(self._stop())
        self._loop.end()

    def stop(self) -> None:
        """Answer nobody any more: connections are refused."""
        assert self._loop is not None
        self._loop.run(self._stop())

    async def _start(self) -> None:
        def made() -> SMTP:
            return _Connection(
                self,
                enable_SMTPUTF8=True,
                auth_require_tls=False,
                authenticator=self._authenticated if self.password else None,
                hostname="mail.fake",
            )

        self._server = await asyncio.get_running_loop().create_server(made, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for connection in list(self.open):
            connection.abort()

    def _authenticated(
        self, _server: object, _session: object, _envelope: object, _how: str, data: object
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        good = (data.login, data.password) == (USER.encode(), self.password.encode())
        self.signed_in += good
        return AuthResult(success=good, handled=False)

    # ---- what aiosmtpd asks

    async def handle_MAIL(  # noqa: N802 - the name that it asks for
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.password and not session.authenticated:
            return "530 5.7.0 Authentication required"
        assert isinstance(server, _Connection)
        if server.taken >= self.per_connection:
            server.ends = True
            return "421 4.7.0 Too many messages in this session"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuses(address):
            return f"550 5.1.1 <{address}>: no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        found = self.fault()
        assert isinstance(server, _Connection)
        if found is not None and found[0] == "busy":
            return "451 4.7.1 Try again later"
        if found is not None and found[0] == "broken":
            return "554 5.3.0 Transaction failed"
        if self.too_fast(1):
            return "450 4.7.1 Too fast"
        if found is None or found[1]:
            assert isinstance(envelope.content, bytes)
            message = email.message_from_bytes(envelope.content)
            self.mails.append(message)
            self.envelopes.append(envelope)
            self.take(envelope.rcpt_tos[0], str(message["Message-ID"]))
            server.taken += 1
        if found is None:
            return "250 OK"
        if found[0] == "slow":
            while not self.released.is_set():  # noqa: ASYNC110 - set from another thread
                await asyncio.sleep(0.01)
        elif found[0] == "reset":
            server.abort()
        return "what is this"


class _Connection(SMTP):
    """Knows when it ends, and how many emails came through it."""

    taken = 0
    ends = False

    def __init__(self, fake: MailFake, **more: Any) -> None:
        super().__init__(fake, **more)
        self._fake = fake

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._fake.open.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        self._fake.open.discard(self)
        super().connection_lost(error)

    def abort(self) -> None:
        """End without a word."""
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()

    async def push(self, status: Any) -> None:
        await super().push(status)
        if self.ends and self.transport is not None:
            self.transport.close()
