"""A complete config of every kind, in canonical form, and what its card says."""

from __future__ import annotations

from typing import Any

NAME = {"name": {"from": "attribute", "key": "first_name", "when_empty": "default", "default": "friend"}}
VIP = {"field": "tag:level", "op": "is", "value": ["VIP"]}
DAY3 = {"amount": 3, "unit": "day"}

CONFIGS: dict[str, dict[str, Any]] = {
    "start": {},
    "target_audience": {"audiences": ["a_once"], "mode": "now", "repeat_unchanged": False},
    "behavior_event": {
        "event": "order",
        "where": {"field": "amount", "op": ">", "value": 9.5},
        "times": 2,
        "within": {"amount": 7, "unit": "day"},
        "re_entry": "after_exit",
    },
    "text_sms": {
        "platform": "acc_sms",
        "sms_type": "promotional",
        "signature": "Brand",
        "template": "m_care",
        "variables": NAME,
        "send_to_all_ids": False,
    },
    "digital_sms": {
        "platform": "acc_sms",
        "template": "m_rich",
        "variables": NAME | {"who": {"from": "constant", "value": "you"}},
        "send_to_all_ids": True,
    },
    "email": {
        "account": "acc_mail",
        "sender": "shop@example.com",
        "sender_style": "random",
        "template": "m_mail",
        "variables": NAME | {"city": {"from": "attribute", "key": "city", "when_empty": "nothing"}},
        "send_to_all_ids": False,
    },
    "wechat_message": {
        "account": "acc_wechat",
        "content": {"text": "Hi ${name}"},
        "variables": NAME,
        "send_to_all_ids": False,
    },
    "template_message": {
        "account": "acc_wechat",
        "template": "m_wechat",
        "keywords": [
            {"key": "first", "text": "Hi ${name}", "colour": "#173177"},
            {"key": "remark", "text": ""},
        ],
        "jump": "url",
        "url": "https://example.com",
        "variables": NAME,
        "send_to_all_ids": False,
    },
    "app_push": {
        "account": "acc_push",
        "app": "shop",
        "platform": "ios",
        "touch_id": "alias",
        "alias_type": "member",
        "message_type": "promotion",
        "title": "Sale",
        "content": "Hi ${name}",
        "variables": NAME,
        "on_tap": "open_app",
        "send_to_all_ids": False,
    },
    "issue_coupon": {"coupon": "cp_1", "per_person_limit": 1, "send_to_all_ids": False},
    "tag": {
        "on_conflict": "overwrite",
        "assignments": [{"tag": "level", "value": "VIP"}, {"tag": "likes", "value": ["tea", "books"]}],
    },
    "generate_audience": {"audience_name": "Passed", "public": False},
    "wait_until": {"mode": "after_days_at", "amount": 7, "unit": "day", "time": "12:00"},
    "ab_test": {
        "groups": [{"id": "g_1", "name": "A", "percent": 33.3}, {"id": "g_2", "name": "B", "percent": 66.7}],
        "ends": "after",
        "people": 1000,
        "then": "group:g_2",
        "min_judged": 100,
    },
    "ab_target": {
        "test": "n_ab",
        "goal": {"event": "order", "where": {"field": "amount", "op": ">", "value": 5}, "times": 1},
        "judge_after": DAY3,
    },
    "random_grouping": {
        "groups": [{"id": "g_1", "name": "A", "percent": 50}, {"id": "g_2", "name": "B", "percent": 50}]
    },
    "end": {},
    "tag_judgment": {
        "groups": [{"id": "g_1", "name": "VIPs", "memo": "few", "condition": VIP}],
        "other": True,
    },
    "event_judgment": {
        "judge_after": {"at": "2026-12-01T09:00:00+08:00"},
        "conditions": [
            {"join": None, "event": "login", "where": None, "times": 1, "behavior": "not_occurred"},
            {
                "join": "or",
                "event": "order",
                "where": {"all": [{"field": "shop", "op": "is", "value": "A"}]},
                "times": 2,
                "behavior": "occurred",
            },
        ],
        "early": False,
        "other": True,
    },
    "attribute_judgment": {
        "groups": [
            {
                "id": "g_1",
                "name": "Large",
                "condition": {"any": [{"field": "amount", "op": ">=", "value": 100}]},
            }
        ],
        "other": True,
    },
    "result_judgment": {"judge_after": {"amount": 1, "unit": "hour"}, "by": "send", "results": ["success"]},
    "audience_judgment": {"groups": [{"id": "g_1", "name": "Once", "audiences": ["a_once"]}], "other": True},
    "fatigue_judgment": {"groups": [{"id": "g_1", "name": "Mail", "channel": "email"}], "other": False},
    "webhook": {
        "webhook": "acc_hook",
        "id_type": "mobile",
        "params": {"city": {"from": "attribute", "key": "city", "when_empty": "nothing"}},
        "send_to_all_ids": False,
    },
    "push_kafka": {
        "interface": "acc_kafka",
        "id_type": "member",
        "fields": {"city": {"from": "constant", "value": "Bonn"}},
        "send_to_all_ids": False,
    },
}

SUMMARIES: dict[str, str] = {
    "start": "",
    "target_audience": "Bought once · at once",
    "behavior_event": "Order · 2 times within 7 days",
    "text_sms": "Care",
    "digital_sms": "Rich",
    "email": "Letter",
    "wechat_message": "Text · Hi ${name}",
    "template_message": "Order",
    "app_push": "Sale",
    "issue_coupon": "Ten off · 30 days",
    "tag": "level is VIP, likes is tea, books",
    "generate_audience": "Passed",
    "wait_until": "7 days, then until 12:00",
    "ab_test": "33.3 %, 66.7 %",
    "ab_target": "Order · 3 days",
    "random_grouping": "50 %, 50 %",
    "end": "The path ends here",
    "tag_judgment": "level is VIP",
    "event_judgment": "2 conditions · 2026-12-01 09:00",
    "attribute_judgment": "amount ≥ 100",
    "result_judgment": "Within 1 hour",
    "audience_judgment": "Bought once",
    "fatigue_judgment": "Email",
    "webhook": "CRM",
    "push_kafka": "Stream",
}

CHOOSE: dict[str, str] = {
    "target_audience": "Choose an audience",
    "behavior_event": "Choose an event",
    "text_sms": "Choose an SMS template",
    "digital_sms": "Choose a template",
    "email": "Choose an email template",
    "wechat_message": "Choose what to send",
    "template_message": "Choose a template",
    "app_push": "Enter a title",
    "issue_coupon": "Choose a coupon",
    "tag": "Choose a tag",
    "generate_audience": "Name the audience",
    "wait_until": "Choose how long to wait",
    "ab_target": "Choose the goal",
    "tag_judgment": "Add a condition",
    "event_judgment": "Choose an event",
    "attribute_judgment": "Add a condition",
    "result_judgment": "Choose a latest time",
    "audience_judgment": "Choose an audience",
    "fatigue_judgment": "Choose a channel",
    "webhook": "Choose a webhook",
    "push_kafka": "Choose a Kafka interface",
}
"""What the card of a new node asks for; kinds that are missing here are complete from the start."""
