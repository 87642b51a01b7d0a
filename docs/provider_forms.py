"""What the pictures of connecting providers show: each kind of account filled in, and a shop's names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

PUBLIC = "https://c.example.com"


class Form(NamedTuple):
    """An account of one kind. names: by language."""

    kind: str
    names: Mapping[str, str]
    settings: Mapping[str, Any]
    secrets: Mapping[str, str]


class Words(NamedTuple):
    """What the shop's campaign, its components and its accounts are called."""

    campaign: str
    nodes: Mapping[str, str]
    accounts: Mapping[str, str]


NAMES = {
    "en": Words(
        "A second order",
        {},
        {
            "acc_sms": "Texts",
            "acc_mail": "Newsletters",
            "acc_hook": "Gifts",
            "acc_kafka": "Warehouse",
        },
    ),
    "zh": Words(
        "第二次购买",
        {"n_who": "首批顾客", "n_sms": "短信", "n_mail": "邮件", "n_hook": "礼品服务", "n_kafka": "数据仓库"},
        {"acc_sms": "短信通道", "acc_mail": "会员邮件", "acc_hook": "礼品", "acc_kafka": "数据湖"},
    ),
}

_SECRET = "an example of a secret"  # noqa: S105
FORMS = (
    Form(
        "alibaba_sms",
        {"en": "Alibaba Cloud SMS", "zh": "阿里云短信"},
        {
            "region": "cn-hangzhou",
            "access_key_id": "LTAI5tExampleKeyId",
            "signatures": ["CDNOW"],
            "ask_receipts": True,
            "per_second": 100,
        },
        {"access_key_secret": _SECRET},
    ),
    Form(
        "http_sms",
        {"en": "SMS platform", "zh": "短信平台（HTTP）"},
        {
            "url": "https://sms.example.com/send",
            "auth": {"type": "header", "header": "X-Api-Key"},
            "fields": [
                {"name": "to", "value": "${phone}"},
                {"name": "text", "value": "${text}"},
                {"name": "id", "value": "${id}"},
            ],
            "success_field": "result.code",
            "success_value": "0",
            "signatures": ["CDNOW"],
            "per_second": 50,
        },
        {"key": _SECRET},
    ),
    Form(
        "smtp",
        {"en": "Mail server", "zh": "邮件服务器"},
        {
            "host": "smtp.example.com",
            "security": "starttls",
            "user": "news@example.com",
            "senders": ["news@example.com"],
            "per_second_domain": 10,
        },
        {"password": _SECRET},
    ),
    Form(
        "alibaba_mail",
        {"en": "DirectMail", "zh": "阿里云邮件推送"},
        {
            "region": "cn-hangzhou",
            "access_key_id": "LTAI5tExampleKeyId",
            "senders": ["news@mail.example.com"],
            "per_second": 20,
            "per_second_domain": 10,
        },
        {"access_key_secret": _SECRET},
    ),
    Form(
        "wechat",
        {"en": "Official account", "zh": "公众号"},
        {"app_id": "wx0123456789abcdef", "encrypted": True},
        {"app_secret": _SECRET, "aes_key": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"},
    ),
    Form(
        "umeng",
        {"en": "Shop app", "zh": "商城应用"},
        {
            "apps": [
                {
                    "id": "shop",
                    "android_key": "5f0c0123456789abcdef0123",
                    "ios_key": "60aa0123456789abcdef0123",
                }
            ]
        },
        {"shop/android": _SECRET, "shop/ios": _SECRET},
    ),
    Form(
        "webhook",
        {"en": "Gift service", "zh": "礼品服务"},
        {
            "url": "https://gifts.example.com/people",
            "auth": {"type": "standard"},
            "id_types": ["mobile"],
            "params": [{"name": "level", "type": "text", "required": True}],
            "receipts": {"codes": ["picked_up"], "collect": {"amount": 7, "unit": "day"}},
            "batch_size": 100,
            "per_second_host": 200,
            "key_lifetime": {"amount": 1, "unit": "day"},
        },
        {"key": _SECRET},
    ),
    Form(
        "kafka",
        {"en": "Data warehouse", "zh": "数据仓库"},
        {
            "brokers": ["kafka-1.example.com:9092", "kafka-2.example.com:9092"],
            "topic": "customers",
            "id_types": ["member"],
            "fields": [{"name": "level", "type": "text", "required": True}],
            "security": "sasl_ssl",
            "mechanism": "SCRAM-SHA-512",
            "user": "campaigns",
        },
        {"password": _SECRET},
    ),
)
