"""Running a campaign test: a rehearsal on a database of its own, and what each person did in it."""

from __future__ import annotations

import csv
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from engine.campaign import campaign_file
from engine.campaign.document import CampaignDocument
from engine.campaign.graph import flow_order
from engine.campaign.rules import Severity, problems
from engine.files import FileError, read_bytes
from engine.i18n import N_, Message, MessageError
from engine.plan.places import MERGED
from engine.run.campaign_tests.comparing import side_by_side
from engine.run.campaign_tests.given import fill, write_results
from engine.run.settings import EngineSettings
from engine.run.simulate import simulate
from engine.shapes.time import instant
from engine.store.database import Database
from engine.workspace import bundle as bundles
from engine.workspace.campaign_test import (
    CAMPAIGN_TEST,
    CampaignTestFile,
    Expectation,
    ExpectedMessage,
    campaign_beside,
    check_nodes,
)
from engine.workspace.workspace import Workspace


class NotRehearsed(MessageError):  # noqa: N818 - an answer, not a defect
    """The campaign cannot be rehearsed; `message` says why, `node` where."""

    def __init__(self, message: Message, node: str | None = None) -> None:
        super().__init__(message)
        self.node = node


class Line(NamedTuple):
    """What was expected beside what happened, in words; "" where there is nothing. `node`: which of the
    campaign's components it is about."""

    expected: str
    actual: str
    same: bool
    node: str


class Mismatch(NamedTuple):
    """A list that is not the expected one: of components (`path`), or of messages."""

    what: Message
    lines: tuple[Line, ...]

    @property
    def node(self) -> str:
        """Where it first went another way."""
        return next(line.node for line in self.lines if not line.same)


class PersonResult(NamedTuple):
    """What became of one expectation; it holds where there are no mismatches."""

    person: str
    mismatches: tuple[Mismatch, ...]


@dataclass(frozen=True, slots=True)
class TestRun:
    """A test that was run. `seconds`: how long it took."""

    __test__ = False  # not a test of ours

    path: Path
    campaign: str
    people: tuple[PersonResult, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        return not any(one.mismatches for one in self.people)


class _Written(NamedTuple):
    """A message as it went out, or did not; see `ExpectedMessage`."""

    node: str
    state: str
    text: str | None


@dataclass(slots=True)
class _Happened:
    """What one person did, in order."""

    path: list[str] = field(default_factory=list)
    messages: list[_Written] = field(default_factory=list)


def run_file(path: Path, workspace: Workspace, doc: CampaignDocument | None = None) -> TestRun:
    """Run one test file on its campaign: `doc`, else the file beside it.

    Raises `FileError`, `NotRehearsed`, and what imports and rehearsals refuse.
    """
    data = read_bytes(path)
    test = CAMPAIGN_TEST.parse(data, path)
    if doc is None:
        file = campaign_beside(path, test.campaign)
        if file is None:
            message = Message(N_("There is no campaign with the id “{id}” beside it."), id=test.campaign)
            raise FileError(path, None, "campaign", message)
        doc = campaign_file.load(file)
    check_nodes(data, path, doc)
    return run(path, test, doc, workspace)


def run(path: Path, test: CampaignTestFile, doc: CampaignDocument, workspace: Workspace) -> TestRun:
    """Rehearse the campaign with what the test gives, and hold everybody against what it expects.

    Raises `NotRehearsed`, and what imports and rehearsals refuse.
    """
    began = time.perf_counter()
    _check(doc, workspace, test)
    happened = _rehearsed(test, doc, workspace)
    people = tuple(_judged(wanted, happened.get(wanted.person, _Happened()), doc) for wanted in test.expect)
    return TestRun(path, doc.attributes.name, people, time.perf_counter() - began)


def _check(doc: CampaignDocument, workspace: Workspace, test: CampaignTestFile) -> None:
    """Raise `NotRehearsed` for the first problem that keeps the campaign from running. What is past is none:
    a test begins when it says."""
    names = workspace.other_campaign_names(doc.attributes.id)
    for problem in problems(doc, workspace, instant(test.from_), names):
        if problem.severity is Severity.ERROR and problem.code != "time_past":
            raise NotRehearsed(problem.message, problem.node)


def _rehearsed(test: CampaignTestFile, doc: CampaignDocument, workspace: Workspace) -> dict[str, _Happened]:
    bundle = bundles.make(workspace, doc)
    with TemporaryDirectory(prefix="campaigntest-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        given, trace = folder / "given", folder / "trace"
        given.mkdir()
        database = Database.open(folder / "test.db")
        try:
            fill(database, test, bundle, workspace, given)
        finally:
            database.close()
        summary = simulate(
            bundle,
            folder / "test.db",
            EngineSettings.of(workspace),
            since=instant(test.from_),
            results=write_results(test, folder),
            trace=trace,
        )
        if summary.failure is not None:
            raise NotRehearsed(Message(N_("Ended abnormally: {reason}"), reason=summary.failure))
        return _read(trace, doc)


def _read(trace: Path, doc: CampaignDocument) -> dict[str, _Happened]:
    """Everybody's path and messages, in order of time; at the same moment, along the flow."""
    rank = {node: number for number, node in enumerate(flow_order(doc))}
    happened: dict[str, _Happened] = defaultdict(_Happened)
    visits = [row for row in _rows(trace / "visits.csv") if row["outcome"] != MERGED]
    for row in sorted(visits, key=lambda row: (row["arrived"], int(row["entry"]), rank[row["node"]])):
        happened[row["person_id"]].path.append(row["node"])
    messages = _rows(trace / "messages.csv")
    for row in sorted(messages, key=lambda row: (row["planned"], int(row["entry"]), rank[row["node"]])):
        state = f"{row['state']}({row['reason']})" if row["reason"] else row["state"]
        happened[row["person_id"]].messages.append(_Written(row["node"], state, row["text"]))
    return happened


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _judged(wanted: Expectation, happened: _Happened, doc: CampaignDocument) -> PersonResult:
    found: list[Mismatch] = []
    if wanted.path is not None:
        found += _mismatch(Message(N_("Path")), _path_lines(wanted.path, happened.path, doc))
    if wanted.messages is not None:
        found += _mismatch(Message(N_("Messages")), _message_lines(wanted.messages, happened.messages, doc))
    return PersonResult(wanted.person, tuple(found))


def _mismatch(what: Message, lines: Iterable[Line]) -> list[Mismatch]:
    found = tuple(lines)
    return [] if all(line.same for line in found) else [Mismatch(what, found)]


def _path_lines(wanted: Sequence[str], visited: Sequence[str], doc: CampaignDocument) -> Iterator[Line]:
    for i, j, same in side_by_side(wanted, visited, str.__eq__):
        expected, actual = "" if i is None else wanted[i], "" if j is None else visited[j]
        yield Line(called(doc, expected), called(doc, actual), same, actual or expected)


def _message_lines(
    wanted: Sequence[ExpectedMessage], sent: Sequence[_Written], doc: CampaignDocument
) -> Iterator[Line]:
    for i, j, same in side_by_side(wanted, sent, _fits):
        expected, actual = None if i is None else wanted[i], None if j is None else sent[j]
        left = "" if expected is None else _message_words(expected, doc)
        right = "" if actual is None else left if same else _message_words(actual, doc)
        about = actual or expected
        assert about is not None
        yield Line(left, right, same, about.node)


def _fits(wanted: ExpectedMessage, sent: _Written) -> bool:
    state = sent.state if "(" in wanted.state else sent.state.partition("(")[0]
    return (wanted.node, wanted.state) == (sent.node, state) and wanted.text in (None, sent.text)


def _message_words(message: ExpectedMessage | _Written, doc: CampaignDocument) -> str:
    words = f"{called(doc, message.node)}: {message.state}"
    return f"{words}, “{message.text}”" if message.text else words


def called(doc: CampaignDocument, node_id: str) -> str:
    """A component by its id and its name."""
    node = doc.nodes.get(node_id)
    return node_id if node is None else f"{node_id} {node.shown_name}"
