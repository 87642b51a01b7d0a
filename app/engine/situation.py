"""What is known of a workspace's engine: how it is, how campaigns run on it, and their versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from app.campaign_list.status import ENDED_ABNORMALLY
from engine.components.delivery import provider_reason
from engine.i18n import Message, ntr, tr

Counts = Mapping[str, Any]
"""Live counts in the shape of `GET /campaigns/{id}/counts`."""


class Watched(NamedTuple):
    """Whose live counts are on show: of a campaign (None: of none), of its newest version or another one, and
    in all its cycles or one."""

    campaign: str | None = None
    version: int | None = None
    cycle: int | None = None


class State(StrEnum):
    """Of the bundled engine: not running, on its way up, answering."""

    OFF = "off"
    STARTING = "starting"
    ON = "on"


class Condition(NamedTuple):
    """What the engine says of itself, each in words or empty.

    held: why it does nothing until it is released. problem: what keeps it from its work. notice: what should
    be seen to.
    """

    held: str = ""
    problem: str | Message = ""
    notice: str = ""


class Situation(NamedTuple):
    """All that is shown of a workspace's engine. `going_on`: how many campaigns need it, by its last word."""

    state: State = State.OFF
    condition: Condition = Condition()
    going_on: int = 0


class Sizes(NamedTuple):
    """People of audiences, and codes left of coupons (and whether there are more), by id."""

    audiences: Mapping[str, int]
    coupons: Mapping[str, tuple[int, bool]]


NO_SIZES = Sizes({}, {})


class Trouble(NamedTuple):
    """What has to be known of a campaign, in words. tone: a state colour of the look."""

    tone: str
    text: str


@dataclass(frozen=True, slots=True)
class Run:
    """What the engine says of a campaign: status word, people inside and entered, why it broke off, when
    people enter next (ISO 8601), which version is the newest, with the hash of its bundle, when the first one
    was published, how many messages may have been sent or not, why those that wait do not go out, and whether
    they do though it is finished (`going` or `stopped`)."""

    status: str
    inside: int = 0
    entries: int = 0
    reason: str | None = None
    next_run: str | None = None
    version: int = 0
    hash: str = ""
    published_at: str | None = None
    doubtful: int = 0
    cannot_send: str | None = None
    backlog: str = ""

    @property
    def trouble(self) -> Trouble | None:
        """What has to be known of it first, or None."""
        if self.failure:
            return Trouble("danger", self.failure)
        if self.cannot_send:
            reason = provider_reason(self.cannot_send)
            return Trouble("danger", tr("Messages do not go out: {reason}", reason=reason))
        return Trouble("warn", self.doubt) if self.doubtful else None

    @property
    def doubt(self) -> str:
        """How many messages may have been sent or not, in words."""
        return ntr(
            "Nobody knows whether {n:,} message was sent",
            "Nobody knows whether {n:,} messages were sent",
            self.doubtful,
        )

    @property
    def failure(self) -> str:
        """That and why the campaign ended abnormally, in words; "" where it did not."""
        if self.status != ENDED_ABNORMALLY:
            return ""
        if not self.reason:
            return tr("Ended abnormally")
        return tr("Ended abnormally: {reason}", reason=self.reason)


Runs = Mapping[str, Run]


class VersionRow(NamedTuple):
    """What the engine says of one version. `current`: new entries take it. Moments are ISO 8601.

    entries: how many people entered it so far; inside: how many of them are in it.
    """

    number: int
    published_at: str
    current: bool
    entries: int
    inside: int

    @property
    def words(self) -> str:
        """For a list of versions: which it is, and who entered it and is in it."""
        name = tr("Version {version}", version=self.number)
        if self.current:
            name = tr("{version} · newest", version=name)
        return tr(
            "{version} · {entered:,} entered, {inside:,} inside",
            version=name,
            entered=self.entries,
            inside=self.inside,
        )


Rows = Sequence[VersionRow]


def earlier_inside(rows: Rows) -> list[VersionRow]:
    """The earlier versions that somebody is still in, the latest first."""
    return [row for row in reversed(rows) if not row.current and row.inside]


def earlier_entered(rows: Rows) -> list[VersionRow]:
    """The earlier versions that people entered, the latest first; those that somebody is still in before."""
    entered = [row for row in reversed(rows) if not row.current and row.entries]
    return sorted(entered, key=lambda row: not row.inside)
