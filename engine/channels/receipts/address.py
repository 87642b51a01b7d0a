"""Where an account's provider reports to: the address that is entered there."""

from __future__ import annotations

from collections.abc import Mapping

from engine.channels.receipts.receipt import receipt_token
from engine.workspace.account import AccountFile
from engine.workspace.account_settings import HttpSmsSettings, SmtpSettings, WebhookSettings

_REPORTING = ("alibaba_sms", "http_sms", "alibaba_mail", "smtp", "wechat", "umeng", "webhook")


def reports(account: AccountFile) -> bool:
    """Whether the account's provider can report, as the account is."""
    match account.settings:
        case WebhookSettings() as webhook:
            return webhook.receipts is not None and webhook.auth is not None and webhook.auth.type != "none"
        case HttpSmsSettings(auth=auth):
            return auth is not None and auth.type != "none"
        case SmtpSettings(user=user):
            return bool(user)
        case _:
            return account.kind in _REPORTING


def receipt_address(public_address: str, account: AccountFile, secrets: Mapping[str, str]) -> str:
    """The address; its last part is secret, but for webhooks, which sign. Empty while a secret is missing."""
    place = f"{public_address}/receipts/{account.id}"
    if account.kind == "webhook":
        return place
    token = receipt_token(account, secrets)
    return f"{place}/{token}" if token else ""
