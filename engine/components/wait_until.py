"""Wait Until: holds a person for a time, until a time, or until a time of day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_core.core_schema import ValidationInfo

from engine.components.base import Category, Component, ComponentConfig, Lookup
from engine.components.behaviour import After, At, Hold, NextTime
from engine.components.fields import LATE, required_when
from engine.components.hints import Hint
from engine.components.places import BEHIND_ANYTHING
from engine.i18n import N_, Message
from engine.shapes.model import invalid
from engine.shapes.time import DateTime, Duration, TimeOfDay, clock, first_at_or_after, instant

UNITS: Mapping[str, tuple[str, ...]] = {
    "duration": ("minute", "hour", "day"),
    "after_days_at": ("day", "week", "month"),
}
"""The units of the modes that have an amount."""


class WaitUntilConfig(ComponentConfig):
    """How long to wait: `leave` tells when a person goes on."""

    mode: Annotated[
        Literal["duration", "at", "next_time", "after_days_at"],
        Hint(
            N_("Wait"),
            "choice",
            choices={
                "duration": N_("For a length of time"),
                "at": N_("Until a date and time"),
                "next_time": N_("Until a time of day"),
                "after_days_at": N_("Some days, then until a time of day"),
            },
        ),
    ] = "duration"
    amount: Annotated[
        Annotated[int, Field(ge=1, le=1_000_000)] | None,
        LATE,
        required_when("mode", "duration", "after_days_at"),
        Hint(
            N_("Length"),
            "amount_unit",
            missing=N_("Choose how long to wait"),
            visible_when={"mode": ("duration", "after_days_at")},
            options={"unit_field": "unit", "units": UNITS},
        ),
    ] = None
    unit: Annotated[Literal["minute", "hour", "day", "week", "month"] | None, LATE] = None
    at: Annotated[
        DateTime | None,
        LATE,
        required_when("mode", "at"),
        Hint(
            N_("Date and time"),
            "datetime",
            missing=N_("Choose a date and time"),
            visible_when={"mode": ("at",)},
        ),
    ] = None
    time: Annotated[
        TimeOfDay | None,
        LATE,
        required_when("mode", "next_time", "after_days_at"),
        Hint(
            N_("Time of day"),
            "time",
            missing=N_("Choose a time of day"),
            visible_when={"mode": ("next_time", "after_days_at")},
        ),
    ] = None

    @field_validator("unit")
    @classmethod
    def _fits(cls, unit: str | None, info: ValidationInfo) -> str | None:
        units = UNITS.get(info.data.get("mode", ""))
        if unit is None and info.data.get("amount") is None:
            return unit  # they are one field, which is missed as a whole
        if units is not None and unit not in units:
            raise invalid(Message(N_("Choose a unit of time.")))
        return unit

    @property
    def length(self) -> Duration | None:
        """Amount and unit, in the modes that have them."""
        if self.mode not in UNITS or self.amount is None or self.unit is None:
            return None
        return Duration(amount=self.amount, unit=self.unit)

    def leave(self, arrival: datetime, zone: tzinfo) -> datetime:
        """When a person who arrives at `arrival` goes on; never earlier."""
        moment = arrival if self.length is None else self.length.plus(arrival, zone)
        if self.mode == "at" and self.at is not None:
            return max(arrival, instant(self.at))
        if self.mode != "duration" and self.time is not None:
            return first_at_or_after(moment, clock(self.time), zone)
        return moment


class WaitUntil(Component[WaitUntilConfig]):
    kind = "wait_until"
    label = N_("Wait Until")
    category = Category.CONTROL
    icon = "clock"
    placement = BEHIND_ANYTHING
    Config = WaitUntilConfig
    headline = "amount"

    def words(self, config: WaitUntilConfig, lookup: Lookup) -> Message:
        if config.mode == "at" and config.at is not None:
            return Message(N_("Until {time}"), time=config.at[:16].replace("T", " "))
        if config.length is None:
            return Message(N_("Until {time}"), time=config.time)
        if config.mode == "duration":
            return config.length.words
        return Message(N_("{duration}, then until {time}"), duration=config.length.words, time=config.time)

    def fixed_times(self, config: WaitUntilConfig) -> Iterable[tuple[str, datetime]]:
        return [("at", instant(config.at))] if config.mode == "at" and config.at is not None else []

    def longest_stay(self, config: WaitUntilConfig) -> Duration | None:
        return config.length

    def behaviour(self, config: WaitUntilConfig) -> Hold:
        if config.mode == "at" and config.at is not None:
            return Hold(At(instant(config.at)))
        if config.mode != "duration" and config.time is not None:
            return Hold(NextTime(clock(config.time), config.length))
        assert config.length is not None
        return Hold(After(config.length))
