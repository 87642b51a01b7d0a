"""Every kind of account beside the fake of its provider: what the tests of all adapters share."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.channels.adapter import Adapter, Delivery
from engine.channels.contents import (
    Content,
    DigitalSmsContent,
    EmailContent,
    Keyword,
    PushContent,
    SmsContent,
    TemplateMessageContent,
    ValuesContent,
    WechatMessageContent,
)
from engine.channels.http_client import Timeouts
from engine.channels.network import Network
from engine.channels.providers import adapter_of
from engine.components.wechat_message import Content as WechatContent
from engine.workspace.account import ACCOUNT, AccountFile
from tests.engine.channels.fakes.alibaba import ACCESS_KEY, AlibabaFake
from tests.engine.channels.fakes.fake import Fake
from tests.engine.channels.fakes.http_sms import HttpSmsFake
from tests.engine.channels.fakes.kafka import TOPIC, KafkaFake
from tests.engine.channels.fakes.mail import USER, MailFake
from tests.engine.channels.fakes.umeng import APP_KEY, UmengFake
from tests.engine.channels.fakes.webhook import WebhookFake
from tests.engine.channels.fakes.wechat import APP_ID, WechatFake

CANARY = "whsec_" + base64.b64encode(b"canary-secret-0123456789").decode()
"""A secret that must stand in no text."""
LOOPBACK = Network(["127.0.0.0/8"])
QUICK = Timeouts(connect=0.5, answer=0.3)
PATIENT = Timeouts(connect=5.0, answer=10.0)


def account(kind: str, **settings: Any) -> AccountFile:
    raw = {"format": "account", "version": 1, "id": "acc", "name": "A", "kind": kind, "settings": settings}
    return ACCOUNT.adapter.validate_python(raw)


@dataclass(frozen=True)
class Case:
    """One way to send. make: a fake; settings: the account's, for the fake. lacks: faults it cannot have."""

    name: str
    kind: str
    make: Callable[[], Any]
    settings: Callable[[Any], Mapping[str, Any]]
    content: Callable[[int], Content]
    address: Callable[[int], str] = lambda number: f"139{number:08}"
    secrets: Mapping[str, str] = field(default_factory=lambda: {"key": CANARY})
    lacks: tuple[str, ...] = ()
    gives_ids: bool = True

    def account(self, fake: Fake) -> AccountFile:
        return account(self.kind, **self.settings(fake))

    def adapter(self, fake: Fake, timeouts: Timeouts = PATIENT) -> Adapter:
        return adapter_of(self.account(fake), self.secrets, LOOPBACK, timeouts)

    def delivery(self, number: int, content: Content | None = None) -> Delivery:
        address = self.address(number)
        key = hashlib.sha256(f"{self.name}/{number}".encode()).hexdigest()
        return Delivery(
            key, f"ref-{number}", f"p{number}", "mobile", address, content or self.content(number)
        )

    def __str__(self) -> str:
        return self.name


def _values(number: int) -> Content:
    return ValuesContent({"name": f"顾客 {number}", "points": str(number)})


def _sms(number: int) -> Content:
    return SmsContent(f"Dear 顾客 {number}", "Brand", "SMS_1", {"name": f"顾客 {number}"}, marketing=True)


def _mail(number: int) -> Content:
    way_out, text = f"https://shop.example/u/{number}", "Hi 你好\n."
    return EmailContent("news@shop.example", "Shop 店", f"Hi {number} 你好", "<p>Hi 你好</p>", text, way_out)


def _push(number: int) -> Content:
    return PushContent(
        "shop", "android", "device_token", "", "Sale", "Today", "open_url", "https://a.example"
    )


def _alias(number: int) -> Content:
    return PushContent("shop", "ios", "idfa", "", f"Sale {number}", "Today", "open_app")


def _webhook(auth: str, **more: Any) -> Callable[[WebhookFake], Mapping[str, Any]]:
    told: dict[str, Any] = {"type": auth}
    if auth == "basic":
        told["user"] = "shop"
    if auth in ("header", "signature"):
        told["header"] = "X-Key"
    return lambda fake: {"url": f"{fake.url}/gift", "id_types": ["mobile"], "auth": told, **more}


def _platform(method: str, content: str) -> Callable[[HttpSmsFake], Mapping[str, Any]]:
    fields = [{"name": "to", "value": "${phone}"}, {"name": "text", "value": "${signature} ${text}"}]
    fields += [{"name": "id", "value": "${id}"}]
    told = {
        "method": method,
        "content": content,
        "fields": fields,
        "auth": {"type": "header", "header": "X-Key"},
    }
    found = {"success_field": "result.code", "success_value": "0", "signatures": ["Brand"]}
    return lambda fake: {"url": f"{fake.url}/send?v=2", **told, **found}


def _http_sms() -> HttpSmsFake:
    fake = HttpSmsFake()
    fake.key = CANARY
    return fake


def _alibaba(fake: AlibabaFake) -> Mapping[str, Any]:
    return {"access_key_id": ACCESS_KEY, "signatures": ["Brand"], "endpoint": fake.url}


def _directmail(fake: AlibabaFake) -> Mapping[str, Any]:
    return {"access_key_id": ACCESS_KEY, "senders": ["news@shop.example"], "endpoint": fake.url}


def _wechat(fake: WechatFake) -> Mapping[str, Any]:
    return {"app_id": APP_ID, "endpoint": fake.url}


def _umeng(fake: UmengFake) -> Mapping[str, Any]:
    return {"apps": [{"id": "shop", "android_key": APP_KEY, "ios_key": APP_KEY}], "endpoint": fake.url}


def _server(fake: MailFake) -> Mapping[str, Any]:
    place = {"host": "127.0.0.1", "port": fake.port, "security": "none"}
    return {**place, "user": USER, "senders": ["news@shop.example"]}


def _brokers(fake: KafkaFake) -> Mapping[str, Any]:
    return {"brokers": fake.brokers, "topic": TOPIC, "id_types": ["mobile"]}


def _mailbox(number: int) -> str:
    return f"p{number}@mail.example"


_KEY = {"access_key_secret": CANARY}
_SECRET = {"app_secret": CANARY}
_APP = {"shop/android": CANARY, "shop/ios": CANARY}


def _signing(auth: str) -> Case:
    return Case(f"webhook-{auth}", "webhook", lambda: WebhookFake(auth, CANARY), _webhook(auth), _values)


SIGNING = tuple(_signing(auth) for auth in ("none", "basic", "bearer", "header", "signature"))
"""Every way in which webhooks show who sends them but one, which is among the cases."""
CASES = (
    _signing("standard"),
    Case(
        "webhook-single",
        "webhook",
        lambda: WebhookFake("standard", CANARY),
        _webhook("standard", batch_size=1),
        _values,
    ),
    Case("http_sms-json", "http_sms", _http_sms, _platform("POST", "json"), _sms, gives_ids=False),
    Case("http_sms-form", "http_sms", _http_sms, _platform("POST", "form"), _sms, gives_ids=False),
    Case("http_sms-get", "http_sms", _http_sms, _platform("GET", "json"), _sms, gives_ids=False),
    Case("alibaba_sms", "alibaba_sms", lambda: AlibabaFake(CANARY), _alibaba, _sms, secrets=_KEY),
    Case(
        "alibaba_digital",
        "alibaba_sms",
        lambda: AlibabaFake(CANARY),
        _alibaba,
        lambda number: DigitalSmsContent("Sale", "CARD_SMS_1", {"name": f"顾客 {number}"}),
        secrets=_KEY,
    ),
    Case(
        "alibaba_mail",
        "alibaba_mail",
        lambda: AlibabaFake(CANARY),
        _directmail,
        _mail,
        _mailbox,
        _KEY,
    ),
    Case(
        "smtp",
        "smtp",
        lambda: MailFake(CANARY),
        _server,
        _mail,
        _mailbox,
        {"password": CANARY},
        gives_ids=False,
    ),
    Case(
        "wechat_message",
        "wechat",
        lambda: WechatFake(CANARY),
        _wechat,
        lambda number: WechatMessageContent(WechatContent(text=f"你好 {number}")),
        lambda number: f"openid-{number}",
        _SECRET,
        gives_ids=False,
    ),
    Case(
        "template_message",
        "wechat",
        lambda: WechatFake(CANARY),
        _wechat,
        lambda number: TemplateMessageContent(
            "T1", (Keyword("first", f"你好 {number}", "#173177"),), "https://a.example"
        ),
        lambda number: f"openid-{number}",
        _SECRET,
    ),
    Case(
        "umeng-tokens",
        "umeng",
        lambda: UmengFake(CANARY),
        _umeng,
        _push,
        lambda number: f"{number:044}",
        _APP,
    ),
    Case(
        "umeng-aliases",
        "umeng",
        lambda: UmengFake(CANARY),
        _umeng,
        _alias,
        lambda number: f"{number:036}",
        _APP,
    ),
    Case(
        "kafka",
        "kafka",
        KafkaFake,
        _brokers,
        _values,
        secrets={},
        lacks=("garbage", "busy", "broken", "duplicate", "reset", "refused"),
        gives_ids=False,
    ),
)
