"""The groups of branching components: one port each, tried in their order."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field

from engine.i18n import N_, Message
from engine.shapes.conditions import ConditionTree
from engine.shapes.model import Items, Shape, invalid
from engine.shapes.text import Identifier, Name, Text

PORT_PREFIX = "group:"


class Group(Shape):
    """A branch. Its port keeps its name through renames and reordering, for it is made of the `id`."""

    id: Identifier
    name: Name

    @property
    def port(self) -> str:
        return PORT_PREFIX + self.id


def _percent(value: Any) -> Any:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or value != value:  # NaN
        raise invalid(Message(N_("Enter a number.")))
    if not 0 <= value <= 100:
        return value  # too much, however many digits it has: the field's bounds say so
    if (Decimal(str(value)) * 10) % 1:
        raise invalid(Message(N_("Enter a percentage with at most one decimal.")))
    return int(value) if value == int(value) else value  # 50.0 and 50 are one number: written in one way


MAX_BRANCHES, MAX_GROUPS = 30, 8
"""Of an AB test or a random grouping; of a judgment."""

Percent = Annotated[int | float, BeforeValidator(_percent), Field(ge=0, le=100)]


class PercentGroup(Group):
    """A branch that a share of the people takes at random."""

    percent: Percent

    @property
    def tenths(self) -> int:
        """The share in tenths of a percent: exact, and 1,000 over all groups."""
        return int(Decimal(str(self.percent)) * 10)


class ConditionGroup(Group):
    """A branch for the people who match."""

    memo: Text | None = None
    condition: ConditionTree


class AudienceGroup(Group):
    """A branch for the members of any of the audiences."""

    audiences: Annotated[Items[Identifier], Field(min_length=1)]


G = TypeVar("G", bound=Group)


def distinct_groups(groups: tuple[G, ...]) -> tuple[G, ...]:
    """The groups, if no two have one id; a validator's error otherwise."""
    seen: set[str] = set()
    for group in groups:
        if group.id in seen:
            raise invalid(Message(N_("Two groups have the id “{id}”."), id=group.id))
        seen.add(group.id)
    return groups


def _whole(groups: tuple[PercentGroup, ...]) -> tuple[PercentGroup, ...]:
    total = sum(group.tenths for group in groups)
    if total != 1000:
        message = Message(N_("The percentages add up to {total} %. Make it 100 %."), total=f"{total / 10:g}")
        raise invalid(message, "percent_sum")
    return groups


PercentGroups = Annotated[
    Items[PercentGroup],
    Field(min_length=2, max_length=MAX_BRANCHES),
    AfterValidator(distinct_groups),
    AfterValidator(_whole),
]
ConditionGroups = Annotated[
    Items[ConditionGroup], Field(min_length=1, max_length=MAX_GROUPS), AfterValidator(distinct_groups)
]
AudienceGroups = Annotated[
    Items[AudienceGroup], Field(min_length=1, max_length=MAX_GROUPS), AfterValidator(distinct_groups)
]


def next_id(taken: Iterable[str]) -> str:
    """The id of a new group: `g_1`, `g_2`, … the first that is not taken."""
    known = set(taken)
    number = 1
    while f"g_{number}" in known:
        number += 1
    return f"g_{number}"
