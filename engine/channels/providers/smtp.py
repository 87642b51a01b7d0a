"""A mail server: connections are kept, one email at a time on each. What an answer means, its code says.

The library waits for each answer before the next command: it cannot pipeline; more connections make up for
it. Until its last line nothing of an email is handed over: an end before that leaves nothing in doubt.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from engine.channels.adapter import Accepted, Delivery, Destinations, Later, Outcome, Refused, Traits, Unknown
from engine.channels.answers import in_turn
from engine.channels.contents import EmailContent
from engine.channels.http_client import Timeouts
from engine.channels.mail_format import is_address, mail
from engine.channels.mail_server import MailServer
from engine.channels.network import Network
from engine.shapes.addresses import BadAddress, MailRoute, mail_route
from engine.workspace.account_settings import SmtpSettings

if TYPE_CHECKING:
    from aiosmtplib import SMTP

_CONNECTIONS, _IN_TURN = 10, 5
"""Connections, and emails that go over one before the loop writes down what became of them."""
_GONE = ("421", "connection_lost")
"""What a kept connection says that has ended meanwhile."""
_SIGN_IN = (454, 530, 534, 535, 538)
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")
_ENVELOPE_ID = re.compile(r"[A-Za-z0-9_.:-]{1,100}")


class _Letter(NamedTuple):
    """An email with its envelope."""

    route: MailRoute
    sender: str
    reference: str
    content: bytes


class Smtp:
    """Sends through one server."""

    def __init__(self, settings: SmtpSettings, secrets: Mapping[str, str], timeouts: Timeouts) -> None:
        self._patience = timeouts.answer
        self._server = MailServer(settings, secrets.get("password", ""), timeouts)
        self.traits = Traits(
            batch=_IN_TURN,
            concurrency=_CONNECTIONS,
            per_second=settings.per_second,
            destinations=Destinations.domains(settings.per_second_domain),
            receipts=bool(settings.user),
            in_turn=True,
        )

    async def send(self, batch: Sequence[Delivery]) -> Sequence[Outcome]:
        return await in_turn(batch, self._send)

    async def close(self) -> None:
        await self._server.close()

    async def _send(self, batch: Sequence[Delivery]) -> Sequence[Outcome]:
        (delivery,) = batch
        content = delivery.content
        assert isinstance(content, EmailContent)
        try:
            route = mail_route(delivery.address)
        except BadAddress:
            return [Refused("bad_address")]
        if not is_address(content.sender):
            return [Refused("bad_sender")]
        letter = _Letter(
            route, content.sender, delivery.reference, mail(delivery.key, route.address, content)
        )
        if (kept := self._server.kept()) is not None:
            outcome = await self._handed_over(kept, letter)
            if not (isinstance(outcome, Later) and outcome.reason in _GONE):
                return [outcome]
        return [await self._handed_over(await self._server.connected(), letter)]

    async def _handed_over(self, server: SMTP, letter: _Letter) -> Outcome:
        from aiosmtplib import SMTPException, SMTPResponseException

        if letter.route.needs_utf8 and not server.supports_extension("smtputf8"):
            self._server.keep(server)
            return Refused("no_smtputf8")
        dsn = server.supports_extension("dsn") and _ENVELOPE_ID.fullmatch(letter.reference)
        options = ["RET=HDRS", f"ENVID={letter.reference}"] if dsn else []
        if letter.route.needs_utf8:
            options.append("SMTPUTF8")
        handing = False
        try:
            async with asyncio.timeout(self._patience):
                await server.mail(letter.sender, options=options)
                await server.rcpt(
                    letter.route.address, options=["NOTIFY=FAILURE"] if dsn else [], encoding="utf-8"
                )
                handing = True
                await server.data(letter.content)
        except SMTPResponseException as error:
            outcome = _refusal(error.code, error.message)
            if isinstance(outcome, Refused) or (isinstance(outcome, Later) and not outcome.whole_account):
                with suppress(SMTPException, OSError):
                    await server.rset()
                    self._server.keep(server)
                    return outcome
            server.close()
            return outcome if handing or not isinstance(outcome, Unknown) else _not_begun(outcome.reason)
        except (SMTPException, OSError) as error:
            server.close()
            reason = "timeout" if isinstance(error, TimeoutError) else "connection_lost"
            return Unknown(reason) if handing else _not_begun(reason)
        except BaseException:  # cancelled: the connection is in the middle of something
            server.close()
            raise
        self._server.keep(server)
        return Accepted()


def adapter(
    settings: SmtpSettings, secrets: Mapping[str, str], _network: Network, timeouts: Timeouts
) -> Smtp:
    return Smtp(settings, secrets, timeouts)


def _not_begun(reason: str) -> Later:
    """The server went away, or makes no sense, before it was given an email."""
    return Later(reason, whole_account=True)


def _refusal(number: int, text: str) -> Outcome:
    """What an answer other than yes means. 4xx: not now. 5xx: never. Anything else is none."""
    enhanced = _ENHANCED.match(text)
    reason = f"{number} {enhanced[0]}" if enhanced else str(number)
    if number in _SIGN_IN or number == 421:
        return Later(str(number), whole_account=True)
    if 400 <= number < 500:
        return Later(reason)
    return Refused(reason) if 500 <= number < 600 else Unknown("garbled_answer")
