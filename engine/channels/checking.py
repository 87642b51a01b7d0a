"""The check of any account: what is missing first, then whether the provider can be reached and knows it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from urllib.parse import urlsplit

from engine.channels.checks import alibaba, kafka, over_http, smtp, umeng, wechat
from engine.channels.http_client import ask
from engine.channels.http_requests import EXAMPLE_SMS, example_batch, sms_request
from engine.channels.network import Network
from engine.channels.verdict import NotReached, Verdict
from engine.channels.web import Ask, Request, authorised, judged, shown
from engine.i18n import N_, Message
from engine.workspace.account import AccountFile
from engine.workspace.account_settings import (
    AlibabaMailSettings,
    AlibabaSmsSettings,
    HttpSmsSettings,
    KafkaSettings,
    SmtpSettings,
    UmengSettings,
    WebhookSettings,
    WechatSettings,
    lacking,
)
from engine.workspace.secrets import secret_fields


def check(account: AccountFile, secrets: Mapping[str, str], network: Network) -> Verdict:
    """Whether the account can be used now. Opens connections, sends nobody anything, raises nothing."""
    for lack in lacking(account.settings):
        return Verdict(False, lack.message)
    for field in secret_fields(account):
        if not secrets.get(field.name):
            return Verdict(False, Message(N_("Enter this first: {secret}."), secret=field.label))
    try:
        return _asked(account, secrets, partial(ask, network=network))
    except NotReached as error:
        return Verdict(False, error.message)


def _asked(account: AccountFile, secrets: Mapping[str, str], ask: Ask) -> Verdict:
    match account.settings:
        case SmtpSettings() as settings:
            return smtp.check(settings, secrets)
        case (WebhookSettings() | HttpSmsSettings()) as settings:
            return over_http.check(settings, secrets, ask)
        case (AlibabaSmsSettings() | AlibabaMailSettings()) as settings:
            return alibaba.check(settings, secrets, ask)
        case WechatSettings() as settings:
            return wechat.check(settings, secrets, ask)
        case UmengSettings() as settings:
            return umeng.check(settings, secrets, ask)
        case KafkaSettings() as settings:
            return kafka.check(settings, secrets)
        case _:
            return Verdict(True, Message(N_("A simulated account accepts everything and sends nothing.")))


def preview(account: AccountFile) -> str:
    """The request that a webhook or an SMS platform over HTTP gets, as text; "" for other kinds."""
    request = example(account)
    settings = account.settings
    if request is None or not isinstance(settings, WebhookSettings | HttpSmsSettings):
        return ""
    return shown(request, settings.auth)


def example(account: AccountFile) -> Request | None:
    """A request with made-up values; None for kinds that take no request of ours."""
    match account.settings:
        case WebhookSettings() as settings:
            return example_batch(settings)
        case HttpSmsSettings() as settings:
            return sms_request(settings, EXAMPLE_SMS)
        case _:
            return None


def test(account: AccountFile, secrets: Mapping[str, str], network: Network) -> Verdict:
    """Send a webhook one request with a made-up person, marked as a test. Raises nothing."""
    settings = account.settings
    assert isinstance(settings, WebhookSettings)
    for lack in lacking(settings):
        return Verdict(False, lack.message)
    place = urlsplit(settings.url).netloc
    try:
        request = authorised(example_batch(settings), settings.auth, secrets.get("key", ""))
        answer = ask(request, network)
    except NotReached as error:
        return Verdict(False, error.message)
    if (trouble := judged(answer, place)) is not None:
        return Verdict(False, trouble)
    text = N_("{place} answers the test with status {status}.")
    return Verdict(200 <= answer.status < 300, Message(text, place=place, status=answer.status))
