"""`login` and `logout`: a token of a team's server in the keyring."""

from __future__ import annotations

import getpass
import sys
from contextlib import suppress

from pydantic import ValidationError

from engine.client import EngineClient, EngineRefused, tokens
from engine.client.signing_in import keep
from engine.commands.errors import CommandError
from engine.i18n import N_, Message, tr
from engine.server.wire.identity import SignedIn


def login(url: str, name: str | None, *, invitation: bool) -> None:
    """Sign in, or accept an invitation; keep a token that holds as long as the server lets it.

    What is asked for is read from the standard input, a line each, where that is no terminal.
    Raises `EngineRefused`, `EngineUnreachable`, `CommandError`.
    """
    with EngineClient(url, "") as anybody:
        url = anybody.base_url
        try:
            signed_in = _accepted(anybody) if invitation else _signed_in(anybody, name)
        except ValidationError as error:  # a name or password that nobody can have
            message = N_("Enter what you were given, without anything around it.")
            raise CommandError(Message(message)) from error
    in_keyring = keep(url, signed_in).in_keyring
    me = signed_in.me
    said = {"workspace": me.workspace, "name": me.name, "role": me.role}
    print(tr("Signed in to “{workspace}” as {name} ({role}).", **said))
    if not in_keyring:
        print(tr("There is no keyring: kept in a file only you can read."))


def logout(url: str) -> None:
    """Take the token back and forget it. Raises `EngineUnreachable`, `CommandError`."""
    url = url.strip().rstrip("/")
    token = tokens.load(url)
    if token is None:
        raise CommandError(Message(N_("You are not signed in to {url}."), url=url))
    with EngineClient(url, token) as client, suppress(EngineRefused):  # it may serve no more
        client.sign_out()
    tokens.forget(url)
    print(tr("Signed out."))


def _signed_in(client: EngineClient, name: str | None) -> SignedIn:
    name = name or _asked(tr("Name: "))
    return client.sign_in(name, _secret(tr("Password: ")))


def _accepted(client: EngineClient) -> SignedIn:
    token = _secret(tr("Invitation: "))
    password = _secret(tr("New password: "))
    if sys.stdin.isatty() and _secret(tr("Once more: ")) != password:
        raise CommandError(Message(N_("The two passwords differ.")))
    return client.accept_invitation(token, password)


def _asked(words: str) -> str:
    return input(words).strip() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")


def _secret(words: str) -> str:
    return getpass.getpass(words) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
