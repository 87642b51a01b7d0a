"""What rules of audiences are made with, and is defined once for all of them in the catalogue: statistics
tables, RFM models and AIPL stages.

All three are read from the events; none holds data of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from engine.files import FileModel
from engine.i18n import N_, Message
from engine.shapes.model import Items, invalid
from engine.shapes.text import Name, Text
from engine.workspace.audience import (
    MAX_CARDS,
    BehaviourCard,
    Conditions,
    Measure,
    Number,
    Stage,
    TimeRange,
    check_joins,
)
from engine.workspace.fields import Key, Sorted

STAGES: tuple[Stage, ...] = ("A", "I", "P", "L")
"""From the lowest to the highest."""

MAX_BOUNDS = 9
MAX_METRICS = 50


class StatisticsTable(FileModel):
    """Figures of each person, summed up from the events of one kind.

    dimensions: attributes by which a metrics card chooses what is counted. metrics: a measure by its name.
    where, range: what is counted at all.
    """

    name: Text = ""
    event: Key
    where: Conditions | None = None
    range: TimeRange | None = None
    dimensions: Annotated[Items[Key], Field(max_length=MAX_METRICS)] = ()
    metrics: Annotated[dict[Key, Measure], Sorted, Field(min_length=1, max_length=MAX_METRICS)]

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if len(set(self.dimensions)) < len(self.dimensions):
            raise invalid(Message(N_("Name each dimension once.")))
        return self


def _rising(bounds: tuple[float, ...]) -> tuple[float, ...]:
    exact = [Decimal(str(bound)) for bound in bounds]
    if any(second <= first for first, second in pairwise(exact)):
        raise invalid(Message(N_("Give the bounds in rising order, each once.")))
    return bounds


class _Scale(FileModel):
    """How one of the three is scored.

    n bounds part the scores 1 to n + 1. compare: a score is high from this one on, or from the mean of
    all who are scored.
    """

    bounds: Items[Number]
    compare: Literal["mean"] | Number = "mean"

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        highest = len(self.bounds) + 1
        if self.compare != "mean" and not 1 <= self.compare <= highest:
            message = N_("Compare with the mean, or with a score from 1 to {highest}.")
            raise invalid(Message(message, highest=highest))
        return self


class RecencyScale(_Scale):
    """Days from the last event to now, or to the end of a period that is over: who did something within the
    first bound has the highest score."""

    bounds: Annotated[
        Items[Annotated[int, Field(ge=1, le=36_500)]],
        Field(min_length=1, max_length=MAX_BOUNDS),
        AfterValidator(_rising),
    ]


class FrequencyScale(_Scale):
    """How many events: from the last bound on, the score is the highest."""

    bounds: Annotated[
        Items[Annotated[int, Field(ge=1)]],
        Field(min_length=1, max_length=MAX_BOUNDS),
        AfterValidator(_rising),
    ]


class MoneyScale(_Scale):
    """The sum of the amounts: from the last bound on, the score is the highest."""

    bounds: Annotated[Items[Number], Field(min_length=1, max_length=MAX_BOUNDS), AfterValidator(_rising)]


class RfmModel(FileModel):
    """Recency, frequency and money of the people who did something within a period.

    event, where: what they did. amount: the event's attribute that is the money. range: the period.
    """

    name: Name
    event: Key
    where: Conditions | None = None
    amount: Key
    range: TimeRange | None = None
    recency: RecencyScale
    frequency: FrequencyScale
    money: MoneyScale


RFM_TYPES: Mapping[int, str] = {
    1: N_("Important value"),
    2: N_("Important development"),
    3: N_("Important retention"),
    4: N_("Important win-back"),
    5: N_("General value"),
    6: N_("General development"),
    7: N_("General retention"),
    8: N_("General win-back"),
}
"""The eight types by number. 1 to 4 have a high money score; of each four, the first two have been there
lately, and the first and the third come often."""


def rfm_type(*, recent: bool, frequent: bool, money: bool) -> int:
    """The number of the type of somebody whose scores are high or not."""
    return 1 + 4 * (not money) + 2 * (not recent) + (not frequent)


def _stage_order(stages: dict[Stage, tuple[BehaviourCard, ...]]) -> dict[Stage, tuple[BehaviourCard, ...]]:
    for cards in stages.values():
        check_joins(cards)
    return {stage: stages[stage] for stage in STAGES if stage in stages}


Aipl = Annotated[
    dict[Stage, Annotated[Items[BehaviourCard], Field(min_length=1, max_length=MAX_CARDS)]],
    AfterValidator(_stage_order),
]
"""The rule of each stage: behaviour only, so that it can be asked who was in it at an earlier moment."""

STAGE_NAMES: Mapping[Stage, str] = {
    "A": N_("Awareness"),
    "I": N_("Interest"),
    "P": N_("Purchase"),
    "L": N_("Loyalty"),
}
