"""The accounts of a workspace, ready to send: with their secrets, and to addresses that may be reached."""

from __future__ import annotations

from collections.abc import Callable

from engine.channels.adapter import Adapter
from engine.channels.network import Network
from engine.channels.providers import adapter_of
from engine.channels.verdict import NotReached
from engine.i18n import N_, Message, MessageError
from engine.workspace.account import AccountFile
from engine.workspace.secrets import Secrets
from engine.workspace.workspace import Workspace


class NotUsable(MessageError):  # noqa: N818 - an answer, not a defect
    """Nothing can be sent through an account; `message` says why."""


def opener(workspace: Workspace) -> Callable[[AccountFile], Adapter]:
    """What makes an account ready to send. It raises `NotUsable`."""
    secrets, network = Secrets(workspace.folder), Network(workspace.settings.allowed_addresses)

    def adapter(account: AccountFile) -> Adapter:
        if missing := secrets.missing(account):
            text = N_(
                "“{account}” lacks a secret: {secret}. Enter it in Settings, under Accounts; on a server, by "
                "the command “account secret”."
            )
            raise NotUsable(Message(text, account=account.name, secret=missing[0].label))
        try:
            return adapter_of(account, secrets.load(account), network)
        except NotReached as error:
            raise NotUsable(error.message) from error

    return adapter
