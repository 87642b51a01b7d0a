"""What a message can come to on its way to a provider."""

from __future__ import annotations

from typing import NamedTuple

from engine.plan import withdrawing


class Fate(NamedTuple):
    """What a message comes to. result: what a Result Judgment sees; None: not known yet."""

    state: str
    reason: str = ""
    result: str | None = None


PLANNED, SENDING = Fate("planned"), Fate("sending")
SENT = Fate("sent", "", "sent")
UNKNOWN = Fate("unknown", "", "unknown")
SUPPRESSED = Fate("skipped", "suppressed", "failed")
EXITED = Fate("skipped", withdrawing.REASON, "failed")


def failed(reason: str) -> Fate:
    """Refused for good; plain `failed` has no reason."""
    return Fate("failed", reason, "failed")
