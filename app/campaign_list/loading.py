"""Reading a workspace for the list; for a background thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.campaign_list.rows import Row, broken_row, readable_row
from engine.campaign.document import CampaignDocument
from engine.campaign.model import START_ID, Attributes, Link
from engine.components.base import OUT
from engine.files import FileError
from engine.i18n import tr
from engine.shapes.text import new_id
from engine.workspace.workspace import Workspace


@dataclass(frozen=True)
class Loaded:
    """A workspace with the rows of its campaigns, and every file of it that cannot be read."""

    workspace: Workspace
    rows: tuple[Row, ...]
    broken: tuple[FileError, ...]


def load(folder: Path) -> Loaded:
    """Read the workspace in `folder`. Raises `FileError` where it is none, or its settings are broken."""
    return read(Workspace.open(folder))


def reload(workspace: Workspace) -> Loaded:
    """Read again what may have changed on disk. Raises `FileError` as `load` does."""
    workspace.reload()
    return read(workspace)


def read(workspace: Workspace) -> Loaded:
    rows = []
    for entry in workspace.campaigns():
        if entry.attributes is not None:
            rows.append(readable_row(entry.path, entry.attributes, entry.nodes, _modified(entry.path)))
        elif entry.error is not None:
            rows.append(broken_row(entry.path, entry.error))
    return Loaded(workspace, tuple(rows), workspace.broken)


def _modified(path: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:  # gone since it was read
        return None


def new_document(
    workspace: Workspace, base: CampaignDocument | None, name: str, group: str
) -> CampaignDocument:
    """A campaign with an id and a name of its own: empty, or with the flow of `base`."""
    name = free_name(name, workspace.other_campaign_names(""))
    id = new_id("c")
    if base is None:
        return empty_document(Attributes(id=id, name=name, group=group))
    attributes = base.attributes.model_copy(
        update={"id": id, "name": name, "group": group or base.attributes.group}
    )
    return CampaignDocument(attributes, base.nodes, base.links, base.notes, base.layout)


def empty_document(attributes: Attributes) -> CampaignDocument:
    """Start, and the open end behind it where the trigger goes."""
    return CampaignDocument(attributes, links={new_id("l"): Link(source=START_ID, port=OUT, target=None)})


def free_name(wanted: str, taken: set[str]) -> str:
    """The name, or with the first running number that makes it one of its own; at most 50 characters."""
    if wanted not in taken:
        return wanted
    number = 2
    while (name := f"{wanted[:46]} {number}") in taken:
        number += 1
    return name


def copied(workspace: Workspace, row: Row) -> CampaignDocument:
    """A copy of a campaign as a draft of its own. Raises `FileError`, `KeyError`."""
    source = workspace.load_campaign(row.id)
    return new_document(workspace, source, tr("Copy of {name}", name=row.name)[:50], row.group)
