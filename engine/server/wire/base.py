"""What every call and answer has in common. Times are ISO 8601 in UTC, to the ms."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from engine.shapes.text import Text

API = "/api/v1"
API_VERSION = 1
MAX_BODY_BYTES = 10 * 1024 * 1024

Key = Annotated[Text, StringConstraints(min_length=1, max_length=200)]
FilePath = Annotated[Text, StringConstraints(min_length=1, max_length=4_096)]
"""A file or folder on the engine's own computer."""


class Wire(BaseModel):
    """Base of everything that is sent: nothing converted, unknown fields refused, values frozen."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Answer(BaseModel):
    """Base of what an engine answers. A newer engine may answer more: unknown fields are passed over."""

    model_config = ConfigDict(frozen=True)


class FieldProblem(Answer):
    """One of several reasons. `field` is a dotted path in the body, "" for the whole."""

    field: str = ""
    text: str


class Problem(Answer):
    """An error as RFC 9457 describes it.

    Attributes:
        code: stable, for programs. detail: a sentence or several for people, in the language asked for.
        errors: the single reasons where there are several.
    """

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    errors: list[FieldProblem] = Field(default_factory=list)


class RowProblem(Answer):
    """Something of a list that was not taken: its place, from 0, and why."""

    index: int
    text: str
