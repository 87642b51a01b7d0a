"""A campaign that runs on a team's machines while these are killed: orders are placed, workers and servers
die and come back, until everybody is through."""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

from sqlalchemy import func, select

from docs.team import Server, Team, Worker, until
from docs.team_shop import CAMPAIGN, MINUTES, Order
from engine.client import EngineRefused, EngineUnreachable
from engine.server.wire.campaigns import Counts
from engine.server.wire.data import Event
from engine.store.database import Database
from engine.store.tables.operations import version_lease
from engine.workspace import cdnow

ORDERS_S = 5.0, 95.0
"""From when to when all orders are placed, in seconds since the run began."""
CALL = 100
"""Orders of one call."""
WORKER_S = 5.0
"""How often a worker is killed that works."""
JUDGED_S = 60.0 * MINUTES
"""When those are judged who have not ordered."""
ALL_S = 4.0, JUDGED_S + 1.0
"""When all workers are killed at once: people have just entered, or were just judged."""
LEADER_S = 5.0, 45.0
"""When the server is killed that leads, in seconds since nobody looks for a certain one any more."""
LOOK_S, COUNT_S = 0.1, 1.0
SPARE_S, LONGEST_S = 10.0, 1200.0
_OPEN = ("planned", "claimed", "sending")


class Run:
    """Begins when it is made. Attributes, once it is through: seconds; repeated (calls with orders that
    nobody answered, and that were made again); takeovers (seconds in which nobody led); waves (of
    workers)."""

    def __init__(self, team: Team, orders: Sequence[Order], people: int, version: int) -> None:
        """people: how many will enter; they do so as this version is published, which is waited for."""
        self._team, self._people = team, people
        until(lambda: self._published() == version, f"version {version}")
        self._calls = [orders[n : n + CALL] for n in range(0, len(orders), CALL)]
        self._call: list[Event] = []
        self._begun = time.monotonic()
        self._chance = random.Random(7)
        self._all, self._leaders = list(ALL_S), [math.inf]
        self._next_worker, self._next_count = WORKER_S, 0.0
        self._dead: Server | None = None
        self._died = 0.0
        self._placed = 0
        self._waves: dict[int, int] = {}
        self.seconds = 0.0
        self.repeated = 0
        self.takeovers: list[float] = []

    @property
    def waves(self) -> int:
        return sum(self._waves.values())

    def go_on(self, placed: float) -> None:
        """Until such a part of the orders has been placed; meanwhile only workers are killed."""
        with Database.open(self._team.database) as database:
            while self._placed < placed * len(self._calls):
                self._look(database)

    def finish(self) -> Counts:
        """Until everybody is through, and every message at an end; servers are killed, too. Raises
        `TimeoutError`."""
        now = time.monotonic() - self._begun
        self._leaders = [now + seconds for seconds in LEADER_S]
        with Database.open(self._team.database) as database:
            while (counts := self._look(database)) is None or not self._is_over(counts):
                if time.monotonic() > self._begun + LONGEST_S:
                    raise TimeoutError(f"not everybody is through: {counts}")
        self.seconds = time.monotonic() - self._begun
        return counts

    def _is_over(self, counts: Counts) -> bool:
        waiting = sum(states.get(one, 0) for states in counts.messages.values() for one in _OPEN)
        over = counts.finished == self._people and not waiting and self._placed == len(self._calls)
        return over and not self._leaders and self._dead is None

    def _look(self, database: Database) -> Counts | None:
        """One turn: what is due to be placed, killed, counted; the counts, where they were looked at."""
        now = time.monotonic() - self._begun
        begin, end = ORDERS_S
        due = (now - begin) / (end - begin) * len(self._calls)
        if self._placed < min(due, len(self._calls)):
            self._place()
        if self._all and now > self._all[0]:
            self._all.pop(0)
            self._kill(self._team.workers)
        elif now > self._next_worker and (working := [one for one in self._team.workers if one.works]):
            self._next_worker = now + WORKER_S
            self._kill([self._chance.choice(working)])
        self._see_to_leader(now)
        if now < self._next_count:
            time.sleep(LOOK_S)
            return None
        self._next_count = now + COUNT_S
        self._count_waves(database)
        return self._counts()

    def _place(self) -> None:
        """The next orders, now; again and again until somebody has them."""
        if not self._call:
            now = datetime.now(UTC).isoformat(timespec="milliseconds")
            self._call = [
                Event(
                    event_id=one.id,
                    person_id=one.person,
                    event=cdnow.EVENT,
                    time=now,
                    attributes=json.loads(one.attributes),
                )
                for one in self._calls[self._placed]
            ]
        for server in self._team.servers:
            with suppress(EngineRefused, EngineUnreachable), server.client() as client:
                answer = client.post_events(self._call)
                assert not answer.rejected, answer.rejected
                self._placed += 1
                self._call = []
                if time.monotonic() > self._begun + JUDGED_S - SPARE_S:
                    raise TimeoutError("this machine is too busy: orders are placed too late to be judged")
                return
        self.repeated += 1

    @staticmethod
    def _kill(workers: Sequence[Worker]) -> None:
        """Their computers are back at once."""
        for worker in workers:
            worker.kill()
        for worker in workers:
            worker.start()

    def _see_to_leader(self, now: float) -> None:
        """Kill it when it is time and another one stands by; once that one leads, it comes back."""
        if self._dead is not None:
            others = [one for one in self._team.servers if one is not self._dead]
            if any(one.leads for one in others):
                self.takeovers.append(time.monotonic() - self._died)
                self._dead.start()
                self._dead = None
        elif self._leaders and now > self._leaders[0]:
            leader = self._team.leader()
            if all(one.stands_by for one in self._team.servers if one is not leader):
                self._leaders.pop(0)
                self._dead, self._died = leader, time.monotonic()
                leader.kill()

    def _published(self) -> int:
        with self._team.leader().client() as client:
            return client.campaign(CAMPAIGN).version

    def _counts(self) -> Counts | None:
        for server in self._team.servers:
            with suppress(EngineRefused, EngineUnreachable), server.client() as client:
                return client.counts(CAMPAIGN)
        return None

    def _count_waves(self, database: Database) -> None:
        """A new leader begins to count anew."""
        with database.read() as connection:
            found = connection.execute(select(func.sum(version_lease.c.waves))).scalar()
        turn = len(self.takeovers)
        self._waves[turn] = max(self._waves.get(turn, 0), int(found or 0))
