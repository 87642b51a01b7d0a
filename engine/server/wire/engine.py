"""The engine itself over the wire: how it is, whether it is held, its books."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.server.wire.base import API_VERSION, Answer


class Health(Answer):
    """That an engine is here, and which one: `instance` is another after every start."""

    status: Literal["ok"] = "ok"
    api: int = API_VERSION
    version: str
    instance: str


class EngineState(Answer):
    """The engine as a whole.

    Attributes:
        held: why it is held, or null; see `GET /hold`.
        problem: what keeps it from its work at the moment, or null.
        notice: what should be seen to, though it works, or null.
        doubtful: messages of which nobody knows whether they were sent.
    """

    workspace: str
    running: bool
    now: str
    next_due: str | None
    campaigns_in_progress: int
    people_inside: int
    held: str | None = None
    problem: str | None = None
    notice: str | None = None
    doubtful: int = 0


class HandedOver(Answer):
    """A campaign in progress, as a held engine's database knows it.

    Attributes:
        last: when its latest message was handed over, or null.
        messages_due: messages that wait to be sent.
        messages_doubtful: messages handed over without a known result.
        people_due: people whose next step is due.
    """

    campaign: str
    name: str
    last: str | None
    messages_due: int
    messages_doubtful: int
    people_due: int


class Hold(Answer):
    """Whether the engine is held, why, and what it knows to be sent.

    Attributes:
        as_of: the database is as it was then; what was sent later it cannot know.
    """

    held: bool
    reason: str = ""
    as_of: str | None = None
    campaigns: list[HandedOver] = Field(default_factory=list)


class Violation(Answer):
    """A broken invariant; `where` is a campaign and node, or a table."""

    where: str
    text: str


class CheckAnswer(Answer):
    """What the engine found when it proved its books; nothing: all is well."""

    violations: list[Violation]
