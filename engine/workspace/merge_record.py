"""What a merge left to choose (`*.conflicts.json`), beside the campaign until somebody has chosen.

It holds the three states of the campaign, so that it can be merged again, by whoever opens it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field, StringConstraints

from engine.campaign import campaign_file
from engine.campaign.campaign_file import CampaignFile
from engine.campaign.document import CampaignDocument
from engine.campaign.merging import Kind, Merge, merge
from engine.files import FileFormat, FileModel, canonical, read_bytes
from engine.shapes.model import Items
from engine.shapes.text import Identifier, Text

SUFFIX = ".conflicts.json"
Commit = Annotated[str, StringConstraints(pattern="^[0-9a-f]{40,64}$")]


class RecordedConflict(FileModel):
    """For whoever reads the file: what there is to choose. The merge itself finds it out anew."""

    kind: Kind = Field(strict=False)
    nodes: Items[Identifier] = ()
    fields: Items[Text] = ()


class MergeRecordFile(FileModel):
    """The file's object. `base` null: the two had nothing in common. commits: those that git merged into the
    present one, where it said so."""

    format: Literal["conflicts"] = "conflicts"
    version: Literal[1] = 1
    conflicts: Items[RecordedConflict]
    base: CampaignFile | None
    ours: CampaignFile
    theirs: CampaignFile
    commits: Items[Commit] = ()


class Record(NamedTuple):
    """The merge, done again; and the commits that git merged into the present one, where it said so."""

    merge: Merge
    commits: Sequence[str] = ()


MERGE_RECORD: FileFormat[MergeRecordFile] = FileFormat("conflicts", MergeRecordFile)


def record_path(campaign: Path) -> Path:
    """Where the record of a campaign file stands."""
    return campaign.with_name(campaign.name.removesuffix(campaign_file.SUFFIX) + SUFFIX)


def write(merged: Merge, commits: Sequence[str] = ()) -> bytes:
    """The file's canonical bytes. commits: see `Record`."""
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
            **({"commits": list(commits)} if commits else {}),
        }
    )


def load(path: Path) -> Record:
    """Read a file and merge again. Raises `FileError`."""
    return read(read_bytes(path), path)


def read(data: bytes, path: Path) -> Record:
    """Read the content of a file. Raises `FileError`."""
    source = MERGE_RECORD.source(data, path)
    file = MERGE_RECORD.model_of(source)

    def document(name: str, found: CampaignFile) -> CampaignDocument:
        return campaign_file.document(found, lambda field, message: source.error((name, *field), message))

    base = None if file.base is None else document("base", file.base)
    merged = merge(base, document("ours", file.ours), document("theirs", file.theirs))
    return Record(merged, file.commits)
