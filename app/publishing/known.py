"""What the engine knows that concerns a publication, as far as it has been asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.publishing.changes import NO_CHANGES, Changes


@dataclass(frozen=True)
class Published:
    """What the engine has of the campaign already.

    version: the newest one. since: when the first was published, ISO 8601. entered: when audiences last
    entered, or None; runs: how often. inside: people who are in earlier versions or this one. rescheduled:
    the draft enters at other times than that version, which count from now on.
    """

    version: int
    status: str
    since: str
    entered: str | None = None
    runs: int = 0
    inside: int = 0
    rescheduled: bool = False
    changes: Changes = NO_CHANGES


@dataclass(frozen=True)
class Known:
    """What the engine says, as far as it has been asked.

    answered: whether it was. published: None for a campaign that it does not have. sizes: of audiences as
    last updated; estimates: of those that never were, now; codes: left of coupons, in words.
    """

    answered: bool = False
    published: Published | None = None
    sizes: Mapping[str, int] = field(default_factory=dict)
    estimates: Mapping[str, int] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
