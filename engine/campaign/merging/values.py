"""Merging values field by field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple, TypeVar

from engine.campaign.campaign_file import canonical_config, misfit
from engine.campaign.merging.conflicts import Side
from engine.campaign.model import Attributes, Node
from engine.components.hints import form
from engine.components.registry import component
from engine.shapes.time import instant

T = TypeVar("T")


class Fields(NamedTuple):
    """Fields put together: what is certain, and of those that both sides changed each side's values (without
    those that it removed)."""

    certain: Mapping[str, Any]
    contested: frozenset[str]
    ours: Mapping[str, Any]
    theirs: Mapping[str, Any]

    def chosen(self, side: Side) -> dict[str, Any]:
        """All fields, the contested ones as one side has them."""
        held = self.ours if side is Side.OURS else self.theirs
        return {**self.certain, **{key: held[key] for key in self.contested if key in held}}

    def contesting(self, keys: Iterable[str]) -> Fields:
        """The same, and these fields are contested as well."""
        contested = self.contested.union(keys)
        certain = {key: value for key, value in self.certain.items() if key not in contested}
        return self._replace(certain=certain, contested=contested)


def merged_fields(base: Mapping[str, Any], ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Fields:
    """Every field as the side has it that changed it."""
    certain: dict[str, Any] = {}
    contested: set[str] = set()
    for key in dict.fromkeys([*base, *ours, *theirs]):
        before, mine, other = ((key in held, held.get(key)) for held in (base, ours, theirs))
        if mine != other and before not in (mine, other):
            contested.add(key)
            continue
        there, value = other if mine == before else mine
        if there:
            certain[key] = value
    return Fields(certain, frozenset(contested), ours, theirs)


def merged_value(base: T | None, ours: T | None, theirs: T | None) -> tuple[bool, T | None]:
    """A value as a whole: whether both sides do not contest it, and what it becomes."""
    if ours == theirs or theirs == base:
        return True, ours
    return ours == base, theirs


def merged_attributes(base: Attributes, ours: Attributes, theirs: Attributes) -> Fields:
    """The campaign's own fields put together. A start of one side and an end of the other one are contested
    where the campaign would end before it starts."""
    fields = merged_fields(dict(base), dict(ours), dict(theirs))
    if any(map(_ends_before_start, (dict(ours), dict(theirs)))):
        return fields
    if any(_ends_before_start(fields.chosen(side)) for side in Side):
        return fields.contesting(("start", "end"))
    return fields


def _ends_before_start(attributes: Mapping[str, Any]) -> bool:
    start, end = attributes["start"], attributes["end"]
    return start is not None and end is not None and instant(end) <= instant(start)


def merged_configs(base: Node, ours: Node, theirs: Node) -> Fields:
    """The configs of one component put together; where they only make sense as a whole, that is contested."""
    configs = [canonical_config(node) for node in (base, ours, theirs)]
    if base.kind != ours.kind or base.kind != theirs.kind:
        return _whole(configs)
    fields = _with_governed(ours.kind, configs, merged_fields(*configs))
    complete = all(node.parsed.config is not None for node in (ours, theirs))
    for side in Side:
        config = fields.chosen(side)
        made = Node(kind=ours.kind, name=ours.name, config=config)
        if misfit(made) is not None or (complete and made.parsed.config is None):
            return _whole(configs)
    return fields


def _with_governed(kind: str, configs: list[dict[str, Any]], fields: Fields) -> Fields:
    """Also contested: a field that one side changed while the other one changed what it depends on, such as
    an amount and its unit, or the variables of a template."""
    base, *sides = configs
    mine, other = ({key for key in {*base, *side} if base.get(key) != side.get(key)} for side in sides)
    contested: set[str] = set()
    for field, governing in _governing(kind).items():
        for governor in governing:
            if (field in mine and governor in other - mine) or (field in other and governor in mine - other):
                contested |= {field, governor}
    return fields.contesting(contested)


@cache
def _governing(kind: str) -> Mapping[str, frozenset[str]]:
    """Of each field of a kind's form: the other fields that decide whether it counts, or what it means."""
    config = component(kind).Config
    names = {info.alias or name for name, info in config.model_fields.items()}
    return {
        field.name: frozenset((field.hint.visible_when.keys() | set(_texts(field.hint.options))) & names)
        - {field.name}
        for field in form(config)
    }


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from _texts(item)


def _whole(configs: list[dict[str, Any]]) -> Fields:
    base, ours, theirs = configs
    if base in (ours, theirs) or ours == theirs:
        return Fields(theirs if base == ours else ours, frozenset(), ours, theirs)
    return Fields({}, frozenset({*ours, *theirs}), ours, theirs)
