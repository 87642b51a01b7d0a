"""What the designer and the process that rehearses say to each other: one JSON object a line.

The first line to the process is an `Order`, later ones are `Question`s. From it come `Progress`, then
`Refused` or `Outcome`, then a `Reply` to each question.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

MAX_LINE = 64 * 2**20


class Line(BaseModel):
    """Base of all lines. Unknown fields are errors: both sides are of one program."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Order(Line):
    """What is to be rehearsed.

    draft: the campaign file's text; or bundle: that of a bundle, with all that a version was published with.
    people: the workspace's, the members of one of its audiences, a person by
    own id, or those of a data folder. react: how people react; for `results` a file says it.
    """

    workspace: Path
    draft: str = ""
    bundle: str = ""
    language: Literal["en", "zh"]
    people: Literal["everybody", "audience", "person", "folder"] = "everybody"
    audience: str | None = None
    person: str | None = None
    folder: Path | None = None
    since: datetime
    until: datetime
    react: Literal["nobody", "everybody", "rates", "results"] = "nobody"
    rates: dict[str, dict[str, Annotated[float, Field(ge=0, le=100)]]] = Field(default_factory=dict)
    results: Path | None = None
    with_running: bool = False


class Question(Line):
    """Something about the rehearsal that has happened; the reply has the same number.

    people: whose id, address or name begins with `text`; for "", some of those who entered. somebody: who
    came to the component or went down the line `place` (for "", who entered); `nth` says which, from 0 on and
    below 1.
    journey: the path of a person; with other values in `attributes` and `tags`, what it would be.
    ways: write everybody's way into `file`. differing: who went another way than in the rehearsal whose ways
    are in `file`. passages: the ways of some `persons`.
    """

    number: int
    asks: Literal["people", "somebody", "journey", "ways", "differing", "passages"]
    language: Literal["en", "zh"]
    text: str = ""
    place: str = ""
    nth: Annotated[float, Field(ge=0, lt=1)] = 0
    person: str = ""
    attributes: dict[str, str] = Field(default_factory=dict)
    tags: dict[str, str] = Field(default_factory=dict)
    file: Path | None = None
    persons: list[str] = Field(default_factory=list)


class Progress(Line):
    """How far it is. done: from 0 to 1, None while that is not known."""

    said: Literal["progress"] = "progress"
    done: float | None = None


class Refused(Line):
    """It cannot be rehearsed; text: why."""

    said: Literal["refused"] = "refused"
    text: str


Series = list[tuple[int, int]]


class Timeline(Line):
    """See `engine.report.timeline`."""

    step: int
    moments: list[int]
    nodes: dict[str, dict[str, Series]]
    links: dict[str, Series]
    entries: Series
    finished: Series
    converted: Series = Field(default_factory=list)
    messages: dict[str, dict[str, dict[str, Series]]]


class Cost(Line):
    """See `engine.report.spending`."""

    amount: str
    currency: str
    exact: bool


class Pace(Line):
    """See `engine.report.spending`."""

    most: int
    at: int
    limit: int | None


class Outcome(Line):
    """What it came to.

    counts: as `GET /campaigns/{id}/counts` tells them. people: how many the data has. data: another text
    where the data was another one. goal: whether the campaign has one. failure: why it ended abnormally.
    notes: what has to be known; broken: a defect of the engine.
    """

    said: Literal["outcome"] = "outcome"
    first: int
    last: int
    people: int
    data: str = ""
    counts: dict[str, Any]
    timeline: Timeline
    costs: dict[str, Cost]
    paces: dict[str, Pace]
    goal: bool = False
    failure: str | None = None
    notes: list[str] = Field(default_factory=list)
    broken: list[str] = Field(default_factory=list)


class Someone(Line):
    """A person of a list. name: what is shown besides the own id."""

    id: str
    name: str


class Fact(Line):
    """See `engine.run.deciding`."""

    asked: str
    found: str
    holds: bool | None
    port: str


class Sent(Line):
    """See `engine.run.journey`."""

    channel: str
    address: str
    planned: int
    sent: int | None
    state: str
    reason: str
    receipt: str
    text: str


class Step(Line):
    """See `engine.run.journey`."""

    node: str
    cycle: int
    entry: int
    arrived: int
    left: int | None
    outcome: str
    facts: list[Fact]
    messages: list[Sent]


class Value(Line):
    """An attribute or tag of a person, as text; of a tag all its values, by “|”."""

    name: str
    text: str


class Passage(Line):
    """See `engine.run.ways`."""

    entry: int
    node: str
    outcome: str


class Differing(Line):
    """See `engine.run.ways`. people: the first of them."""

    compared: int
    other_way: int
    only_here: int
    only_there: int
    people: list[Someone]


class Reply(Line):
    """The answer to a question.

    people: those found. differing, passages (by own ids): what was asked for under these names. steps: of
    the journey of `person`, whose `attributes` and `tags` the data has like this. failure: why there is no
    answer.
    """

    said: Literal["reply"] = "reply"
    number: int
    people: list[Someone] = Field(default_factory=list)
    person: str = ""
    steps: list[Step] = Field(default_factory=list)
    attributes: list[Value] = Field(default_factory=list)
    tags: list[Value] = Field(default_factory=list)
    differing: Differing | None = None
    passages: dict[str, list[Passage]] = Field(default_factory=dict)
    failure: str | None = None


Said = Annotated[Progress | Refused | Outcome | Reply, Field(discriminator="said")]
SAID: TypeAdapter[Progress | Refused | Outcome | Reply] = TypeAdapter(Said)
