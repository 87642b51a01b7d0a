"""`catalog.json`: what can be referred to and needs no file of its own."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from engine.files import FileFormat, FileModel
from engine.i18n import N_, Message
from engine.shapes.model import Items, invalid
from engine.shapes.text import Identifier, Name, Text
from engine.workspace.fields import FieldType, Key, Sorted


class Event(FileModel):
    """Something that people do. Its code is its key in the catalogue."""

    name: Text = ""
    attributes: Annotated[dict[Key, FieldType], Sorted] = Field(default_factory=dict)


class Tag(FileModel):
    """A label that people carry; `values` are those offered for choosing."""

    type: FieldType = "text"
    values: Items[Text] = ()


class IdType(FileModel):
    """A kind of address; `multi` where a person may have several."""

    multi: bool = False


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


class Catalog(FileModel):
    """The file's object; keys are codes, names and ids."""

    format: Literal["catalog"] = "catalog"
    version: Literal[1] = 1
    events: Annotated[dict[Key, Event], Sorted] = Field(default_factory=dict)
    tags: Annotated[dict[Key, Tag], Sorted] = Field(default_factory=dict)
    attributes: Annotated[dict[Key, FieldType], Sorted] = Field(default_factory=dict)
    id_types: Annotated[dict[Key, IdType], Sorted] = Field(default_factory=dict)
    coupons: Annotated[dict[Identifier, Coupon], Sorted] = Field(default_factory=dict)
    marketing_campaigns: Annotated[dict[Identifier, MarketingCampaign], Sorted] = Field(default_factory=dict)
    folders: Items[Name] = ()

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

    def event_name(self, code: str) -> str:
        """What an event is called: its name, else its code."""
        event = self.events.get(code)
        return event.name if event and event.name else code


CATALOG: FileFormat[Catalog] = FileFormat("catalog", Catalog)
