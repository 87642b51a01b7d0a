"""`merge-driver`: campaign files merged for git."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from engine.campaign import campaign_file
from engine.campaign.document import CampaignDocument
from engine.campaign.merging import Merge, Side, merge
from engine.campaign.merging.words import told
from engine.commands.target import workspace_of
from engine.components.base import Lookup
from engine.files import FileError, read_bytes, remove, save_bytes
from engine.i18n import N_, Message, ntr, tr
from engine.workspace import merge_record
from engine.workspace.checking import NoWorkspace
from engine.workspace.workspace import Workspace

CLEAN, CONFLICTS, BAD = 0, 1, 2
_HEAD = "GITHEAD_"
T = TypeVar("T")


def merge_files(base: Path, ours: Path, theirs: Path, path: Path | None) -> int:
    """Merge into the file `ours`, as git asks of a driver.

    path: where the file lies in the working tree; beside it stands what is left to choose. 0 all is merged;
    1 something is left, ours was taken; 2 a file cannot be read, and `ours` stays as it is.
    """
    try:
        merged = merge(
            _read(base, path, N_("Common state"), _base),
            _read(ours, path, N_("Mine"), campaign_file.load),
            _read(theirs, path, N_("Theirs"), campaign_file.load),
        )
        save_bytes(ours, campaign_file.dump(merged.document()))
        shown = path or ours
        record = merge_record.record_path(shown)
        if not merged.conflicts:
            if record.exists():  # what an earlier merge left to choose
                remove(record)
            return CLEAN
        save_bytes(record, merge_record.write(merged, _merged_commits()))
        _tell(merged, shown, record)
    except FileError as error:
        print(error, file=sys.stderr)
        return BAD
    return CONFLICTS


def _read(file: Path, path: Path | None, side: str, read: Callable[[Path], T]) -> T:
    """One of the three states. Git's own copies have names of the moment: what is wrong with one is told of
    the file that is merged, and of whose state it is."""
    try:
        return read(file)
    except FileError as error:
        if path is None:
            raise
        message = Message(N_("{side}: {problem}"), side=Message(side), problem=error.message)
        raise FileError(path, error.line, error.field, message) from error


def _base(path: Path) -> CampaignDocument | None:
    """The common state; git gives an empty file where there is none."""
    data = read_bytes(path)
    return campaign_file.parse(data, path) if data.strip() else None


def _merged_commits() -> list[str]:
    """The commits that `git merge` merges, which it names to its drivers."""
    return sorted(name.removeprefix(_HEAD) for name in os.environ if name.startswith(_HEAD))


def _tell(merged: Merge, path: Path, record: Path) -> None:
    count = ntr("{n:,} conflict", "{n:,} conflicts", len(merged.conflicts))
    text = tr("{file}: {count}. Your side was taken; open the campaign to choose.", file=path, count=count)
    print(text, file=sys.stderr)
    for one in told(merged, _lookup(path)):
        print(f"  {_line(one.title)}", file=sys.stderr)
        for word, side in ((tr("Mine"), Side.OURS), (tr("Theirs"), Side.THEIRS)):
            for sentence in one.of(side):
                print(f"    {word}: {_line(sentence)}", file=sys.stderr)
    print(tr("What both sides had is kept in {file}.", file=record), file=sys.stderr)


def _lookup(path: Path) -> Lookup:
    """The workspace that the file lies in; in the midst of a merge it may not be readable."""
    folder = workspace_of(path)
    try:
        return NoWorkspace() if folder is None else Workspace.open(folder)
    except FileError:
        return NoWorkspace()


def _line(message: Message) -> str:
    return " ".join(str(message).split())
