"""Data over the wire: events, and how much there is."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from engine.server.wire.base import Answer, Key, Wire
from engine.shapes.time import Moment

MAX_EVENTS = 10_000
"""Events of one call."""


class Event(Wire):
    """Something that a person did. `event_id` names it: the same event sent again counts once."""

    event_id: Key
    person_id: Key
    event: Key
    time: Moment
    attributes: dict[Key, JsonValue] = Field(default_factory=dict)


class Events(Wire):
    """Several events; each is read by itself, so that one that is malformed keeps no other out."""

    events: Annotated[list[JsonValue], Field(max_length=MAX_EVENTS, description="Each an `Event`.")]


class EventReject(Answer):
    """An event that was not taken: its place in the list, from 0, and why."""

    index: int
    event_id: str
    text: str


class EventsAnswer(Answer):
    """What became of the events. Those accepted are on disk."""

    accepted: int
    duplicates: int
    rejected: list[EventReject] = Field(default_factory=list)


class ReceivedEffect(Answer):
    """What an event did in one campaign, or why nothing. `campaign` and `name` may be empty."""

    campaign: str
    name: str
    outcome: str
    text: str


class ReceivedEvent(Answer):
    """An event as it came in; of an import only how many there were.

    Attributes:
        fate: whether it was taken, had come before, was refused, or is a whole import.
        attributes: JSON, cut where it is long.
        text: why it was refused.
    """

    received_at: str
    fate: Literal["accepted", "duplicate", "rejected", "imported"]
    event_id: str = ""
    person_id: str = ""
    event: str = ""
    time: str | None = None
    attributes: str = ""
    count: int = 1
    text: str = ""
    effects: list[ReceivedEffect] = Field(default_factory=list)


class ReceivedEvents(Answer):
    """The events received last since the engine started, the latest first."""

    events: list[ReceivedEvent]


class AudienceSize(Answer):
    """How many people an audience held when it was last updated, or its list imported."""

    size: int
    updated_at: str | None


class CodesLeft(Answer):
    """How many codes of a coupon nobody has yet. `more`: there are more than were counted."""

    left: int
    more: bool = False


class Sizes(Answer):
    """What there is of audiences and coupons, by id; of an audience that was never updated nothing."""

    audiences: dict[str, AudienceSize] = Field(default_factory=dict)
    coupons: dict[str, CodesLeft] = Field(default_factory=dict)
