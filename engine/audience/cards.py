"""Audience rules as SQL: cards over people, joined top to bottom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    and_,
    func,
    literal,
    not_,
    or_,
    select,
    true,
)

from engine.audience.conditions import compiled, event_places, people_places
from engine.audience.errors import RuleError
from engine.audience.moments import Clock, ColumnMoment, FixedMoment
from engine.audience.numbers import compare, compare_average, compare_sum, holds
from engine.i18n import N_, Message
from engine.shapes.time import instant, to_milliseconds
from engine.store.fields import DataFields
from engine.store.tables.people import audience, audience_member, event, import_run, person, tag_value
from engine.workspace.audience import AudienceCard, AudienceFile, BehaviourCard, Card, LastRange, TagsCard


@dataclass(frozen=True, slots=True)
class RuleContext:
    """What a rule is compiled against.

    fields: what the data has. moment: the *now*. clock: wall-clock arithmetic on columns, for relative times
    within an event's conditions. including_now: whether events at this very instant have arrived; at the
    start of a simulation they have not, later they have. people, tags, events: the tables to read, or what
    stands in their place.
    """

    fields: DataFields
    moment: FixedMoment
    clock: Clock
    including_now: bool = False
    people: FromClause = person
    tags: FromClause = tag_value
    events: FromClause = event


def members(file: AudienceFile, context: RuleContext) -> Select[int]:
    """The people (keys, in no order) whom an audience's rule or list holds. Raises `RuleError`."""
    people = context.people
    if file.cards is None:
        return select(people.c.id).where(_stored(file.id, people))
    # People of an import that is not complete do not count yet.
    complete = select(import_run.c.id).where(import_run.c.state == "complete")
    return select(people.c.id).where(matching(file.cards, context), people.c.import_id.in_(complete))


def matching(cards: Sequence[Card], context: RuleContext) -> ColumnElement[bool]:
    """A rule as an expression over a row of `context.people`, true or false. Raises `RuleError`."""
    matches: ColumnElement[bool] = true()
    for card in cards:
        one = _card(card, context)
        match card.join:
            case "or":
                matches = or_(matches, one)
            case "minus":
                matches = and_(matches, not_(one))
            case "and":
                matches = and_(matches, one)
            case _:
                matches = one
    return matches


def _card(card: Card, context: RuleContext) -> ColumnElement[bool]:
    match card:
        case TagsCard():
            places = people_places(context.fields, context.people, context.tags)
            return compiled(card.condition, places, context.moment)
        case BehaviourCard():
            return _behaviour(card, context)
        case AudienceCard():
            return _stored(card.audience, context.people)
        case _:
            message = N_("Cards of the kind “{card}” are not run by this version. Remove the card.")
            raise RuleError(Message(message, card=card.card))


def _stored(id: str, people: FromClause) -> ColumnElement[bool]:
    """Whether the person is one of an audience's stored members."""
    in_force = select(audience.c.list).where(audience.c.id == id).scalar_subquery()
    return people.c.id.in_(select(audience_member.c.person).where(audience_member.c.list == in_force))


def _behaviour(card: BehaviourCard, context: RuleContext) -> ColumnElement[bool]:
    """By what people did: a group of events a person, or the people without such a group."""
    events = context.events
    tests = [events.c.code == card.event, *_range(card, context)]
    if card.where is not None:
        places = event_places(context.fields, card.event, events)
        tests.append(compiled(card.where, places, ColumnMoment(events.c.time, context.clock)))
    values = [
        Decimal(str(value)) for value in (card.value if isinstance(card.value, tuple) else (card.value,))
    ]
    matches = _measured(card, values, context)
    groups = select(events.c.person).where(*tests).group_by(events.c.person)
    kind = card.measure.partition(":")[0]
    if kind in ("count", "sum") and holds(Decimal(0), card.op, values):
        # Who has no such event counts and sums to 0, and is in no group.
        return context.people.c.id.not_in(groups.having(not_(matches)))
    return context.people.c.id.in_(groups.having(matches))


def _range(card: BehaviourCard, context: RuleContext) -> list[ColumnElement[bool]]:
    time, moment = context.events.c.time, context.moment
    if isinstance(card.range, LastRange):
        return [time >= moment.before(card.range.last), time < moment.now]
    # What lies ahead (a simulation's own future) has not been done.
    done = time <= moment.now if context.including_now else time < moment.now
    if card.range is None:
        return [done]
    first, last = (to_milliseconds(instant(text)) for text in (card.range.from_, card.range.to))
    return [time >= first, time <= last, done]


def _measured(card: BehaviourCard, values: Sequence[Decimal], context: RuleContext) -> ColumnElement[bool]:
    """The card's comparison over a group of events, never null."""
    kind, _, name = card.measure.partition(":")
    if kind == "count":
        return _compare(partial(compare, scale=1), func.count(), card.op, values)
    column = _number(card.event, name, context)
    given = func.count(column)
    match kind:
        case "sum":
            return _compare(compare_sum, column, card.op, values)
        case "avg":
            return and_(given > 0, _compare(compare_average, column, card.op, values))
        case _:
            extreme = func.max(column) if kind == "max" else func.min(column)
            return and_(given > 0, _compare(compare, extreme, card.op, values))


def _number(code: str, name: str, context: RuleContext) -> ColumnElement[Any]:
    field = context.fields.event_attribute(code, name)
    if field is None:
        return literal(None, BigInteger())
    if field.type != "number":
        message = N_("“{field}” is stored as {type}: it has no sum, average, maximum or minimum.")
        raise RuleError(Message(message, field=name, type=field.type))
    return field.value(context.events)


def _compare(
    by: Callable[[ColumnElement[Any], str, Sequence[Decimal]], ColumnElement[bool]],
    column: ColumnElement[Any],
    op: str,
    values: Sequence[Decimal],
) -> ColumnElement[bool]:
    if op == "!=":
        return not_(by(column, "=", values))
    return by(column, op, values)
