"""A small workspace for components to look into."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from engine.components.base import RefKind

Entries = dict[str, dict[str, JsonValue]]

AUDIENCES: Entries = {"a_once": {"name": "Bought once"}, "a_new": {"name": "New"}}
MESSAGES: Entries = {
    "m_care": {
        "name": "Care",
        "kind": "text_sms",
        "platform": "acc_sms",
        "sms_type": "promotional",
        "status": "approved",
        "content": {"text": "Dear ${name}, your coupon waits."},
    },
    "m_draft": {"name": "Draft", "kind": "text_sms", "status": "draft", "content": {"text": "Hi"}},
    "m_rich": {
        "name": "Rich",
        "kind": "digital_sms",
        "status": "approved",
        "content": {"subject": "For ${who}", "blocks": [{"text": "Hi ${name}"}, {"image": "a.png"}]},
    },
    "m_mail": {
        "name": "Letter",
        "kind": "email",
        "status": "approved",
        "content": {"subject": "Hi ${name}", "html": ["<p>${city}", "</p>"], "text": "plain"},
    },
    "m_wechat": {
        "name": "Order",
        "kind": "template_message",
        "platform": "acc_wechat",
        "status": "approved",
        "content": {"template_id": "t1", "keywords": [{"key": "first"}, {"key": "remark"}]},
    },
}
ACCOUNTS: Entries = {
    "acc_sms": {"name": "Alibaba SMS", "kind": "alibaba_sms", "settings": {"signatures": ["Brand"]}},
    "acc_mail": {"name": "Mail", "kind": "smtp", "settings": {"senders": ["shop@example.com"]}},
    "acc_wechat": {"name": "Official", "kind": "wechat", "settings": {}},
    "acc_push": {"name": "Push", "kind": "umeng", "settings": {"apps": [{"id": "shop", "name": "Shop"}]}},
    "acc_hook": {
        "name": "CRM",
        "kind": "webhook",
        "settings": {
            "url": "https://example.com",
            "id_types": ["mobile"],
            "params": [
                {"name": "city", "type": "text", "required": True},
                {"name": "note", "type": "text", "required": False},
            ],
            "receipts": {"codes": ["called", "bought"], "collect": {"amount": 1, "unit": "day"}},
        },
    },
    "acc_kafka": {
        "name": "Stream",
        "kind": "kafka",
        "settings": {"id_types": ["member"], "fields": [{"name": "city", "type": "text", "required": True}]},
    },
    "acc_any": {"name": "Simulated", "kind": "simulated", "settings": {}},
}
EVENTS: Entries = {
    "order": {"name": "Order", "attributes": {"amount": "number", "shop": "text"}},
    "login": {"name": "Login", "attributes": {}},
}
TAGS: Entries = {
    "level": {"type": "text", "values": ["VIP"]},
    "likes": {"type": "multi", "values": []},
    "score": {"type": "number", "values": []},
}
ATTRIBUTES: Entries = {"city": {"type": "text"}, "first_name": {"type": "text"}, "age": {"type": "number"}}
COUPONS: Entries = {"cp_1": {"name": "Ten off", "type": "voucher", "value": "10", "valid_days": 30}}


class SmallWorkspace:
    """Everything that the sample configs refer to; `tables` may be changed by a test."""

    def __init__(self) -> None:
        self.tables: dict[RefKind, Entries] = {
            RefKind.AUDIENCE: dict(AUDIENCES),
            RefKind.MESSAGE: dict(MESSAGES),
            RefKind.ACCOUNT: dict(ACCOUNTS),
            RefKind.EVENT: dict(EVENTS),
            RefKind.TAG: dict(TAGS),
            RefKind.ATTRIBUTE: dict(ATTRIBUTES),
            RefKind.COUPON: dict(COUPONS),
        }

    def name_of(self, kind: RefKind, id: str) -> str | None:
        entry = self.tables[kind].get(id)
        return None if entry is None else str(entry.get("name", id))

    def detail(self, kind: RefKind, id: str) -> Mapping[str, JsonValue] | None:
        return self.tables[kind].get(id)
