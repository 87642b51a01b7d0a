"""The events received last, with what they did: the values, and their words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from pydantic import JsonValue

from engine.i18n import N_, Message

MOST_SHOWN = 1_000
"""Characters of an event's attributes that are kept."""


class Fate(StrEnum):
    """What became of an event as it came in."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    IMPORTED = "imported"


@dataclass(frozen=True, slots=True)
class Noted:
    """An event as it came in; of an import only how many they were, of a malformed one perhaps its id.
    `attributes`: JSON."""

    received_at: int
    fate: Fate
    id: str = ""
    person: str = ""
    event: str = ""
    time: int | None = None
    attributes: str = ""
    reason: Message | None = None
    count: int = 1


class Outcome(StrEnum):
    """What an event did in one campaign; all but the first three, `EXITED` and `GOAL` say why it
    did nothing."""

    ENTERED = "entered"
    PENDING = "pending"
    COUNTED = "counted"
    UNKNOWN_CODE = "unknown_code"
    NOBODY_LISTENS = "nobody_listens"
    CONDITION = "condition"
    BEFORE_START = "before_start"
    AFTER_END = "after_end"
    STOPPED = "stopped"
    FINISHED = "finished"
    TOO_FAR_AHEAD = "too_far_ahead"
    INSIDE = "inside"
    ENTERED_BEFORE = "entered_before"
    TOO_FEW = "too_few"
    NOT_WAITING = "not_waiting"
    TOO_LATE = "too_late"
    EXITED = "exited"
    EXIT_CONDITION = "exit_condition"
    NOT_INSIDE = "not_inside"
    HELD_BACK = "held_back"
    GOAL = "goal"
    GOAL_CONDITION = "goal_condition"
    NO_GOAL = "no_goal"


_WORDS = {
    Outcome.ENTERED: N_("The person entered."),
    Outcome.PENDING: N_("The person enters as soon as the campaign gets to it."),
    Outcome.COUNTED: N_("“{node}”: it counts for this judgment, where the person was waiting."),
    Outcome.UNKNOWN_CODE: N_("The catalogue has no event with this code. Is it spelled as there?"),
    Outcome.NOBODY_LISTENS: N_(
        "No published campaign starts with this event, judges it, ends with it or has it as its goal."
    ),
    Outcome.BEFORE_START: N_("It happened before the campaign's start."),
    Outcome.AFTER_END: N_("It happened at the campaign's end or later."),
    Outcome.STOPPED: N_("The campaign was stopped."),
    Outcome.FINISHED: N_("The campaign is finished."),
    Outcome.TOO_FAR_AHEAD: N_("Its time lies too far in the future."),
    Outcome.INSIDE: N_("The person was inside already, and enters again only after leaving."),
    Outcome.ENTERED_BEFORE: N_("The person entered before, and may enter once only."),
    Outcome.TOO_FEW: N_("It is number {k} of the {n} events that let a person enter."),
    Outcome.NOT_WAITING: N_("“{node}”: the person was not waiting there."),
    Outcome.CONDITION: N_("It does not meet the condition of “{node}”."),
    Outcome.TOO_LATE: N_("“{node}”: it came after the person had gone on."),
    Outcome.EXITED: N_("The person left, by an exit rule."),
    Outcome.EXIT_CONDITION: N_("It does not meet the condition of the exit rule."),
    Outcome.HELD_BACK: N_("The person would have entered, but is of a control group."),
    Outcome.GOAL: N_("With it the person reached the campaign’s goal."),
    Outcome.GOAL_CONDITION: N_("It does not meet the condition of the campaign’s goal."),
    Outcome.NO_GOAL: N_(
        "It is the campaign’s goal, but the person had reached it before, or had not entered in time for it."
    ),
    Outcome.NOT_INSIDE: N_("By an exit rule people leave with it, but the person was not waiting inside."),
}


@dataclass(frozen=True, slots=True)
class Effect:
    """What an event did in one campaign. `campaign` and `name` are empty where it concerns none."""

    campaign: str
    name: str
    outcome: Outcome
    message: Message

    @classmethod
    def of(cls, outcome: Outcome, campaign: str = "", name: str = "", **params: object) -> Self:
        """An effect in its words."""
        return cls(campaign, name, outcome, Message(_WORDS[outcome], **params))


@dataclass(frozen=True, slots=True)
class Received:
    """An event that was received, and what it did."""

    noted: Noted
    effects: tuple[Effect, ...]


def shortened(attributes: Mapping[str, JsonValue]) -> str:
    """Attributes as JSON, cut where they are long."""
    text = json.dumps(dict(attributes), ensure_ascii=False, default=str) if attributes else ""
    return text if len(text) <= MOST_SHOWN else text[:MOST_SHOWN] + "…"
