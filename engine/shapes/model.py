"""The base of every value that a file holds: strict, frozen, no unknown keys."""

from __future__ import annotations

from typing import Annotated, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, Strict
from pydantic_core import PydanticCustomError

from engine.i18n import Message

T = TypeVar("T")

Items = Annotated[tuple[T, ...], Strict(False)]
"""A JSON list as a tuple: strict validation would refuse the list; its members stay strict."""


class Shape(BaseModel):
    """A value of the files. Takes JSON values without conversion: `"1"` is no number, `1` no text."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        defer_build=True,  # 60 models: building only those in use keeps the command line's start short
    )


class FieldError(NamedTuple):
    """Why a value is not complete. `field` is a dotted path such as `groups.1.percent`, "" for the whole.

    `code` is a problem code of the structure rules: `unconfigured` unless a more exact one applies
    (`percent_sum`, `missing_reference`, …).
    """

    field: str
    message: Message
    code: str = "unconfigured"

    def under(self, field: str) -> FieldError:
        """The same error seen from the value that holds this one as `field`."""
        return self._replace(field=f"{field}.{self.field}" if self.field else field)


def invalid(message: Message, code: str = "unconfigured") -> PydanticCustomError:
    """The error for a validator to raise: `message` and the problem's `code` are shown at the field."""
    return PydanticCustomError("invalid", "not valid", {"message": message, "code": code})


def missing() -> PydanticCustomError:
    """A value that other fields make necessary is not there; shown with the field's own sentence."""
    return PydanticCustomError("missing", "required here")


def union_tag(name: str) -> str:
    """The tag of a union member: told apart from field names in error locations, which leave it out."""
    return f"<{name}>"
