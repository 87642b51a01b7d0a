"""Campaigns over the wire: publishing, what is published, live counts."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.server.wire.base import Answer, VersionTag


class Lack(Answer):
    """Something that a published campaign needs and the engine does not have yet."""

    kind: Literal["account", "secret", "audience_list", "coupon_codes", "media"]
    id: str
    text: str


def etag(version: int, hash: str) -> str:
    """What stands for a version in `ETag` and `If-Match`."""
    return f'"{version}-{hash[:16]}"'


class PublishAnswer(Answer):
    """The version that a bundle became, and what is still missing to run it well."""

    campaign: str
    version: int
    hash: str
    lacks: list[Lack] = Field(default_factory=list)


class BundleCheck(Answer):
    """What would come of publishing a bundle.

    Attributes:
        current: the version that is published, or null; same: it is this very bundle.
        approved: whether somebody else has approved it; null where nobody has to.
        problems: why it would be refused. lacks: what would be missing to run it well.
    """

    hash: str
    current: VersionTag | None
    same: bool
    approved: bool | None
    problems: list[str]
    lacks: list[Lack]


class Campaign(Answer):
    """One published campaign.

    Attributes:
        published_at: when its first version was published; version_published_at: when the present one was.
        reason: why it ended abnormally, or null.
        next_run: when people of its audiences enter next, or null.
        doubtful: messages of which nobody knows whether they were sent.
        cannot_send: why messages that wait do not go out through their account, or null.
        backlog: whether messages wait, though the campaign is finished: they go out, or are stopped.
    """

    id: str
    name: str
    status: Literal["not_started", "in_progress", "stopped", "completed", "ended_abnormally"]
    version: int
    hash: str
    published_at: str
    version_published_at: str
    start: str | None
    end: str | None
    entries: int
    inside: int
    finished: int
    reason: str | None = None
    next_run: str | None = None
    doubtful: int = 0
    cannot_send: str | None = None
    backlog: Literal["", "going", "stopped"] = ""


class CampaignList(Answer):
    """Published campaigns, in order of publishing. `after`: where the next page begins, or null."""

    campaigns: list[Campaign]
    after: str | None = None


class Version(Answer):
    """One version of a campaign; `current`: new entries take it. `entries = inside + finished`.
    `published_by`: the user, or null.
    """

    version: int
    hash: str
    published_at: str
    current: bool
    entries: int
    inside: int
    finished: int
    published_by: str | None = None


class VersionList(Answer):
    """Versions of a campaign, in order of publishing. `after`: where the next page begins, or null."""

    versions: list[Version]
    after: int | None = None


class NodeChange(Answer):
    """What became of a component (`node`), or of the campaign as a whole (null): a title and sentences."""

    node: str | None
    change: Literal["added", "removed", "changed"]
    title: str
    details: list[str]


class ObjectChange(Answer):
    """What became of something that the campaign refers to, such as an audience, by its id and name."""

    kind: Literal["audience", "message", "account", "catalog"]
    id: str
    name: str
    change: Literal["added", "removed", "changed"]


class Changes(Answer):
    """How one version of a campaign differs from another one, `since`."""

    since: int
    version: int
    nodes: list[NodeChange]
    objects: list[ObjectChange]


class NodeCounts(Answer):
    """Visits of one node; `arrived = passed + waiting + left + merged + failed + exited`. `held_back`: at the
    trigger, who would have entered and is of a control group."""

    arrived: int = 0
    passed: int = 0
    waiting: int = 0
    left: int = 0
    merged: int = 0
    failed: int = 0
    exited: int = 0
    held_back: int = 0


class CycleCounts(Answer):
    """One cycle. `moment`: when everybody enters, null where events let people in. `held_back`: who would
    have entered, too."""

    number: int
    moment: str | None
    entries: int
    inside: int
    finished: int
    held_back: int = 0


class SkippedCycle(Answer):
    """A cycle that was left out, for this audience had not been updated since the last one."""

    moment: str
    audience: str


class GoalCounts(Answer):
    """People of one group of an AB test whose goal has been judged, and who reached it."""

    judged: int = 0
    achieved: int = 0


class Counts(Answer):
    """Live counts over all versions and cycles, or of those asked for.

    Attributes:
        nodes, links: by the ids of the campaign file.
        messages: by node id and state. reasons: by node id, state and reason, "" where there is none.
        receipts: messages by node id and receipt.
        goals: by the Test Target's node id and the port of its AB test.
        cycles: all of them, in order of their numbers. skipped: those that were left out, in order of time;
            of an earlier version none.
        held_back: entries of a control group, which are none.
        releases: when somebody who waits goes on next, by node id; nothing where that is not known. Of one
            cycle only while nobody is inside of another one.
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
    held_back: int = 0
    releases: dict[str, str] = Field(default_factory=dict)
