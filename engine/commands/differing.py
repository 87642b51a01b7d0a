"""`diff`: how two states of a campaign differ, component by component, in words or as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from engine.campaign import campaign_file
from engine.campaign.differences import Change, Difference, differences
from engine.campaign.document import CampaignDocument
from engine.commands.target import open_workspace, workspace_of
from engine.components.base import Lookup
from engine.files import canonical
from engine.i18n import N_, tr
from engine.workspace import bundle as bundles
from engine.workspace.checking import NoWorkspace

SAME, DIFFERENT, BAD = 0, 1, 2
_SIGNS = {Change.ADDED: "+", Change.REMOVED: "-", Change.CHANGED: "~"}
_NOTHING = N_("Nothing is different.")


class Side(NamedTuple):
    """A campaign that is compared, and what it refers to."""

    document: CampaignDocument
    lookup: Lookup


def side(path: Path, folder: Path | None) -> Side:
    """A campaign file, with the workspace of the option or the one that it lies in; or a bundle, which has
    all of it. Raises `FileError`."""
    if path.name.endswith(bundles.SUFFIX):
        bundle = bundles.load(path)
        return Side(bundle.campaign, bundle)
    document = campaign_file.load(path)
    found = folder or workspace_of(path)
    return Side(document, NoWorkspace() if found is None else open_workspace(found))


def compared(before: Side, after: Side) -> list[Difference]:
    """What is different in the second one; names are looked up where it finds them."""
    return differences(before.document, after.document, after.lookup)


def in_words(found: Sequence[Difference]) -> str:
    """One line a component, marked by + - ~, and below it one a detail."""
    lines = []
    for difference in found:
        lines.append(f"{_SIGNS[difference.change]} {_line(str(difference.title))}")
        lines += [f"    {_line(str(detail))}" for detail in difference.details]
    return "\n".join(lines or [tr(_NOTHING)]) + "\n"


def as_json(found: Sequence[Difference]) -> str:
    """For programs: an object a component; `component` null is the campaign as a whole."""
    entries = [
        {
            "component": difference.node,
            "change": difference.change.value,
            "title": str(difference.title),
            "details": [str(detail) for detail in difference.details],
        }
        for difference in found
    ]
    return canonical({"same": not found, "differences": entries}).decode()


def _line(text: str) -> str:
    return " ".join(text.split())
