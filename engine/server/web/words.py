"""What campaigns' states are called, and how moments and numbers are written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo

from engine.i18n import N_, tr
from engine.run.answers import Backlog, CampaignStatus, Status
from engine.server.web.html import Html, tag
from engine.shapes.time import from_milliseconds

_STATES: Mapping[Status | Backlog, tuple[str, str]] = {
    Status.NOT_STARTED: (N_("Not started"), "accent"),
    Status.IN_PROGRESS: (N_("In progress"), "ok"),
    Status.STOPPED: (N_("Stopped"), "warn"),
    Status.COMPLETED: (N_("Finished"), "muted"),
    Status.ENDED_ABNORMALLY: (N_("Finished"), "muted"),
    Backlog.GOING: (N_("Finishing"), "ok"),
    Backlog.STOPPED: (N_("Held back"), "warn"),
}


def state(status: CampaignStatus) -> Html:
    """A campaign's state as a pill in its colour."""
    text, tone = _STATES[status.backlog or status.status]
    return tag("span", tr(text), class_=f"pill {tone}")


def moment(at: int, zone: tzinfo) -> Html:
    """A moment (ms) on the workspace's clock, to the minute."""
    there = from_milliseconds(at).astimezone(zone)
    return tag("time", moment_text(at, zone), datetime=there.isoformat())


def moment_text(at: int, zone: tzinfo) -> str:
    """The same in a sentence."""
    return f"{from_milliseconds(at).astimezone(zone):%Y-%m-%d %H:%M}"


def number(n: int) -> str:
    return f"{n:,}"


def share(part: int, whole: int) -> str:
    """A part of a whole in per cent; "" of nothing."""
    return f"{part / whole:.0%}" if whole else ""
