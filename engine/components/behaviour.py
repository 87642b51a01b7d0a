"""What a component does to people, as small plan values; only `engine.plan` turns them into SQL.

A component gives one of these from `behaviour(config)`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Literal

from engine.shapes.conditions import Condition
from engine.shapes.schedule import Every
from engine.shapes.time import Duration
from engine.shapes.variables import Binding


@dataclass(frozen=True, slots=True)
class EnterAudiences:
    """Trigger: the union of the audiences enters at once, at `at` (None: when the campaign starts).

    every: in cycles instead, on that grid; a cycle is left out unless every audience has been updated since
    the last one, but for `repeat_unchanged`. max_cycles: no more than that, or None.
    """

    audiences: tuple[str, ...]
    at: datetime | None = None
    every: Every | None = None
    repeat_unchanged: bool = False
    max_cycles: int | None = None


@dataclass(frozen=True, slots=True)
class EnterOnEvent:
    """Trigger: a person enters with the n-th matching event, all n within `within` (None: ever)."""

    event: str
    where: Condition | None
    re_entry: Literal["every_time", "after_exit", "once"]
    times: int = 1
    within: Duration | None = None


@dataclass(frozen=True, slots=True)
class FromTemplate:
    """A message's text stands in the message file `id`."""

    id: str


@dataclass(frozen=True, slots=True)
class Inline:
    """A message's text stands in the component, by lines."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Payload:
    """The message is a JSON object of the bound values."""


Content = FromTemplate | Inline | Payload


@dataclass(frozen=True, slots=True)
class Send:
    """Write a message to the person's address of type `id_type` and go on.

    account: id of the account that sends it. content: what it says. variables: by name. followers: the
    address must follow the account. marketing: obeys fatigue control, suppression and quiet times; they count
    it under the node's kind and, for SMS, under `signature`.
    """

    id_type: str
    account: str
    content: Content
    variables: Mapping[str, Binding] = field(default_factory=dict)
    to_all: bool = False
    followers: bool = False
    marketing: bool = False
    signature: str | None = None


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
class Gather:
    """Note the person for the audience that is written at the campaign's end, at a stop and after a cycle."""

    name: str
    directory: str | None = None
    public: bool = False
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class PersonTest:
    """Whether a condition over the person's tags and attributes holds."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class TriggerTest:
    """Whether a condition over the attributes of the event that let the person enter holds."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class OriginTest:
    """Whether the person entered out of one of the audiences."""

    audiences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReachableTest:
    """Whether fatigue control lets a message of the channel (a component's kind) reach the person now."""

    channel: str


GroupTest = PersonTest | TriggerTest | OriginTest | ReachableTest


@dataclass(frozen=True, slots=True)
class Branch:
    """Go down the port of the first group whose test holds, else `other`."""

    groups: tuple[tuple[str, GroupTest], ...]
    other: bool


@dataclass(frozen=True, slots=True)
class TestEnd:
    """After `people` visits everybody goes down `then`, or (None) down the best group's port.

    The best is fixed once at least `min_judged` people of every group have been judged.
    """

    people: int
    then: str | None
    min_judged: int


@dataclass(frozen=True, slots=True)
class Split:
    """Go down a port at random; each with its share in tenths of a percent, 1,000 over all."""

    shares: tuple[tuple[str, int], ...]
    end: TestEnd | None = None


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
JudgeAt = After | At


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
    """Keep the person until `until`, then judge the events since arrival: `out`, else `other` if on.

    chance: in a rehearsal, so many of 10,000 do what is asked, whatever the events say.
    """

    until: JudgeAt
    tests: tuple[EventTest, ...]
    early: bool
    other: bool
    chance: int | None = None


@dataclass(frozen=True, slots=True)
class JudgeGoal:
    """Keep the person until `until`, note whether the goal was reached since arrival, and go on.

    test: id of the node whose groups are compared. chance: see `JudgeEvents`.
    """

    test: str
    until: JudgeAt
    goal: EventTest
    chance: int | None = None


@dataclass(frozen=True, slots=True)
class JudgeResult:
    """Keep the person until the result of the message in front is known, at most `maximum` after sending.

    results: (port, code) in order; everything else goes down `other`. receipt: the codes are receipts'.
    """

    maximum: Duration
    results: tuple[tuple[str, str], ...]
    receipt: bool = False


Behaviour = (
    EnterAudiences
    | EnterOnEvent
    | Send
    | DrawCoupon
    | SetTags
    | Gather
    | Branch
    | Split
    | Finish
    | Hold
    | JudgeEvents
    | JudgeGoal
    | JudgeResult
)
