"""What the engine answers: plain frozen values, ready for JSON by `dataclasses.asdict`.

Moments are milliseconds since 1970 UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import JsonValue

from engine.i18n import N_, Message
from engine.report.handed_over import HandedOver


class Status(StrEnum):
    """The states of a published campaign (components, section 10)."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    STOPPED = "stopped"
    COMPLETED = "completed"
    ENDED_ABNORMALLY = "ended_abnormally"


class Backlog(StrEnum):
    """What becomes of messages that wait, of a campaign that is finished."""

    NONE = ""
    GOING = "going"
    STOPPED = "stopped"


class Refused(Exception):  # noqa: N818 - an answer, not a defect
    """The engine does not do what was asked; nothing has changed. `messages` say why."""

    def __init__(self, *messages: Message) -> None:
        super().__init__(*messages)
        self.messages = messages

    def __str__(self) -> str:
        return "\n".join(str(message) for message in self.messages)


class UnknownCampaign(KeyError):  # noqa: N818
    """No campaign of this id was published here."""


class UnknownVersion(UnknownCampaign):
    """The campaign has no version of this number here."""


class UnknownComponent(Exception):  # noqa: N818
    """No version of the campaign that was published here has a component of this id."""

    def __init__(self, id: str) -> None:
        text = N_("No version of this campaign that was published has a component “{id}”.")
        self.message = Message(text, id=id)
        super().__init__(self.message)

    def __str__(self) -> str:
        return str(self.message)


@dataclass(frozen=True, slots=True)
class Published:
    """The version that a bundle became. `version` counts from 1; publishing the same content again changes
    nothing.
    """

    campaign: str
    version: int
    hash: str


@dataclass(frozen=True, slots=True)
class CampaignStatus:
    """One published campaign, as lists show it.

    published_at: when its first version was published; version_published_at: when the present one was.
    """

    campaign: str
    name: str
    status: Status
    version: int
    hash: str
    published_at: int
    version_published_at: int
    start: int | None
    end: int | None
    entries: int
    inside: int
    finished: int
    reason: Message | None = None
    """Why it ended abnormally, or None."""
    next_run: int | None = None
    """When people of its audiences enter next, or None."""
    doubtful: int = 0
    """Messages of which nobody knows whether they were sent."""
    cannot_send: Message | str | None = None
    """Why messages that wait do not go out through their account, or None."""
    backlog: Backlog = Backlog.NONE
    """Whether messages of it wait, though it is finished."""


@dataclass(frozen=True, slots=True)
class VersionStatus:
    """One version of a published campaign. `current`: new entries take it. `published_by`: a user or None."""

    version: int
    hash: str
    published_at: int
    current: bool
    entries: int
    inside: int
    finished: int
    published_by: str | None = None


@dataclass(frozen=True, slots=True)
class IncomingEvent:
    """An event as it is posted. `time` is its own time; `id` is unique for the person."""

    id: str
    person: str
    event: str
    time: int
    attributes: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RejectedEvent:
    """An event that was not taken: its place in the posted list and why."""

    index: int
    id: str
    message: Message


@dataclass(frozen=True, slots=True)
class EventsReceipt:
    """What became of posted events; accepted ones are durable when this is returned.

    repeated: places in the posted list of the duplicates.
    """

    accepted: int
    duplicates: int
    rejected: tuple[RejectedEvent, ...] = ()
    repeated: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """The engine as a whole. `next_due` is the earliest moment at which something is due, or None.

    held: why it is held (see `engine.run.epoch`). problem: what keeps it from its work. notice: what should
    be seen to, though it works. Each None where there is nothing of the kind. doubtful: messages of which
    nobody knows whether they were sent.
    """

    running: bool
    now: int
    next_due: int | None
    campaigns_in_progress: int
    people_inside: int
    held: Message | None = None
    problem: Message | None = None
    notice: Message | None = None
    doubtful: int = 0


@dataclass(frozen=True, slots=True)
class AccountSending:
    """How it goes with an account that messages go through.

    waiting: messages in its outbox, up to `engine.run.outgoing.MOST_COUNTED`. in_flight: handed to the
    provider, which has not answered. active: some that wait are of campaigns that go on. problem: why nothing
    goes out, or None; again_in: seconds until it is tried anew, None where somebody must see to it.
    per_second: its limit, or None. doubtful: messages of which nobody knows whether they were sent.
    """

    account: str
    waiting: int = 0
    in_flight: int = 0
    active: bool = False
    problem: Message | str | None = None
    again_in: float | None = None
    per_second: int | None = None
    doubtful: int = 0


@dataclass(frozen=True, slots=True)
class HeldState:
    """Why the engine is held, and what it cannot know. `as_of`: the moment (ms) that the database shows."""

    reason: Message
    as_of: int
    campaigns: tuple[HandedOver, ...]
