"""Exit rules: people leave wherever they wait, with an event or once they are in an audience.

Each place where people are held has another one beside it, the exit. Whoever is to leave before they would
go on has their token there, due at the moment of leaving; it moves over when an event or an audience says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import (
    ColumnElement,
    Select,
    Update,
    and_,
    case,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    update,
)

from engine.campaign.stay import ExitRule
from engine.plan.context import Context
from engine.plan.prepared import given
from engine.plan.temporary import incoming
from engine.store.functions import greatest, least
from engine.store.tables.people import audience, audience_member, event
from engine.store.tables.runs import entry, token_watched
from engine.store.times import NEVER, Ms

Number = ColumnElement[int]


class Exits:
    """Builds the expressions and statements of one plan. `audiences`: those whose people leave."""

    def __init__(self, context: Context, rules: Iterable[ExitRule]) -> None:
        self._context = context
        self._by_event = [rule for rule in rules if rule.event is not None]
        self.audiences = tuple(dict.fromkeys(rule.audience for rule in rules if rule.audience is not None))

    @property
    def codes(self) -> frozenset[str]:
        """The events that let people leave."""
        return frozenset(rule.event for rule in self._by_event if rule.event is not None)

    def check(self) -> None:
        """Build every condition once. Raises `RuleError` where one does not fit the data."""
        self._of_events(literal(0), literal(0))

    def moment(self, person: Number, nth: Number, arrived: Ms) -> Ms:
        """When whoever has arrived somewhere to wait is to leave, as far as that is known; else never."""
        return _first([*self._of_events(person, nth), *self._of_audiences(person)], arrived)

    def is_inside(self, person: Number, now: Ms) -> ColumnElement[bool]:
        """Whether whoever enters `now` is in one of the audiences."""
        return exists(self._membership(person).where(audience.c.updated_at <= now))

    def _of_events(self, person: Number, nth: Number) -> list[Ms]:
        entered = select(entry.c.entered_at).where(
            entry.c.campaign == self._context.campaign, entry.c.person == person, entry.c.entry == nth
        )
        entered_at = entered.correlate_except(entry).scalar_subquery()
        found: list[Ms] = []
        for rule in self._by_event:
            assert rule.event is not None
            e = event.alias()
            first = select(func.min(e.c.time)).where(
                e.c.code == rule.event, e.c.person == person, e.c.time > entered_at
            )
            if rule.where is not None:
                first = first.where(self._context.conditions.of_event(rule.where, rule.event, e))
            found.append(func.coalesce(first.correlate_except(e).scalar_subquery(), NEVER))
        return found

    def _of_audiences(self, person: Number) -> list[Ms]:
        if not self.audiences:
            return []
        since = self._membership(person).with_only_columns(func.min(audience.c.updated_at))
        return [func.coalesce(since.scalar_subquery(), NEVER)]

    def _membership(self, person: Number) -> Select[int]:
        """A row for each of the audiences that the person is in."""
        # Each audience's list is looked up, then the person in it.
        return (
            select(literal(1))
            .where(
                or_(*(audience.c.id == id for id in self.audiences)),
                audience_member.c.list == audience.c.list,
                audience_member.c.person == person,
            )
            .correlate_except(audience, audience_member)
        )

    # ---- who waits already

    def leave_by_event(self, places: Mapping[int, int]) -> Update:
        """Move those who wait, and of whom an event is in `incoming`. places: place → its exit."""
        people = select(incoming.c.person).where(incoming.c.code.in_(sorted(self.codes)))
        c = token_watched.c
        moment = _first(self._of_events(c.person, c.entry), c.arrived)
        return self._leave(places, moment).where(c.person.in_(people))

    def leave_by_audience(self, places: Mapping[int, int]) -> Update:
        """Move those who wait and are members of `list`, which is in force since `since` (ms)."""
        members = select(audience_member.c.person).where(audience_member.c.list == given("list"))
        c = token_watched.c
        return self._leave(places, greatest(c.arrived, given("since"))).where(c.person.in_(members))

    def catch_up(self, places: Mapping[int, int]) -> Update:
        """Move those whom events let leave while the campaign was stopped: `now` (ms), at the earliest."""
        c = token_watched.c
        moment = _first(self._of_events(c.person, c.entry), c.arrived)
        return self._leave(places, greatest(moment, given("now")))

    def _leave(self, places: Mapping[int, int], moment: Ms) -> Update:
        c = token_watched.c
        at = case(*((c.place == place, literal(way_out)) for place, way_out in places.items()), else_=c.place)
        of_rules: list[Number] = [literal_column(str(place)) for place in sorted({*places, *places.values()})]
        mine = and_(c.version == self._context.version, c.place.in_(of_rules))
        before = and_(moment <= func.coalesce(c.due, NEVER), moment < NEVER)
        return update(token_watched).values(place=at, due=moment).where(mine, before)


def _first(moments: list[Ms], arrived: Ms) -> Ms:
    """The first of some moments, not before the arrival."""
    first = least(*moments) if len(moments) > 1 else moments[0]
    return greatest(arrived, first)


def place_and_due(place: int, way_out: int, due: Ms, leaving: Ms) -> tuple[Number, Ms]:
    """Where the token of somebody stands who would go on at `due` (null: not known yet), but for `leaving`,
    and when it is due."""
    leaves = and_(leaving < NEVER, or_(due.is_(None), leaving <= due))
    return case((leaves, way_out), else_=literal(place)), case((leaves, leaving), else_=due)
