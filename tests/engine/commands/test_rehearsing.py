"""The process in which the designer rehearses: what it is told, what it says, and that it reaches nobody."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

import pytest

from engine.campaign import campaign_file
from engine.commands.rehearsal_lines import SAID, Outcome, Refused, Reply
from engine.run.sample import make_sample
from engine.run.settings import EngineSettings
from engine.run.simulate import simulate
from engine.store.database import Database
from engine.workspace import bundle
from engine.workspace.workspace import Workspace

ROOT = Path(__file__).parents[3]
WELCOME = "c_welcome"
TODAY = datetime.fromisoformat("2026-11-20T00:00:00+08:00")
SINCE, UNTIL = TODAY - timedelta(days=20), TODAY


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("sample") / "shop"
    make_sample(folder, "en", today=TODAY.date())
    return Workspace.open(folder)


def order(workspace: Workspace, **more: Any) -> dict[str, Any]:
    draft = campaign_file.dump(workspace.load_campaign(WELCOME)).decode()
    span = {"since": SINCE.isoformat(), "until": UNTIL.isoformat()}
    return {"workspace": str(workspace.folder), "draft": draft, "language": "en", **span, **more}


class Talk:
    """With a process that was given an order. Attribute `came_out`: what it said to that."""

    def __init__(self, source: IO[bytes], target: IO[bytes]) -> None:
        self._source, self._target = source, target
        self.shares: list[float | None] = []
        self.came_out = self._hear()
        while not isinstance(self.came_out, Outcome | Refused):
            self.shares.append(getattr(self.came_out, "done", None))
            self.came_out = self._hear()

    @property
    def outcome(self) -> Outcome:
        assert isinstance(self.came_out, Outcome), self.came_out
        return self.came_out

    def ask(self, asks: str, **more: Any) -> Reply:
        question = {"number": 7, "asks": asks, "language": "en", **more}
        self._target.write(json.dumps(question).encode() + b"\n")
        self._target.flush()
        reply = self._hear()
        assert isinstance(reply, Reply)
        assert reply.number == 7
        return reply

    def _hear(self) -> object:
        return SAID.validate_json(self._source.readline())


@contextmanager
def told(ordered: dict[str, Any]) -> Iterator[Talk]:
    """A process that carries out an order; it ends when nothing more is asked."""
    command = [sys.executable, str(ROOT / "main.py"), "rehearse"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(ordered).encode() + b"\n")
        process.stdin.flush()
        talk = Talk(process.stdout, process.stdin)
        yield talk
        process.stdin.close()
        assert process.wait(timeout=60) == (0 if isinstance(talk.came_out, Outcome) else 1)


def test_its_figures_are_those_of_simulate(sample: Workspace, tmp_path: Path) -> None:
    document = sample.load_campaign(WELCOME)
    trace = tmp_path / "trace"
    summary = simulate(
        bundle.make(sample, document),
        sample.database_file,
        EngineSettings.of(sample),
        since=SINCE,
        until=UNTIL,
        trace=trace,
    )
    with Database.open(sample.database_file), told(order(sample)) as talk:  # an engine may have it open
        outcome = talk.outcome
        somebody = talk.ask("somebody", place="n_login", nth=0.5).people[0].id
        steps = talk.ask("journey", person=somebody).steps
    assert outcome.counts["entries"] == summary.counts.entries > 100
    assert outcome.counts["links"] == summary.counts.links
    visits: dict[str, int] = {}
    with (trace / "visits.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        visits[row["node"]] = visits.get(row["node"], 0) + 1
    arrived = {id: sum(n for _, n in by["arrived"]) for id, by in outcome.timeline.nodes.items()}
    assert arrived == visits
    mine = sorted((row["node"], row["outcome"]) for row in rows if row["person_id"] == somebody)
    assert sorted((step.node, step.outcome) for step in steps) == mine
    assert (outcome.people, outcome.broken, outcome.failure) == (10_000, [], None)


def test_values_can_be_changed_people_found_and_ways_compared(sample: Workspace, tmp_path: Path) -> None:
    """Of a version with what it was published with."""
    published = bundle.write(bundle.make(sample, sample.load_campaign(WELCOME))).decode()
    audience = next(iter(sample.audiences))
    with told(order(sample, draft="", bundle=published, people="audience", audience=audience)) as talk:
        file = str(tmp_path / "ways.csv")
        assert talk.ask("ways", file=file).failure is None
        differing = talk.ask("differing", file=file).differing
        assert differing is not None
        assert (differing.compared, differing.people) == (talk.outcome.counts["entries"], [])
        assert talk.outcome.counts["entries"] <= talk.outcome.people
        one = talk.ask("people", text="P00001").people[0]
        assert one.id == "P00001"
        reply = talk.ask("journey", person=one.id, attributes={"city": "Rome"})
        assert reply.failure is None
        assert "Rome" not in [value.text for value in reply.attributes], "the data stays as it is"


def test_what_cannot_be_rehearsed_is_refused_in_words(sample: Workspace) -> None:
    for more, words in (
        ({"until": (SINCE - timedelta(days=1)).isoformat()}, "before it begins"),
        ({"react": "results", "results": str(sample.folder / "none.csv")}, "none.csv"),
    ):
        with told(order(sample, **more)) as talk:
            assert isinstance(talk.came_out, Refused)
            assert words in talk.came_out.text
            assert "Traceback" not in talk.came_out.text


def test_it_reaches_nobody() -> None:
    script = (
        "import io, socket\n"
        "from engine.commands.rehearsing import serve\n"
        "try:\n    serve(io.BytesIO(b'{}'), io.BytesIO())\nexcept ValueError:\n    pass\n"
        "socket.create_connection(('127.0.0.1', 9))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert "PermissionError: A rehearsal may not use the network." in done.stderr
