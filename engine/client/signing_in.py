"""Signing in to a team's server: the token that holds from then on is kept for its address."""

from __future__ import annotations

import platform
from contextlib import suppress
from typing import NamedTuple

from engine.client import tokens
from engine.client.calls import EngineRefused, EngineUnreachable
from engine.client.client import EngineClient
from engine.i18n import N_, Message
from engine.server.wire.identity import Me, SignedIn

_LABEL_LENGTH = 100
_NOT_FOUND = 404


class Connected(NamedTuple):
    """A server that lets somebody in. `in_keyring`: the token did not have to go to a file."""

    url: str
    me: Me
    in_keyring: bool


def sign_in(url: str, name: str, password: str) -> Connected:
    """Sign in with a password.

    Raises `EngineRefused`, `EngineUnreachable`, `FileError`, and `ValidationError` for a name or password
    that nobody can have.
    """
    with EngineClient(url, "") as anybody:
        try:
            signed_in = anybody.sign_in(name, password)
        except EngineRefused as refused:
            raise _explained(refused, anybody.base_url) from refused
        return keep(anybody.base_url, signed_in)


def accept(url: str, invitation: str, password: str) -> Connected:
    """Choose a password with an invitation, and sign in. Raises as `sign_in` does."""
    with EngineClient(url, "") as anybody:
        try:
            signed_in = anybody.accept_invitation(invitation, password)
        except EngineRefused as refused:
            raise _explained(refused, anybody.base_url) from refused
        return keep(anybody.base_url, signed_in)


def use_token(url: str, token: str) -> Connected:
    """Keep a token that somebody was given, once the server has taken it. Raises as `sign_in` does."""
    with EngineClient(url, token) as client:
        try:
            me = client.me()
        except EngineRefused as refused:
            raise _explained(refused, client.base_url) from refused
        return Connected(client.base_url, me, tokens.store(client.base_url, token))


def keep(url: str, signed_in: SignedIn) -> Connected:
    """Keep a token that holds as long as the server lets it, instead of the session. Raises as `sign_in`."""
    assert signed_in.token is not None  # no cookie was asked for
    with EngineClient(url, signed_in.token) as client:
        made = client.make_token(f"{platform.node()}: campaign-canvas"[:_LABEL_LENGTH])
        client.sign_out()
    return Connected(url, signed_in.me, tokens.store(url, made.token))


def sign_out(url: str) -> bool:
    """Take the token back, and forget it. False where nobody answers: it is forgotten here only, and serves
    until it ends or is revoked. Raises `FileError`."""
    token, taken_back = tokens.load(url), True
    if token is not None:
        try:
            with EngineClient(url, token) as client, suppress(EngineRefused):  # it may serve no more
                client.sign_out()
        except EngineUnreachable:
            taken_back = False
    tokens.forget(url)
    return taken_back


def _explained(refused: EngineRefused, url: str) -> Exception:
    """An engine of one person's computer has no users, and says only that there is no such call."""
    if refused.problem.status != _NOT_FOUND:
        return refused
    message = N_("The engine at {url} is one person's own: nobody signs in there. Use “Another machine…”.")
    return EngineUnreachable(Message(message, url=url))
