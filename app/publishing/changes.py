"""What is different between a draft and what was published last, also in what it refers to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from engine.campaign.differences import Difference, differences
from engine.workspace.bundle import Bundle


class Changes(NamedTuple):
    """found: in the campaign itself. referred: names of audiences, messages and accounts that differ.

    same: publishing would change nothing, whatever was moved on the canvas.
    """

    found: tuple[Difference, ...] = ()
    referred: tuple[str, ...] = ()
    same: bool = False


NO_CHANGES = Changes()


def changes(before: Bundle, after: Bundle) -> Changes:
    """What differs in `after`; both are read, so this is for a background thread."""
    if before.hash == after.hash:
        return Changes(same=True)
    referred = [
        *_changed(before.audiences, after.audiences),
        *_changed(before.messages, after.messages),
        *_changed(before.accounts, after.accounts),
    ]
    return Changes(tuple(differences(before.campaign, after.campaign, after)), tuple(referred))


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Names of what is in both and differs; what came or went is seen where the campaign refers to it."""
    return [value.name for id, value in after.items() if id in before and before[id] != value]
