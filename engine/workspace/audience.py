"""Audience files: a rule (a list of cards), or a list of people that lives in the engine's database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, PlainSerializer, Tag, model_validator

from engine.components.base import RefKind
from engine.files import FileFormat, FileModel
from engine.i18n import N_, Message
from engine.shapes.conditions import Condition, ConditionTree, leaves
from engine.shapes.model import Items, invalid, union_tag
from engine.shapes.schedule import Every
from engine.shapes.text import Identifier, Text
from engine.shapes.time import DateTime, Duration
from engine.workspace.fields import Key, ObjectFile, Optional, kind_of

AUDIENCES_NAME = "audiences"
AUDIENCE_SUFFIX = ".audience.json"
MAX_CARDS = 100
AIPL_ID = "aipl"
"""The stages are one definition of the catalogue, which has no id of its own."""

Join = Literal["and", "or", "minus"]


def _tree(condition: Condition | None) -> object:
    return None if condition is None else condition.model_dump(mode="json", by_alias=True, exclude_none=True)


Conditions = Annotated[ConditionTree, PlainSerializer(_tree)]


class LastRange(FileModel):
    """[now − d, now)."""

    last: Duration


class AbsoluteRange(FileModel):
    """Between two instants, both included."""

    from_: Annotated[DateTime, Field(alias="from")]
    to: DateTime


def _range_form(value: object) -> str:
    last = "last" in value if isinstance(value, dict) else isinstance(value, LastRange)
    return union_tag("last") if last else union_tag("absolute")


TimeRange = Annotated[
    Annotated[LastRange, Tag(union_tag("last"))] | Annotated[AbsoluteRange, Tag(union_tag("absolute"))],
    Discriminator(_range_form),
]


def _update_form(value: object) -> str:
    return union_tag("manual") if isinstance(value, str) else union_tag("every")


Update = Annotated[
    Annotated[Literal["manual"], Tag(union_tag("manual"))] | Annotated[Every, Tag(union_tag("every"))],
    Discriminator(_update_form),
]

Number = Annotated[int, Field(strict=True)] | Annotated[float, Field(strict=True, allow_inf_nan=False)]
Measure = Annotated[str, Field(pattern=r"^(count|(sum|avg|max|min):.{1,100})$")]
"""A count of events, or a sum, average, maximum or minimum of one of their attributes."""
NumberOp = Literal["=", "!=", ">", ">=", "<", "<=", "between"]


class _Card(FileModel):
    """`join` says how the card is joined to what stands above it; the first card's is None."""

    join: Join | None = None


class TagsCard(_Card):
    """People whose tags and attributes match."""

    card: Literal["tags"]
    condition: Conditions


class BehaviourCard(_Card):
    """People by what they did: a count, sum, average, maximum or minimum over events of one kind.

    `value` is a number, or `[low, high]` for `between`; `range` None means everything up to now.
    """

    card: Literal["behaviour"]
    event: Key
    where: Conditions | None = None
    range: TimeRange | None = None
    measure: Measure = "count"
    op: NumberOp = ">="
    value: Number | Annotated[Items[Number], Field(min_length=2, max_length=2)] = 1

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if isinstance(self.value, tuple) != (self.op == "between"):
            raise invalid(Message(N_("Enter two numbers for “between”, else one.")))
        return self


class AudienceCard(_Card):
    """The stored members of another audience."""

    card: Literal["audience"]
    audience: Identifier


class MetricsCard(_Card):
    """People by the figures of a statistics table: `where` over its metrics, of what `filter` over its
    dimensions leaves of the events."""

    card: Literal["metrics"]
    table: Key
    where: Conditions | None = None
    filter: Conditions | None = None


class RfmCard(_Card):
    """People of some of the eight types of a recency, frequency and money model."""

    card: Literal["rfm"]
    model: Identifier
    types: Annotated[Items[Annotated[int, Field(ge=1, le=8)]], Field(min_length=1, max_length=8)]


Stage = Literal["A", "I", "P", "L"]


class AiplCard(_Card):
    """People in some stages today, or who moved from one stage to another within a range."""

    card: Literal["aipl"]
    stages: Optional[Annotated[Items[Stage], Field(min_length=1, max_length=4)]] = None
    from_: Annotated[Optional[Stage], Field(alias="from")] = None
    to: Optional[Stage] = None
    range: Optional[TimeRange] = None

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        move = (self.from_, self.to, self.range)
        if (self.stages is None) != all(item is not None for item in move) or (self.stages and any(move)):
            raise invalid(Message(N_("Choose stages, or a move from one stage to another in a range.")))
        return self


Card = Annotated[
    Annotated[TagsCard, Tag(union_tag("tags"))]
    | Annotated[BehaviourCard, Tag(union_tag("behaviour"))]
    | Annotated[AudienceCard, Tag(union_tag("audience"))]
    | Annotated[MetricsCard, Tag(union_tag("metrics"))]
    | Annotated[RfmCard, Tag(union_tag("rfm"))]
    | Annotated[AiplCard, Tag(union_tag("aipl"))],
    kind_of("card"),
]


PERSON_ID = "person_id"
"""The type of a list that holds no addresses, but the data's own ids of people."""


class PeopleList(FileModel):
    """An uploaded list: the type of the ids in it."""

    id_type: Key


class AudienceFile(ObjectFile):
    """The file's object: exactly one of `cards` and `list`."""

    format: Literal["audience"] = "audience"
    directory: Text = ""
    remark: Text = ""
    public: bool = False
    sub_campaign: Identifier | None = None
    update: Update = "manual"
    cards: Optional[Annotated[Items[Card], Field(min_length=1, max_length=MAX_CARDS)]] = None
    list: Optional[PeopleList] = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.cards is None) == (self.list is None):
            raise invalid(Message(N_("An audience has either “cards” or a “list”.")))
        check_joins(self.cards or ())
        return self

    @property
    def audiences(self) -> tuple[str, ...]:
        """The audiences that the rule names, each once."""
        named = (id for kind, id in self.references() if kind is RefKind.AUDIENCE)
        return tuple(dict.fromkeys(named))

    def references(self) -> Iterator[tuple[RefKind, str]]:
        """What the rule names: audiences, events, tags, attributes, and definitions of the catalogue."""
        for card in self.cards or ():
            yield from _named(card)


def check_joins(cards: Sequence[_Card]) -> None:
    """That the first card joins nothing, and every other one does. Raises a validator's error."""
    for index, card in enumerate(cards):
        if (card.join is None) != (index == 0):
            message = N_("The first card's “join” is null, every other one's and, or, or minus.")
            raise invalid(Message(message))


def _named(card: Card) -> Iterator[tuple[RefKind, str]]:
    match card:
        case AudienceCard():
            yield RefKind.AUDIENCE, card.audience
        case BehaviourCard():
            yield RefKind.EVENT, card.event
        case TagsCard():
            yield from _fields_of_people(card.condition)
        case MetricsCard():
            yield RefKind.STATISTICS_TABLE, card.table
        case RfmCard():
            yield RefKind.RFM_MODEL, card.model
        case AiplCard():
            # A person counts for the highest stage, so that the rules of all are asked.
            yield RefKind.AIPL, AIPL_ID


def _fields_of_people(condition: Condition) -> Iterator[tuple[RefKind, str]]:
    for _, leaf in leaves(condition):
        prefix, _, name = leaf.field.partition(":")
        if kind := {"tag": RefKind.TAG, "attr": RefKind.ATTRIBUTE}.get(prefix):
            yield kind, name


AUDIENCE: FileFormat[AudienceFile] = FileFormat("audience", AudienceFile)
