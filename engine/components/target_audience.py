"""Target Audience: the members of audiences enter, now, once at a time, or again and again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from engine.components.base import Category, Component, ComponentConfig, Lookup, Reference, RefKind
from engine.components.behaviour import EnterAudiences
from engine.components.fields import LATE, Count, required_when
from engine.components.hints import Hint
from engine.components.places import AFTER_START
from engine.i18n import N_, Message
from engine.shapes.model import Items, invalid
from engine.shapes.schedule import DEFAULT_EVERY, Every
from engine.shapes.schedule import words as every_words
from engine.shapes.text import Identifier
from engine.shapes.time import DateTime, instant
from engine.shapes.words import dotted

MAX_AUDIENCES = 20


def _distinct(audiences: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(audiences)) < len(audiences):
        raise invalid(Message(N_("Choose each audience once.")))
    return audiences


class TargetAudienceConfig(ComponentConfig):
    """Which audiences enter, and when."""

    audiences: Annotated[
        Items[Identifier],
        Field(min_length=1, max_length=MAX_AUDIENCES),
        AfterValidator(_distinct),
        Hint(
            N_("Audiences"),
            "audiences",
            missing=N_("Choose an audience"),
            options={"max": MAX_AUDIENCES},
        ),
    ]
    mode: Annotated[
        Literal["now", "once", "recurring"],
        Hint(
            N_("Runs"),
            "choice",
            choices={"now": N_("At once"), "once": N_("Once, at a time"), "recurring": N_("Again and again")},
        ),
    ] = "now"
    at: Annotated[
        DateTime | None,
        LATE,
        required_when("mode", "once"),
        Hint(N_("Time"), "datetime", missing=N_("Choose when to run"), visible_when={"mode": ("once",)}),
    ] = None
    every: Annotated[
        Every | None,
        Hint(
            N_("Schedule"),
            "schedule",
            missing=N_("Choose how often to run"),
            visible_when={"mode": ("recurring",)},
            options={"start": True},
        ),
    ] = None
    repeat_unchanged: Annotated[
        bool,
        Hint(
            N_("Run again although nothing changed"),
            "switch",
            help=N_("Otherwise a cycle is skipped until every audience has been updated since the last one."),
            visible_when={"mode": ("recurring",)},
        ),
    ] = False
    max_cycles: Annotated[
        Count | None, Hint(N_("At most this many cycles"), "number", visible_when={"mode": ("recurring",)})
    ] = None

    @model_validator(mode="before")
    @classmethod
    def _usual_schedule(cls, raw: Any) -> Any:
        if isinstance(raw, dict) and raw.get("mode") == "recurring" and raw.get("every") is None:
            return {**raw, "every": DEFAULT_EVERY}
        return raw


class TargetAudience(Component[TargetAudienceConfig]):
    kind = "target_audience"
    label = N_("Target Audience")
    category = Category.TRIGGER
    icon = "users"
    placement = AFTER_START
    Config = TargetAudienceConfig
    headline = "audiences"

    def references(self, config: TargetAudienceConfig) -> Iterable[Reference]:
        return [Reference(f"audiences.{i}", RefKind.AUDIENCE, id) for i, id in enumerate(config.audiences)]

    def words(self, config: TargetAudienceConfig, lookup: Lookup) -> Message:
        if len(config.audiences) == 1:
            who = Message.verbatim(lookup.name_of(RefKind.AUDIENCE, config.audiences[0]) or "")
        else:
            who = Message(N_("{count} audiences"), count=len(config.audiences))
        if config.every is not None and config.mode == "recurring":
            return dotted(who, every_words(config.every))
        if config.at is not None and config.mode == "once":
            return dotted(who, config.at[:16].replace("T", " "))
        return dotted(who, Message(N_("at once")))

    def fixed_times(self, config: TargetAudienceConfig) -> Iterable[tuple[str, datetime]]:
        return [("at", instant(config.at))] if config.mode == "once" and config.at is not None else []

    def behaviour(self, config: TargetAudienceConfig) -> EnterAudiences:
        if config.mode == "recurring":
            return EnterAudiences(
                config.audiences,
                every=config.every,
                repeat_unchanged=config.repeat_unchanged,
                max_cycles=config.max_cycles,
            )
        at = instant(config.at) if config.mode == "once" and config.at is not None else None
        return EnterAudiences(config.audiences, at)
