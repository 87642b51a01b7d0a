"""What a component does to people, as small plan values; only `engine.plan` turns them into SQL.

A component gives one of these from `behaviour(config)`. A kind without one is not yet run by this engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Literal

from engine.shapes.conditions import Condition
from engine.shapes.time import Duration
from engine.shapes.variables import Binding


@dataclass(frozen=True, slots=True)
class EnterAudiences:
    """Trigger: the union of the audiences enters at once, at `at` (None: when the campaign starts)."""

    audiences: tuple[str, ...]
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EnterOnEvent:
    """Trigger: a person enters with a matching event."""

    event: str
    where: Condition | None
    re_entry: Literal["every_time", "after_exit", "once"]


@dataclass(frozen=True, slots=True)
class Send:
    """Write a message to the person's address of type `id_type` and go on.

    account: id of the account that sends it. template: id of the message, or None. variables: by name.
    marketing: obeys fatigue control, suppression and quiet times.
    """

    id_type: str
    account: str | None
    template: str | None
    variables: Mapping[str, Binding] = field(default_factory=dict)
    to_all: bool = False
    marketing: bool = False


@dataclass(frozen=True, slots=True)
class DrawCoupon:
    """Draw a code from the coupon's pool, send it to the person's address of type `id_type`, and go on."""

    coupon: str
    id_type: str
    per_person: int | None


@dataclass(frozen=True, slots=True)
class SetTags:
    """Write tags: tag → values. `keep`: where the person already has the tag, leave it."""

    values: Mapping[str, tuple[str, ...]]
    keep: bool


@dataclass(frozen=True, slots=True)
class Branch:
    """Go down the port of the first group whose condition over tags and attributes holds, else `other`."""

    groups: tuple[tuple[str, Condition], ...]
    other: bool


@dataclass(frozen=True, slots=True)
class Split:
    """Go down a port at random; each with its share in tenths of a percent, 1,000 over all."""

    shares: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Finish:
    """The person is done here."""


@dataclass(frozen=True, slots=True)
class After:
    """Until an amount of time after arrival; calendar steps for days and longer."""

    duration: Duration


@dataclass(frozen=True, slots=True)
class At:
    """Until a moment; at once where it has passed."""

    moment: datetime


@dataclass(frozen=True, slots=True)
class NextTime:
    """Until the first `wall` on the clock that is not before arrival + `after`."""

    wall: time
    after: Duration | None = None


Until = After | At | NextTime


@dataclass(frozen=True, slots=True)
class Hold:
    """Keep the person, then go on through `out`."""

    until: Until


@dataclass(frozen=True, slots=True)
class EventTest:
    """Whether at least `times` matching events occurred (or did not). `join`: to the one before."""

    join: Literal["and", "or"] | None
    event: str
    where: Condition | None
    times: int
    occurred: bool


@dataclass(frozen=True, slots=True)
class JudgeEvents:
    """Keep the person until `until`, then judge the events since arrival: `out`, else `other` if on."""

    until: After | At
    tests: tuple[EventTest, ...]
    early: bool
    other: bool


@dataclass(frozen=True, slots=True)
class JudgeResult:
    """Keep the person until the result of the message in front is known, at most `maximum` after sending.

    results: (port, code) in order; everything else goes down `other`.
    """

    maximum: Duration
    results: tuple[tuple[str, str], ...]


Behaviour = (
    EnterAudiences
    | EnterOnEvent
    | Send
    | DrawCoupon
    | SetTags
    | Branch
    | Split
    | Finish
    | Hold
    | JudgeEvents
    | JudgeResult
)

__all__ = [
    "After",
    "At",
    "Behaviour",
    "Branch",
    "DrawCoupon",
    "EnterAudiences",
    "EnterOnEvent",
    "EventTest",
    "Finish",
    "Hold",
    "JudgeEvents",
    "JudgeResult",
    "NextTime",
    "Send",
    "SetTags",
    "Split",
    "Until",
]
