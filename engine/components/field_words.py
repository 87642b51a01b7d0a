"""The fields of a component's configuration in words, as its panel shows them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel

from engine.components.base import Component, Lookup, RawConfig
from engine.components.hints import FormField, form
from engine.i18n import N_, Message
from engine.shapes import schedule
from engine.shapes.conditions import All, AnyOf, Leaf
from engine.shapes.conditions import words as condition_words
from engine.shapes.schedule import EveryDay, EveryHour, EveryMonth, EveryWeek
from engine.shapes.time import Duration, FixedTime

_EVERY = (EveryHour, EveryDay, EveryWeek, EveryMonth)


_PARTS: Mapping[str, str] = {
    "attribute": N_("person's attribute"),
    "audiences": N_("audiences"),
    "behavior": N_("behavior"),
    "channel": N_("channel"),
    "condition": N_("condition"),
    "default": N_("default"),
    "event": N_("event"),
    "from": N_("from"),
    "join": N_("joined by"),
    "key": N_("field"),
    "not_occurred": N_("has not happened"),
    "occurred": N_("has happened"),
    "percent": N_("percent"),
    "tag": N_("tag"),
    "text": N_("text"),
    "times": N_("times"),
    "value": N_("value"),
    "when_empty": N_("when empty"),
    "where": N_("where"),
}
"""Keys inside of values, and the codes in them."""


class FieldWords(NamedTuple):
    """A field that counts, and what it is set to; "" where it is not set."""

    label: Message
    value: str


def fields_in_words(declared: Component[Any], raw: RawConfig, lookup: Lookup) -> Iterator[FieldWords]:
    """Every field that counts with the present values of the others, in the order of the form."""
    config = declared.parse(raw).config
    names: dict[str, str] = {}
    if config is not None:
        for reference in declared.references(config):
            names[reference.id] = lookup.name_of(reference.kind, reference.id) or reference.id
    defaults = declared.defaults()
    by_alias = {info.alias or name: name for name, info in declared.Config.model_fields.items()}
    for field in form(declared.Config):
        if not field.shown(raw, defaults) or field.hint.widget == "node":
            continue
        value: object = raw.get(field.name, field.default)
        if config is not None:
            value = getattr(config, by_alias[field.name])
        yield FieldWords(Message(field.hint.label), _with_unit(field, raw, str(_told(value, field, names))))


def _with_unit(field: FormField, raw: RawConfig, value: str) -> str:
    unit, amount = raw.get(str(field.hint.options.get("unit_field"))), raw.get(field.name)
    if field.hint.widget == "amount_unit" and isinstance(amount, int) and unit is not None:
        return str(Duration.model_validate({"amount": amount, "unit": unit}).words)
    return value


def _told(value: object, field: FormField, names: Mapping[str, str]) -> object:
    """A value as text, or as something that is a text when it is shown."""
    match value:
        case None:
            return ""
        case bool():
            return Message(N_("Yes") if value else N_("No"))
        case str():
            label = field.hint.choices.get(value)
            return names.get(value, value) if label is None else Message(label)
        case Leaf() | All() | AnyOf():
            return condition_words(value)
        case Duration() | FixedTime():
            return value.words
        case _ if isinstance(value, _EVERY):
            return schedule.words(value)
        case BaseModel():
            infos = type(value).model_fields.items()
            return _object({info.alias or name: getattr(value, name) for name, info in infos}, field, names)
        case Mapping() if "id" in value:
            return _object(value, field, names)
        case Mapping():
            return "; ".join(f"{key}: {_told(item, field, names)}" for key, item in value.items())
        case list() | tuple():
            return "; ".join(str(_told(item, field, names)) for item in value)
        case _:
            return str(value)


def _object(values: Mapping[str, object], field: FormField, names: Mapping[str, str]) -> str:
    """An object as its name and what else it holds; ids mean nothing to a reader."""
    told = {key: _part(_told(value, field, names)) for key, value in values.items() if key != "id"}
    name = told.pop("name", "")
    rest = ", ".join(f"{_part(key)} {value}" for key, value in told.items() if value)
    return f"{name}: {rest}" if name and rest else name or rest


def _part(text: object) -> str:
    return str(Message(_PARTS[text])) if isinstance(text, str) and text in _PARTS else str(text)
