"""Tag Judgment: branches by tags and attributes, on arrival."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import JsonValue

from engine.components.base import (
    Category,
    Component,
    ComponentConfig,
    FieldError,
    Lookup,
    Port,
    RawConfig,
    Reference,
)
from engine.components.behaviour import Branch, PersonTest
from engine.components.branches import Other, judgment_ports, new_groups
from engine.components.fields import check_person_condition, condition_references
from engine.components.hints import Hint
from engine.components.places import BEHIND_ANYTHING
from engine.i18n import N_, Message
from engine.shapes.conditions import words
from engine.shapes.groups import ConditionGroup, ConditionGroups


class TagJudgmentConfig(ComponentConfig):
    """The groups, tried in their order, and whether there is a branch for everybody else."""

    groups: Annotated[
        ConditionGroups,
        Hint(
            N_("Groups"),
            "groups",
            missing=N_("Add a group"),
            options={"holds": "condition", "min": 1, "max": 8, "over": "person", "flat": False},
        ),
    ]
    other: Other = False


class TagJudgment(Component[TagJudgmentConfig]):
    kind = "tag_judgment"
    label = N_("Tag Judgment")
    category = Category.JUDGMENT
    icon = "tags"
    placement = BEHIND_ANYTHING
    Config = TagJudgmentConfig
    headline = "groups.0.condition"

    def defaults(self) -> dict[str, JsonValue]:
        return {"groups": new_groups(1)}

    def ports(self, raw: RawConfig) -> tuple[Port, ...]:
        return judgment_ports(raw)

    def references(self, config: TagJudgmentConfig) -> Iterator[Reference]:
        for index, group in enumerate(config.groups):
            yield from condition_references(group.condition, f"groups.{index}.condition")

    def check(self, config: TagJudgmentConfig, lookup: Lookup) -> Iterator[FieldError]:
        for index, group in enumerate(config.groups):
            yield from check_person_condition(group.condition, f"groups.{index}.condition", lookup)

    def words(self, config: TagJudgmentConfig, lookup: Lookup) -> Message:
        return group_words(config.groups)

    def behaviour(self, config: TagJudgmentConfig) -> Branch:
        groups = tuple((group.port, PersonTest(group.condition)) for group in config.groups)
        return Branch(groups, config.other)


def group_words(groups: tuple[ConditionGroup, ...]) -> Message:
    """The only group's condition, or how many groups there are."""
    return (
        words(groups[0].condition) if len(groups) == 1 else Message(N_("{count} groups"), count=len(groups))
    )
