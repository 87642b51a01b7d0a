"""An audience rule in words: a sentence for each card, and the whole as running text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

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
    Stage,
    TagsCard,
)
from engine.workspace.definitions import RFM_TYPES, STAGE_NAMES

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
        return _metrics(card, lookup)
    if isinstance(card, RfmCard):
        model = lookup.name_of(RefKind.RFM_MODEL, card.model) or card.model
        types = joined(Message(RFM_TYPES[number]) for number in card.types)
        return Message(N_("RFM “{model}”: {types}"), model=model, types=types)
    return _aipl(card)


def summary(cards: Iterable[Card], lookup: Lookup) -> Message | None:
    """A whole rule as running text, in the order in which it is judged; None for one without cards."""
    found: Message | None = None
    for card in cards:
        one = sentence(card, lookup)
        if found is None:
            found = Message(_BEGIN, first=one)
        else:
            found = Message(_FURTHER[card.join], before=found, next=one)
    return found


_BEGIN = N_("People with: {first}.")
_FURTHER: Mapping[str | None, str] = {
    "and": N_("{before} Of these, those with: {next}."),
    "or": N_("{before} Besides, people with: {next}."),
    "minus": N_("{before} Without those with: {next}."),
}


def _metrics(card: MetricsCard, lookup: Lookup) -> Message:
    table: object = lookup.name_of(RefKind.STATISTICS_TABLE, card.table) or card.table
    if card.filter is not None:
        table = Message(N_("{event} where {condition}"), event=table, condition=words(card.filter))
    if card.where is None:
        return Message(N_("Anything in the table {table}"), table=table)
    return Message(N_("{table}: {condition}"), table=table, condition=words(card.where))


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
        return Message(N_("AIPL stage: {stages}"), stages=joined(map(stage_words, card.stages)))
    assert card.from_ is not None
    assert card.to is not None
    return Message(
        N_("AIPL, from stage {before} to {after}, {range}"),
        before=stage_words(card.from_),
        after=stage_words(card.to),
        range=_range(card.range),
    )


def stage_words(stage: Stage) -> Message:
    """A stage by its letter and its name."""
    return Message(N_("{letter} ({name})"), letter=stage, name=Message(STAGE_NAMES[stage]))
