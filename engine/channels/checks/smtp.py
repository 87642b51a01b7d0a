"""A mail server: reached, encrypted as it is set, signed in; no mail is handed over."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping

from engine.channels.verdict import NotReached, Verdict, refused_by_system
from engine.i18n import N_, Message
from engine.workspace.account_settings import SmtpSettings

_TIMEOUT_S = 10.0


def check(settings: SmtpSettings, secrets: Mapping[str, str]) -> Verdict:
    """Raises `NotReached`."""
    place = f"{settings.host}:{settings.the_port}"
    context = ssl.create_default_context()
    try:
        with _connected(settings, context) as server:
            server.ehlo()
            if settings.security == "starttls":
                server.starttls(context=context)
                server.ehlo()
            if settings.user:
                server.login(settings.user, secrets.get("password", ""))
            server.noop()
    except smtplib.SMTPAuthenticationError as error:
        text = N_("{place} refuses user or password (code {code}).")
        raise NotReached(Message(text, place=place, code=error.smtp_code)) from None
    except smtplib.SMTPNotSupportedError:
        text = N_("{place} does not offer this encryption or sign-in. Choose another encryption.")
        raise NotReached(Message(text, place=place)) from None
    except (smtplib.SMTPException, UnicodeError):
        text = N_("{place} does not answer like a mail server. Check port and encryption.")
        raise NotReached(Message(text, place=place)) from None
    except OSError as error:
        raise NotReached(refused_by_system(place, error)) from None
    if settings.user:
        return Verdict(
            True, Message(N_("{place} answers, and {user} may sign in."), place=place, user=settings.user)
        )
    return Verdict(True, Message(N_("{place} answers."), place=place))


def _connected(settings: SmtpSettings, context: ssl.SSLContext) -> smtplib.SMTP:
    timeout = _TIMEOUT_S
    if settings.security == "tls":
        return smtplib.SMTP_SSL(settings.host, settings.the_port, timeout=timeout, context=context)
    return smtplib.SMTP(settings.host, settings.the_port, timeout=timeout)
