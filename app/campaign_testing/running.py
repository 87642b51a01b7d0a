"""Running the tests beside a campaign's file, for a background thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from app.campaign_list.broken import error_words
from app.tasks import Cancelled
from engine.campaign.document import CampaignDocument
from engine.commands import errors
from engine.files import FileError
from engine.workspace.campaign_test import tests_beside
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from engine.run.campaign_tests.running import TestRun


class FileResult(NamedTuple):
    """A test file: what came of it, or why it could not be run, and at which component."""

    path: Path
    run: TestRun | None
    error: str = ""
    node: str | None = None

    @property
    def passed(self) -> bool:
        return self.run is not None and self.run.passed


def run_tests(
    campaign: Path,
    document: CampaignDocument,
    workspace: Workspace,
    progress: Callable[[int, int, str], None],
) -> list[FileResult]:
    """Run every test of the campaign on a copy of its document. Raises `FileError`, `Cancelled`."""
    files = tests_beside(campaign, document.attributes.id)
    results = []
    for number, path in enumerate(files):
        progress(number, len(files), path.name)
        results.append(_run(path, document, workspace))
    return results


def _run(path: Path, document: CampaignDocument, workspace: Workspace) -> FileResult:
    from engine.run.campaign_tests.running import NotRehearsed, run_file  # brings the whole engine

    try:
        return FileResult(path, run_file(path, workspace, document))
    except Cancelled:
        raise
    except Exception as error:
        words = error_words(error) if isinstance(error, FileError) else errors.words(error)
        if words is None:
            raise
        return FileResult(path, None, words, error.node if isinstance(error, NotRehearsed) else None)
