"""What every component kind declares about itself.

A kind is one module with a `Config` model and one `Component` subclass; `engine.components.registry` collects
them. Palette, panel, structure rules, plan, simulation and reports all follow from what is declared here.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Generic, NamedTuple, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from engine.i18n import Message, N_
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
    """What a configuration can refer to in its workspace."""

    AUDIENCE = "audience"
    MESSAGE = "message"
    ACCOUNT = "account"
    EVENT = "event"
    TAG = "tag"
    ATTRIBUTE = "attribute"
    COUPON = "coupon"


class Reference(NamedTuple):
    """One use of a workspace object, and the config field (dotted path) that holds it."""

    field: str
    kind: RefKind
    id: str


class Lookup(Protocol):
    """The workspace as components see it: what exists, and what it is called."""

    def name_of(self, kind: RefKind, id: str) -> str | None:
        """The object's name, or None where the workspace has no such object."""

    def detail(self, kind: RefKind, id: str) -> Any:
        """The object itself (an audience, message, account file; a catalogue entry), or None."""


class FieldError(NamedTuple):
    """Why a configuration is not complete. `field` is a dotted path such as `groups.1.percent`, "" for the whole.

    `code` is a problem code of the structure rules: `unconfigured` unless a more exact one applies
    (`percent_sum`, `missing_reference`, …).
    """

    field: str
    message: Message
    code: str = "unconfigured"


class Placement(NamedTuple):
    """Where a kind may stand: what may be directly in front, and what kind of trigger the campaign may have."""

    follows: Callable[[str], bool]
    refusal: Message
    trigger: str | None = None


class ComponentConfig(BaseModel):
    """Base of every kind's configuration: the panel's form and the file's `config` object.

    Optional fields without a value are left out of the file. Field metadata for forms goes into
    `json_schema_extra` (see `engine.components.hints`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, validate_default=False)

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
    result_family: ClassVar[str | None] = None
    """What a Result Judgment behind this kind can tell apart; kinds of one family may share one."""

    def defaults(self) -> dict[str, JsonValue]:
        """The (possibly partial) config that a new node starts with."""
        return {}

    def parse(self, raw: RawConfig) -> Parsed[C]:
        """Read a raw config strictly; every reason why it is not valid, at its field."""
        try:
            return Parsed(self.Config.model_validate(dict(raw)), ())
        except ValidationError as error:
            return Parsed(None, tuple(field_errors(error)))

    def ports(self, raw: RawConfig) -> tuple[Port, ...]:
        """The outputs, in their shown order, also for a partial config."""
        return (Port(OUT, None),)

    def summary(self, raw: RawConfig, lookup: Lookup) -> Message:
        """One line for the card: what is configured, or what is still to choose."""
        raise NotImplementedError

    def references(self, config: C) -> Iterable[Reference]:
        """Everything in the workspace that the config refers to."""
        return ()

    def fixed_times(self, config: C) -> Iterable[tuple[str, datetime]]:
        """Moments that the config names, each with its field; they must lie ahead and inside the campaign."""
        return ()

    def longest_stay(self, config: C) -> Duration | None:
        """How long a person may be held here at most, where the config says it."""
        return None

    def check(self, config: C, lookup: Lookup) -> Iterable[FieldError]:
        """What the model alone cannot see: an unapproved template, a variable without a binding …"""
        return ()


def field_errors(error: ValidationError) -> Iterable[FieldError]:
    """Pydantic's findings as sentences at dotted field paths."""
    for detail in error.errors(include_url=False):
        yield FieldError(".".join(str(part) for part in detail["loc"]), _sentence(detail["type"], detail.get("ctx", {})))


_SENTENCES: Mapping[str, str] = {
    "missing": N_("Fill this in."),
    "string_too_short": N_("Fill this in."),
    "string_too_long": N_("Use at most {max_length} characters."),
    "too_short": N_("Choose at least {min_length}."),
    "too_long": N_("Choose at most {max_length}."),
    "greater_than_equal": N_("Use {ge} or more."),
    "less_than_equal": N_("Use {le} or less."),
    "greater_than": N_("Use more than {gt}."),
    "less_than": N_("Use less than {lt}."),
    "extra_forbidden": N_("This field is not known."),
    "literal_error": N_("Choose one of: {expected}."),
    "enum": N_("Choose one of: {expected}."),
    "int_type": N_("Enter a whole number."),
    "int_from_float": N_("Enter a whole number."),
    "string_type": N_("Enter a text."),
    "bool_type": N_("Choose yes or no."),
    "string_pattern_mismatch": N_("This does not have the right form."),
}


def _sentence(code: str, context: Mapping[str, Any]) -> Message:
    if isinstance(message := context.get("message"), Message):  # raised by our own validators
        return message
    if code in _SENTENCES:
        return Message(_SENTENCES[code], **context)
    return Message(N_("This value is not valid."))
