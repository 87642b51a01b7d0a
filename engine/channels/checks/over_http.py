"""Webhooks and SMS platforms by an HTTP definition: the address answers, and the sign-in is accepted."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from engine.channels.verdict import Verdict
from engine.channels.web import Ask, Request, authorised, judged
from engine.i18n import N_, Message
from engine.workspace.account_settings import HttpSmsSettings, WebhookSettings

_NOT_ALLOWED = (400, 405, 415, 422, 501)
"""How a receiver answers that takes nothing but real requests: it is there, and lets us in."""


def check(settings: WebhookSettings | HttpSmsSettings, secrets: Mapping[str, str], ask: Ask) -> Verdict:
    """Ask the address for checks where there is one, else ask only which methods the address takes.

    Raises `NotReached`.
    """
    own = settings.check_url if isinstance(settings, HttpSmsSettings) else ""
    request = Request("GET" if own else "OPTIONS", own or settings.url)
    answer = ask(authorised(request, settings.auth, secrets.get("key", "")))
    place = urlsplit(request.url).netloc
    if answer.status in _NOT_ALLOWED and not own:
        return Verdict(True, Message(N_("{place} answers."), place=place))
    if (trouble := judged(answer, place)) is not None:
        return Verdict(False, trouble)
    if own and not 200 <= answer.status < 300:
        text = N_("{place} answers with status {status}.")
        return Verdict(False, Message(text, place=place, status=answer.status))
    return Verdict(True, Message(N_("{place} answers."), place=place))
