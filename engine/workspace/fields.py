"""Field types that the workspace's files share."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, Discriminator, Field, PlainSerializer, StringConstraints

from engine.files import FileModel, Lines
from engine.i18n import N_, Message
from engine.shapes.model import Items, invalid, union_tag
from engine.shapes.text import Identifier, Name, Text, storable

T = TypeVar("T")


def _is_none(value: object) -> bool:
    return value is None


def _is_empty(value: object) -> bool:
    return not value


Optional = Annotated[T | None, Field(exclude_if=_is_none)]
"""A field that is left out of the file when it has no value."""

LeftOutEmpty = Field(exclude_if=_is_empty)
"""For tables of later versions: without entries they are left out, so that earlier files stay as they are."""

FieldType = Literal["text", "number", "time", "multi"]
"""What an attribute or a tag holds: one text, number or time, or several texts."""

Key = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(storable)]
"""A name in the catalogue: an event code, a tag, an attribute. Any script."""


V = TypeVar("V")


def _by_key(table: dict[str, V]) -> dict[str, V]:
    return dict(sorted(table.items()))


Sorted = AfterValidator(_by_key)
"""For tables: their order means nothing, so that equal content is written equally."""


def _joined(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else "\n".join(value)


def _split(value: str) -> str | list[str]:
    return value.split("\n") if "\n" in value else value


Body = Annotated[Text | Items[Text], AfterValidator(_joined), PlainSerializer(_split, when_used="json")]
"""A long text: one text in memory, a list of its lines in the file."""


def with_lines(value: Any) -> Any:
    """The JSON value with its `Body` fields marked for writing one line a line."""
    if isinstance(value, dict):
        return {
            key: Lines(item) if key in ("text", "html") and isinstance(item, list) else with_lines(item)
            for key, item in value.items()
        }
    return [with_lines(item) for item in value] if isinstance(value, list) else value


def _iana(name: str) -> str:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (LookupError, OSError, ValueError):  # an unknown key, a folder of keys, no key at all
        raise invalid(Message(N_("Enter a time zone, such as Europe/Berlin."))) from None
    return name


TimeZone = Annotated[str, AfterValidator(_iana)]
"""The IANA name of a time zone."""


def kind_of(field: str) -> Discriminator:
    """Tells the members of a union apart by a field; members are tagged with `union_tag(value)`."""

    def form(value: object) -> str | None:
        kind = value.get(field) if isinstance(value, dict) else getattr(value, field, None)
        return union_tag(kind) if isinstance(kind, str) else None

    return Discriminator(form)


class ObjectFile(FileModel):
    """A workspace object in a file of its own; each kind says what its `format` is."""

    format: str
    version: Literal[1] = 1
    id: Identifier
    name: Name
