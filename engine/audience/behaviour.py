"""Behaviour cards: people by what they did."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import ColumnElement, not_, select

from engine.audience.conditions import compiled, event_places
from engine.audience.context import RuleContext
from engine.audience.measures import Measured
from engine.audience.moments import ColumnMoment
from engine.shapes.conditions import Condition
from engine.shapes.time import instant, to_milliseconds
from engine.workspace.audience import AbsoluteRange, BehaviourCard, LastRange


def behaviour(card: BehaviourCard, context: RuleContext) -> ColumnElement[bool]:
    """By what people did: a group of events a person, or the people without such a group."""
    person = context.events.c.person
    groups = select(person).where(*chosen(card.event, card.where, card.range, context)).group_by(person)
    measured = Measured(card.measure, card.event, context)
    values = [Decimal(str(one)) for one in (card.value if isinstance(card.value, tuple) else (card.value,))]
    matches = measured.compared(card.op, values)
    if not measured.zero_without:
        # Over nothing there is nothing to compare, not even to be unequal.
        return context.people.c.id.in_(groups.having(measured.given, matches))
    if measured.holds_without(card.op, values):
        # Who has no such event counts and sums to 0, and is in no group.
        return context.people.c.id.not_in(groups.having(not_(matches)))
    return context.people.c.id.in_(groups.having(matches))


def chosen(
    code: str, where: Condition | None, range: LastRange | AbsoluteRange | None, context: RuleContext
) -> list[ColumnElement[bool]]:
    """The tests that an event of the code, in the range and with the condition passes. Raises `RuleError`."""
    events = context.events
    tests = [events.c.code == code, *_range(range, context)]
    if where is not None:
        places = event_places(context.fields, code, events)
        tests.append(compiled(where, places, ColumnMoment(events.c.time, context.clock)))
    return tests


def _range(range: LastRange | AbsoluteRange | None, context: RuleContext) -> list[ColumnElement[bool]]:
    time, moment = context.events.c.time, context.moment
    if isinstance(range, LastRange):
        return [time >= moment.before(range.last), time < moment.now]
    # What lies ahead (a simulation's own future) has not been done.
    done = time <= moment.now if context.including_now else time < moment.now
    if range is None:
        return [done]
    first, last = (to_milliseconds(instant(text)) for text in (range.from_, range.to))
    return [time >= first, time <= last, done]
