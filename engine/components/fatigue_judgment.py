"""Fatigue Judgment: branches by which channel may still reach the person."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, JsonValue

from engine.components.base import Category, Component, ComponentConfig, Lookup, Port, RawConfig
from engine.components.behaviour import Branch, ReachableTest
from engine.components.branches import Other, judgment_ports, new_groups
from engine.components.hints import Hint
from engine.components.places import BEHIND_ANYTHING
from engine.i18n import N_, Message
from engine.shapes.groups import MAX_GROUPS, Group, distinct_groups
from engine.shapes.model import Items
from engine.shapes.words import joined

CHANNELS: dict[str, str] = {
    "text_sms": N_("Text SMS"),
    "digital_sms": N_("Digital SMS"),
    "email": N_("Email"),
    "wechat_message": N_("WeChat Message"),
    "template_message": N_("Template Message"),
    "app_push": N_("App Push"),
}


class ChannelGroup(Group):
    """A branch for the people whom the channel may still reach."""

    channel: Literal["text_sms", "digital_sms", "email", "wechat_message", "template_message", "app_push"]


class FatigueJudgmentConfig(ComponentConfig):
    """The groups, tried in their order, and whether there is a branch for everybody else."""

    groups: Annotated[
        Items[ChannelGroup],
        Field(min_length=1, max_length=MAX_GROUPS),
        AfterValidator(distinct_groups),
        Hint(
            N_("Groups"),
            "groups",
            missing=N_("Add a group"),
            help=N_(
                "A group takes the people whom its channel may still write to. "
                "The limits stand in the settings, under “Fatigue rules”."
            ),
            choices=CHANNELS,
            options={"holds": "channel", "min": 1, "max": 8},
        ),
    ]
    other: Other = False


class FatigueJudgment(Component[FatigueJudgmentConfig]):
    kind = "fatigue_judgment"
    label = N_("Fatigue Judgment")
    category = Category.JUDGMENT
    icon = "battery-2"
    placement = BEHIND_ANYTHING
    Config = FatigueJudgmentConfig
    headline = "groups.0.channel"

    def defaults(self) -> dict[str, JsonValue]:
        return {"groups": new_groups(1)}

    def ports(self, raw: RawConfig) -> tuple[Port, ...]:
        return judgment_ports(raw)

    def words(self, config: FatigueJudgmentConfig, lookup: Lookup) -> Message:
        return joined(Message(CHANNELS[group.channel]) for group in config.groups)

    def behaviour(self, config: FatigueJudgmentConfig) -> Branch:
        groups = tuple((group.port, ReachableTest(group.channel)) for group in config.groups)
        return Branch(groups, config.other)
