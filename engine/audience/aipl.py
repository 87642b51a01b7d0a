"""AIPL cards: people by the stage that they are in, or by a move from one stage to another."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import ColumnElement, and_, case, literal

from engine.audience.behaviour import behaviour
from engine.audience.context import RuleContext
from engine.audience.errors import RuleError
from engine.audience.joining import joined
from engine.audience.moments import FixedMoment
from engine.i18n import N_, Message
from engine.shapes.time import instant
from engine.workspace.audience import AiplCard, LastRange, Stage
from engine.workspace.definitions import STAGES

_NONE = 0


def aipl(card: AiplCard, context: RuleContext) -> ColumnElement[bool]:
    """People in one of some stages now, or who were in one before a range and in another at its end."""
    if not context.catalog.aipl:
        raise RuleError(Message(N_("The catalogue does not say yet who is in which AIPL stage.")))
    if card.stages is not None:
        return stages_now(context).in_([_level(stage) for stage in card.stages])
    assert card.from_ is not None
    assert card.to is not None
    begin, end = _ends(card, context)
    return and_(stages_now(begin) == _level(card.from_), stages_now(end) == _level(card.to))


def stages_now(context: RuleContext) -> ColumnElement[int]:
    """The highest stage whose rule holds for a person, from 1; 0 where none does."""
    levels = []
    for stage in reversed(STAGES):
        if cards := context.catalog.aipl.get(stage):
            rule = joined([(card.join, behaviour(card, context)) for card in cards])
            levels.append((rule, literal(_level(stage))))
    # No database takes a choice between nothing.
    return case(*levels, else_=literal(_NONE)) if levels else literal(_NONE)


def _level(stage: Stage) -> int:
    return 1 + STAGES.index(stage)


def _ends(card: AiplCard, context: RuleContext) -> tuple[RuleContext, RuleContext]:
    """The rule just before the range, so that what falls on its beginning is a move in it; and at its end."""
    now, zone = context.moment.moment, context.moment.zone
    if isinstance(card.range, LastRange):
        return _as_of(context, FixedMoment(card.range.last.before(now, zone), zone)), context
    assert card.range is not None
    first, last = instant(card.range.from_), instant(card.range.to)
    begin = _as_of(context, FixedMoment(min(first, now), zone))
    if last >= now:
        return begin, context
    return begin, replace(context, moment=FixedMoment(last, zone), including_now=True)


def _as_of(context: RuleContext, moment: FixedMoment) -> RuleContext:
    return replace(context, moment=moment, including_now=False)
