"""What a campaign document holds: frozen values, shared with the file format (`files.md`)."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, PlainSerializer, PlainValidator, WithJsonSchema

from engine.campaign.measuring import CampaignGoal, Holdout
from engine.campaign.send_window import SendWindow
from engine.campaign.stay import Exits
from engine.components.base import Parsed, Port
from engine.components.registry import component
from engine.i18n import N_, Message, tr
from engine.shapes.model import invalid
from engine.shapes.text import Identifier, Name, Text, one_line
from engine.shapes.time import DateTime

START_ID = "n_start"
ATTRIBUTES_ID = "campaign"
MAX_COORDINATE = 10_000_000


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)


class Node(_Frozen):
    """A component on the canvas. `config` is plain JSON, partial until the panel's OK set `confirmed`.

    `config` and everything in it are treated as immutable: an edit makes a new node.
    """

    kind: str
    name: Name
    memo: Text = ""
    config: dict[str, JsonValue] = Field(default_factory=dict)
    confirmed: bool = False

    @cached_property
    def parsed(self) -> Parsed[Any]:
        """The config read by its kind's model. Raises `KeyError` for an unknown kind."""
        return component(self.kind).parse(self.config)

    @cached_property
    def ports(self) -> tuple[Port, ...]:
        """The outputs in their shown order."""
        return component(self.kind).ports(self.config)

    @property
    def id_type(self) -> str:
        """What it needs to reach people (`mobile` …); "" where it needs nothing, or is not configured."""
        config = self.parsed.config
        return "" if config is None else component(self.kind).id_type(config) or ""

    @property
    def shown_name(self) -> str:
        """Its name in one line; Start, which nobody names, is called what its kind is."""
        return tr(component(self.kind).label) if self.kind == START.kind else one_line(self.name)

    def __copy__(self) -> Self:
        """A copy without what was derived from the config: `model_copy` may be about to change it."""
        copied = super().__copy__()
        for derived in ("parsed", "ports"):
            copied.__dict__.pop(derived, None)
        return copied


START = Node(kind="start", name="Start", confirmed=True)


class Link(_Frozen):
    """A line from a port of a node to another node; an open end where `target` is None."""

    source: Annotated[Identifier, Field(alias="from")]
    port: str
    target: Annotated[Identifier | None, Field(alias="to")]


class Point(NamedTuple):
    """A place on the canvas in scene units (pixels at 100 % zoom): the upper left corner of a card."""

    x: int
    y: int


def _place(value: object) -> Point:
    if isinstance(value, list | tuple) and len(value) == 2:
        x, y = value
        if type(x) is int and type(y) is int and max(abs(x), abs(y)) <= MAX_COORDINATE:
            return Point(x, y)
    message = N_("Two whole numbers up to {most:,} are expected here: [x, y].")
    raise invalid(Message(message, most=MAX_COORDINATE))


Place = Annotated[
    Point,
    PlainValidator(_place),
    PlainSerializer(list),
    WithJsonSchema(
        {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2, "title": "[x, y]"}
    ),
]
"""A `Point` as the file holds it: exactly a pair of whole numbers."""


NoteColour = Literal["grey", "blue", "green", "yellow", "red", "purple"]


class Note(_Frozen):
    """A note, or (with a title) a frame behind cards. Without a colour notes are yellow, frames grey."""

    text: Text = ""
    at: Place
    size: Place
    title: Text | None = None
    colour: NoteColour | None = None

    @property
    def is_frame(self) -> bool:
        return self.title is not None

    @property
    def shown_colour(self) -> NoteColour:
        return self.colour or ("grey" if self.is_frame else "yellow")


class Attributes(_Frozen):
    """The campaign's own fields."""

    id: Identifier
    name: Name
    group: Text = ""
    sub_campaigns: tuple[Identifier, ...] = ()
    start: DateTime | None = None
    end: DateTime | None = None
    template: Identifier | None = None
    exits: Exits = ()
    goal: CampaignGoal | None = None
    holdout: Holdout | None = None
    ignore_global_control: bool = False
    send_window: SendWindow | None = None
