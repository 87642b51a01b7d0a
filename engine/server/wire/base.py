"""What every call and answer has in common. Times are ISO 8601 in UTC, to the ms."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from engine.shapes.text import Text

API = "/api/v1"
API_VERSION = 1
MAX_BODY_BYTES = 10 * 1024 * 1024

Key = Annotated[Text, StringConstraints(min_length=1, max_length=200)]
Stored = Annotated[int, Field(ge=-(2**63), lt=2**63)]
"""A whole number that a database can hold."""
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


class VersionTag(Answer):
    """A version as it was published. `published_by`: the user, or null; `etag`: what `If-Match` takes."""

    version: int
    hash: str
    published_at: str
    published_by: str | None
    etag: str


class Conflict(Answer):
    """Why a campaign was not published: it is another one by now than the publisher knew.

    Attributes:
        base: the version that the publisher knew, or null where there is none such (any more).
        current: the present one, or null where the campaign was deleted.
    """

    base: VersionTag | None
    current: VersionTag | None


class Problem(Answer):
    """An error as RFC 9457 describes it.

    Attributes:
        code: stable, for programs. detail: a sentence or several for people, in the language asked for.
        errors: the single reasons where there are several.
        conflict: only where somebody else has published in between (statuses 412 and 428).
    """

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    errors: list[FieldProblem] = Field(default_factory=list)
    conflict: Conflict | None = None


class RowProblem(Answer):
    """Something of a list that was not taken: its place, from 0, and why."""

    index: int
    text: str
