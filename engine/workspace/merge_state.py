"""Whether there is still something to choose of a merge, as git and the campaign's file say.

The record of conflicts lies beside the campaign, where git does not touch it: not when a merge is aborted,
and not when one is done by other means.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from engine.campaign import campaign_file
from engine.files import FileError
from engine.workspace.merge_record import Record

_TIMEOUT_S = 20
_HARMLESS = ("-c", "core.fsmonitor=false")
"""A repository that somebody else made may name a program to be run."""


def stands(record: Record, campaign: Path) -> bool:
    """Whether what a merge of this campaign file left to choose is still open: the merge goes on, or was
    concluded without a choice. It is not where it was aborted, or the file is one side's by now."""
    unmerged = _git(campaign.parent, "ls-files", "--unmerged", "--", campaign.name)
    if unmerged:
        return True
    if unmerged is not None and record.commits:
        asked = ("merge-base", "--is-ancestor")
        return any(_git(campaign.parent, *asked, one, "HEAD") is not None for one in record.commits)
    return _written(record, campaign, over=unmerged is not None)


def _written(record: Record, campaign: Path, *, over: bool) -> bool:
    """Whether the file is what the merge wrote, or was made of that. over: git says that nothing goes on;
    then a file that is as one side had it is no merge, though one may have written the same."""
    merged = record.merge
    try:
        present = campaign_file.dump(campaign_file.load(campaign))
    except FileError:
        return True
    if not over and present == campaign_file.dump(merged.document()):
        return True
    return present not in (campaign_file.dump(merged.ours), campaign_file.dump(merged.theirs))


def _git(folder: Path, *arguments: str) -> bytes | None:
    """What git says; None where it fails, or where there is none."""
    program = shutil.which("git")
    if program is None:
        return None
    command = [program, "-C", str(folder), *_HARMLESS, *arguments]
    try:
        done = subprocess.run(command, check=False, capture_output=True, timeout=_TIMEOUT_S)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
