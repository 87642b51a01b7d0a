"""One module a kind of provider: how its account sends. Nothing here decides whether to send again."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from engine.channels.adapter import Adapter
from engine.channels.http_client import USUAL, Timeouts
from engine.channels.network import Network
from engine.workspace.account import AccountFile

KINDS = ("alibaba_sms", "http_sms", "alibaba_mail", "smtp", "wechat", "umeng", "webhook", "kafka")
"""Each has a module of its name here with a function `adapter(settings, secrets, network, timeouts)`."""


def adapter_of(
    account: AccountFile, secrets: Mapping[str, str], network: Network, timeouts: Timeouts = USUAL
) -> Adapter:
    """The account, ready to send; opens no connection yet.

    Raises `KeyError` for a simulated account, and `NotReached` where a library is missing.
    """
    if account.kind not in KINDS:
        raise KeyError(account.kind)
    module = import_module(f"engine.channels.providers.{account.kind}")
    made: Adapter = module.adapter(account.settings, secrets, network, timeouts)
    return made
