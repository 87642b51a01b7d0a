"""An audience rule in sentences, for people who look at it without editing it."""

from __future__ import annotations

from collections.abc import Mapping

from engine.components.base import Lookup, RefKind
from engine.i18n import N_, Message
from engine.shapes.conditions import OPERATOR_LABELS, words
from engine.shapes.words import joined
from engine.workspace.audience import (
    AbsoluteRange,
    AiplCard,
    AudienceCard,
    BehaviourCard,
    Card,
    LastRange,
    MetricsCard,
    RfmCard,
    TagsCard,
)

JOIN_WORDS: Mapping[str, str] = {"and": N_("And"), "or": N_("Or"), "minus": N_("Minus")}
"""How a card is joined to those above it."""

_MEASURES: Mapping[str, str] = {
    "sum": N_("sum of {name}"),
    "avg": N_("average of {name}"),
    "max": N_("highest {name}"),
    "min": N_("lowest {name}"),
}
_ONCE: Mapping[str, str] = {
    "=": N_("exactly once"),
    "!=": N_("any number of times but once"),
    ">": N_("more than once"),
    ">=": N_("at least once"),
    "<": N_("never"),
    "<=": N_("at most once"),
}
_TIMES: Mapping[str, str] = {
    "=": N_("exactly {n} times"),
    "!=": N_("any number of times but {n}"),
    ">": N_("more than {n} times"),
    ">=": N_("at least {n} times"),
    "<": N_("fewer than {n} times"),
    "<=": N_("at most {n} times"),
}
_ZERO: Mapping[str, str] = {"=": N_("never"), "<=": N_("never"), "!=": _ONCE[">="], ">": _ONCE[">="]}


def sentence(card: Card, lookup: Lookup) -> Message:
    """What one card asks of a person, without how it is joined to the others."""
    if isinstance(card, TagsCard):
        return words(card.condition)
    if isinstance(card, BehaviourCard):
        return _behaviour(card, lookup)
    if isinstance(card, AudienceCard):
        name = lookup.name_of(RefKind.AUDIENCE, card.audience) or card.audience
        return Message(N_("In the audience “{name}”"), name=name)
    if isinstance(card, MetricsCard):
        return Message(N_("By the figures of the table “{name}”"), name=card.table)
    if isinstance(card, RfmCard):
        types = joined(str(number) for number in card.types)
        return Message(N_("RFM model “{model}”: types {types}"), model=card.model, types=types)
    return _aipl(card)


def _behaviour(card: BehaviourCard, lookup: Lookup) -> Message:
    event: object = lookup.name_of(RefKind.EVENT, card.event) or card.event
    if card.where is not None:
        event = Message(N_("{event} where {condition}"), event=event, condition=words(card.where))
    return Message(
        N_("{event}: {measure}, {range}"), event=event, measure=_measure(card), range=_range(card.range)
    )


def _measure(card: BehaviourCard) -> Message:
    value = card.value
    if card.measure != "count":
        kind, _, name = card.measure.partition(":")
        measure = Message(_MEASURES[kind], name=name)
        if isinstance(value, tuple):
            return Message(
                N_("{field} is between {low} and {high}"), field=measure, low=value[0], high=value[1]
            )
        operator = Message(OPERATOR_LABELS[card.op])
        return Message(N_("{field} {operator} {value}"), field=measure, operator=operator, value=value)
    if isinstance(value, tuple):
        return Message(N_("{low} to {high} times"), low=value[0], high=value[1])
    if value == 0 and card.op in _ZERO:
        return Message(_ZERO[card.op])
    if value == 1:
        return Message(_ONCE[card.op])
    return Message(_TIMES[card.op], n=value)


def _range(range: LastRange | AbsoluteRange | None) -> Message:
    if range is None:
        return Message(N_("at any time until now"))
    if isinstance(range, LastRange):
        return Message(N_("in the last {duration}"), duration=range.last.words)
    return Message(N_("from {begin} to {end}"), begin=_moment(range.from_), end=_moment(range.to))


def _moment(text: str) -> str:
    return text[:16].replace("T", " ")


def _aipl(card: AiplCard) -> Message:
    if card.stages is not None:
        return Message(N_("AIPL stage: {stages}"), stages=joined(card.stages))
    return Message(
        N_("AIPL, from stage {before} to {after}, {range}"),
        before=card.from_,
        after=card.to,
        range=_range(card.range),
    )
