"""The workspace that a newcomer sees: audiences, messages, coupons and campaigns over invented people.

Everything but the day up to which things happened is the same every time. `engine.run.sample` makes it
whole, with the people in the engine's database.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from engine.campaign.document import CampaignDocument
from engine.campaign.model import Node
from engine.workspace.account import SIMULATED_ID
from engine.workspace.audience import AUDIENCE
from engine.workspace.catalog import Catalog
from engine.workspace.message import MESSAGE
from engine.workspace.sample_people import NEWSLETTER, SCHEMA, write_people
from engine.workspace.sample_test import write_test
from engine.workspace.template import TemplateFile, instantiate, load_templates
from engine.workspace.workspace import Workspace

TIME_ZONE = "Asia/Shanghai"
SIGNATURE = "Canvas"

Pair = tuple[str, str]
"""A text in English and in Chinese: content of the sample, not a text of the program."""

_NAME: Pair = ("Sample shop", "示例商城")
_FOLDERS: tuple[Pair, ...] = (("Onboarding", "新客培育"), ("Retention", "老客复购"))
_EVENTS: Mapping[str, Pair] = {
    "login": ("Login", "登录"),
    "order": ("Order", "下单"),
    "register": ("Registered", "注册"),
}
_COUPONS: Mapping[str, tuple[Pair, str, int]] = {
    "cp_welcome": (("Welcome, 20 off", "新人礼券 20 元"), "20", 14),
    "cp_second_order": (("Second order, 10 off", "复购礼券 10 元"), "10", 30),
}
_MARKETING: Mapping[str, tuple[Pair, str | None]] = {
    "mc_members": (("Members", "会员运营"), None),
    "mc_new": (("New members", "新会员"), "mc_members"),
    "mc_return": (("Come back", "召回"), "mc_members"),
}
_SMS: Mapping[str, tuple[Pair, Pair]] = {
    "m_welcome": (
        ("Welcome", "欢迎"),
        (
            "Welcome, ${first_name}! A coupon for your first order awaits you. Reply R to unsubscribe.",
            "${first_name}，欢迎加入！首单优惠券已放入您的账户，快来使用吧。拒收请回复R",
        ),
    ),
    "m_expiry": (
        ("Coupon expires soon", "优惠券即将到期"),
        (
            "${first_name}, your coupon expires soon. Use it before it is gone. Reply R to unsubscribe.",
            "${first_name}，您的优惠券即将到期，请尽快使用。拒收请回复R",
        ),
    ),
    "m_second": (
        ("Second order coupon", "复购礼券"),
        (
            "Thank you, ${first_name}! A coupon for your next order awaits you. Reply R to unsubscribe.",
            "${first_name}，感谢您的首次购买！下一单的优惠券已放入您的账户。拒收请回复R",
        ),
    ),
    "m_arrivals": (
        ("New arrivals", "新品推荐"),
        (
            "${first_name}, we picked new arrivals for you. Have a look this week. Reply R to unsubscribe.",
            "${first_name}，为您精选了本周新品，欢迎选购。拒收请回复R",
        ),
    ),
}
_EMAIL: tuple[Pair, Pair, Pair] = (
    ("Newsletter", "会员月刊"),
    ("News for you, ${first_name}", "${first_name}，为您准备的新消息"),
    (
        "Dear ${first_name},\nhere is what is new in our shop.",
        "亲爱的${first_name}：\n商城本月新消息，请查收。",
    ),
)
_RULES: Mapping[str, tuple[str, Pair]] = {
    "t_second_order": ("a_once", ("Bought once, quiet for 30 days", "仅购买一次且 30 天未下单")),
    "t_high_value": ("a_high_value", ("High value, few orders", "高客单低频次")),
}
"""Audiences by the rules that the templates recommend."""

_TABLE: Pair = ("Orders", "订单统计")
_MODEL: Pair = ("Orders of a year", "一年订单")

_NAMELESS: Pair = ("friend", "会员")
"""What a message calls somebody whose first name is unknown."""


def write_sample(folder: Path, data: Path, language: str, today: date) -> Workspace:
    """Make the workspace's files in `folder`, and its people as a data folder in `data`.

    What people did ends with the day before `today`. Raises `FileError`.
    """
    index = 1 if language == "zh" else 0
    workspace = Workspace.create(folder, _NAME[index], TIME_ZONE, language)
    workspace.save_catalog(_catalog(index))
    for id, (name, text) in _SMS.items():
        _save_message(workspace, id, name[index], "text_sms", {"text": text[index]}, sms_type="promotional")
    title, subject, body = (pair[index] for pair in _EMAIL)
    content = {"sender_name": _NAME[index], "subject": subject, "text": body}
    _save_message(workspace, "m_newsletter", title, "email", content)
    templates = {template.id: template for template in load_templates()[0]}
    _save_audiences(workspace, index, templates)
    for doc in _campaigns(templates, index, language):
        workspace.save_campaign(doc)
    write_test(workspace, index)
    write_people(data, today, ZoneInfo(TIME_ZONE))
    return workspace


def _catalog(index: int) -> Catalog:
    events = {
        code: {"name": name[index], "attributes": SCHEMA["events"][code]}  # type: ignore[index]
        for code, name in _EVENTS.items()
    }
    return Catalog.model_validate(
        {
            "events": events,
            "tags": {
                "interests": {
                    "type": "multi",
                    "values": ["books", "cooking", "fashion", "games", "music", "sport", "travel"],
                },
                "level": {"values": ["Bronze", "Silver", "Gold", "VIP"]},
                "source": {"values": ["app", "store", "web"]},
            },
            "attributes": SCHEMA["attributes"],
            "id_types": {"email": {}, "member": {}, "mobile": {}},
            "coupons": {
                id: {"name": name[index], "type": "voucher", "value": value, "valid_days": days}
                for id, (name, value, days) in _COUPONS.items()
            },
            "marketing_campaigns": {
                id: {"name": name[index], "parent": parent} for id, (name, parent) in _MARKETING.items()
            },
            "folders": [folder[index] for folder in _FOLDERS],
            **_definitions(index),
        }
    )


def _definitions(index: int) -> dict[str, Any]:
    """What rules can be made with: a statistics table, an RFM model and the AIPL stages."""
    year, half = ({"last": {"amount": amount, "unit": "month"}} for amount in (12, 6))
    orders = {"card": "behaviour", "event": "order", "range": year}
    return {
        "tables": {
            "orders": {
                "name": _TABLE[index],
                "event": "order",
                "dimensions": ["category"],
                "metrics": {"orders": "count", "revenue": "sum:amount", "largest": "max:amount"},
            }
        },
        "rfm_models": {
            "rfm_orders": {
                "name": _MODEL[index],
                "event": "order",
                "amount": "amount",
                "range": year,
                "recency": {"bounds": [30, 90, 180]},
                "frequency": {"bounds": [2, 4, 8]},
                "money": {"bounds": [100, 300, 800]},
            }
        },
        "aipl": {
            "A": [{"join": None, "card": "behaviour", "event": "register"}],
            "I": [{"join": None, "card": "behaviour", "event": "login", "range": half}],
            "P": [{"join": None, **orders}],
            "L": [{"join": None, **orders, "value": 3}],
        },
    }


def _save_message(
    workspace: Workspace, id: str, name: str, kind: str, content: dict[str, str], **further: str
) -> None:
    platform = {"platform": SIMULATED_ID} if kind == "text_sms" else {}
    value = {"format": "message", "version": 1, "id": id, "name": name, "kind": kind, "status": "approved"}
    workspace.save_message(
        MESSAGE.adapter.validate_python({**value, **platform, **further, "content": content})
    )


def _save_audiences(workspace: Workspace, index: int, templates: Mapping[str, TemplateFile]) -> None:
    for template, (id, name) in _RULES.items():
        rules = [entry.rule for entry in templates[template].guide if entry.rule is not None]
        cards = [card.model_dump(mode="json", by_alias=True) for card in rules[0].cards]
        _save_audience(workspace, id, name[index], {"cards": cards})
    vip = {"field": "tag:level", "op": "is", "value": ["Gold", "VIP"]}
    card = {"join": None, "card": "tags", "condition": vip}
    _save_audience(workspace, "a_vip", ("Gold and VIP", "Gold 与 VIP 会员")[index], {"cards": [card]})
    readers = ("Newsletter readers", "月刊订阅者")[index]
    _save_audience(workspace, NEWSLETTER, readers, {"list": {"id_type": "member"}})


def _save_audience(workspace: Workspace, id: str, name: str, rule: dict[str, Any]) -> None:
    value = {"format": "audience", "version": 1, "id": id, "name": name, **rule}
    workspace.save_audience(AUDIENCE.adapter.validate_python(value))


class _Plan(NamedTuple):
    """A campaign of the sample: its template, and what is configured in it."""

    template: str
    id: str
    name: Pair
    folder: Pair
    sub_campaign: str
    configs: Mapping[str, Mapping[str, Any]]


def _campaigns(templates: Mapping[str, TemplateFile], index: int, language: str) -> list[CampaignDocument]:
    """Two campaigns that can be published, and one in which something is left to configure."""
    first: dict[str, dict[str, Any]] = {
        "n_register": {},
        "n_coupon": {"coupon": "cp_welcome"},
        "n_care": _sms("m_welcome", index),
        "n_login": {},
        "n_expiry": _sms("m_expiry", index),
    }
    second: dict[str, dict[str, Any]] = {
        "n_audience": {"audiences": ["a_once"]},
        "n_coupon": {"coupon": "cp_second_order"},
        "n_sms": _sms("m_second", index),
    }
    third = {"n_audience": {"audiences": ["a_high_value"]}}
    new, back = _FOLDERS
    plans = [
        _Plan("t_first_order", "c_welcome", ("Welcome new members", "新会员欢迎"), new, "mc_new", first),
        _Plan(
            "t_second_order",
            "c_second",
            ("Lead to the second order", "首购后促复购"),
            back,
            "mc_return",
            second,
        ),
        _Plan("t_high_value", "c_arrivals", ("New arrivals", "新品推荐"), back, "mc_return", third),
    ]
    return [
        _configured(instantiate(templates[plan.template], plan.name[index], language), plan, index)
        for plan in plans
    ]


def _sms(template: str, index: int) -> dict[str, Any]:
    nameless = _NAMELESS[index]
    first_name = {"from": "attribute", "key": "first_name", "when_empty": "default", "default": nameless}
    return {
        "platform": SIMULATED_ID,
        "sms_type": "promotional",
        "signature": SIGNATURE,
        "template": template,
        "variables": {"first_name": first_name},
    }


def _configured(doc: CampaignDocument, plan: _Plan, index: int) -> CampaignDocument:
    """The campaign with an id of its own; components that the plan names are configured and confirmed."""
    nodes = dict(doc.nodes)
    for id, config in plan.configs.items():
        node = nodes[id]
        whole = {**node.config, **config}
        nodes[id] = Node(kind=node.kind, name=node.name, memo=node.memo, config=whole, confirmed=True)
    further = {"id": plan.id, "group": plan.folder[index], "sub_campaigns": (plan.sub_campaign,)}
    attributes = doc.attributes.model_copy(update=further)
    return CampaignDocument(attributes, nodes, doc.links, doc.notes, doc.layout)
