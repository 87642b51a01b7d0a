"""Who reached the campaign's goal: the first matching event behind an entry, within the goal's window.

It depends on entries and events alone, whichever comes to the database first: whoever enters looks at the
events that are there, and new events at the entries (`Conversions.follow`), also of campaigns that have
finished and of people who were held back or have left.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import (
    ColumnElement,
    Dialect,
    Insert,
    and_,
    case,
    exists,
    func,
    literal,
    literal_column,
    select,
    union_all,
    update,
)
from sqlalchemy.sql import Executable
from sqlalchemy.sql.selectable import SelectBase

from engine.campaign.measuring import CampaignGoal
from engine.plan.context import WHOLE, Conditions, Context
from engine.plan.counting import cycle_of_wave
from engine.plan.temporary import incoming, wave
from engine.store.dialect import upsert_adding
from engine.store.tables.people import event
from engine.store.tables.runs import campaign_goal, conversion_counter, entry
from engine.store.times import HOUR, NEVER, Ms, WallClock

COUNTED = ("version", "cycle", "held_back", "again", "converted", "hour", "shard", "n")


@dataclass(frozen=True, slots=True)
class Conversions:
    """Builds the statements of one version's goal. campaign, version: keys in the database. shard: see
    `Context`."""

    dialect: Dialect
    clock: WallClock
    conditions: Conditions
    campaign: int
    version: int
    goal: CampaignGoal
    shard: ColumnElement[int] = field(default_factory=lambda: literal(WHOLE))

    @classmethod
    def of(cls, context: Context) -> Conversions | None:
        """Those of a plan, where there is a goal."""
        if context.goal is None:
            return None
        parts = (context.dialect, context.clock, context.conditions, context.campaign, context.version)
        return cls(*parts, context.goal, context.shard)

    def moment(self, person: ColumnElement[int], entered: Ms) -> Ms:
        """When whoever entered then reached the goal, as far as is known; else null."""
        e, goal = event.alias(), self.goal
        first = select(func.min(e.c.time)).where(
            e.c.code == goal.event,
            e.c.person == person,
            e.c.time > entered,
            e.c.time <= self.clock.plus(entered, goal.within),
        )
        if goal.where is not None:
            first = first.where(self.conditions.of_event(goal.where, goal.event, e))
        return first.correlate_except(e).scalar_subquery()

    def entering(self, context: Context, held_back: ColumnElement[int]) -> Iterator[Executable]:
        """Count those who have just entered, and those of them who have reached the goal already.

        held_back: 1 for rows of the wave whose people are of a control group.
        """
        cycle = cycle_of_wave(context)
        again = is_again(self.campaign, literal(self.version), wave.c.person, wave.c.entry)
        people = select(cycle.label("cycle"), held_back.label("held_back"), again.label("again"))
        yield self._count(people.add_columns(literal(0).label("converted"), wave.c.now.label("at"), _ONE))
        mine = and_(
            entry.c.campaign == self.campaign, entry.c.person == wave.c.person, entry.c.entry == wave.c.entry
        )
        at = entry.c.converted_at
        reached = people.add_columns(literal(1).label("converted"), at.label("at"), _ONE)
        yield self._count(reached.select_from(wave.join(entry, mine)).where(at.is_not(None)))

    def follow(self) -> Iterator[Executable]:
        """Count and note the entries that events in `incoming` let reach the goal, or reach it earlier."""
        earlier = select(
            entry.c.cycle,
            func.coalesce(entry.c.held_back, 0).label("held_back"),
            is_again(self.campaign, entry.c.version, entry.c.person, entry.c.entry).label("again"),
            literal(1).label("converted"),
        ).where(self._concerned())
        before = entry.c.converted_at
        lost = earlier.add_columns(before.label("at"), literal(-1).label("n")).where(before.is_not(None))
        won = earlier.add_columns(self._of_entry().label("at"), _ONE)
        yield self._count(union_all(won, lost))
        yield update(entry).values(converted_at=self._of_entry()).where(self._concerned())

    def _of_entry(self) -> Ms:
        return self.moment(entry.c.person, entry.c.entered_at)

    def _concerned(self) -> ColumnElement[bool]:
        people = select(incoming.c.person).where(incoming.c.code == self.goal.event)
        sooner = self._of_entry() < func.coalesce(entry.c.converted_at, NEVER)
        mine = and_(entry.c.campaign == self.campaign, entry.c.version == self.version)
        return and_(mine, entry.c.person.in_(people), sooner)

    def _count(self, rows: SelectBase) -> Insert:
        """Add rows with `cycle, held_back, again, converted, at, n`."""
        r = rows.subquery("counted").c
        key = [r.cycle, r.held_back, r.again, r.converted, r.at // HOUR]
        summed = (
            select(literal(self.version), *key, self.shard, func.sum(r.n))
            .where(literal_column("1 = 1"))  # SQLite wants a condition in front of ON CONFLICT
            .group_by(*(literal_column(str(place)) for place in range(2, 7)))
        )
        return upsert_adding(self.dialect, conversion_counter, list(COUNTED), summed, "n")


def is_again(
    campaign: int, version: ColumnElement[int], person: ColumnElement[int], nth: ColumnElement[int]
) -> ColumnElement[int]:
    """1 for an entry of a person who was counted before: by an earlier entry, into a version with the same
    goal and control group; else 0. nth: the entry's number."""
    before, own, alike = entry.alias("before"), campaign_goal.alias("own"), campaign_goal.alias("alike")
    same = and_(own.c.goal == alike.c.goal, own.c.holdout == alike.c.holdout, own.c.version == version)
    versions = select(alike.c.version).join(own, same).where(alike.c.campaign == campaign)
    counted = select(literal(1)).where(
        before.c.campaign == campaign,
        before.c.person == person,
        before.c.entry < nth,
        before.c.version.in_(versions.correlate_except(own, alike)),
    )
    return case((nth == 1, 0), (exists(counted.correlate_except(before)), 1), else_=0)


_ONE: ColumnElement[int] = literal(1).label("n")
