"""What a merge left to choose (`*.conflicts.json`), beside the campaign until somebody has chosen.

It holds the three states of the campaign, so that it can be merged again, by whoever opens it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from engine.campaign import campaign_file
from engine.campaign.campaign_file import CampaignFile
from engine.campaign.document import CampaignDocument
from engine.campaign.merging import Kind, Merge, merge
from engine.files import FileFormat, FileModel, canonical, read_bytes
from engine.shapes.model import Items
from engine.shapes.text import Identifier, Text

SUFFIX = ".conflicts.json"


class RecordedConflict(FileModel):
    """For whoever reads the file: what there is to choose. The merge itself finds it out anew."""

    kind: Kind = Field(strict=False)
    nodes: Items[Identifier] = ()
    fields: Items[Text] = ()


class MergeRecordFile(FileModel):
    """The file's object. `base` null: the two had nothing in common."""

    format: Literal["conflicts"] = "conflicts"
    version: Literal[1] = 1
    conflicts: Items[RecordedConflict]
    base: CampaignFile | None
    ours: CampaignFile
    theirs: CampaignFile


MERGE_RECORD: FileFormat[MergeRecordFile] = FileFormat("conflicts", MergeRecordFile)


def record_path(campaign: Path) -> Path:
    """Where the record of a campaign file stands."""
    return campaign.with_name(campaign.name.removesuffix(campaign_file.SUFFIX) + SUFFIX)


def write(merged: Merge) -> bytes:
    """The file's canonical bytes."""
    conflicts = [
        {"kind": conflict.kind.value, "nodes": conflict.nodes, "fields": conflict.fields}
        for conflict in merged.conflicts
    ]
    base = campaign_file.content(merged.base) if merged.parted else None
    content: dict[str, Any] = {"format": MERGE_RECORD.name, "version": MERGE_RECORD.version}
    return canonical(
        {
            **content,
            "conflicts": conflicts,
            "base": base,
            "ours": campaign_file.content(merged.ours),
            "theirs": campaign_file.content(merged.theirs),
        }
    )


def load(path: Path) -> Merge:
    """Read a file and merge again. Raises `FileError`."""
    return read(read_bytes(path), path)


def read(data: bytes, path: Path) -> Merge:
    """Read the content of a file. Raises `FileError`."""
    source = MERGE_RECORD.source(data, path)
    file = MERGE_RECORD.model_of(source)

    def document(name: str, found: CampaignFile) -> CampaignDocument:
        return campaign_file.document(found, lambda field, message: source.error((name, *field), message))

    base = None if file.base is None else document("base", file.base)
    return merge(base, document("ours", file.ours), document("theirs", file.theirs))
