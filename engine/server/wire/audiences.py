"""Audiences over the wire: questions about rules, what the engine holds, uploaded lists."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from engine.server.wire.base import Answer, FilePath, Key, Wire
from engine.shapes.text import Text
from engine.shapes.time import DateTime
from engine.workspace.audience import AudienceFile
from engine.workspace.catalog import Catalog
from engine.workspace.definitions import RfmModel

MAX_LISTED = 200_000
"""Ids of one call; further ones are added with the next."""

Ticket = Annotated[Text, StringConstraints(min_length=1, max_length=64)]


class EstimateOrder(Wire):
    """What an audience file holds.

    Attributes:
        at: as of when, by default now.
        catalog: what its cards name, by default what the workspace's catalogue says.
        ticket: a newer question with the same ticket takes the place of this one, which is refused.
    """

    audience: AudienceFile
    at: DateTime | None = None
    catalog: Catalog | None = None
    ticket: Ticket | None = None


class Estimate(Answer):
    """How many people an audience rule finds."""

    size: int


class SampleAnswer(Answer):
    """Some people of an audience: names of columns, and a row of texts for each. The first column is
    `person_id`; fields of people are `attr:<name>` and `tag:<name>`."""

    columns: list[str]
    rows: list[list[str]]


class OverlapOrder(Wire):
    """Two audience files. `at`, `ticket`: as for an estimate."""

    first: AudienceFile
    second: AudienceFile
    at: DateTime | None = None
    ticket: Ticket | None = None


class OverlapAnswer(Answer):
    """How many people are in the one, in the other, and in both."""

    first: int
    second: int
    both: int


class FiguresOrder(Wire):
    """An RFM model, or a catalogue with AIPL stages, of which it is asked how many people there are of each
    kind. `ticket`: as for an estimate."""

    model: RfmModel | None = None
    stages: Catalog | None = None
    ticket: Ticket | None = None


class Figures(Answer):
    """How many people are of each type (`"1"` to `"8"`) or in each stage (`"A"`, `"I"`, `"P"`, `"L"`)."""

    people: dict[str, int]


class AudienceState(Answer):
    """What the engine holds of an audience.

    Attributes:
        updated_at: when its members were last stored, or null.
        reason: why the last update failed, or null.
        next_update: when its schedule updates it next, or null.
    """

    id: str
    size: int
    state: Literal["running", "ready", "failed"]
    updated_at: str | None
    reason: str | None = None
    next_update: str | None = None


class AudienceStates(Answer):
    """Every audience that the engine knows, in order of ids."""

    audiences: list[AudienceState]


class SizeAt(Answer):
    """How many people an audience held from a moment on."""

    at: str
    size: int


class SizeHistory(Answer):
    """The sizes that an audience has had, the earliest first."""

    sizes: list[SizeAt]


class UploadOrder(Wire):
    """A CSV file on the engine's own computer, whose first column holds ids of the list's type.

    Attributes:
        add: add the people to those in the list, rather than put them in their place.
        unknown: a file to write the ids to that nobody has.
    """

    file: FilePath
    add: bool = False
    unknown: FilePath | None = None


class ListOrder(Wire):
    """The ids of a list's people, of one type; add: to those in the list, rather than in their place."""

    id_type: Key
    ids: Annotated[list[Key], Field(min_length=1, max_length=MAX_LISTED)]
    add: bool = False


class UploadAnswer(Answer):
    """What became of an uploaded list: ids, each once; those that nobody has; repeated ones; the size now."""

    ids: int
    unknown: int
    repeated: int
    size: int
