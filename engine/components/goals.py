"""Conditions on what a person does: the goal of an AB test, the conditions of an Event Judgment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SerializerFunctionWrapHandler, model_serializer

from engine.components.base import Lookup, Reference, RefKind
from engine.components.behaviour import After, At, JudgeAt
from engine.components.fields import Code, Count, check_event_condition
from engine.i18n import N_, Message
from engine.shapes.conditions import ConditionTree
from engine.shapes.model import FieldError, Items, Shape, invalid
from engine.shapes.time import Duration, FixedTime, JudgeAfter, instant


class Goal(Shape):
    """Events that a person must have, at least `times` of them."""

    event: Code
    where: ConditionTree | None = None
    times: Count = 1


class EventCondition(Shape):
    """One condition of a list that is joined left to right, `and` binding tighter than `or`."""

    join: Literal["and", "or"] | None
    event: Code
    where: ConditionTree | None = None
    times: Count = 1
    behavior: Literal["occurred", "not_occurred"] = "occurred"

    @model_serializer(mode="wrap")
    def _nulls_shown(self, handler: SerializerFunctionWrapHandler) -> dict[str, object]:
        # Section 11 shows these two as null, which elsewhere means left out.
        plain: dict[str, object] = handler(self)
        return {"join": None, "event": self.event, "where": None} | plain


def _joined(conditions: tuple[EventCondition, ...]) -> tuple[EventCondition, ...]:
    for index, condition in enumerate(conditions):
        if (condition.join is None) != (index == 0):
            raise invalid(Message(N_("Join every condition but the first by and or or.")))
    return conditions


EventConditions = Annotated[Items[EventCondition], Field(min_length=1, max_length=8), AfterValidator(_joined)]


def goal_references(goals: Sequence[Goal | EventCondition], prefix: str) -> Iterator[Reference]:
    """The events that they name; `prefix` holds a place for the index where there are several."""
    for index, goal in enumerate(goals):
        yield Reference(f"{prefix.format(index)}.event", RefKind.EVENT, goal.event)


def check_goals(goals: Sequence[Goal | EventCondition], prefix: str, lookup: Lookup) -> Iterator[FieldError]:
    """Types of their `where`."""
    for index, goal in enumerate(goals):
        yield from check_event_condition(goal.where, f"{prefix.format(index)}.where", goal.event, lookup)


def event_name(event: str, lookup: Lookup) -> str:
    """What the event is called."""
    return lookup.name_of(RefKind.EVENT, event) or event


def goal_words(goal: Goal | EventCondition, lookup: Lookup) -> Message:
    """Such as "Login", "Order ≥ 2" or "no Login"."""
    name: Message = Message.verbatim(event_name(goal.event, lookup))
    if goal.times > 1:
        name = Message(N_("{event} ≥ {count:,}"), event=name, count=goal.times)
    if isinstance(goal, EventCondition) and goal.behavior == "not_occurred":
        return Message(N_("no {event}"), event=name)
    return name


def fixed_judging(after: JudgeAfter) -> Iterator[tuple[str, datetime]]:
    """The moment of judging and its field, where it is fixed."""
    if isinstance(after, FixedTime):
        yield "judge_after.at", instant(after.at)


def judge_at(after: JudgeAfter) -> JudgeAt:
    """The judging moment as a plan value."""
    return After(after) if isinstance(after, Duration) else At(instant(after.at))


def judging_stay(after: JudgeAfter) -> Duration | None:
    """How long people wait for their judgment, where it counts from their arrival."""
    return after if isinstance(after, Duration) else None
