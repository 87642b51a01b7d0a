"""What a crash left unsaved in a workspace, compared with the files that are there now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from engine.campaign import campaign_file
from engine.campaign.differences import Difference, differences
from engine.campaign.document import CampaignDocument
from engine.campaign.layout import complete
from engine.campaign.model import START_ID, Link
from engine.campaign.ops import Op, Table
from engine.components.base import OUT
from engine.files import FileError
from engine.workspace.recovery import Left, Unsaved, left_behind
from engine.workspace.workspace import Workspace


class Standing(StrEnum):
    """How the campaign's file stands to the unsaved work: as it was, changed since, gone, not to be read, or
    there never was one."""

    SAME = "same"
    CHANGED = "changed"
    GONE = "gone"
    UNREADABLE = "unreadable"
    NEW = "new"


@dataclass(frozen=True)
class Offer:
    """Unsaved work that can be restored.

    Attributes: left (its journal), at (when it was last kept), unsaved (None where the journal cannot be
    read, then error says why), standing, path (where saving goes, None for a new file), on_disk (what stands
    there), differences (what restoring changes), typed (what stood in panels and was not confirmed).
    """

    left: Left
    at: datetime
    unsaved: Unsaved | None = None
    error: FileError | None = None
    standing: Standing = Standing.NEW
    path: Path | None = None
    on_disk: CampaignDocument | None = None
    differences: tuple[Difference, ...] = ()
    typed: tuple[Difference, ...] = ()

    @property
    def name(self) -> str:
        """The campaign's name, or the journal's where it cannot be read."""
        return self.left.path.name if self.unsaved is None else self.unsaved.document.attributes.name


def offers(workspace: Workspace) -> list[Offer]:
    """What was left behind, each held until it is removed or released. What equals its file is deleted."""
    found = []
    for left in left_behind(workspace.folder):
        offer = _offer(workspace, left)
        if offer.error is None and not offer.differences and not offer.typed:
            left.remove()  # saved just before the crash
        else:
            found.append(offer)
    return found


def _offer(workspace: Workspace, left: Left) -> Offer:
    try:
        at = datetime.fromtimestamp(left.path.stat().st_mtime, UTC)
        unsaved = left.read()
    except OSError:  # gone meanwhile; as good as empty
        return Offer(left, datetime.now(UTC))
    except FileError as error:
        return Offer(left, at, error=error)
    complete(unsaved.document)
    standing, path, on_disk = _compared(workspace, unsaved)
    before = _bare(unsaved.document) if on_disk is None else on_disk
    changed = differences(before, unsaved.document, workspace)
    typed = differences(unsaved.document, _with_inputs(unsaved), workspace)
    return Offer(left, at, unsaved, None, standing, path, on_disk, tuple(changed), tuple(typed))


def _compared(
    workspace: Workspace, unsaved: Unsaved
) -> tuple[Standing, Path | None, CampaignDocument | None]:
    """How the file stands, where saving goes, and what is there now."""
    if unsaved.file is None:
        return Standing.NEW, None, None
    path = _file_of(workspace, unsaved)
    if path is None:
        return Standing.GONE, workspace.campaign_files.path / unsaved.file, None
    try:
        on_disk = campaign_file.load(path)
    except FileError:
        return Standing.UNREADABLE, None, None
    complete(on_disk)
    return Standing.SAME if on_disk.origin == unsaved.base else Standing.CHANGED, path, on_disk


def _with_inputs(unsaved: Unsaved) -> CampaignDocument:
    """The campaign as if what stands in the panels had been confirmed."""
    document = unsaved.document.copy()
    for id, found in unsaved.inputs.items():
        node = document.nodes[id]
        typed = node.model_copy(update={"name": found.name, "memo": found.memo, "config": dict(found.config)})
        document.apply([Op(Table.NODES, id, node, typed)])
    return document


def _file_of(workspace: Workspace, unsaved: Unsaved) -> Path | None:
    """The campaign's file, also where it was renamed; None where it is gone."""
    assert unsaved.file is not None
    path = workspace.campaign_files.path / unsaved.file
    if path.exists():
        return path
    try:
        return workspace.campaign_files.path_of(unsaved.document.attributes.id)
    except (KeyError, FileError):
        return None


def _bare(document: CampaignDocument) -> CampaignDocument:
    """The campaign before anything was added to it."""
    link = Link(source=START_ID, port=OUT, target=None)
    return CampaignDocument(document.attributes, links={"l_open": link})
