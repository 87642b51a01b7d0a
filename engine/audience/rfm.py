"""RFM cards: people by recency, frequency and money, scored by ranges and told apart in eight types."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Subquery, case, cast, func, select

from engine.audience.behaviour import chosen
from engine.audience.context import RuleContext
from engine.audience.errors import RuleError
from engine.audience.measures import Measured
from engine.audience.moments import FixedMoment
from engine.audience.numbers import compare
from engine.i18n import N_, Message
from engine.shapes.time import Duration, instant
from engine.store.tables.people import import_run
from engine.workspace.audience import AbsoluteRange, RfmCard
from engine.workspace.definitions import RfmModel

_LOWS = {"money": 4, "recency": 2, "frequency": 1}
"""What a score that is not high adds to the number of the type, which begins with 1."""


def rfm(card: RfmCard, context: RuleContext) -> ColumnElement[bool]:
    """People of some of the model's types; who did nothing in its period is of none. Raises `RuleError`."""
    model = context.catalog.rfm_models.get(card.model)
    if model is None:
        raise RuleError(Message(N_("There is no RFM model “{id}” in the catalogue."), id=card.model))
    scored = scores(model, context)
    return context.people.c.id.in_(select(scored.c.person).where(type_of(model, scored).in_(card.types)))


def scores(model: RfmModel, context: RuleContext) -> Subquery:
    """A row for each person who is scored: `recency`, `frequency` and `money`, and with the means of the
    scores that are compared with one their sums over everybody (`recency_sum` …) and the number `everybody`.
    """
    events, moment = context.events, _end(model, context)
    last = func.max(events.c.time)
    money = Measured(f"sum:{model.amount}", model.event, context)
    number = partial(compare, func.count(), ">=", scale=1)
    query = select(
        events.c.person,
        _score([last >= moment.before(_days(bound)) for bound in model.recency.bounds]).label("recency"),
        _score([number([Decimal(bound)]) for bound in model.frequency.bounds]).label("frequency"),
        _score([money.compared(">=", [Decimal(str(b))]) for b in model.money.bounds]).label("money"),
    )
    found = query.where(*chosen(model.event, model.where, model.range, context)).group_by(events.c.person)
    means = [name for name in _LOWS if getattr(model, name).compare == "mean"]
    if not means:
        return found.subquery("scored")
    each = found.subquery("each_scored")
    # People of an import that is not complete do not count yet, and do not weigh on the mean. Nearly always
    # there are none: asking who they are is cheaper than asking of everybody whether they count.
    unfinished = select(import_run.c.id).where(import_run.c.state != "complete")
    people = context.people
    hidden = select(people.c.id).where(people.c.import_id.in_(unfinished))
    sums = [cast(func.sum(each.c[name]).over(), BigInteger).label(f"{name}_sum") for name in means]
    everybody = func.count().over().label("everybody")
    return select(*each.c, everybody, *sums).where(each.c.person.not_in(hidden)).subquery("scored")


def _end(model: RfmModel, context: RuleContext) -> FixedMoment:
    """The moment that recency counts back from: now, or the end of a period that is over."""
    moment = context.moment
    if not isinstance(model.range, AbsoluteRange):
        return moment
    return FixedMoment(min(moment.moment, instant(model.range.to)), moment.zone)


def type_of(model: RfmModel, scored: Subquery) -> ColumnElement[int]:
    """The number of the type, 1 to 8, of a row of `scores`."""
    found: ColumnElement[Any] = cast(1, BigInteger)
    for name, low in _LOWS.items():
        threshold = getattr(model, name).compare
        score = scored.c[name]
        if threshold == "mean":  # nothing is divided: exact on every database
            high = score * scored.c.everybody >= scored.c[f"{name}_sum"]
        else:
            high = score >= math.ceil(Decimal(str(threshold)))
        found = found + case((high, 0), else_=low)
    return found


def _score(reached: Sequence[ColumnElement[bool]]) -> ColumnElement[int]:
    """1, and 1 more for each bound that is reached."""
    found: ColumnElement[Any] = cast(1, BigInteger)
    for bound in reached:
        found = found + case((bound, 1), else_=0)
    return found


def _days(bound: int) -> Duration:
    return Duration(amount=bound, unit="day")
