"""Behavior Event: a person enters with the n-th matching event."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from engine.components.base import (
    Category,
    Component,
    ComponentConfig,
    FieldError,
    Lookup,
    Reference,
    RefKind,
)
from engine.components.behaviour import EnterOnEvent
from engine.components.fields import Code, Count, check_event_condition
from engine.components.hints import Hint
from engine.components.places import AFTER_START
from engine.i18n import N_, Message
from engine.shapes.conditions import ConditionTree
from engine.shapes.time import Duration
from engine.shapes.words import dotted


class BehaviorEventConfig(ComponentConfig):
    """Which events let a person enter, and how often."""

    event: Annotated[Code, Hint(N_("Event"), "event", missing=N_("Choose an event"))]
    where: Annotated[
        ConditionTree | None,
        Hint(
            N_("Only events where"), "condition", options={"over": "event", "event": "event", "flat": False}
        ),
    ] = None
    times: Annotated[
        Count,
        Hint(
            N_("Number of events"),
            "number",
            help=N_("People enter with this many of them; then counting begins anew."),
        ),
    ] = 1
    within: Annotated[
        Duration | None,
        Hint(N_("Within"), "duration", options={"units": ("minute", "hour", "day", "week", "month")}),
    ] = None
    re_entry: Annotated[
        Literal["every_time", "after_exit", "once"],
        Hint(
            N_("Enter again"),
            "choice",
            choices={
                "every_time": N_("Every time"),
                "after_exit": N_("Only after leaving"),
                "once": N_("Never"),
            },
        ),
    ] = "every_time"


class BehaviorEvent(Component[BehaviorEventConfig]):
    kind = "behavior_event"
    label = N_("Behavior Event")
    category = Category.TRIGGER
    icon = "bolt"
    placement = AFTER_START
    Config = BehaviorEventConfig
    headline = "event"

    def references(self, config: BehaviorEventConfig) -> Iterable[Reference]:
        return [Reference("event", RefKind.EVENT, config.event)]

    def check(self, config: BehaviorEventConfig, lookup: Lookup) -> Iterable[FieldError]:
        return check_event_condition(config.where, "where", config.event, lookup)

    def words(self, config: BehaviorEventConfig, lookup: Lookup) -> Message:
        name = lookup.name_of(RefKind.EVENT, config.event) or config.event
        if config.times == 1:
            return Message.verbatim(name)
        if config.within is None:
            return dotted(name, Message(N_("{count:,} times"), count=config.times))
        words = Message(
            N_("{count:,} times within {duration}"), count=config.times, duration=config.within.words
        )
        return dotted(name, words)

    def behaviour(self, config: BehaviorEventConfig) -> EnterOnEvent:
        # `within` says nothing about a single match.
        within = config.within if config.times > 1 else None
        return EnterOnEvent(config.event, config.where, config.re_entry, config.times, within)
