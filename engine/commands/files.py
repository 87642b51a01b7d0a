"""`validate` and `fmt`: files looked at and brought into their canonical form, without a database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from engine.files import FileError
from engine.workspace import checking
from engine.workspace.checking import Finding


def validate(paths: Sequence[Path]) -> int:
    """Print each file's findings, one a line; 1 where one of them is an error, else 0."""
    now = datetime.now(UTC)
    found = [finding for path in paths for finding in checking.validate(path, now)]
    show(found)
    return 1 if any(finding.is_error for finding in found) else 0


def fmt(paths: Sequence[Path], check: bool) -> int:
    """Bring files into canonical form and name those that were not; with `check`, only name them.

    1 where a file could not be read, or with `check` is not in its form.
    """
    failed = False
    for path in paths:
        try:
            if checking.fmt(path, check):
                failed = failed or check
                print(path)
        except FileError as error:
            failed = True
            show([checking.unreadable(error)])
    return 1 if failed else 0


def show(findings: Sequence[Finding]) -> None:
    """One line a finding, whatever names that people gave stand in it."""
    for finding in findings:
        print(" ".join(str(finding).splitlines()))
