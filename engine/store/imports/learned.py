"""What an import teaches the catalogue: fields, events and ID types that it did not know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from engine.i18n import N_, Message
from engine.shapes.conditions import FieldType
from engine.store.values import SEPARATOR
from engine.workspace.catalog import MAX_ID_TYPES, Catalog, Event, IdType, Tag
from engine.workspace.catalog_edits import LEARNABLE, mark_learned
from engine.workspace.mapping import ID, MappingFile

V = TypeVar("V")

MAX_VALUES = 50
"""Different values of a tag; one with more is no list to choose from."""


@dataclass(slots=True)
class Learned:
    """Types by name, of events by code and name; the different values of tags, None where there are many."""

    attributes: dict[str, FieldType] = field(default_factory=dict)
    tags: dict[str, FieldType] = field(default_factory=dict)
    events: dict[str, dict[str, FieldType]] = field(default_factory=dict)
    id_types: tuple[str, ...] = ()
    values: dict[str, set[str] | None] = field(default_factory=dict)

    def see(self, tag: str, values: Iterable[str], *, several: bool) -> None:
        """Take note of values of a tag. several: each may be some, separated."""
        known = self.values.setdefault(tag, set())
        if known is None:
            return
        for value in values:
            known.update(part for part in value.split(SEPARATOR) if part) if several else known.add(value)
            if len(known) > MAX_VALUES:
                self.values[tag] = None
                return

    def taught(self, catalog: Catalog) -> Catalog:
        """The catalogue with what it lacked, marked; what it has stays as it is."""
        events = dict(catalog.events)
        for code, attributes in self.events.items():
            known = events.get(code, Event())
            events[code] = known.model_copy(
                update={"attributes": _sorted({**attributes, **known.attributes})}
            )
        tags = dict(catalog.tags)
        for name, type_ in self.tags.items():
            tag = tags.get(name, Tag(type=type_))
            found = sorted(self.values.get(name) or ()) if tag.type in ("text", "multi") else []
            offered = (*tag.values, *(value for value in found if value not in tag.values))
            tags[name] = tag.model_copy(update={"values": offered[: max(MAX_VALUES, len(tag.values))]})
        ids = dict(catalog.id_types)
        for name in self.id_types:
            if name not in ids and len(ids) < MAX_ID_TYPES:
                ids[name] = IdType()
        changed = catalog.model_copy(
            update={
                "events": _sorted(events),
                "tags": _sorted(tags),
                "attributes": _sorted({**self.attributes, **catalog.attributes}),
                "id_types": _sorted(ids),
            }
        )
        for table in LEARNABLE:  # marked until somebody has looked at them
            new = getattr(changed, table).keys() - getattr(catalog, table).keys()
            changed = mark_learned(changed, table, new)
        return changed


def _sorted(table: dict[str, V]) -> dict[str, V]:
    return dict(sorted(table.items()))


def too_many_ids(mapping: MappingFile, catalog: Catalog) -> Message | None:
    """Why a table with so many new types of IDs cannot be taken, or None."""
    targets = (column.to for column in mapping.columns)
    new = sorted({to.removeprefix(ID) for to in targets if to.startswith(ID)} - catalog.id_types.keys())
    if not new or len(catalog.id_types) + len(new) <= MAX_ID_TYPES:
        return None
    text = N_(
        "The workspace has {n} ID types; there can be {max}. Choose one of them in place of “{name}”, or "
        "leave its column out."
    )
    return Message(text, n=len(catalog.id_types), max=MAX_ID_TYPES, name=new[-1])
