"""Real files of every kind for the tests of this package."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.campaign import campaign_file
from engine.campaign.document import CampaignDocument
from engine.workspace.account import ACCOUNT
from engine.workspace.audience import AUDIENCE
from engine.workspace.catalog import CATALOG
from engine.workspace.message import MESSAGE
from engine.workspace.workspace import Workspace

CATALOG_JSON: dict[str, Any] = {
    "format": "catalog",
    "version": 1,
    "events": {"order": {"name": "Order", "attributes": {"amount": "number"}}, "login": {}},
    "tags": {"level": {"type": "text", "values": ["VIP"]}, "interests": {"type": "multi"}},
    "attributes": {"city": "text", "age": "number"},
    "id_types": {"mobile": {"multi": False}, "email": {}},
    "coupons": {"cp_1": {"name": "Ten off", "type": "voucher", "value": "10", "valid_days": 30}},
    "marketing_campaigns": {
        "mc_1": {"name": "Spring", "parent": None},
        "mc_2": {"name": "Spring, members", "parent": "mc_1"},
    },
    "folders": ["Retention", "Welcome"],
    "tables": {
        "daily": {
            "name": "Orders by shop",
            "event": "order",
            "range": {"last": {"amount": 1, "unit": "month"}},
            "dimensions": ["shop"],
            "metrics": {"visits": "count", "revenue": "sum:amount"},
        }
    },
    "rfm_models": {
        "rfm_1": {
            "name": "A year",
            "event": "order",
            "where": {"field": "amount", "op": ">", "value": 0},
            "amount": "amount",
            "range": {"last": {"amount": 12, "unit": "month"}},
            "recency": {"bounds": [30, 90]},
            "frequency": {"bounds": [2, 5], "compare": 2},
            "money": {"bounds": [100, 499.5], "compare": "mean"},
        }
    },
    "aipl": {
        "L": [{"join": None, "card": "behaviour", "event": "order", "value": 2}],
        "A": [{"join": None, "card": "behaviour", "event": "login"}],
    },
}

AUDIENCE_JSON: dict[str, Any] = {
    "format": "audience",
    "version": 1,
    "id": "a_once",
    "name": "Bought once",
    "update": {"unit": "day", "interval": 1, "time": "09:00"},
    "cards": [
        {"join": None, "card": "tags", "condition": {"any": [
            {"field": "tag:level", "op": "is", "value": ["VIP"]},
            {"field": "attr:city", "op": "not_empty"},
        ]}},
        {"join": "and", "card": "behaviour", "event": "order", "where": None, "range": None,
         "measure": "count", "op": "=", "value": 1},
        {"join": "minus", "card": "behaviour", "event": "order",
         "where": {"field": "amount", "op": ">", "value": 12.5},
         "range": {"last": {"amount": 30, "unit": "day"}}, "measure": "sum:amount", "op": "between",
         "value": [1, 2.5]},
        {"join": "or", "card": "audience", "audience": "a_base"},
        {"join": "or", "card": "metrics", "table": "daily",
         "where": {"field": "visits", "op": ">", "value": 3}},
        {"join": "and", "card": "rfm", "model": "rfm_1", "types": [1, 8]},
        {"join": "and", "card": "aipl", "stages": ["A", "I"]},
        {"join": "and", "card": "aipl", "from": "A", "to": "P",
         "range": {"from": "2026-01-01T00:00:00+08:00", "to": "2026-02-01T00:00:00+08:00"}},
    ],
}  # fmt: skip

LIST_JSON: dict[str, Any] = {
    "format": "audience", "version": 1, "id": "a_base", "name": "Uploaded", "list": {"id_type": "mobile"},
}  # fmt: skip

MESSAGE_JSON: dict[str, Any] = {
    "format": "message",
    "version": 1,
    "id": "m_care",
    "name": "Care",
    "kind": "text_sms",
    "platform": "acc_sms",
    "sms_type": "promotional",
    "status": "approved",
    "content": {"text": ["Dear ${name}, your coupon waits.", "See you soon."], "code": "SMS_1"},
}

EMAIL_JSON: dict[str, Any] = {
    "format": "message",
    "version": 1,
    "id": "m_mail",
    "name": "Letter",
    "kind": "email",
    "content": {"sender_name": "Shop", "subject": "Hello", "html": ["<p>", "Hello</p>"], "text": "Hello"},
}

ACCOUNT_JSON: dict[str, Any] = {
    "format": "account",
    "version": 1,
    "id": "acc_sms",
    "name": "Alibaba SMS",
    "kind": "alibaba_sms",
    "settings": {"region": "cn-hangzhou", "signatures": ["Brand"]},
}

WEBHOOK_JSON: dict[str, Any] = {
    "format": "account",
    "version": 1,
    "id": "acc_hook",
    "name": "Gifts",
    "kind": "webhook",
    "settings": {
        "url": "https://example.com/gift",
        "auth": None,
        "id_types": ["mobile"],
        "params": [{"name": "level", "type": "text", "required": True}],
        "receipts": {"codes": ["delivered"], "collect": {"amount": 2, "unit": "day"}},
    },
}

SETTINGS_JSON: dict[str, Any] = {
    "format": "workspace",
    "version": 1,
    "name": "Shop",
    "time_zone": "Asia/Shanghai",
    "language": "zh",
    "fatigue": {
        "global": [{"per": "day", "max": 3}],
        "channels": {"text_sms": [{"per": "week", "max": 5, "signature": "Brand"}]},
    },
    "quiet": {
        "channels": {"text_sms": {"from": "20:00", "to": "08:00", "postpone": True}},
        "holidays": [{"name": "New year", "from": "2026-02-16", "to": "2026-02-22", "postpone": False}],
    },
}

CAMPAIGN_JSON: dict[str, Any] = {
    "format": "campaign",
    "version": 1,
    "id": "c_1",
    "name": "Second order",
    "group": "Retention",
    "sub_campaigns": ["mc_2"],
    "nodes": {
        "n_a": {
            "kind": "target_audience",
            "name": "Once",
            "config": {"audiences": ["a_once"]},
            "confirmed": True,
        },
        "n_b": {"kind": "issue_coupon", "name": "Coupon", "config": {"coupon": "cp_1"}, "confirmed": True},
        "n_c": {
            "kind": "text_sms",
            "name": "SMS",
            "config": {
                "platform": "acc_sms",
                "sms_type": "promotional",
                "signature": "Brand",
                "template": "m_care",
                "variables": {"name": {"from": "attribute", "key": "city"}},
            },
            "confirmed": True,
        },
        "n_d": {"kind": "wait_until", "name": "Wait", "config": {"mode": "duration"}, "confirmed": False},
        "n_e": {"kind": "end", "name": "End", "confirmed": True},
    },
    "links": {
        "l_1": {"from": "n_start", "port": "out", "to": "n_a"},
        "l_2": {"from": "n_a", "port": "out", "to": "n_b"},
        "l_3": {"from": "n_b", "port": "out", "to": "n_c"},
        "l_4": {"from": "n_c", "port": "out", "to": "n_d"},
        "l_5": {"from": "n_d", "port": "out", "to": "n_e"},
    },
    "notes": {"t_1": {"text": "Why", "at": [0, 96], "size": [160, 64], "title": "Note", "colour": "blue"}},
    "layout": {"n_a": [160, 0], "n_b": [416, 0]},
}

CONFLICTS_JSON: dict[str, Any] = {
    "format": "conflicts",
    "version": 1,
    "conflicts": [{"kind": "attributes", "fields": ["name"]}],
    "base": {"format": "campaign", "version": 1, "id": "c_1", "name": "Base"},
    "ours": {"format": "campaign", "version": 1, "id": "c_1", "name": "Ours"},
    "theirs": {"format": "campaign", "version": 1, "id": "c_1", "name": "Theirs"},
}

TEST_JSON: dict[str, Any] = {
    "format": "campaigntest",
    "version": 1,
    "campaign": "c_1",
    "from": "2026-12-01T09:00:00+08:00",
    "people": [
        {
            "person": "p1",
            "ids": {"mobile": ["+8613800000001", "+8613800000002"], "email": "p1@example.com"},
            "attributes": {"city": "Rome", "age": 31},
            "tags": {"interests": ["games", "music"]},
            "audiences": ["a_base"],
            "suppressed": ["email"],
        },
        {"person": "p2"},
    ],
    "events": [
        {"person": "p1", "event": "order", "time": "2026-12-01T10:00:00+08:00", "attributes": {"amount": 5.5}}
    ],
    "results": [{"person": "p1", "node": "n_c", "result": "failed(blocked)", "after_seconds": 30}],
    "expect": [
        {
            "person": "p1",
            "path": ["n_a", "n_b"],
            "messages": [{"node": "n_c", "state": "sent", "text": "Hello"}],
        },
        {"person": "p2", "path": []},
    ],
}

PATH = Path("example.json")
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def encoded(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def campaign() -> CampaignDocument:
    return campaign_file.parse(encoded(CAMPAIGN_JSON), PATH)


def filled_workspace(folder: Path) -> Workspace:
    """A workspace with one object of each kind and a campaign that uses them."""
    workspace = Workspace.create(folder, "Shop", "Asia/Shanghai", "en")
    workspace.save_catalog(CATALOG.parse(encoded(CATALOG_JSON), PATH))
    for audience in (LIST_JSON, AUDIENCE_JSON):
        workspace.save_audience(AUDIENCE.parse(encoded(audience), PATH))
    for message in (MESSAGE_JSON, EMAIL_JSON):
        workspace.save_message(MESSAGE.parse(encoded(message), PATH))
    for account in (ACCOUNT_JSON, WEBHOOK_JSON):
        workspace.save_account(ACCOUNT.parse(encoded(account), PATH))
    workspace.save_campaign(campaign())
    return workspace
