"""What a campaign is measured by: its goal, and the control group that it holds back to compare with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import AfterValidator, JsonValue, ValidationError

from engine.components.base import Lookup, Reference, RefKind, field_errors, missing_references
from engine.components.fields import Code, check_event_condition
from engine.i18n import N_, Message
from engine.shapes import conditions
from engine.shapes.conditions import ConditionTree
from engine.shapes.groups import Percent
from engine.shapes.model import FieldError, Shape, invalid
from engine.shapes.time import Duration

MOST_HELD_BACK = 50
"""Percent: of more, the campaign would be the exception."""
BUCKETS_A_PERCENT = 100
"""Of the 10,000 buckets of random choices."""


def _held_back(percent: float) -> int | float:
    if not 0 < percent <= MOST_HELD_BACK:
        raise invalid(Message(N_("Enter a percentage above 0, up to {most}."), most=MOST_HELD_BACK))
    return percent


HeldBackPercent = Annotated[Percent, AfterValidator(_held_back)]
"""How many of those who would enter are held back."""


def buckets(percent: float) -> int:
    """How many of the 10,000 buckets a percentage takes."""
    return round(percent * BUCKETS_A_PERCENT)


class CampaignGoal(Shape):
    """The event that people are to have within so long after they entered, the first time that it matches."""

    event: Code
    where: ConditionTree | None = None
    within: Duration

    def canonical(self) -> dict[str, Any]:
        """The goal as the file holds it."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class Holdout(Shape):
    """A share of those who would enter, held back to compare with: always the same people."""

    percent: HeldBackPercent

    def canonical(self) -> dict[str, Any]:
        """The holdout as the file holds it."""
        return self.model_dump(mode="json")


def read_goal(raw: JsonValue, lookup: Lookup) -> tuple[CampaignGoal | None, tuple[FieldError, ...]]:
    """The goal of a form, as the file holds it; else what is wrong with it, at paths inside the goal."""
    try:
        goal = CampaignGoal.model_validate(raw)
    except ValidationError as error:
        return None, tuple(field_errors(error, CampaignGoal))
    wrong = [error._replace(field=error.field.removeprefix("goal.")) for error in goal_errors(goal, lookup)]
    return goal, tuple(wrong)


def read_holdout(raw: JsonValue) -> tuple[Holdout | None, tuple[FieldError, ...]]:
    """The holdout of a form, as the file holds it; else what is wrong with it."""
    try:
        return Holdout.model_validate(raw), ()
    except ValidationError as error:
        return None, tuple(field_errors(error, Holdout))


def goal_references(goal: CampaignGoal | None) -> Iterator[Reference]:
    """What the goal names in the workspace."""
    if goal is not None:
        yield Reference("goal.event", RefKind.EVENT, goal.event)


def goal_errors(goal: CampaignGoal | None, lookup: Lookup) -> Iterator[FieldError]:
    """What the goal names that is gone, and a condition that does not fit its event."""
    if goal is not None:
        yield from missing_references(goal_references(goal), lookup)
        yield from check_event_condition(goal.where, "goal.where", goal.event, lookup)


def goal_words(goal: CampaignGoal, lookup: Lookup | None = None) -> Message:
    """The goal in a few words. lookup: what things are called; without it, as the file names them."""
    name = (lookup and lookup.name_of(RefKind.EVENT, goal.event)) or goal.event
    if goal.where is None:
        return Message(N_("“{name}” within {length}"), name=name, length=goal.within.words)
    where = conditions.words(goal.where)
    text = N_("“{name}” where {condition}, within {length}")
    return Message(text, name=name, condition=where, length=goal.within.words)


def holdout_words(holdout: Holdout) -> Message:
    """The holdout in a few words."""
    return Message(N_("{percent} % held back"), percent=holdout.percent)
