"""`test`: campaign tests, run by the engine's own rehearsal."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from unicodedata import east_asian_width

from engine.commands import errors, junit
from engine.commands.errors import CommandError
from engine.commands.junit import Case, Suite
from engine.commands.rehearsal import refuse_network
from engine.commands.target import open_workspace, workspace_of
from engine.files import FileError
from engine.i18n import N_, Message, tr
from engine.run.campaign_tests.running import Mismatch, PersonResult, TestRun, run_file
from engine.workspace.campaign_test import SUFFIX
from engine.workspace.workspace import Workspace

PASSED, FAILED, BAD = 0, 1, 2
_WIDEST = 60
"""Cells of the terminal for what was expected; what is longer makes its own line longer."""


def run_tests(paths: Sequence[Path], folder: Path | None, report: Path | None) -> int:
    """Run test files, and all in folders; print what failed and how, and write a JUnit file to `report`.

    0 all passed, 1 some failed, 2 what was given is no test that can be run (the others are run all the
    same), or the report cannot be written.
    """
    try:
        files = list(_files(paths or [folder or Path()]))
    except (CommandError, OSError) as error:
        print(errors.words(error), file=sys.stderr)
        return BAD
    refuse_network()
    workspaces: dict[Path, Workspace] = {}
    suites, status = [], PASSED
    for file in files:
        try:
            run = run_file(file, _workspace(file, folder, workspaces))
        except Exception as error:
            if (words := errors.words(error)) is None:
                raise
            status = BAD
            print(words if words.startswith(str(file)) else f"{file}: {words}", file=sys.stderr)
            suites.append(Suite(str(file), [Case(tr("Test"), error=words)]))
        else:
            status = max(status, PASSED if run.passed else FAILED)
            _print(run)
            suites.append(_suite(run))
    print(_sum(suites))
    if report is not None:
        try:
            junit.write(suites, report)
        except (FileError, OSError) as error:
            print(errors.words(error), file=sys.stderr)
            return BAD
    return status


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    """The test files that are named, or lie in folders. Raises `CommandError` where there is none."""
    for path in paths:
        found = [path]
        if path.is_dir():
            found = sorted(
                file
                for file in path.rglob(f"*{SUFFIX}")
                if not any(part.startswith(".") for part in file.relative_to(path).parts)
            )
        if not found:
            message = N_("There are no campaign tests (*{suffix}) in {folder}.")
            raise CommandError(Message(message, suffix=SUFFIX, folder=path))
        yield from found


def _workspace(file: Path, folder: Path | None, opened: dict[Path, Workspace]) -> Workspace:
    """The workspace of what a test's campaign refers to. Raises `CommandError`, `FileError`."""
    found = folder or workspace_of(file)
    if found is None:
        raise CommandError(Message(N_("Say what the campaign refers to: --workspace FOLDER.")))
    if found not in opened:
        opened[found] = open_workspace(found)
    return opened[found]


def _print(run: TestRun) -> None:
    for person in run.people:
        verdict = tr("FAILED") if person.mismatches else tr("passed")
        print(f"{verdict} {run.path}: {person.person}")
        if person.mismatches:
            print(_told(person))


def _told(person: PersonResult) -> str:
    """What went another way, expected and actual beside each other."""
    return "\n".join(line for mismatch in person.mismatches for line in _table(mismatch))


def _table(mismatch: Mismatch) -> Iterator[str]:
    expected, actual = tr("expected"), tr("actual")
    cells = [[" ".join(text.split()) for text in line[:2]] for line in mismatch.lines]
    width = min(_WIDEST, max(_width(text) for text in (expected, *(row[0] for row in cells))))
    yield f"  {mismatch.what}"
    yield f"    {_padded(expected, width)}   {actual}"
    for (left, right), line in zip(cells, mismatch.lines, strict=True):
        yield f"    {_padded(left, width)} {' ' if line.same else '≠'} {right}".rstrip()


def _width(text: str) -> int:
    """Cells of a terminal: Chinese characters take two."""
    return sum(2 if east_asian_width(one) in "WF" else 1 for one in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _suite(run: TestRun) -> Suite:
    cases = [Case(one.person, failure=_failure(one) if one.mismatches else "") for one in run.people]
    return Suite(str(run.path), cases, run.seconds)


def _failure(person: PersonResult) -> str:
    first = person.mismatches[0]
    at = next(line for line in first.lines if not line.same)
    text = tr(
        "{what}: expected “{expected}”, got “{actual}”",
        what=first.what,
        expected=at.expected,
        actual=at.actual,
    )
    return f"{text}\n{_told(person)}"


def _sum(suites: Sequence[Suite]) -> str:
    cases = [case for suite in suites for case in suite.cases]
    failed = sum(bool(case.failure or case.error) for case in cases)
    return tr("{passed:,} passed, {failed:,} failed", passed=len(cases) - failed, failed=failed)
