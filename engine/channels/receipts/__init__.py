"""What providers report of messages: checked and read by pure functions, to which endpoints hand requests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from engine.channels.receipts import alibaba, webhook, wechat, wechat_encrypted
from engine.channels.receipts.bounces import bounces
from engine.channels.receipts.receipt import NotTaken, Receipt, Report, receipt_token, same
from engine.workspace.account import AccountFile
from engine.workspace.account_settings import WebhookSettings, WechatSettings

__all__ = ["ACKNOWLEDGED", "NotTaken", "Receipt", "Report", "receipt_token", "receipts_of"]

ACKNOWLEDGED: Mapping[str, str] = {"alibaba_sms": '{"code": 0, "msg": "OK"}', "wechat": "success"}
"""What an account's provider wants to hear when a report was taken, with status 200; nothing where not named.
Alibaba waits for it for 700 ms, and reports again without it."""

_PUSHED = ("opened", "ignored")
_SMS = ("delivered", "failed", "unsubscribed")


def receipts_of(
    report: Report, account: AccountFile, secrets: Mapping[str, str], now: datetime
) -> list[Receipt]:
    """What an account's provider reports. Repeated and late ones are the caller's affair.

    Raises `NotTaken`: the report is forged or makes no sense, and nothing of it counts.
    """
    token = receipt_token(account, secrets)
    settings = account.settings
    if account.kind == "wechat":
        if isinstance(settings, WechatSettings) and settings.encrypted:
            key = secrets.get("aes_key", "")
            return wechat.events(wechat_encrypted.opened(report, token, settings.app_id, key), now)
        if not wechat.is_signed(report, token):
            raise NotTaken(401, "signature")
        return wechat.events(report, now)
    if isinstance(settings, WebhookSettings):
        codes = settings.receipts.codes if settings.receipts else ()
        if settings.auth is None or not webhook.is_signed(report, settings.auth, secrets.get("key", ""), now):
            raise NotTaken(401, "signature")
        return webhook.receipts(report, codes, now)
    if not same(report.token, token):
        raise NotTaken(401, "token")
    match account.kind:
        case "alibaba_sms":
            return alibaba.sms(report, now)
        case "alibaba_mail":
            return alibaba.mail(report, now)
        case "smtp":
            return bounces(report.body, now)
        case "umeng":
            return webhook.receipts(report, _PUSHED, now)
        case "http_sms":
            return webhook.receipts(report, _SMS, now, "mobile")
        case _:
            raise NotTaken(400, "no_receipts")
