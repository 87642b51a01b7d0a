"""A live engine, whose events come while it runs, does what a rehearsal says that it will do."""

from __future__ import annotations

import shutil
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from engine.audience.updates import update_audience
from engine.plan.contact import Cuts
from engine.report.trace import write_trace
from engine.run import lifecycle
from engine.run.answers import IncomingEvent, Status
from engine.run.clock import VirtualClock
from engine.run.compiling import PlanSettings, VersionKeys, plan_of
from engine.run.engine import Engine
from engine.run.settings import EngineSettings
from engine.run.simulate import simulate
from engine.shapes.time import to_milliseconds as ms
from engine.store.database import Database
from engine.store.imports.folder import import_folder
from engine.store.tables.runs import campaign, campaign_node, campaign_version
from engine.workspace import bundle as bundles
from engine.workspace.bundle import Bundle
from engine.workspace.workspace import Workspace
from tests.databases import Target, fresh
from tests.engine.interpreter.case import Case, Event, Person
from tests.engine.random_cases.making import CAMPAIGN, make
from tests.engine.random_cases.writing import write

CASES = 24
INTERRUPTIONS = 8
"""Of a case, about so many, spread over the whole of it: each makes every plan anew."""


class Live:
    """One random case, to be rehearsed and to be run."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.folder = folder
        self._stops = 0
        self._case = case = made_for_both(seed)
        write(case, folder)
        self._workspace = Workspace.open(folder / "workspace")
        self.zone = ZoneInfo(self._workspace.settings.time_zone)
        self.settings = EngineSettings.of(self._workspace)
        self.bundle: Bundle = bundles.make(self._workspace, self._workspace.load_campaign(CAMPAIGN))
        self.since = datetime.fromisoformat(case.since).astimezone(UTC)
        assert case.until is not None
        self.until = datetime.fromisoformat(case.until).astimezone(UTC)

    def rehearse(self, target: Target) -> dict[str, str]:
        # Of what happens later a rehearsal lets nothing count but goals, which a live engine cannot know yet.
        self._import(target, [event for event in self._case.events if event.time <= ms(self.until)])
        simulate(
            self.bundle, target, self.settings, since=self.since, until=self.until,
            trace=self.folder / "rehearsed",
        )  # fmt: skip
        return read(self.folder / "rehearsed")

    def run(self, target: Target, *, interrupted: bool) -> dict[str, str]:
        """Publish at the beginning of the rehearsal, and post each event at its time. interrupted: before
        some of them, the engine is started anew, or the campaign is stopped and restarted."""
        since, until = ms(self.since), ms(self.until)
        self._import(target, [event for event in self._case.events if event.time < since])
        coming: dict[int, list[IncomingEvent]] = defaultdict(list)
        for event in self._case.events:
            if since <= event.time <= until:
                one = IncomingEvent(event.id, event.person, event.code, event.time, event.attributes)
                coming[event.time].append(one)
        clock = VirtualClock(since)
        with Database.open(target) as database:
            for id, file in self._workspace.audiences.items():
                if file.cards is not None:
                    update_audience(database, self._workspace.audiences, id, self.since, self.zone)
            engine = Engine(database, self.settings, clock)
            engine.publish(self.bundle)
            moments = sorted(coming)
            interruptions = moments[:: max(1, len(moments) // INTERRUPTIONS)] if interrupted else []
            for moment in moments:
                if moment > since:
                    engine.run_until_idle(moment - 1)
                    clock.set(moment - 1)
                    if moment in interruptions and not self._stop_and_restart(engine):
                        engine.close()
                        engine = Engine(database, self.settings, clock)
                    clock.set(moment)
                engine.post_events(coming[moment])
            engine.run_until_idle(until)
            assert engine.check() == []
            engine.close()
            self._write_trace(database, until)
        return read(self.folder / "live")

    def _stop_and_restart(self, engine: Engine) -> bool:
        """Whether it was done: it is every other time, where the stop itself leaves nothing."""
        self._stops += 1
        kinds = {node.kind for node in self.bundle.campaign.nodes.values()}
        going_on = engine.campaign(CAMPAIGN).status is Status.IN_PROGRESS
        if self._stops % 2 or not going_on or "generate_audience" in kinds:
            return False
        engine.stop(CAMPAIGN)
        engine.restart(CAMPAIGN)
        return True

    def _import(self, target: Target, events: list[Event]) -> None:
        folder = self.folder / "imported"
        write(replace(self._case, events=events), folder)
        with Database.open(target) as database:
            import_folder(database, folder / "data", now=self.since - timedelta(days=1))
        shutil.rmtree(folder)

    def _write_trace(self, database: Database, until: int) -> None:
        with database.write() as connection:
            row = connection.execute(select(campaign)).one()
            cuts = connection.execute(select(campaign_version.c.cuts)).scalar_one()
            nodes = dict(connection.execute(select(campaign_node.c.id, campaign_node.c.node)).all())
            keys = VersionKeys(row.number, row.version, nodes, Cuts(cuts))
            plan = plan_of(self.bundle, keys, connection, PlanSettings(self.zone, self.settings.contact))
            write_trace(connection, plan, self.bundle, self.folder / "live", until)


def made_for_both(seed: int) -> Case:
    """A random case without what only a rehearsal can have.

    Providers answer at once, since nobody tells a live engine what they will answer; everybody is known from
    the beginning, as everybody of a rehearsal is.
    """
    case = make(seed)
    known = {person.id for person in case.people}
    for event in case.events:
        if event.person not in known:
            known.add(event.person)
            case.people.append(Person(event.person))
    case.results = []
    return case


def read(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())}


def explain(live: dict[str, str], rehearsed: dict[str, str]) -> str:
    lines = []
    for name, text in rehearsed.items():
        wanted, got = text.splitlines(), live[name].splitlines()
        lines += [f"{name}: missing {line}" for line in wanted if line not in got][:10]
        lines += [f"{name}: too much {line}" for line in got if line not in wanted][:10]
    return "\n".join(lines)


def compare(request: pytest.FixtureRequest, seed: int, dialect: str, folder: Path) -> None:
    with fresh(request, "sqlite", folder) as target:
        one = Live(seed, folder / "case")
        rehearsed = one.rehearse(target)
    with fresh(request, dialect, folder) as target:
        live = one.run(target, interrupted=seed % 2 == 1)
    assert live == rehearsed, f"seed {seed}\n{explain(live, rehearsed)}"


@pytest.fixture(autouse=True)
def may_be_published(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rehearsal takes times that are past, and accounts whose providers cannot be reached yet."""
    monkeypatch.setattr(lifecycle, "refuse_problems", lambda *_: None)
    monkeypatch.setattr(lifecycle, "refuse_accounts", lambda *_: None)


@pytest.mark.parametrize("seed", range(CASES))
def test_a_live_engine_does_what_was_rehearsed(
    request: pytest.FixtureRequest, seed: int, tmp_path: Path
) -> None:
    compare(request, seed, ("sqlite", "postgresql")[seed % 4 == 3], tmp_path)


@pytest.mark.full
@pytest.mark.timeout(7200)
def test_a_live_engine_does_what_was_rehearsed_many_times(
    request: pytest.FixtureRequest, dialect: str, tmp_path: Path
) -> None:
    for seed in range(CASES, 1000):
        folder = tmp_path / str(seed)
        folder.mkdir()
        compare(request, seed, dialect, folder)
        shutil.rmtree(folder)
