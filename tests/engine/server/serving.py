"""An API on a real socket of this computer, in front of an engine that is all in memory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from engine.audience.updates import update_audience
from engine.client import EngineClient
from engine.i18n import Message
from engine.report.check import Violation
from engine.report.counts import Counts, CycleCounts, GoalCounts, NodeCounts, SkippedCycle
from engine.report.received import Effect, Fate, Noted, Outcome, Received
from engine.run.answers import (
    CampaignStatus,
    EngineStatus,
    EventsReceipt,
    HeldState,
    IncomingEvent,
    Published,
    Refused,
    Status,
    UnknownCampaign,
    UnknownVersion,
    VersionStatus,
)
from engine.run.clock import VirtualClock
from engine.run.engine import Engine
from engine.run.posting import Posting
from engine.server.api import application
from engine.server.service import Service
from engine.server.serving import ApiServer, Listen
from engine.shapes.time import from_milliseconds
from engine.store.database import Database
from engine.store.fields import DataSchema
from engine.store.imports.folder import import_folder
from engine.store.imports.result import ImportResult
from engine.workspace import bundle as bundles
from engine.workspace.audience import AudienceFile
from engine.workspace.bundle import Bundle
from engine.workspace.catalog import Catalog

TOKEN = "t0ken"
NOW = 1_764_000_000_000


class MemoryEngine:
    """Answers as an engine does, and remembers what it was asked. `failure`: raised by `status`."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.published: dict[str, Bundle] = {}
        self.stopped: set[str] = set()
        self.noted = 0
        self.events: dict[tuple[str, str], IncomingEvent] = {}
        self.failure: Exception | None = None
        self.hold: HeldState | None = None
        self.posting = Posting(self.post_events, nullcontext)

    def publish(self, bundle: Bundle) -> Published:
        id = bundle.campaign.attributes.id
        if not bundle.campaign.nodes:
            raise Refused(Message("Nothing in it."), Message("Nobody in it."))
        self.published[id] = bundle
        return Published(id, 1, bundle.hash)

    @contextmanager
    def together(self) -> Iterator[Connection]:
        with self.database.write() as connection:
            yield connection

    def note_audiences(self) -> None:
        self.noted += 1

    def campaigns(self) -> list[CampaignStatus]:
        return [self.campaign(id) for id in self.published]

    def campaign(self, campaign: str) -> CampaignStatus:
        bundle = self._bundle(campaign)
        status = Status.STOPPED if campaign in self.stopped else Status.IN_PROGRESS
        name = bundle.campaign.attributes.name
        return CampaignStatus(campaign, name, status, 1, bundle.hash, NOW, NOW, None, NOW + 1, 3, 2, 1)

    def versions(self, campaign: str) -> list[VersionStatus]:
        return [VersionStatus(1, self._bundle(campaign).hash, NOW, True, 3, 2, 1)]

    def bundle(self, campaign: str, version: int) -> str:
        if version != 1:
            raise UnknownVersion(version)
        return bundles.write(self._bundle(campaign)).decode()

    def counts(self, campaign: str, version: int | None = None, cycle: int | None = None) -> Counts:
        if version not in (None, 1):
            raise UnknownVersion(version)
        nodes = {
            id: NodeCounts(arrived=3, passed=1, waiting=2) for id in self._bundle(campaign).campaign.nodes
        }
        return Counts(
            nodes,
            {"l_1": 3},
            3,
            2,
            1,
            messages={"n_sms": {"sent": 2, "failed": 1}},
            reasons={"n_sms": {"sent": {"": 2}, "failed": {"quota": 1}}},
            receipts={"n_sms": {"opened": 1}},
            goals={"n_target": {"group:g_1": GoalCounts(judged=2, achieved=1)}},
            cycles=(CycleCounts(1, NOW, 2, 1, 1), CycleCounts(2, None, 1, 1, 0)),
            skipped=(SkippedCycle(NOW, "a_rome"),),
            releases={"n_wait": NOW} if cycle is None else {},
        )

    def stop(self, campaign: str) -> None:
        self._bundle(campaign)
        self.stopped.add(campaign)

    def restart(self, campaign: str) -> None:
        self._bundle(campaign)
        self.stopped.discard(campaign)

    def delete(self, campaign: str) -> None:
        if campaign in self.published and campaign not in self.stopped:
            raise Refused(Message("It runs."))
        self._bundle(campaign)
        del self.published[campaign]

    def post_events(self, events: Sequence[IncomingEvent]) -> EventsReceipt:
        before = len(self.events)
        for event in events:
            self.events[event.person, event.id] = event
        new = len(self.events) - before
        return EventsReceipt(new, len(events) - new)

    def note_malformed(self, malformed: Sequence[tuple[str, Message]]) -> None:
        self.malformed = [id for id, _ in malformed]

    def import_data(self, folder: Path, catalogue: DataSchema) -> ImportResult:
        return import_folder(self.database, folder, catalogue)

    def update_audience(self, files: Mapping[str, AudienceFile], catalog: Catalog, id: str) -> int:
        moment = from_milliseconds(NOW)
        return update_audience(self.database, files, id, moment, ZoneInfo("UTC"), catalog=catalog)

    def next_updates(self) -> dict[str, int]:
        return {}

    def received(self, declared: Collection[str]) -> list[Received]:
        effect = Effect("c_1", "Hello", Outcome.ENTERED, Message("The person entered."))
        return [
            Received(Noted(NOW, Fate.ACCEPTED, event.id, event.person, event.event, event.time), (effect,))
            for event in self.events.values()
        ]

    def held(self) -> HeldState | None:
        return self.hold

    def release(self) -> None:
        self.hold = None

    def status(self) -> EngineStatus:
        if self.failure is not None:
            raise self.failure
        held = None if self.hold is None else self.hold.reason
        return EngineStatus(True, NOW, NOW + 60_000, len(self.published), 2, held, Message("Disk full."))

    def check(self) -> list[Violation]:
        return [Violation("c_1 n_sms", Message("One is missing."))]

    def _bundle(self, campaign: str) -> Bundle:
        if campaign not in self.published:
            raise UnknownCampaign(campaign)
        return self.published[campaign]


@dataclass
class Served:
    """A running API: its address, its engine, and clients for it."""

    url: str
    folder: Path
    engine: MemoryEngine
    server: ApiServer
    clients: list[EngineClient] = field(default_factory=list)

    def client(self, token: str = TOKEN) -> EngineClient:
        self.clients.append(EngineClient(self.url, token))
        return self.clients[-1]


def service(engine: MemoryEngine, database: Database, folder: Path, shut_down: Callable[[], None]) -> Service:
    return Service(
        engine=cast("Engine", engine),
        database=database,
        clock=VirtualClock(NOW),
        name="Shop",
        zone=ZoneInfo("Europe/Berlin"),
        folder=folder,
        instance="i_1",
        shut_down=shut_down,
    )


@contextmanager
def serve(database: Database, folder: Path, engine: MemoryEngine | None = None) -> Iterator[Served]:
    """Serve the API for a workspace folder until the block ends."""
    ready = threading.Event()
    engine = engine or MemoryEngine(database)

    def shut_down() -> None:
        server.should_exit = True

    app = application(service(engine, database, folder, shut_down), TOKEN, Listen().hosts)
    server = ApiServer(app, Listen().bind(), ready.set)
    served = Served(server.url, folder, engine, server)
    thread = threading.Thread(target=server.serve_until_exit, name="api")
    thread.start()
    try:
        assert ready.wait(20)
        yield served
    finally:
        for client in served.clients:
            client.close()
        server.should_exit = True
        thread.join(20)
        engine.posting.close()
