"""What stands for the variables of a message while it is looked at: a person's values, or the worst ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from engine.i18n import N_
from engine.shapes.variables import Binding
from engine.workspace.catalog import Catalog
from engine.workspace.fields import FieldType


class SamplePerson(NamedTuple):
    """A person as messages see one: texts of attributes, tags and the attributes of their last events.

    `events` by code. `worst` marks the people that nobody is: see `WORST`.
    """

    id: str
    attributes: Mapping[str, str]
    tags: Mapping[str, str]
    events: Mapping[str, Mapping[str, str]]
    worst: str = ""

    def values(
        self, bindings: Mapping[str, Binding], catalog: Catalog, event: str | None = None
    ) -> dict[str, str]:
        """The value of each variable. event: whose attributes count; None: of any event that has one."""
        return {
            name: binding.text(
                worst_value(self.worst, binding, catalog) if self.worst else self._stored(binding, event)
            )
            for name, binding in bindings.items()
        }

    def _stored(self, binding: Binding, event: str | None) -> str | None:
        key = binding.key or ""
        match binding.source:
            case "attribute":
                return self.attributes.get(key)
            case "tag":
                return self.tags.get(key)
            case _:
                codes = self.events if event is None else (event,)
                told = (self.events.get(code, {}).get(key) for code in codes)
                return next((value for value in told if value), None)


WORST = {
    "longest": N_("The longest values"),
    "empty": N_("No values at all"),
    "emoji": N_("Emoji and other rare characters"),
}
"""People that nobody is, with whom a message must still be fine."""

_LONGEST: Mapping[FieldType, str] = {
    "text": "Maximiliane-Alexandra von Hohenzollern-Sigmaringen",
    "number": "-9,999,999,999.99".replace(",", ""),
    "time": "2026-12-31T23:59:59+08:00",
    "multi": "Gardening and landscaping, Home electronics, Mountain climbing, Photography",
}
_EMOJI = "👩‍👩‍👧‍👦 Zoë 𠮷野家 🎉"


def worst_person(worst: str) -> SamplePerson:
    """One of `WORST`."""
    return SamplePerson("", {}, {}, {}, worst)


def worst_value(worst: str, binding: Binding, catalog: Catalog) -> str | None:
    """What stands for a variable in one of the worst cases."""
    if worst == "empty":
        return None
    type_, offered = _field(binding, catalog)
    if worst == "longest":
        return max((*offered, _LONGEST[type_]), key=len)
    return _EMOJI if type_ in ("text", "multi") else _LONGEST[type_]


def _field(binding: Binding, catalog: Catalog) -> tuple[FieldType, Iterable[str]]:
    key = binding.key or ""
    if binding.source == "tag" and key in catalog.tags:
        return catalog.tags[key].type, catalog.tags[key].values
    if binding.source == "attribute":
        return catalog.attributes.get(key, "text"), ()
    types = (event.attributes[key] for event in catalog.events.values() if key in event.attributes)
    return next(types, "text"), ()
