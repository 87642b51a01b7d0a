"""What goes over the wire, shared by the server and its client. Times are ISO 8601 in UTC, to the ms."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from engine.shapes.text import Text
from engine.shapes.time import Moment

API = "/api/v1"
API_VERSION = 1
MAX_BODY_BYTES = 10 * 1024 * 1024
MAX_EVENTS = 10_000
"""Events of one call."""


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


class Lack(Answer):
    """Something that a published campaign needs and the engine does not have yet."""

    kind: Literal["account", "secret", "audience_list", "coupon_codes"]
    id: str
    text: str


class PublishAnswer(Answer):
    """The version that a bundle became, and what is still missing to run it well."""

    campaign: str
    version: int
    hash: str
    lacks: list[Lack] = Field(default_factory=list)


class Campaign(Answer):
    """One published campaign.

    Attributes:
        reason: why it ended abnormally, or null.
        next_run: when people of its audiences enter next, or null.
    """

    id: str
    name: str
    status: Literal["not_started", "in_progress", "stopped", "completed", "ended_abnormally"]
    version: int
    hash: str
    published_at: str
    start: str | None
    end: str | None
    entries: int
    inside: int
    finished: int
    reason: str | None = None
    next_run: str | None = None


class CampaignList(Answer):
    """Every published campaign, in order of publishing."""

    campaigns: list[Campaign]


class Version(Answer):
    """One version of a campaign; `current`: new entries take it. `entries = inside + finished`."""

    version: int
    hash: str
    published_at: str
    current: bool
    entries: int
    inside: int
    finished: int


class VersionList(Answer):
    """The versions of a campaign, in order of publishing."""

    versions: list[Version]


class NodeCounts(Answer):
    """Visits of one node; `arrived = passed + waiting + left + merged + failed`."""

    arrived: int = 0
    passed: int = 0
    waiting: int = 0
    left: int = 0
    merged: int = 0
    failed: int = 0


class CycleCounts(Answer):
    """One cycle. `moment`: when everybody enters, null where events let people in."""

    number: int
    moment: str | None
    entries: int
    inside: int
    finished: int


class SkippedCycle(Answer):
    """A cycle that was left out, for this audience had not been updated since the last one."""

    moment: str
    audience: str


class GoalCounts(Answer):
    """People of one group of an AB test whose goal has been judged, and who reached it."""

    judged: int = 0
    achieved: int = 0


class Counts(Answer):
    """Live counts over all cycles, and over all versions or of the one asked for.

    Attributes:
        nodes, links: by the ids of the campaign file.
        messages: by node id and state. reasons: by node id, state and reason, "" where there is none.
        receipts: messages by node id and receipt.
        goals: by the Test Target's node id and the port of its AB test.
        cycles: in order of their numbers. skipped: those that were left out, in order of time; of an earlier
            version none.
    """

    nodes: dict[str, NodeCounts]
    links: dict[str, int]
    entries: int
    inside: int
    finished: int
    messages: dict[str, dict[str, int]] = Field(default_factory=dict)
    reasons: dict[str, dict[str, dict[str, int]]] = Field(default_factory=dict)
    receipts: dict[str, dict[str, int]] = Field(default_factory=dict)
    goals: dict[str, dict[str, GoalCounts]] = Field(default_factory=dict)
    cycles: list[CycleCounts] = Field(default_factory=list)
    skipped: list[SkippedCycle] = Field(default_factory=list)


Key = Annotated[Text, StringConstraints(min_length=1, max_length=200)]


class Event(Wire):
    """Something that a person did. `event_id` names it: the same event sent again counts once."""

    event_id: Key
    person_id: Key
    event: Key
    time: Moment
    attributes: dict[Key, JsonValue] = Field(default_factory=dict)


class Events(Wire):
    """Several events; each is read by itself, so that one that is malformed keeps no other out."""

    events: Annotated[list[JsonValue], Field(max_length=MAX_EVENTS, description="Each an `Event`.")]


class EventReject(Answer):
    """An event that was not taken: its place in the list, from 0, and why."""

    index: int
    event_id: str
    text: str


class EventsAnswer(Answer):
    """What became of the events. Those accepted are on disk."""

    accepted: int
    duplicates: int
    rejected: list[EventReject] = Field(default_factory=list)


class ReceivedEffect(Answer):
    """What an event did in one campaign, or why nothing. `campaign` and `name` may be empty."""

    campaign: str
    name: str
    outcome: str
    text: str


class ReceivedEvent(Answer):
    """An event as it came in; of an import only how many there were.

    Attributes:
        fate: whether it was taken, had come before, was refused, or is a whole import.
        attributes: JSON, cut where it is long.
        text: why it was refused.
    """

    received_at: str
    fate: Literal["accepted", "duplicate", "rejected", "imported"]
    event_id: str = ""
    person_id: str = ""
    event: str = ""
    time: str | None = None
    attributes: str = ""
    count: int = 1
    text: str = ""
    effects: list[ReceivedEffect] = Field(default_factory=list)


class ReceivedEvents(Answer):
    """The events received last since the engine started, the latest first."""

    events: list[ReceivedEvent]


class ImportOrder(Wire):
    """A data folder on the engine's own computer."""

    folder: Annotated[Text, StringConstraints(min_length=1, max_length=4_096)]


class ImportReject(Answer):
    """A row that was not taken; `line` counts from 1, null for the file as a whole."""

    file: str
    line: int | None
    text: str


class ImportAnswer(Answer):
    """What an import did.

    Attributes:
        counts: rows taken, by kind (`people`, `tags`, `events` …).
        rejected: rows that were not; `rejects` are the first of them.
        notes: what was assumed.
    """

    counts: dict[str, int]
    rejected: int
    rejects: list[ImportReject] = Field(default_factory=list)
    notes: list[str] = Field(default_factory=list)


class AudienceSize(Answer):
    """How many people an audience held when it was last updated, or its list imported."""

    size: int
    updated_at: str | None


class CodesLeft(Answer):
    """How many codes of a coupon nobody has yet. `more`: there are more than were counted."""

    left: int
    more: bool = False


class Sizes(Answer):
    """What there is of audiences and coupons, by id; of an audience that was never updated nothing."""

    audiences: dict[str, AudienceSize] = Field(default_factory=dict)
    coupons: dict[str, CodesLeft] = Field(default_factory=dict)


class Violation(Answer):
    """A broken invariant; `where` is a campaign and node, or a table."""

    where: str
    text: str


class CheckAnswer(Answer):
    """What the engine found when it proved its books; nothing: all is well."""

    violations: list[Violation]


MAX_ADDRESSES = 10_000
"""Addresses of one call."""
MAX_CODES = 20_000
"""Coupon codes of one call."""

IdValue = Annotated[Text, StringConstraints(max_length=1_000)]


class SuppressedAddress(Wire):
    """An address to which nothing may be sent: the type of the ID, and its value."""

    type: IdValue
    value: IdValue


class Suppressions(Wire):
    """Addresses to add to the list, or to take off it."""

    addresses: Annotated[list[SuppressedAddress], Field(max_length=MAX_ADDRESSES)]


class RowProblem(Answer):
    """Something of a list that was not taken: its place, from 0, and why."""

    index: int
    text: str


class SuppressedAnswer(Answer):
    """How many addresses were added or removed, and what was not taken."""

    changed: int
    rejected: list[RowProblem] = Field(default_factory=list)


class Suppressed(Answer):
    """An entry of the list."""

    type: str
    value: str


class SuppressedPage(Answer):
    """Some of the list, in order of type and value. `total` counts all that match."""

    total: int
    addresses: list[Suppressed]


CodeState = Literal["all", "free", "issued"]


class CouponCodes(Wire):
    """Codes for a coupon's pool, in the order in which they are to be issued."""

    codes: Annotated[list[IdValue], Field(max_length=MAX_CODES)]


class CodesAnswer(Answer):
    """How many codes were added. `repeated`: the places of those that the pool has already."""

    added: int
    repeated: list[int] = Field(default_factory=list)
    rejected: list[RowProblem] = Field(default_factory=list)


class CouponPool(Answer):
    """A coupon's codes, and how many of them were issued."""

    coupon: str
    codes: int
    issued: int


class CouponPools(Answer):
    """Every coupon that has codes."""

    coupons: list[CouponPool]


class CouponCode(Answer):
    """A code, and to whom it was issued, by which campaign and component, and when."""

    code: str
    person: str | None = None
    campaign: str | None = None
    campaign_name: str | None = None
    node: str | None = None
    issued_at: str | None = None


class CouponCodePage(Answer):
    """Some of a coupon's codes, in their own order."""

    codes: list[CouponCode]
