"""What keeps each kind from being configured, and what other parts ask of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import JsonValue

from engine.components.base import Around, RefKind
from engine.components.hints import form
from engine.components.registry import COMPONENTS, component
from engine.components.result_judgment import result_codes
from engine.i18n import use_language
from engine.shapes.time import Duration, instant
from tests.engine.components.samples import CONFIGS, NAME, VIP
from tests.engine.components.small_workspace import SmallWorkspace


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with use_language("en"):
        yield


def errors(
    kind: str, change: dict[str, Any], workspace: SmallWorkspace | None = None, around: Around | None = None
) -> dict[str, str]:
    """The errors of a kind's sample with some fields changed (None: taken out), by field."""
    raw = {key: value for key, value in (CONFIGS[kind] | change).items() if value is not None}
    found = component(kind).errors(raw, workspace or SmallWorkspace(), around)
    return {error.field: str(error.message) for error in found}


def halves(one: float, other: float) -> list[JsonValue]:
    return [{"id": "g_1", "name": "A", "percent": one}, {"id": "g_2", "name": "B", "percent": other}]


GONE = "The tag “gone” is not in the catalogue. Choose another, or add it."
NOT_APPROVED = "This template is not approved. Choose an approved one."
OTHER_KIND = "This template is for another kind of message. Choose another one."
EVENT = {"from": "event", "key": "amount", "when_empty": "nothing"}


@pytest.mark.parametrize(
    ("kind", "change", "expected"),
    [
        ("target_audience", {"audiences": []}, {"audiences": "Choose an audience"}),
        ("target_audience", {"audiences": ["a_new"] * 2}, {"audiences": "Choose each audience once."}),
        ("target_audience", {"audiences": [f"a{n}" for n in range(21)]}, {"audiences": "Choose at most 20."}),
        ("target_audience", {"mode": "once"}, {"at": "Choose when to run"}),
        ("target_audience", {"mode": "recurring", "max_cycles": 0}, {"max_cycles": "Use 1 or more."}),
        (
            "behavior_event",
            {"where": {"field": "shop", "op": ">", "value": 1}},
            {"where.op": "“shop” cannot be compared in this way."},
        ),
        (
            "behavior_event",
            {"where": {"field": "gone", "op": "empty"}},
            {"where.field": "There is no field “gone”. Choose another one."},
        ),
        (
            "tag_judgment",
            {"groups": [{"id": "g_1", "name": "A", "condition": {"field": "tag:gone", "op": "empty"}}]},
            {"groups.0.condition.field": GONE},
        ),
        (
            "tag_judgment",
            {"groups": [{"id": "g_1", "name": "A", "condition": {"field": "level", "op": "empty"}}]},
            {"groups.0.condition.field": "There is no field “level”. Choose another one."},
        ),
        (
            "tag_judgment",
            {
                "groups": [
                    {"id": "g_1", "name": "A", "condition": {"field": "tag:likes", "op": "is", "value": "x"}}
                ]
            },
            {"groups.0.condition.op": "“likes” cannot be compared in this way."},
        ),
        ("text_sms", {"template": "m_draft"}, {"template": NOT_APPROVED}),
        ("text_sms", {"template": "m_mail"}, {"template": OTHER_KIND}),
        (
            "text_sms",
            {"sms_type": "notification"},
            {"template": "This template is of the other SMS type. Choose another one."},
        ),
        (
            "text_sms",
            {"signature": "Other"},
            {"signature": "The account does not have this signature. Choose another one."},
        ),
        ("text_sms", {"variables": {}}, {"variables.name": "Choose what stands for “name”."}),
        (
            "text_sms",
            {"platform": "acc_mail"},
            {
                "platform": "This account is for something else. Choose another one.",
                "signature": "The account does not have this signature. Choose another one.",
                "template": "This template belongs to another account. Choose another one.",
            },
        ),
        (
            "digital_sms",
            {"variables": {}},
            {
                "variables.who": "Choose what stands for “who”.",
                "variables.name": "Choose what stands for “name”.",
            },
        ),
        (
            "email",
            {"sender": "other@example.com"},
            {"sender": "The account does not have this sender. Choose another one."},
        ),
        ("wechat_message", {"content": {}}, {"content": "Choose exactly one kind of content."}),
        (
            "wechat_message",
            {"content": {"text": "a", "image": "b"}},
            {"content": "Choose exactly one kind of content."},
        ),
        ("template_message", {"url": None}, {"url": "Enter the page's address"}),
        ("template_message", {"jump": "mini_program"}, {"mini_program": "Enter the mini program"}),
        (
            "template_message",
            {"keywords": [{"key": "first", "text": "a"}]},
            {"keywords": "Fill in the keyword “remark”."},
        ),
        ("app_push", {"alias_type": None}, {"alias_type": "Enter the alias type"}),
        (
            "app_push",
            {"touch_id": "oaid"},
            {"touch_id": "This platform does not have this ID. Choose another one."},
        ),
        (
            "app_push",
            {"on_tap": "open_url", "url": "https://example.com"},
            {"on_tap": "Only Android can open pages. Choose something else."},
        ),
        ("app_push", {"platform": "android", "on_tap": "open_page"}, {"page": "Enter the page"}),
        ("app_push", {"app": "other"}, {"app": "The account does not have this app. Choose another one."}),
        (
            "tag",
            {"assignments": [{"tag": "level", "value": "VIP"}, {"tag": "level", "value": "Gold"}]},
            {"assignments.1.value": "“level” holds one value only. Remove the second one."},
        ),
        (
            "tag",
            {"assignments": [{"tag": "score", "value": "1"}]},
            {"assignments.0.tag": "Only tags that hold text can be set. Choose another one."},
        ),
        ("generate_audience", {"audience_name": ""}, {"audience_name": "Name the audience"}),
        ("wait_until", {"unit": "hour"}, {"unit": "Choose a unit of time."}),
        ("wait_until", {"amount": 3, "unit": None}, {"unit": "Choose a unit of time."}),
        ("wait_until", {"amount": None, "unit": None}, {"amount": "Choose how long to wait"}),
        ("wait_until", {"mode": "duration", "unit": "week"}, {"unit": "Choose a unit of time."}),
        ("wait_until", {"mode": "at"}, {"at": "Choose a date and time"}),
        ("wait_until", {"amount": 0}, {"amount": "Use 1 or more."}),
        ("wait_until", {"time": None}, {"time": "Choose a time of day"}),
        ("ab_test", {"then": "group:g_9"}, {"then": "This group does not exist. Choose another one."}),
        ("ab_test", {"people": None}, {"people": "Enter how many people take part"}),
        (
            "random_grouping",
            {"groups": [{"id": "g_1", "name": "A", "percent": 100}]},
            {"groups": "Choose at least 2."},
        ),
        (
            "random_grouping",
            {"groups": halves(50, 49.9)},
            {"groups": "The percentages add up to 99.9 %. Make it 100 %."},
        ),
        (
            "event_judgment",
            {"conditions": [{"join": "and", "event": "login"}]},
            {"conditions": "Join every condition but the first by and or or."},
        ),
        (
            "attribute_judgment",
            {"groups": [{"id": "g_1", "name": "A", "condition": {"all": [{"any": [VIP]}]}}]},
            {"groups.0.condition": "Join these conditions by either and or or, without nesting."},
        ),
        ("result_judgment", {"results": []}, {"results": "Choose a result"}),
        ("result_judgment", {"results": ["failed"] * 2}, {"results": "Choose each result once."}),
        (
            "audience_judgment",
            {
                "groups": [
                    {"id": "g_1", "name": "A", "audiences": ["a_once"]},
                    {"id": "g_2", "name": "B", "audiences": ["a_new", "a_once"]},
                ]
            },
            {"groups": "Put each audience into one group only."},
        ),
        (
            "webhook",
            {"id_type": "email", "params": {"more": {"from": "constant", "value": ""}}},
            {
                "id_type": "This ID type is not allowed here. Choose another one.",
                "params.city": "Choose what stands for “city”.",
                "params.more": "“more” is not defined. Remove it.",
            },
        ),
        ("push_kafka", {"fields": {}}, {"fields.city": "Choose what stands for “city”."}),
    ],
)
def test_what_keeps_a_config_from_being_valid(
    kind: str, change: dict[str, Any], expected: dict[str, str]
) -> None:
    assert errors(kind, change) == expected


def test_a_simulated_account_accepts_every_signature_sender_app_and_id() -> None:
    workspace = SmallWorkspace()
    messages = workspace.tables[RefKind.MESSAGE]
    messages["m_care"] = {**messages["m_care"], "platform": "acc_any"}
    assert errors("text_sms", {"platform": "acc_any", "signature": "Mine"}, workspace) == {}
    assert errors("email", {"account": "acc_any", "sender": "x@example.com"}) == {}
    assert errors("app_push", {"account": "acc_any", "app": "any"}) == {}
    assert errors("webhook", {"webhook": "acc_any", "id_type": "any", "params": {}}) == {}


def test_the_sum_of_percentages_has_its_own_code() -> None:
    parsed = component("ab_test").parse({"groups": halves(50, 51)})
    assert [error.code for error in parsed.errors] == ["percent_sum"]


def around(trigger: str = "target_audience", before: tuple[str, ...] = (), **change: Any) -> Around:
    trigger_config = CONFIGS[trigger] | change
    return Around(
        (trigger, trigger_config),
        tuple((component(kind), CONFIGS[kind]) for kind in before),
        {"n_ab": "ab_test"},
    )


def test_event_values_need_a_campaign_that_starts_with_the_event() -> None:
    refusal = "Only a campaign that starts with Behavior Event can take values from the event."
    change = {"variables": NAME | {"name": EVENT}}
    assert errors("text_sms", change, around=around()) == {"variables.name.from": refusal}
    assert errors("text_sms", change, around=around("behavior_event")) == {}
    gone = {"variables": {"name": EVENT | {"key": "gone"}}}
    assert set(errors("text_sms", gone, around=around("behavior_event"))) == {"variables.name.key"}
    assert set(errors("push_kafka", {"fields": {"city": EVENT}}, around=around())) == {"fields.city.from"}


def test_attributes_are_those_of_the_triggering_event() -> None:
    assert errors("attribute_judgment", {}, around=around("behavior_event")) == {}
    found = errors("attribute_judgment", {}, around=around("behavior_event", event="login"))
    assert set(found) == {"groups.0.condition.any.0.field"}


def test_a_group_takes_audiences_that_enter() -> None:
    assert errors("audience_judgment", {}, around=around()) == {}
    found = errors("audience_judgment", {}, around=around(audiences=["a_new"]))
    assert set(found) == {"groups.0.audiences.0"}


def test_a_test_target_belongs_to_an_ab_test() -> None:
    assert errors("ab_target", {}, around=around()) == {}
    assert set(errors("ab_target", {"test": "n_gone"}, around=around())) == {"test"}


def test_results_are_those_of_what_stands_in_front() -> None:
    workspace = SmallWorkspace()
    sms, push, hook = (around(before=(kind,)) for kind in ("text_sms", "app_push", "webhook"))
    assert result_codes("send", sms, workspace) == ("success", "failed")
    assert result_codes("receipt", sms, workspace) == ()
    assert result_codes("receipt", push, workspace) == ("opened", "ignored")
    assert result_codes("receipt", hook, workspace) == ("called", "bought")
    assert errors("result_judgment", {"by": "receipt", "results": ["called"]}, around=hook) == {}
    assert set(errors("result_judgment", {"by": "receipt"}, around=hook)) == {"results.0"}
    assert set(errors("result_judgment", {"by": "receipt"}, around=sms)) == {"by"}
    assert errors("result_judgment", {}, around=around(before=("text_sms", "email"))) == {}
    assert set(errors("result_judgment", {}, around=around(before=("text_sms", "app_push")))) == {""}


def test_results_behind_two_webhooks_are_those_of_both() -> None:
    workspace = SmallWorkspace()
    receipts: dict[str, JsonValue] = {"codes": ["bought", "refused"], "collect": {"amount": 1, "unit": "day"}}
    workspace.tables[RefKind.ACCOUNT]["acc_2"] = {"kind": "webhook", "settings": {"receipts": receipts}}
    hook = component("webhook")
    both = Around(None, ((hook, {"webhook": "acc_hook"}), (hook, {"webhook": "acc_2"})), {})
    assert result_codes("receipt", both, workspace) == ("bought",)


def test_result_families_are_those_of_the_table() -> None:
    families: dict[str | None, set[str]] = {}
    for kind, item in COMPONENTS.items():
        families.setdefault(item.result_family, set()).add(kind)
    families.pop(None)
    assert families == {
        "message": {
            "text_sms",
            "digital_sms",
            "email",
            "wechat_message",
            "template_message",
            "issue_coupon",
            "push_kafka",
        },
        "push": {"app_push"},
        "webhook": {"webhook"},
    }
    follows = component("result_judgment").placement.follows
    assert {kind for kind, item in COMPONENTS.items() if follows(item)} == set().union(*families.values())


def test_where_kinds_may_stand() -> None:
    def behind(kind: str) -> set[str]:
        follows = component(kind).placement.follows
        return {before for before, item in COMPONENTS.items() if follows(item)}

    anything = set(COMPONENTS) - {"start", "end"}
    assert behind("target_audience") == behind("behavior_event") == {"start"}
    assert behind("attribute_judgment") == {"behavior_event"}
    assert behind("start") == set()
    special = {"start", "target_audience", "behavior_event", "attribute_judgment", "result_judgment"}
    assert all(behind(kind) == anything for kind in set(COMPONENTS) - special)
    assert component("audience_judgment").placement.trigger == "target_audience"


@pytest.mark.parametrize(
    ("kind", "change", "id_type", "marketing"),
    [
        ("text_sms", {}, "mobile", True),
        ("text_sms", {"sms_type": "notification"}, "mobile", False),
        ("digital_sms", {}, "mobile", True),
        ("email", {}, "email", True),
        ("wechat_message", {}, "openid:acc_wechat", True),
        ("template_message", {}, "openid:acc_wechat", True),
        ("app_push", {}, "device:shop:alias", True),
        ("app_push", {"message_type": "notification"}, "device:shop:alias", False),
        ("issue_coupon", {}, "member", False),
        ("webhook", {}, "mobile", False),
        ("push_kafka", {}, "member", False),
        ("tag", {}, None, False),
    ],
)
def test_which_id_a_touch_needs_and_whether_it_is_marketing(
    kind: str, change: dict[str, Any], id_type: str | None, marketing: bool
) -> None:
    config = component(kind).parse(CONFIGS[kind] | change).config
    assert config is not None
    assert component(kind).id_type(config) == id_type
    assert component(kind).is_marketing(config) is marketing


def test_ports_follow_the_config() -> None:
    def ports(kind: str, **change: Any) -> list[tuple[str, str]]:
        found = component(kind).ports(CONFIGS[kind] | change)
        return [(port.name, "" if port.label is None else str(port.label)) for port in found]

    assert ports("text_sms") == [("out", "")]
    assert ports("end") == []
    assert ports("ab_test") == [("group:g_1", "A"), ("group:g_2", "B")]
    assert ports("tag_judgment") == [("group:g_1", "VIPs"), ("other", "Other")]
    assert ports("tag_judgment", other=False) == [("group:g_1", "VIPs")]
    assert ports("event_judgment") == [("out", "Met"), ("other", "Other")]
    assert [name for name, _ in ports("event_judgment", other=False)] == ["out"]
    twice = [{"id": "g_1", "name": "A"}, {"id": "g_1", "name": "B"}, "?", {"id": "g_2"}, {"name": "no id"}]
    assert ports("random_grouping", groups=twice) == [("group:g_1", "A"), ("group:g_2", "Group 4")]
    results = ["called", "success"]
    assert ports("result_judgment", results=results) == [
        ("result:called", "called"),
        ("result:success", "Success"),
        ("other", "Other"),
    ]


def test_fixed_times_and_stays() -> None:
    at = {"mode": "at", "at": "2026-12-01T09:00:00+08:00"}
    moment = instant("2026-12-01T09:00:00+08:00")
    for kind, raw, field in (
        ("wait_until", at, "at"),
        ("target_audience", CONFIGS["target_audience"] | at | {"mode": "once"}, "at"),
        ("event_judgment", CONFIGS["event_judgment"], "judge_after.at"),
    ):
        config = component(kind).parse(raw).config
        assert config is not None
        assert list(component(kind).fixed_times(config)) == [(field, moment)]
        assert component(kind).longest_stay(config) is None
    target = component("ab_target").parse(CONFIGS["ab_target"]).config
    assert target is not None
    assert component("ab_target").longest_stay(target) == Duration(amount=3, unit="day")


def test_defaults_of_a_recurring_run_and_of_fields_left_out() -> None:
    canonical = component("target_audience").canonical({"mode": "recurring", "audiences": ["a_once"]})
    assert canonical == {
        "audiences": ["a_once"],
        "mode": "recurring",
        "every": {"unit": "day", "interval": 1, "time": "09:00"},
        "repeat_unchanged": False,
    }
    assert component("text_sms").canonical({"template": "m", "platform": "p"}) == {
        "platform": "p",
        "template": "m",
    }
    assert list(component("text_sms").canonical({"template": "m", "platform": "p"})) == [
        "platform",
        "template",
    ]


def test_a_form_shows_what_the_mode_has() -> None:
    fields = {entry.name: entry for entry in form(component("wait_until").Config)}
    defaults = {name: entry.default for name, entry in fields.items()}

    def shown(raw: dict[str, Any]) -> list[str]:
        return [name for name, entry in fields.items() if entry.shown(raw, defaults)]

    assert shown({}) == ["mode", "amount"]
    assert shown({"mode": "after_days_at"}) == ["mode", "amount", "time"]
    assert shown({"mode": "at"}) == ["mode", "at"]
