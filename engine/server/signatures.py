"""Events that carry a signature after Standard Webhooks, where a server has a secret for that."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import Request

from engine.channels.receipts import Report
from engine.channels.receipts.webhook import is_signed
from engine.i18n import N_, Message
from engine.server.problems import CallRefused
from engine.server.service import Service
from engine.workspace.account_fields import HttpAuth

HEADER = "webhook-signature"
_STANDARD = HttpAuth(type="standard")


def signature_check(service: Service) -> Callable[[Request], Awaitable[None]]:
    """A check that refuses a body whose signature is wrong, or is missing where one must be there."""
    rules = service.team

    async def check(request: Request) -> None:
        if rules is None or rules.signing_secret is None:
            return
        if HEADER not in request.headers and not rules.signed_only:
            return
        report = Report(dict(request.headers), await request.body(), {}, "")
        if not is_signed(report, _STANDARD, rules.signing_secret, service.now()):
            message = N_("The signature is missing, wrong, or older than five minutes.")
            raise CallRefused(401, "bad_signature", Message(message))

    return check
