"""`catalog.json`: what can be referred to and needs no file of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from engine.components.base import RefKind
from engine.files import FileFormat, FileModel
from engine.i18n import N_, Message
from engine.shapes.model import Items, invalid
from engine.shapes.text import Identifier, Name, Text
from engine.workspace.definitions import Aipl, RfmModel, StatisticsTable
from engine.workspace.fields import FieldType, Key, LeftOutEmpty, Optional, Sorted


class Event(FileModel):
    """Something that people do. Its code is its key in the catalogue."""

    name: Text = ""
    attributes: Annotated[dict[Key, FieldType], Sorted] = Field(default_factory=dict)


class Tag(FileModel):
    """A label that people carry; `values` are those offered for choosing."""

    type: FieldType = "text"
    values: Items[Text] = ()


MAX_ID_TYPES = 50
MAX_FIELDS = 300
"""Attributes of people, or of one event: databases take at most 1,600 to 2,000 columns."""


class IdType(FileModel):
    """A kind of address; `multi` where a person may have several.

    `priority`: no two people share a value of it, so it tells who a person is; 1 is asked first. Without it
    an address says nothing of that, such as the telephone of a family.
    """

    multi: bool = False
    priority: Optional[Annotated[int, Field(ge=1, le=MAX_ID_TYPES)]] = None


class Coupon(FileModel):
    """A coupon; its codes live in the engine's database."""

    name: Name
    type: Text = "voucher"
    value: Text = ""
    valid_days: Annotated[int, Field(ge=1, le=100_000)] | None = None


class MarketingCampaign(FileModel):
    """A node of the two-level tree: a primary campaign (`parent` None) or a sub-campaign of one."""

    name: Name
    parent: Identifier | None = None


class Keys(FileModel):
    """Some of the catalogue's events, tags, attributes and ID types, by key."""

    events: Annotated[Items[Key], LeftOutEmpty] = ()
    tags: Annotated[Items[Key], LeftOutEmpty] = ()
    attributes: Annotated[Items[Key], LeftOutEmpty] = ()
    id_types: Annotated[Items[Key], LeftOutEmpty] = ()

    def __bool__(self) -> bool:
        return any((self.events, self.tags, self.attributes, self.id_types))

    def of(self, table: str) -> tuple[str, ...]:
        """The keys of one table."""
        found: tuple[str, ...] = getattr(self, table)
        return found

    def changed(self, table: str, keys: Iterable[str]) -> Keys:
        """The same with other keys of one table."""
        return self.model_copy(update={table: tuple(sorted(set(keys)))})


class Catalog(FileModel):
    """The file's object; keys are codes, names and ids.

    `directories` sort events, tags and attributes for people, each in one at most. `learned` are those that
    an import brought in and nobody has looked at yet.
    """

    format: Literal["catalog"] = "catalog"
    version: Literal[1] = 1
    events: Annotated[dict[Key, Event], Sorted] = Field(default_factory=dict)
    tags: Annotated[dict[Key, Tag], Sorted] = Field(default_factory=dict)
    attributes: Annotated[dict[Key, FieldType], Sorted] = Field(default_factory=dict)
    id_types: Annotated[dict[Key, IdType], Sorted, Field(max_length=MAX_ID_TYPES)] = Field(
        default_factory=dict
    )
    coupons: Annotated[dict[Identifier, Coupon], Sorted] = Field(default_factory=dict)
    marketing_campaigns: Annotated[dict[Identifier, MarketingCampaign], Sorted] = Field(default_factory=dict)
    folders: Items[Name] = ()
    tables: Annotated[dict[Key, StatisticsTable], Sorted, LeftOutEmpty] = Field(default_factory=dict)
    rfm_models: Annotated[dict[Identifier, RfmModel], Sorted, LeftOutEmpty] = Field(default_factory=dict)
    aipl: Annotated[Aipl, LeftOutEmpty] = Field(default_factory=dict)
    directories: Annotated[dict[Name, Keys], Sorted, LeftOutEmpty] = Field(default_factory=dict)
    learned: Annotated[Keys, LeftOutEmpty] = Keys()

    @model_validator(mode="after")
    def _two_levels(self) -> Self:
        for entry in self.marketing_campaigns.values():
            if entry.parent is None:
                continue
            parent = self.marketing_campaigns.get(entry.parent)
            if parent is None or parent.parent is not None:
                message = N_("The campaign “{name}” needs a primary campaign above it, or none.")
                raise invalid(Message(message, name=entry.name))
        return self

    @property
    def identifying(self) -> list[str]:
        """The ID types that tell who a person is, the one that is asked first in front."""
        found = {name: type_.priority for name, type_ in self.id_types.items() if type_.priority is not None}
        return sorted(found, key=lambda name: (found[name], name))

    def event_name(self, code: str) -> str:
        """What an event is called: its name, else its code."""
        event = self.events.get(code)
        return event.name if event and event.name else code

    def events_behind(self, kind: RefKind, id: str) -> Iterator[str]:
        """The codes of the events that a statistics table, an RFM model or the AIPL stages are made of."""
        if kind is RefKind.STATISTICS_TABLE and id in self.tables:
            yield self.tables[id].event
        elif kind is RefKind.RFM_MODEL and id in self.rfm_models:
            yield self.rfm_models[id].event
        elif kind is RefKind.AIPL:
            yield from dict.fromkeys(card.event for cards in self.aipl.values() for card in cards)

    def table_name(self, key: str) -> str:
        """What a statistics table is called: its name, else its key."""
        table = self.tables.get(key)
        return table.name if table and table.name else key


CATALOG: FileFormat[Catalog] = FileFormat("catalog", Catalog)
