"""Attribute Judgment: branches by the attributes of the event that let the person enter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import JsonValue

from engine.components.base import (
    Around,
    Category,
    Component,
    ComponentConfig,
    FieldError,
    Lookup,
    Placement,
    Port,
    RawConfig,
)
from engine.components.behaviour import Branch, TriggerTest
from engine.components.branches import Other, judgment_ports, new_groups
from engine.components.fields import check_event_condition
from engine.components.hints import Hint
from engine.components.tag_judgment import group_words
from engine.i18n import N_, Message
from engine.shapes.conditions import is_flat
from engine.shapes.groups import ConditionGroups


class AttributeJudgmentConfig(ComponentConfig):
    """The groups, tried in their order, and whether there is a branch for everybody else."""

    groups: Annotated[
        ConditionGroups,
        Hint(
            N_("Groups"),
            "groups",
            missing=N_("Add a group"),
            options={"holds": "condition", "min": 1, "max": 8, "over": "trigger", "flat": True},
        ),
    ]
    other: Other = False


class AttributeJudgment(Component[AttributeJudgmentConfig]):
    kind = "attribute_judgment"
    label = N_("Attribute Judgment")
    category = Category.JUDGMENT
    icon = "list-check"
    placement = Placement(
        lambda before: before.kind == "behavior_event",
        Message(N_("Attribute Judgment stands directly behind Behavior Event.")),
        trigger="behavior_event",
    )
    Config = AttributeJudgmentConfig
    headline = "groups.0.condition"

    def defaults(self) -> dict[str, JsonValue]:
        return {"groups": new_groups(1)}

    def ports(self, raw: RawConfig) -> tuple[Port, ...]:
        return judgment_ports(raw)

    def check(self, config: AttributeJudgmentConfig, lookup: Lookup) -> Iterator[FieldError]:
        for index, group in enumerate(config.groups):
            if not is_flat(group.condition):
                message = Message(N_("Join these conditions by either and or or, without nesting."))
                yield FieldError(f"groups.{index}.condition", message)

    def check_place(
        self, config: AttributeJudgmentConfig, around: Around, lookup: Lookup
    ) -> Iterator[FieldError]:
        event = around.trigger[1].get("event") if around.trigger else None
        if isinstance(event, str):
            for index, group in enumerate(config.groups):
                yield from check_event_condition(group.condition, f"groups.{index}.condition", event, lookup)

    def words(self, config: AttributeJudgmentConfig, lookup: Lookup) -> Message:
        return group_words(config.groups)

    def behaviour(self, config: AttributeJudgmentConfig) -> Branch:
        groups = tuple((group.port, TriggerTest(group.condition)) for group in config.groups)
        return Branch(groups, config.other)
