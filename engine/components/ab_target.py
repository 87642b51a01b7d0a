"""Test Target: where an AB test's branches join, and its goal is judged."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from engine.components.base import (
    Around,
    Category,
    Component,
    ComponentConfig,
    FieldError,
    Lookup,
    Reference,
)
from engine.components.behaviour import EventTest, JudgeGoal
from engine.components.goals import (
    Goal,
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
from engine.shapes.text import Identifier
from engine.shapes.time import Duration, JudgeAfter
from engine.shapes.words import dotted


class AbTargetConfig(ComponentConfig):
    """The AB test that it belongs to, its goal, and when the goal is judged."""

    test: Annotated[Identifier, Hint(N_("AB Test"), "node", missing=N_("The AB test is missing"))]
    goal: Annotated[Goal, Hint(N_("Goal"), "goal", missing=N_("Choose the goal"))]
    judge_after: Annotated[
        JudgeAfter,
        Hint(
            N_("Judge after"),
            "judge_after",
            missing=N_("Choose when to judge"),
            options={"units": ("minute", "hour", "day", "week", "month")},
        ),
    ]


class AbTarget(Component[AbTargetConfig]):
    kind = "ab_target"
    label = N_("Test Target")
    category = Category.CONTROL
    icon = "target"
    placement = BEHIND_ANYTHING
    Config = AbTargetConfig
    headline = "goal"
    deletable = False
    in_palette = False

    def references(self, config: AbTargetConfig) -> Iterable[Reference]:
        return goal_references([config.goal], "goal")

    def check(self, config: AbTargetConfig, lookup: Lookup) -> Iterable[FieldError]:
        return check_goals([config.goal], "goal", lookup)

    def check_place(self, config: AbTargetConfig, around: Around, lookup: Lookup) -> Iterable[FieldError]:
        if around.kinds.get(config.test) != "ab_test":
            message = Message(N_("The AB test of this Test Target does not exist."))
            return [FieldError("test", message, "missing_reference")]
        return []

    def words(self, config: AbTargetConfig, lookup: Lookup) -> Message:
        return dotted(goal_words(config.goal, lookup), config.judge_after.words)

    def fixed_times(self, config: AbTargetConfig) -> Iterable[tuple[str, datetime]]:
        return fixed_judging(config.judge_after)

    def longest_stay(self, config: AbTargetConfig) -> Duration | None:
        return judging_stay(config.judge_after)

    def behaviour(self, config: AbTargetConfig) -> JudgeGoal:
        goal = config.goal
        test = EventTest(None, goal.event, goal.where, goal.times, occurred=True)
        return JudgeGoal(config.test, judge_at(config.judge_after), test)
