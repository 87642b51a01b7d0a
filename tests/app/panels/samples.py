"""Sample workspace, and for each kind valid configs that use every field."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.campaign.document import CampaignDocument
from engine.campaign.model import START_ID, Attributes, Link, Node
from engine.components.registry import component
from engine.workspace.account import ACCOUNT
from engine.workspace.audience import AUDIENCE
from engine.workspace.catalog import CATALOG
from engine.workspace.message import MESSAGE
from engine.workspace.workspace import Workspace

CATALOG_JSON: dict[str, Any] = {
    "events": {
        "order": {
            "name": "Order",
            "attributes": {"amount": "number", "item": "text", "at": "time", "labels": "multi"},
        },
        "login": {"name": "Login", "attributes": {"device": "text"}},
        "registered": {"name": "Registered"},
    },
    "tags": {
        "level": {"type": "text", "values": ["VIP", "Gold", "Silver"]},
        "interests": {"type": "multi", "values": ["Shoes", "Books", "Travel"]},
        "score": {"type": "number"},
    },
    "attributes": {"first_name": "text", "city": "text", "birthday": "time", "age": "number"},
    "id_types": {"mobile": {"multi": False}, "email": {"multi": True}, "member": {"multi": False}},
    "coupons": {"cp_1": {"name": "Ten off", "type": "voucher", "value": "10", "valid_days": 30}},
    "marketing_campaigns": {
        "mc_1": {"name": "Spring", "parent": None},
        "mc_2": {"name": "Spring, members", "parent": "mc_1"},
        "mc_3": {"name": "Spring, newcomers", "parent": "mc_1"},
        "mc_4": {"name": "Autumn", "parent": None},
        "mc_5": {"name": "Autumn, members", "parent": "mc_4"},
    },
    "folders": ["Retention"],
}
ACCOUNTS: list[dict[str, Any]] = [
    {
        "id": "acc_sms",
        "name": "Alibaba SMS",
        "kind": "alibaba_sms",
        "settings": {"signatures": ["Brand", "Shop"]},
    },
    {"id": "acc_mail", "name": "Newsletter", "kind": "smtp", "settings": {"senders": ["news@example.com"]}},
    {"id": "acc_wechat", "name": "Official account", "kind": "wechat", "settings": {}},
    {
        "id": "acc_push",
        "name": "Umeng",
        "kind": "umeng",
        "settings": {"apps": [{"id": "shop"}, {"id": "club"}]},
    },
    {
        "id": "acc_hook",
        "name": "CRM",
        "kind": "webhook",
        "settings": {
            "url": "https://crm.example.com/in",
            "id_types": ["member", "mobile"],
            "params": [
                {"name": "city", "type": "text", "required": True},
                {"name": "note.text", "type": "text", "required": False},
            ],
            "receipts": {"codes": ["called", "refused"], "collect": {"amount": 3, "unit": "day"}},
        },
    },
    {
        "id": "acc_kafka",
        "name": "Data lake",
        "kind": "kafka",
        "settings": {
            "brokers": ["localhost:9092"],
            "topic": "people",
            "id_types": ["member"],
            "fields": [{"name": "level", "type": "text", "required": True}],
        },
    },
]
MESSAGES: list[dict[str, Any]] = [
    {
        "id": "m_care",
        "name": "Care",
        "kind": "text_sms",
        "platform": "acc_sms",
        "sms_type": "promotional",
        "status": "approved",
        "content": {"text": "Dear ${first_name}, your coupon ${code} waits for you.", "code": "SMS_1"},
    },
    {
        "id": "m_any",
        "name": "Short",
        "kind": "text_sms",
        "sms_type": "promotional",
        "status": "approved",
        "content": {"text": "Hi"},
    },
    {
        "id": "m_rich",
        "name": "Picture book",
        "kind": "digital_sms",
        "platform": "acc_sms",
        "status": "approved",
        "content": {
            "subject": "New",
            "blocks": [{"text": "Hello ${first_name}"}, {"image": "shoe.png"}],
            "carriers": ["A"],
        },
    },
    {
        "id": "m_mail",
        "name": "Spring letter",
        "kind": "email",
        "status": "approved",
        "content": {
            "sender_name": "Shop",
            "subject": "Hello ${first_name}",
            "html": "<p>Hi</p>",
            "text": "Hi",
        },
    },
    {
        "id": "m_wechat",
        "name": "Order shipped",
        "kind": "template_message",
        "platform": "acc_wechat",
        "status": "approved",
        "content": {"template_id": "T1", "keywords": [{"key": "first"}, {"key": "remark"}]},
    },
]
AUDIENCES: list[dict[str, Any]] = [
    {"id": "a_once", "name": "Bought once", "list": {"id_type": "member"}},
    {"id": "a_vip", "name": "VIPs in the capital", "list": {"id_type": "member"}},
    {"id": "a_new", "name": "Newcomers", "list": {"id_type": "mobile"}},
]


def sample_workspace(folder: Path) -> Workspace:
    """A new workspace with the catalogue, accounts, templates and audiences above."""
    workspace = Workspace.create(folder, "Shop", "Asia/Shanghai", "en")
    workspace.save_catalog(CATALOG.parse(_bytes("catalog", CATALOG_JSON), folder))
    for account in ACCOUNTS:
        workspace.save_account(ACCOUNT.parse(_bytes("account", account), folder))
    for message in MESSAGES:
        workspace.save_message(MESSAGE.parse(_bytes("message", message), folder))
    for audience in AUDIENCES:
        workspace.save_audience(AUDIENCE.parse(_bytes("audience", audience), folder))
    return workspace


def _bytes(format: str, value: dict[str, Any]) -> bytes:
    import json

    return json.dumps({"format": format, "version": 1, **value}).encode()


_ATTRIBUTE = {"from": "attribute", "key": "first_name", "when_empty": "default", "default": "friend"}
_CONSTANT = {"from": "constant", "value": "X1"}
_VIP = {"field": "tag:level", "op": "is", "value": ["VIP"]}
_TREE = {
    "all": [
        _VIP,
        {
            "any": [
                {"field": "attr:age", "op": "between", "value": [18, 30.5]},
                {"field": "attr:city", "op": "empty"},
            ]
        },
        {"field": "attr:birthday", "op": "in_next", "value": {"amount": 3, "unit": "day"}},
        {"field": "tag:interests", "op": "has_any", "value": ["Shoes", "Books"]},
    ]
}
_ORDERS = {
    "any": [
        {"field": "amount", "op": ">=", "value": 50},
        {"field": "at", "op": "between", "value": ["2026-01-01T00:00:00+08:00", "2026-02-01T00:00:00+08:00"]},
    ]
}
_SMS = {"platform": "acc_sms", "sms_type": "promotional", "signature": "Brand", "template": "m_care"}
_PUSH = {
    "account": "acc_push",
    "app": "shop",
    "message_type": "promotion",
    "title": "Hello",
    "content": "Look",
}
_JUDGE = {"groups": [{"id": "g_1", "name": "Group 1", "condition": _VIP}], "other": True}
_BOTH = {"first_name": _ATTRIBUTE, "code": _CONSTANT}

CONFIGS: dict[str, list[dict[str, Any]]] = {
    "target_audience": [
        {"audiences": ["a_once"]},
        {"audiences": ["a_vip", "a_once"], "mode": "once", "at": "2026-12-01T09:00:00+08:00"},
        {
            "audiences": ["a_once"],
            "mode": "recurring",
            "every": {"unit": "month", "interval": 1, "time": "09:00", "days_of_month": [1, 31]},
            "repeat_unchanged": True,
            "max_cycles": 3,
        },
        {
            "audiences": ["a_once"],
            "mode": "recurring",
            "every": {"unit": "week", "interval": 2, "time": "18:30", "weekdays": [1, 5]},
        },
        {
            "audiences": ["a_once"],
            "mode": "recurring",
            "every": {"unit": "hour", "interval": 2, "minute": 30},
        },
    ],
    "behavior_event": [
        {"event": "login"},
        {
            "event": "order",
            "where": _ORDERS,
            "times": 3,
            "within": {"amount": 2, "unit": "week"},
            "re_entry": "after_exit",
        },
    ],
    "text_sms": [
        {**_SMS, "variables": _BOTH, "send_to_all_ids": True},
        {
            **_SMS,
            "platform": "acc_simulated",
            "signature": "Anything",
            "template": "m_any",
            "variables": {},
        },
    ],
    "digital_sms": [{"platform": "acc_sms", "template": "m_rich", "variables": {"first_name": _ATTRIBUTE}}],
    "email": [
        {
            "account": "acc_mail",
            "sender": "news@example.com",
            "sender_style": "plain",
            "template": "m_mail",
            "variables": {"first_name": {"from": "tag", "key": "level", "when_empty": "nothing"}},
        }
    ],
    "wechat_message": [
        {"account": "acc_wechat", "content": {"text": "Hello ${name}"}, "variables": {"name": _ATTRIBUTE}},
        {"account": "acc_wechat", "content": {"image": "media-1"}},
        {
            "account": "acc_wechat",
            "content": {"mini_program": {"app_id": "wx1", "path": "p", "title": "For ${name}", "cover": "c"}},
            "variables": {"name": _CONSTANT},
        },
    ],
    "template_message": [
        {
            "account": "acc_wechat",
            "template": "m_wechat",
            "keywords": [
                {"key": "first", "text": "Hello ${name}", "colour": "#173177"},
                {"key": "remark", "text": ""},
            ],
            "jump": "mini_program",
            "mini_program": {"app_id": "wx1", "path": "pages/a"},
            "variables": {"name": _ATTRIBUTE},
        },
        {
            "account": "acc_wechat",
            "template": "m_wechat",
            "keywords": [{"key": "first", "text": "a"}, {"key": "remark", "text": "b"}],
            "jump": "url",
            "url": "https://example.com",
        },
    ],
    "app_push": [
        {
            **_PUSH,
            "platform": "android",
            "touch_id": "alias",
            "alias_type": "member",
            "content": "Dear ${name}",
            "variables": {"name": _ATTRIBUTE},
            "on_tap": "open_url",
            "url": "https://example.com",
        },
        {**_PUSH, "platform": "ios", "touch_id": "idfa", "on_tap": "custom", "custom": "{}"},
        {**_PUSH, "platform": "android", "touch_id": "oaid", "on_tap": "open_page", "page": "home"},
    ],
    "issue_coupon": [{"coupon": "cp_1", "per_person_limit": 2}, {"coupon": "cp_1"}],
    "tag": [
        {
            "on_conflict": "ignore",
            "assignments": [
                {"tag": "level", "value": "VIP"},
                {"tag": "interests", "value": ["Shoes", "Books"]},
            ],
        }
    ],
    "generate_audience": [
        {"audience_name": "Reached", "directory": "Spring", "public": True, "remark": "Those who\npassed"},
        {"audience_name": "Reached"},
    ],
    "webhook": [
        {"webhook": "acc_hook", "id_type": "member", "params": {"city": {**_ATTRIBUTE, "key": "city"}}},
        {
            "webhook": "acc_hook",
            "id_type": "mobile",
            "params": {"city": {**_ATTRIBUTE, "key": "city"}, "note.text": _CONSTANT},
        },
    ],
    "push_kafka": [
        {
            "interface": "acc_kafka",
            "id_type": "member",
            "fields": {"level": {"from": "tag", "key": "level", "when_empty": "nothing"}},
        }
    ],
    "wait_until": [
        {"mode": "duration", "amount": 3, "unit": "hour"},
        {"mode": "at", "at": "2026-12-01T09:00:30+01:00"},
        {"mode": "next_time", "time": "12:00"},
        {"mode": "after_days_at", "amount": 2, "unit": "month", "time": "08:15"},
    ],
    "ab_test": [
        {},
        {
            "groups": [
                {"id": "g_1", "name": "Blue", "percent": 33.3},
                {"id": "g_7", "name": "Green", "percent": 66.7},
            ],
            "ends": "after",
            "people": 1000,
            "then": "best",
            "min_judged": 50,
        },
        {"ends": "after", "people": 10, "then": "group:g_2"},
    ],
    "ab_target": [
        {
            "test": "n_test",
            "goal": {"event": "order", "where": _ORDERS, "times": 2},
            "judge_after": {"amount": 3, "unit": "day"},
        },
        {"test": "n_test", "goal": {"event": "login"}, "judge_after": {"at": "2026-12-01T09:00:00+08:00"}},
    ],
    "random_grouping": [
        {"groups": [{"id": f"g_{n}", "name": f"Group {n}", "percent": 25} for n in range(1, 5)]},
    ],
    "end": [{}],
    "tag_judgment": [
        {
            "groups": [
                {"id": "g_1", "name": "Good", "memo": "m", "condition": _TREE},
                {"id": "g_2", "name": "Rest", "condition": {"field": "tag:score", "op": ">", "value": 1}},
            ],
            "other": True,
        }
    ],
    "event_judgment": [
        {
            "judge_after": {"amount": 3, "unit": "day"},
            "conditions": [
                {"join": None, "event": "login", "where": None},
                {"join": "or", "event": "order", "where": _ORDERS, "times": 2, "behavior": "not_occurred"},
                {"join": "and", "event": "registered", "where": None},
            ],
            "early": True,
            "other": True,
        }
    ],
    "attribute_judgment": [
        {
            "groups": [
                {"id": "g_1", "name": "Big", "condition": _ORDERS},
                {
                    "id": "g_2",
                    "name": "Books",
                    "condition": {"field": "labels", "op": "has_any", "value": ["Books"]},
                },
            ]
        }
    ],
    "result_judgment": [
        {"judge_after": {"amount": 1, "unit": "hour"}, "results": ["success", "failed"]},
        {"judge_after": {"amount": 1, "unit": "day"}},
    ],
    "audience_judgment": [
        {
            "groups": [
                {"id": "g_1", "name": "Once", "audiences": ["a_once"]},
                {"id": "g_2", "name": "VIPs", "audiences": ["a_vip"]},
            ],
            "other": True,
        }
    ],
    "fatigue_judgment": [
        {
            "groups": [
                {"id": "g_1", "name": "SMS", "channel": "text_sms"},
                {"id": "g_2", "name": "Mail", "channel": "email"},
            ]
        }
    ],
}


def sample_document(
    kind: str, config: Mapping[str, Any] | None = None, confirmed: bool = False
) -> CampaignDocument:
    """Start → trigger → touch → the component `n_x` → an End behind each of its ports."""
    declared = component(kind)
    raw: Mapping[str, Any] = declared.defaults() if config is None else config
    subject = Node(kind=kind, name="Subject", config=dict(raw), confirmed=confirmed)
    nodes: dict[str, Node] = {}
    links = {}
    before = START_ID
    if kind not in ("target_audience", "behavior_event"):
        nodes["n_t"] = _trigger(kind)
        nodes["n_s"] = Node(
            kind="text_sms", name="Touch", config=dict(CONFIGS["text_sms"][0]), confirmed=True
        )
        links["l_t"] = Link(source=START_ID, port="out", target="n_t")
        between = [] if kind == "attribute_judgment" else ["n_s"]
        if not between:
            del nodes["n_s"]
        before = "n_t"
        for id in between:
            links["l_s"] = Link(source="n_t", port="out", target=id)
            before = id
    if kind == "ab_target":
        nodes["n_test"] = Node(
            kind="ab_test", name="Test", config=component("ab_test").defaults(), confirmed=True
        )
    nodes["n_x"] = subject
    links["l_x"] = Link(source=before, port="out", target="n_x")
    for index, port in enumerate(subject.ports):
        nodes[f"n_end{index}"] = Node(kind="end", name=f"End {index + 1}", confirmed=True)
        links[f"l_end{index}"] = Link(source="n_x", port=port.name, target=f"n_end{index}")
    return CampaignDocument(Attributes(id="c_1", name="Sample"), nodes, links)


def _trigger(kind: str) -> Node:
    if kind == "attribute_judgment":
        return Node(kind="behavior_event", name="Ordered", config={"event": "order"}, confirmed=True)
    config: dict[str, Any] = {"audiences": ["a_once", "a_vip"], "mode": "now", "repeat_unchanged": False}
    return Node(kind="target_audience", name="All", config=config, confirmed=True)
