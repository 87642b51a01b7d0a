"""Random campaigns, each published twice: the second is rehearsed while the first runs, then really run."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.audience.updates import update_audience
from engine.campaign.document import CampaignDocument
from engine.report.trace import write_trace
from engine.run.answers import IncomingEvent, Refused
from engine.run.clock import VirtualClock
from engine.run.engine import Engine
from engine.run.settings import EngineSettings
from engine.run.simulate import simulate
from engine.shapes.time import from_milliseconds, instant
from engine.shapes.time import to_milliseconds as ms
from engine.store.database import Database
from engine.store.imports.folder import import_folder
from engine.workspace import bundle as bundles
from engine.workspace.bundle import Bundle
from engine.workspace.workspace import Workspace
from tests.databases import Target, fresh
from tests.engine.interpreter.case import Case, Person
from tests.engine.random_cases.making import make
from tests.engine.random_cases.writing import write

Trace = dict[str, list[str]]


class NotPublishable(Exception):  # noqa: N818 - no failure
    """The live engine does not take this campaign."""


class World:
    """A random case on a database, with a live engine from the case's beginning on."""

    def __init__(self, case: Case, target: Target, folder: Path) -> None:
        self.case, self.folder = case, folder
        self.since, self.until = ms(instant(case.since)), ms(instant(case.until or case.since))
        self.middle = self.since + (self.until - self.since) // 3
        self.workspace = Workspace.open(folder / "workspace")
        self.settings = EngineSettings.of(self.workspace)
        self.clock = VirtualClock(self.since)
        self.database = Database.open(target)
        past = replace(case, events=[event for event in case.events if event.time < self.since])
        self.bring(past, "past", self.since)
        self.engine = Engine(self.database, self.settings, self.clock)

    def bring(self, case: Case, name: str, now: int) -> None:
        write(case, self.folder / name)
        result = import_folder(self.database, self.folder / name / "data", now=from_milliseconds(now))
        assert not result.rejected, result.rejects

    def close(self) -> None:
        self.engine.close()
        self.database.close()

    def bundle(self, id: str) -> Bundle:
        made = bundles.make(self.workspace, self.workspace.load_campaign(self.case.campaign["id"]))
        attributes = made.campaign.attributes.model_copy(update={"id": id, "name": id})
        campaign = CampaignDocument(attributes, made.campaign.nodes, made.campaign.links)
        return Bundle(campaign, made.audiences, made.messages, made.accounts, made.catalog)

    def publish(self, id: str) -> None:
        try:
            self.engine.publish(self.bundle(id))
        except Refused as error:
            raise NotPublishable(str(error)) from error

    def run(self, until: int) -> None:
        """Go on to `until`, which is included, each event coming at its time."""
        for event in sorted(self.case.events, key=lambda one: (one.time, one.person, one.id)):
            if self.clock.now() <= event.time <= until and event.time >= self.since:
                if event.time > self.clock.now():
                    self.engine.run_until_idle(event.time - 1)
                    self.clock.set(event.time)
                attributes = dict(event.attributes)
                posted = IncomingEvent(event.id, event.person, event.code, event.time, attributes)
                self.engine.post_events([posted])
        self.engine.run_until_idle(until)

    def update_audiences(self) -> None:
        for id in self.workspace.audiences:
            update_audience(
                self.database, dict(self.workspace.audiences), id,
                from_milliseconds(self.clock.now()), self.settings.zone,
            )  # fmt: skip


def prepared(seed: int) -> Case:
    """A case that a live engine can run: simulated accounts, nobody exempt, no two events at one instant."""
    case = deepcopy(make(seed))
    case.settings.pop("whitelist", None)
    case.results = []
    known = {person.id for person in case.people}
    strangers = dict.fromkeys(event.person for event in case.events if event.person not in known)
    case.people += [Person(id) for id in strangers]
    case.accounts = {
        id: {
            **{key: one[key] for key in ("format", "version", "id", "name") if key in one},
            "kind": "simulated",
        }
        for id, one in case.accounts.items()
    }
    return case


def compare(seed: int, rehearsal: Target, live: Target, folder: Path) -> tuple[Trace, Trace, Trace]:
    case = prepared(seed)
    write(case, folder)
    first, second = ("c_a", "c_b") if seed % 2 else ("c_b", "c_a")
    with ExitStack() as stack:
        worlds = []
        for target in (rehearsal, live):
            world = World(case, target, folder)
            stack.callback(world.close)
            world.publish(first)
            world.run(world.middle - 1)
            world.clock.set(world.middle)
            world.update_audiences()
            worlds.append(world)
        ahead, really = worlds
        later = [event for event in case.events if event.time >= really.middle]
        nothing: dict[str, Any] = {"people": [], "ids": [], "tags": [], "coupons": [], "suppressed": []}
        ahead.bring(replace(case, events=later, members={}, **nothing), "later", really.middle - 600_000)
        for name, with_running in (("alone", False), ("with", True)):
            summary = simulate(
                ahead.bundle(second), rehearsal, replace(ahead.settings, audiences={}),
                since=from_milliseconds(ahead.middle), until=from_milliseconds(ahead.until),
                trace=folder / name, with_running=with_running,
            )  # fmt: skip
            assert summary.violations == ()
            assert summary.failure is None, summary.failure
        really.publish(second)
        versions = really.engine._scheduler.versions
        (plan,) = [one.plan for one in versions if one.plan.context.campaign_id == second]
        really.run(really.until)
        assert really.engine.check() == []
        with really.database.read() as connection:
            write_trace(connection, plan, really.bundle(second), folder / "live", really.until)
    return trace(folder / "alone"), trace(folder / "with"), trace(folder / "live")


def trace(folder: Path) -> Trace:
    return {path.name: path.read_text(encoding="utf-8").splitlines() for path in sorted(folder.iterdir())}


SEEDS = [20, 22, 23, 31, 38, 41]
ON_POSTGRESQL = SEEDS[:3]
"""What single campaigns do there, two hundred of test_differential say."""


@pytest.mark.parametrize(
    ("dialect", "seed"),
    [*(("sqlite", seed) for seed in SEEDS), *(("postgresql", seed) for seed in ON_POSTGRESQL)],
)
def test_a_rehearsal_with_a_running_campaign_is_what_then_happens(
    seed: int, request: pytest.FixtureRequest, dialect: str, tmp_path: Path
) -> None:
    alone, together, live = in_two_databases(seed, request, dialect, tmp_path)
    assert together == live
    if seed in (20, 23, 31):
        assert together != alone, "it makes a difference who runs besides"


@pytest.mark.full
@pytest.mark.timeout(7200)
def test_rehearsals_with_a_running_campaign_many_times(
    request: pytest.FixtureRequest, dialect: str, tmp_path: Path
) -> None:
    seen: Counter[str] = Counter()
    for seed in range(200):
        try:
            alone, together, live = in_two_databases(seed, request, dialect, tmp_path / str(seed))
        except NotPublishable:
            continue
        assert together == live, seed
        seen["same"] += 1
        seen["not alone"] += together != alone
    assert seen["same"] >= 100
    assert seen["not alone"] >= 10


def in_two_databases(
    seed: int, request: pytest.FixtureRequest, dialect: str, folder: Path
) -> tuple[Trace, Trace, Trace]:
    for name in ("one", "two"):
        (folder / name).mkdir(parents=True)
    with (
        fresh(request, dialect, folder / "one") as rehearsal,
        fresh(request, dialect, folder / "two") as live,
    ):
        return compare(seed, rehearsal, live, folder)
