"""A campaign's status, and what may be done with it (section 10 of the component reference)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from engine.i18n import N_, Message


class Status(StrEnum):
    """In the order in which the list counts them. `UNKNOWN`: the engine that knows is still starting.
    `SENDING`, `HALTED`: finished, but messages wait, which go out or are stopped. `UNREADABLE`: a file that
    cannot be read."""

    UNKNOWN = "unknown"
    DRAFT = "draft"
    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    STOPPED = "stopped"
    SENDING = "sending"
    HALTED = "halted"
    FINISHED = "finished"
    UNREADABLE = "unreadable"

    @property
    def label(self) -> Message:
        return Message(_LABELS[self])

    @property
    def tone(self) -> str:
        """Which of the state colours it has: `ok`, `warn`, `danger`, `accent` or `muted`."""
        return _TONES[self]


class May(StrEnum):
    """What a user can do with a campaign of the list."""

    EDIT = "edit"
    VIEW = "view"
    PUBLISH = "publish"
    STOP = "stop"
    RESTART = "restart"
    COPY = "copy"
    ATTRIBUTES = "attributes"
    DELETE = "delete"


_LABELS: Mapping[Status, str] = {
    Status.UNKNOWN: N_("One moment…"),
    Status.DRAFT: N_("Draft"),
    Status.NOT_STARTED: N_("Not started"),
    Status.IN_PROGRESS: N_("In progress"),
    Status.STOPPED: N_("Stopped"),
    Status.SENDING: N_("Finishing"),
    Status.HALTED: N_("Held back"),
    Status.FINISHED: N_("Finished"),
    Status.UNREADABLE: N_("Unreadable"),
}

GOING_ON = frozenset({Status.NOT_STARTED, Status.IN_PROGRESS, Status.SENDING})
"""Nothing comes of these unless the engine runs."""

HAVE_RUN = frozenset({Status.IN_PROGRESS, Status.STOPPED, Status.SENDING, Status.HALTED, Status.FINISHED})
"""There may be something to report of these."""

RARE = frozenset({Status.UNKNOWN, Status.SENDING, Status.HALTED, Status.UNREADABLE})
"""Nothing tells of these while there is none."""

_TONES: Mapping[Status, str] = {
    Status.UNKNOWN: "muted",
    Status.DRAFT: "muted",
    Status.NOT_STARTED: "accent",
    Status.IN_PROGRESS: "ok",
    Status.STOPPED: "warn",
    Status.SENDING: "ok",
    Status.HALTED: "warn",
    Status.FINISHED: "muted",
    Status.UNREADABLE: "danger",
}

# Editing what runs or is stopped changes the draft only: publishing it makes the new version.
_NEW_VERSION = {May.EDIT, May.PUBLISH, May.ATTRIBUTES}
ALLOWED: Mapping[Status, frozenset[May]] = MappingProxyType(
    {
        Status.UNKNOWN: frozenset({May.VIEW, May.COPY} | _NEW_VERSION),  # a running one must not be deleted
        Status.DRAFT: frozenset({May.VIEW, May.COPY, May.DELETE} | _NEW_VERSION),
        Status.NOT_STARTED: frozenset({May.VIEW, May.STOP, May.COPY, May.DELETE} | _NEW_VERSION),
        Status.IN_PROGRESS: frozenset({May.VIEW, May.STOP, May.COPY} | _NEW_VERSION),
        Status.STOPPED: frozenset({May.VIEW, May.RESTART, May.COPY, May.DELETE} | _NEW_VERSION),
        Status.SENDING: frozenset({May.VIEW, May.STOP, May.COPY, May.DELETE}),
        Status.HALTED: frozenset({May.VIEW, May.RESTART, May.COPY, May.DELETE}),
        Status.FINISHED: frozenset({May.VIEW, May.COPY, May.DELETE}),
        Status.UNREADABLE: frozenset({May.DELETE}),
    }
)


ENDED_ABNORMALLY = "ended_abnormally"
_WORDS: Mapping[str, Status] = {"completed": Status.FINISHED, ENDED_ABNORMALLY: Status.FINISHED}
_BACKLOGS: Mapping[str, Status] = {"going": Status.SENDING, "stopped": Status.HALTED}


def status_of(word: str, backlog: str = "") -> Status:
    """The status shown for the engine's words. Raises `ValueError` for a word that it does not use."""
    return _BACKLOGS.get(backlog) or _WORDS.get(word) or Status(word)
