"""Event Judgment: waits, then branches by what the person did meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from engine.components.base import (
    OUT,
    Category,
    Component,
    ComponentConfig,
    FieldError,
    Lookup,
    Port,
    RawConfig,
    Reference,
)
from engine.components.behaviour import EventTest, JudgeEvents
from engine.components.branches import OTHER_PORT, Other
from engine.components.goals import (
    EventConditions,
    check_goals,
    fixed_judging,
    goal_references,
    goal_words,
    judge_at,
    judging_stay,
)
from engine.components.hints import Hint
from engine.components.places import BEHIND_ANYTHING
from engine.i18n import N_, Message
from engine.shapes.time import Duration, JudgeAfter
from engine.shapes.words import dotted


class EventJudgmentConfig(ComponentConfig):
    """When to judge, and what must have happened since the person arrived."""

    judge_after: Annotated[
        JudgeAfter,
        Hint(
            N_("Judge after"),
            "judge_after",
            missing=N_("Choose when to judge"),
            options={"units": ("minute", "hour", "day", "week", "month")},
        ),
    ]
    conditions: Annotated[
        EventConditions,
        Hint(N_("Conditions"), "event_conditions", missing=N_("Choose an event"), options={"max": 8}),
    ]
    early: Annotated[
        bool,
        Hint(
            N_("Go on early"), "switch", help=N_("People go on as soon as the outcome can no longer change.")
        ),
    ] = False
    other: Other = False


class EventJudgment(Component[EventJudgmentConfig]):
    kind = "event_judgment"
    label = N_("Event Judgment")
    category = Category.JUDGMENT
    icon = "calendar-bolt"
    placement = BEHIND_ANYTHING
    Config = EventJudgmentConfig
    headline = "conditions"

    def ports(self, raw: RawConfig) -> tuple[Port, ...]:
        met = Port(OUT, Message(N_("Met")))
        return (met, OTHER_PORT) if raw.get("other") is True else (met,)

    def references(self, config: EventJudgmentConfig) -> Iterable[Reference]:
        return goal_references(config.conditions, "conditions.{}")

    def check(self, config: EventJudgmentConfig, lookup: Lookup) -> Iterable[FieldError]:
        return check_goals(config.conditions, "conditions.{}", lookup)

    def words(self, config: EventJudgmentConfig, lookup: Lookup) -> Message:
        what = goal_words(config.conditions[0], lookup)
        if len(config.conditions) > 1:
            what = Message(N_("{count} conditions"), count=len(config.conditions))
        return dotted(what, config.judge_after.words)

    def fixed_times(self, config: EventJudgmentConfig) -> Iterable[tuple[str, datetime]]:
        return fixed_judging(config.judge_after)

    def longest_stay(self, config: EventJudgmentConfig) -> Duration | None:
        return judging_stay(config.judge_after)

    def behaviour(self, config: EventJudgmentConfig) -> JudgeEvents:
        tests = tuple(
            EventTest(item.join, item.event, item.where, item.times, item.behavior == "occurred")
            for item in config.conditions
        )
        return JudgeEvents(judge_at(config.judge_after), tests, config.early, config.other)
