"""What a component is found by: its name, kind and memo, and what it says, also by what it refers to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pydantic import JsonValue

from canvas_widgets.matching import in_every_language
from engine.campaign.model import Node
from engine.components.base import Lookup, RefKind
from engine.components.hints import form
from engine.components.registry import component

_CODES = frozenset(
    {
        "account", "amount_unit", "audiences", "choice", "coupon", "datetime", "duration", "event",
        "judge_after", "message", "node", "number", "results", "schedule", "switch", "then", "time",
    }
)  # fmt: skip
"""Widgets whose fields hold ids, codes and numbers: nobody types those. What they mean is said elsewhere."""


class Texts(NamedTuple):
    """Names are found by initials as well; of what is said, words and the pinyin of characters are found."""

    names: tuple[str, ...]
    said: tuple[str, ...]


def texts_of(node: Node, lookup: Lookup) -> Texts:
    """Everything that is known of a node in words, in the language of the moment where it has one."""
    declared = component(node.kind)
    names = [node.name, *in_every_language(declared.label), node.memo]
    said = [str(declared.summary(node.config, lookup))]
    said += [str(port.label) for port in node.ports if port.label is not None]
    if (config := node.parsed.config) is not None:
        for reference in declared.references(config):
            names.append(lookup.name_of(reference.kind, reference.id) or reference.id)
            if reference.kind is RefKind.MESSAGE:
                said += _strings((lookup.detail(reference.kind, reference.id) or {}).get("content"))
    for field in form(declared.Config):
        if field.hint.widget not in _CODES:
            said += _strings(node.config.get(field.name))
    return Texts(tuple(dict.fromkeys(filter(None, names))), tuple(dict.fromkeys(filter(None, said))))


def _strings(value: JsonValue) -> Iterator[str]:
    """Every text in a value, but no keys."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
