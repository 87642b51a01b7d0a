"""All kinds of components, in the order of the palette."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from engine.components.ab_target import AbTarget
from engine.components.ab_test import AbTest
from engine.components.app_push import AppPush
from engine.components.attribute_judgment import AttributeJudgment
from engine.components.audience_judgment import AudienceJudgment
from engine.components.base import Category, Component
from engine.components.behavior_event import BehaviorEvent
from engine.components.digital_sms import DigitalSms
from engine.components.email import Email
from engine.components.end import End
from engine.components.event_judgment import EventJudgment
from engine.components.fatigue_judgment import FatigueJudgment
from engine.components.generate_audience import GenerateAudience
from engine.components.issue_coupon import IssueCoupon
from engine.components.push_kafka import PushKafka
from engine.components.random_grouping import RandomGrouping
from engine.components.result_judgment import ResultJudgment
from engine.components.start import Start
from engine.components.tag import Tag
from engine.components.tag_judgment import TagJudgment
from engine.components.target_audience import TargetAudience
from engine.components.template_message import TemplateMessage
from engine.components.text_sms import TextSms
from engine.components.wait_until import WaitUntil
from engine.components.webhook import Webhook
from engine.components.wechat_message import WeChatMessage

_ALL: tuple[Component[Any], ...] = (
    Start(),
    TargetAudience(),
    BehaviorEvent(),
    TextSms(),
    DigitalSms(),
    Email(),
    WeChatMessage(),
    TemplateMessage(),
    AppPush(),
    IssueCoupon(),
    Tag(),
    GenerateAudience(),
    WaitUntil(),
    AbTest(),
    AbTarget(),
    RandomGrouping(),
    End(),
    TagJudgment(),
    EventJudgment(),
    AttributeJudgment(),
    ResultJudgment(),
    AudienceJudgment(),
    FatigueJudgment(),
    Webhook(),
    PushKafka(),
)

COMPONENTS: Mapping[str, Component[Any]] = MappingProxyType({item.kind: item for item in _ALL})
"""Every kind, Start and Test Target included, in the order of the palette."""


def component(kind: str) -> Component[Any]:
    """The component of a kind. Raises `KeyError` for an unknown one."""
    return COMPONENTS[kind]


def palette() -> Mapping[Category, list[Component[Any]]]:
    """What can be dragged out of the palette, by section, in order."""
    sections: dict[Category, list[Component[Any]]] = {}
    for item in _ALL:
        if item.in_palette:
            sections.setdefault(item.category, []).append(item)
    return sections
