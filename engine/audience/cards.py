"""Audience rules as SQL: cards over people, joined top to bottom."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, FromClause, Select, select

from engine.audience.aipl import aipl
from engine.audience.behaviour import behaviour
from engine.audience.conditions import compiled, people_places
from engine.audience.context import RuleContext
from engine.audience.joining import joined
from engine.audience.metrics import metrics
from engine.audience.rfm import rfm
from engine.store.tables.people import audience, audience_member, import_run
from engine.workspace.audience import (
    AiplCard,
    AudienceCard,
    AudienceFile,
    BehaviourCard,
    Card,
    MetricsCard,
    RfmCard,
    TagsCard,
)


def members(file: AudienceFile, context: RuleContext) -> Select[int]:
    """The people (keys, in no order) whom an audience's rule or list holds. Raises `RuleError`."""
    people = context.people
    if file.cards is None:
        return select(people.c.id).where(_stored(file.id, people))
    # People of an import that is not complete do not count yet.
    complete = select(import_run.c.id).where(import_run.c.state == "complete")
    return select(people.c.id).where(
        matching(file.cards, context), people.c.import_id.in_(complete), people.c.merged_into.is_(None)
    )


def matching(cards: Sequence[Card], context: RuleContext) -> ColumnElement[bool]:
    """A rule as an expression over a row of `context.people`, true or false. Raises `RuleError`."""
    return joined([(card.join, _card(card, context)) for card in cards])


def _card(card: Card, context: RuleContext) -> ColumnElement[bool]:
    match card:
        case TagsCard():
            places = people_places(context.fields, context.people, context.tags)
            return compiled(card.condition, places, context.moment)
        case BehaviourCard():
            return behaviour(card, context)
        case AudienceCard():
            return _stored(card.audience, context.people)
        case MetricsCard():
            return metrics(card, context)
        case RfmCard():
            return rfm(card, context)
        case AiplCard():
            return aipl(card, context)


def _stored(id: str, people: FromClause) -> ColumnElement[bool]:
    """Whether the person is one of an audience's stored members."""
    in_force = select(audience.c.list).where(audience.c.id == id).scalar_subquery()
    return people.c.id.in_(select(audience_member.c.person).where(audience_member.c.list == in_force))
