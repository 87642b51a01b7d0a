"""What a campaign comes to: who reached its goal, of those who entered and of the control group.

Each person counts once, from the first entry on; in a cycle, from the entry in that cycle. Only versions
count that had the goal and the holdout of the present one: else those who entered and those who were held
back would be of different times. It is read from the counters, as the rest of a report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic_core import from_json
from sqlalchemy import ColumnElement, Connection, and_, func, select, true

from engine.campaign.measuring import CampaignGoal
from engine.plan.conversions import is_again
from engine.report.statistics import Arm, Interval, Uplift, uplift, wilson
from engine.store.tables.runs import campaign, campaign_goal, conversion_counter, cycle, entry


@dataclass(frozen=True, slots=True)
class Effect:
    """What the goal has come to.

    Attributes:
        entered, control: people, and those of them who reached the goal; interval: where their rates lie.
        uplift: the difference, None while one of the groups is empty.
        converted, control_converted: hour (since 1970) → people who reached it then.
    """

    goal: CampaignGoal
    entered: Arm
    control: Arm
    interval: Interval
    control_interval: Interval
    uplift: Uplift | None
    converted: Mapping[int, int] = field(default_factory=dict)
    control_converted: Mapping[int, int] = field(default_factory=dict)


def effect_of(connection: Connection, number: int, one_cycle: int | None = None) -> Effect | None:
    """The effect of a campaign, by its number, over all its cycles or in one; None without a goal."""
    found = _versions(connection, number)
    if found is None:
        return None
    goal, versions = found
    c = conversion_counter.c
    query = (
        select(c.held_back, c.converted, c.hour, func.sum(c.n))
        .where(c.version.in_(versions), *_which(connection, number, one_cycle, c.cycle, c.again == 0))
        .group_by(c.held_back, c.converted, c.hour)
    )
    people: Counter[tuple[int, int]] = Counter()
    hours: tuple[Counter[int], Counter[int]] = (Counter(), Counter())
    for held_back, converted, hour, n in connection.execute(query):
        people[held_back, converted] += int(n)
        if converted and n:
            hours[held_back][hour] += int(n)
    entered, control = (Arm(people[held, 0], people[held, 1]) for held in (0, 1))
    return Effect(
        goal,
        entered,
        control,
        wilson(entered.achieved, entered.judged),
        wilson(control.achieved, control.judged),
        uplift(entered, control),
        *hours,
    )


def counted_entry(connection: Connection, number: int, one_cycle: int | None) -> ColumnElement[bool]:
    """The condition that an entry is one of those that count for the effect."""
    found = _versions(connection, number)
    first = is_again(number, entry.c.version, entry.c.person, entry.c.entry) == 0
    mine = entry.c.version.in_([] if found is None else found[1])
    return and_(mine, *_which(connection, number, one_cycle, entry.c.cycle, first))


def _versions(connection: Connection, number: int) -> tuple[CampaignGoal, list[int]] | None:
    """The goal, and the versions that have it and the holdout of the present one."""
    present, mine = campaign_goal.alias(), campaign_goal.c
    query = (
        select(mine.version, mine.goal)
        .join(
            present,
            and_(present.c.goal == campaign_goal.c.goal, present.c.holdout == campaign_goal.c.holdout),
        )
        .join(campaign, campaign.c.version == present.c.version)
        .where(campaign.c.number == number, mine.campaign == number)
    )
    rows = connection.execute(query).all()
    if not rows:
        return None
    return CampaignGoal.model_validate(from_json(rows[0].goal)), [row.version for row in rows]


def _which(
    connection: Connection,
    number: int,
    one_cycle: int | None,
    its_cycle: ColumnElement[int],
    first: ColumnElement[bool],
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The conditions on the cycle, and that each person counts once: in a cycle of an audience that is so."""
    if one_cycle is None:
        return true(), first
    known = select(cycle.c.cycle).where(cycle.c.campaign == number, cycle.c.cycle == one_cycle)
    once = connection.execute(known).first() is not None
    return its_cycle == one_cycle, true() if once else first
