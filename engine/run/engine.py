"""The engine's facade: what the HTTP API, the command line and the tests call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from engine.run.answers import (
    CampaignStatus,
    Counts,
    EngineStatus,
    EventsReceipt,
    IncomingEvent,
    Published,
    Violation,
)
from engine.run.clock import Clock, RealClock
from engine.store.database import Database

if TYPE_CHECKING:
    from engine.workspace.bundle import Bundle

T = TypeVar("T")

MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """The workspace's settings that running campaigns obey.

    zone: for every wall-clock setting. future_events: ms by which an event's time may lie ahead and still let
    somebody enter.
    """

    zone: ZoneInfo
    future_events: int = 5 * MINUTE


class Engine:
    """Runs published campaigns on one database. Thread-safe: one writer, taken by priority.

    `start()` runs due work in a thread of its own; without it `step` and `run_until_idle` run it in the caller's.
    """

    def __init__(self, database: Database, settings: EngineSettings, clock: Clock | None = None) -> None:
        """Take the database. Raises `Refused` where another engine holds it."""
        raise NotImplementedError

    # ---- life cycle of campaigns

    def publish(self, bundle: Bundle) -> Published:
        """Publish a bundle: a new campaign, or a new version of one. Raises `Refused` with every problem."""
        raise NotImplementedError

    def stop(self, campaign: str) -> None:
        """Entering and sending cease; people keep their place. Raises `UnknownCampaign`, `Refused`."""
        raise NotImplementedError

    def restart(self, campaign: str) -> None:
        """Take a stopped campaign up again. Raises `UnknownCampaign`, `Refused`."""
        raise NotImplementedError

    def delete(self, campaign: str) -> None:
        """Remove a campaign that is not in progress, with all its rows. Raises `UnknownCampaign`, `Refused`."""
        raise NotImplementedError

    def campaigns(self) -> list[CampaignStatus]:
        """Every published campaign, in order of publishing."""
        raise NotImplementedError

    def campaign(self, campaign: str) -> CampaignStatus:
        """One campaign. Raises `UnknownCampaign`."""
        raise NotImplementedError

    def counts(self, campaign: str) -> Counts:
        """Live counts of one campaign, read from the counters only. Raises `UnknownCampaign`."""
        raise NotImplementedError

    # ---- data

    def post_events(self, events: Sequence[IncomingEvent]) -> EventsReceipt:
        """Take events in durably, before any waiting wave; they are followed up at once if the engine runs."""
        raise NotImplementedError

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work(connection)` in one transaction of the only writer (imports, audience updates)."""
        raise NotImplementedError

    # ---- running

    def start(self) -> None:
        """Run due work in a background thread until `close`."""
        raise NotImplementedError

    def step(self) -> bool:
        """Run one piece of due work (at most one wave). False where nothing is due now."""
        raise NotImplementedError

    def run_until_idle(self, until: int | None = None) -> None:
        """Run everything that is due now; with a `VirtualClock`, go on to what is due later, up to `until`."""
        raise NotImplementedError

    def status(self) -> EngineStatus:
        raise NotImplementedError

    def check(self) -> list[Violation]:
        """Prove conservation (components, rule 11) and that counters equal rows; [] = all is well."""
        raise NotImplementedError

    def close(self) -> None:
        """Stop the background thread after its present wave and let go of the database."""
        raise NotImplementedError


__all__ = ["Clock", "Engine", "EngineSettings", "RealClock"]
