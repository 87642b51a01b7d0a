"""What every component kind declares about itself.

A kind is one module with a `Config` model and one `Component` subclass; `engine.components.registry` collects
them. Palette, panel, structure rules, plan, simulation and reports all follow from what is declared here.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Generic, NamedTuple, Protocol, TypeVar

from pydantic import BaseModel, JsonValue, ValidationError

from engine.components.behaviour import Behaviour
from engine.components.hints import missing_sentence
from engine.files.findings import code_of, sentence
from engine.i18n import N_, Message
from engine.shapes.model import FieldError as FieldError  # noqa: PLC0414 - part of the contract
from engine.shapes.model import Shape
from engine.shapes.time import Duration

OUT = "out"
OTHER = "other"
RawConfig = Mapping[str, JsonValue]


class Category(StrEnum):
    """The palette's sections, in their order; `START` is not in the palette."""

    START = "start"
    TRIGGER = "trigger"
    TOUCH = "touch"
    CONTROL = "control"
    JUDGMENT = "judgment"
    PUSH = "push"

    @property
    def label(self) -> Message:
        return Message(_CATEGORY_LABELS[self])


_CATEGORY_LABELS: Mapping[Category, str] = {
    Category.START: N_("Start"),
    Category.TRIGGER: N_("Trigger mode"),
    Category.TOUCH: N_("Marketing touch"),
    Category.CONTROL: N_("Process control"),
    Category.JUDGMENT: N_("Judgment condition"),
    Category.PUSH: N_("Data push"),
}


class Port(NamedTuple):
    """A named output of a node. `label` stands on the line; it is None where a line needs no name."""

    name: str
    label: Message | None


class RefKind(StrEnum):
    """What a campaign can refer to in its workspace: components by their configuration, itself by its own
    fields to marketing campaigns and the template that it was made of."""

    AUDIENCE = "audience"
    MESSAGE = "message"
    ACCOUNT = "account"
    EVENT = "event"
    TAG = "tag"
    ATTRIBUTE = "attribute"
    COUPON = "coupon"
    STATISTICS_TABLE = "statistics_table"
    RFM_MODEL = "rfm_model"
    AIPL = "aipl"
    MARKETING_CAMPAIGN = "marketing_campaign"
    TEMPLATE = "template"


class Reference(NamedTuple):
    """One use of a workspace object, and the config field (dotted path) that holds it."""

    field: str
    kind: RefKind
    id: str


class Lookup(Protocol):
    """The workspace as components see it: what exists, and what it is called."""

    def name_of(self, kind: RefKind, id: str) -> str | None:
        """The object's name, or None where the workspace has no such object."""

    def detail(self, kind: RefKind, id: str) -> Mapping[str, JsonValue] | None:
        """The object as JSON, or None where the workspace has no such object.

        An audience, message or account: its file's content. An event or a coupon: its catalogue entry
        (`{"name", "attributes": {name: type}}`, `{"name", "type", "value", "valid_days"}`). A tag:
        `{"type", "values"}`. An attribute: `{"type"}`.
        """


class Around(NamedTuple):
    """What a node's surroundings in the campaign mean for its config."""

    trigger: tuple[str, RawConfig] | None
    """Kind and config of the campaign's trigger, None while it has none."""
    before: tuple[tuple[Component[Any], RawConfig], ...]
    """Component and config of every node directly in front."""
    kinds: Mapping[str, str]
    """The kind of every node of the campaign, by node id."""


class Placement(NamedTuple):
    """Where a kind may stand: what may be directly in front, and the trigger that the campaign must have."""

    follows: Callable[[Component[Any]], bool]
    refusal: Message
    trigger: str | None = None


class ComponentConfig(Shape):
    """Base of every kind's configuration: the panel's form and the file's `config` object.

    Each field carries a `Hint` for its form (see `engine.components.hints`). Optional fields without a value
    are None here and left out of the file.
    """

    def canonical(self) -> dict[str, JsonValue]:
        """The config as the file holds it: declared order, defaults written out, no field that is None."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


C = TypeVar("C", bound=ComponentConfig)


@dataclass(frozen=True, slots=True)
class Parsed(Generic[C]):
    """A raw config read against its model: the config, or why it could not be read."""

    config: C | None
    errors: tuple[FieldError, ...]


class Component(ABC, Generic[C]):
    """One kind of component. Stateless: the registry holds one instance of each kind."""

    kind: ClassVar[str]
    label: ClassVar[str]
    """The kind's name in English, marked with `N_`."""
    category: ClassVar[Category]
    icon: ClassVar[str]
    """The file stem of the icon in `resources/icons`."""
    placement: ClassVar[Placement]
    Config: type[C]
    deletable: ClassVar[bool] = True
    """False for what only comes and goes with something else."""
    in_palette: ClassVar[bool] = True
    headline: ClassVar[str] = ""
    """The field whose missing value the card names first."""
    result_family: ClassVar[str | None] = None
    """Kinds of one family may stand together in front of a Result Judgment; None: no results."""
    send_results: ClassVar[tuple[str, ...]] = ()
    """Codes that a Result Judgment by `send` may have."""

    @property
    def colour(self) -> str:
        """The name in the look of the colour that it is drawn in: its category's."""
        return self.category.value

    def defaults(self) -> dict[str, JsonValue]:
        """The (possibly partial) config that a new node starts with."""
        return {}

    def parse(self, raw: RawConfig) -> Parsed[C]:
        """Read a raw config strictly; every reason why it is not valid, at its field."""
        try:
            return Parsed(self.Config.model_validate(dict(raw), by_alias=True, by_name=False), ())
        except ValidationError as error:
            return Parsed(None, tuple(field_errors(error, self.Config)))

    def canonical(self, raw: RawConfig) -> dict[str, JsonValue]:
        """The config as the file holds it: a partial one keeps what it has, in declared order."""
        if (config := self.parse(raw).config) is not None:
            return config.canonical()
        names = [info.alias or name for name, info in self.Config.model_fields.items()]
        known = {name: raw[name] for name in names if name in raw}
        return known | {name: raw[name] for name in sorted(raw.keys() - known.keys())}

    def ports(self, raw: RawConfig) -> tuple[Port, ...]:
        """The outputs, in their shown order, also for a partial config. Never raises on any JSON."""
        return (Port(OUT, None),)

    def summary(self, raw: RawConfig, lookup: Lookup) -> Message:
        """One line for the card: what is configured, or what is still to choose."""
        parsed = self.parse(raw)
        if parsed.config is not None:
            if (gone := next(missing_references(self.references(parsed.config), lookup), None)) is None:
                return self.words(parsed.config, lookup)
            again = missing_sentence(self.Config, gone.field.split(".")[0])
            return Message(again) if again else gone.message
        return next((e.message for e in parsed.errors if e.field == self.headline), parsed.errors[0].message)

    def words(self, config: C, lookup: Lookup) -> Message:
        """One line that sums up a valid config whose references exist."""
        return Message.verbatim("")

    def references(self, config: C) -> Iterable[Reference]:
        """Everything in the workspace that the config refers to."""
        return ()

    def check(self, config: C, lookup: Lookup) -> Iterable[FieldError]:
        """What the model alone cannot see: an unapproved template, a variable without a binding …"""
        return ()

    def check_place(self, config: C, around: Around, lookup: Lookup) -> Iterable[FieldError]:
        """What does not fit the node's place: a result code that nothing in front has …"""
        return ()

    def errors(self, raw: RawConfig, lookup: Lookup, around: Around | None = None) -> tuple[FieldError, ...]:
        """Everything that keeps the config from being valid, one error a field; empty: it is valid.

        Without `around`, the node's place in the campaign is not looked at.
        """
        parsed = self.parse(raw)
        return parsed.errors if parsed.config is None else self.findings(parsed.config, lookup, around)

    def findings(self, config: C, lookup: Lookup, around: Around | None = None) -> tuple[FieldError, ...]:
        """`errors` of a config that has been read already."""
        found = list(missing_references(self.references(config), lookup))
        found += self.check(config, lookup)
        if around is not None:
            found += self.check_place(config, around, lookup)
        return tuple({error.field: error for error in reversed(found)}.values())[::-1]

    def receipt_results(self, raw: RawConfig, lookup: Lookup) -> tuple[str, ...]:
        """Codes that a Result Judgment by `receipt` may have."""
        return ()

    def id_type(self, config: C) -> str | None:
        """The ID type that the touch needs (rule 2): `mobile`, `openid:<account>` …; None: it needs none."""
        return None

    def behaviour(self, config: C) -> Behaviour:
        """What it does to people. Only Start, which nobody ever is at, has none."""
        raise NotImplementedError

    def is_marketing(self, config: C) -> bool:
        """Whether fatigue control and quiet times apply to its messages."""
        return False

    def fixed_times(self, config: C) -> Iterable[tuple[str, datetime]]:
        """Moments that the config names, each with its field; they must lie ahead and inside the campaign."""
        return ()

    def longest_stay(self, config: C) -> Duration | None:
        """How long a person may be held here at most, where the config says it."""
        return None


REFERENCE_GONE: Mapping[RefKind, str] = {
    RefKind.AUDIENCE: N_("The audience “{id}” is not in this workspace. Choose another."),
    RefKind.MESSAGE: N_("The message template “{id}” is not in this workspace. Choose another."),
    RefKind.ACCOUNT: N_("The account “{id}” is not in this workspace. Choose another."),
    RefKind.EVENT: N_("The event “{id}” is not in the catalogue. Choose another, or add it."),
    RefKind.TAG: N_("The tag “{id}” is not in the catalogue. Choose another, or add it."),
    RefKind.ATTRIBUTE: N_("The attribute “{id}” is not in the catalogue. Choose another, or add it."),
    RefKind.COUPON: N_("The coupon “{id}” is not in the catalogue. Choose another, or add it."),
    RefKind.STATISTICS_TABLE: N_(
        "The catalogue has no statistics table “{id}”. Choose another, or define it."
    ),
    RefKind.RFM_MODEL: N_("The catalogue has no RFM model “{id}”. Choose another, or define it."),
}


def missing_references(references: Iterable[Reference], lookup: Lookup) -> Iterator[FieldError]:
    """An error for each reference to what the workspace does not have."""
    for field, kind, id in references:
        if lookup.name_of(kind, id) is None:
            yield FieldError(field, Message(REFERENCE_GONE[kind], id=id), "missing_reference")


def field_errors(error: ValidationError, config: type[BaseModel]) -> Iterable[FieldError]:
    """Pydantic's findings as sentences at dotted field paths; `config` holds the fields' own sentences."""
    found = [
        (tuple(part for part in detail["loc"] if not str(part).startswith("<")), detail)
        for detail in error.errors(include_url=False)
    ]
    paths = {loc for loc, _ in found}
    for loc, detail in found:
        # A list whose members are wrong is reported as too short, too.
        if detail["type"] == "too_short" and any(path[: len(loc)] == loc != path for path in paths):
            continue
        context = detail.get("ctx", {})
        code = code_of(detail)
        empty = code in ("too_short", "string_too_short") and not detail["input"]
        message = _missing(loc, config) if code == "missing" or empty else sentence(code, context)
        yield FieldError(".".join(map(str, loc)), message, str(context.get("code", "unconfigured")))


def _missing(loc: tuple[int | str, ...], config: type[BaseModel]) -> Message:
    own = missing_sentence(config, str(loc[0])) if len(loc) == 1 else _MISSING_INSIDE.get(str(loc[-1]))
    return Message(own) if own else sentence("missing", {})


_MISSING_INSIDE: Mapping[str, str] = {
    "audiences": N_("Choose an audience"),
    "channel": N_("Choose a channel"),
    "condition": N_("Add a condition"),
    "event": N_("Choose an event"),
    "key": N_("Choose where the value comes from"),
    "name": N_("Enter a name"),
    "tag": N_("Choose a tag"),
    "text": N_("Enter a text"),
    "time": N_("Choose a time of day"),
    "value": N_("Enter a value"),
}
