"""Which versions the scheduler leaves to others, and what it waits for until it does something itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from sqlalchemy import Connection, select

from engine.plan.temporary import kin
from engine.run.active import ActiveVersions
from engine.run.running import Item, RunningVersion
from engine.run.sharing import leases
from engine.run.sharing.division import Division
from engine.run.sharing.leases import Offer
from engine.store.times import NEVER

Concerns = Callable[[Item, RunningVersion], bool]
"""Whether a version's people must have come up to an item's moment before it is carried out."""


class Shares:
    """Belongs to a scheduler.

    What others may run is the waves of a version that makes no difference to any other one, up to its next
    moment: its cycles and audiences are the leader's, and so are versions that run in lockstep. Where there
    are several workers, and nobody in the version makes a difference to anybody else there, each of its
    shards is run by itself.

    stale: what is left to others may have to be something else.
    """

    def __init__(self, division: Division, versions: ActiveVersions, concerns: Concerns) -> None:
        self._division = division
        self._versions = versions
        self._concerns = concerns
        self._left: dict[int, Offer] = {}
        self._some_share_addresses = True
        self._refused: set[int] = set()
        self._waves: dict[int, int] = {}
        self._workers: frozenset[int] = frozenset()
        self.stale = True

    @property
    def any(self) -> bool:
        """Whether anything is left to others."""
        return self._division.is_on

    def load(self, connection: Connection) -> None:
        """Other versions are in progress, or the data is another."""
        self._some_share_addresses = connection.execute(select(kin.c.person).limit(1)).first() is not None
        self._division.changed(connection, {version.key for version in self._versions if not version.coupled})
        self._refused.clear()
        self.stale = True

    def moved(self) -> list[RunningVersion]:
        """Those of which others have run waves since the last call."""
        found = []
        for version in self._versions:
            progress = self._division.progress.get(version.key)
            if progress is None:
                self._waves.pop(version.key, None)
                continue
            if progress.waves != self._waves.get(version.key, 0):
                self._waves[version.key] = progress.waves
                found.append(version)
            if progress.refused and version.key not in self._refused:
                self._refused.add(version.key)
                self.stale = True
        return found

    def divide(self, busy: Collection[int], items: Iterable[Item]) -> set[int]:
        """Leave to others what they may run; the versions that are left to them, where that was asked anew.

        busy: versions whose items are being carried out.
        """
        workers = self._division.workers
        if not self.stale and _how_many(workers) == _how_many(self._workers):
            return set()
        known = list(items)
        left = {
            version.key: Offer(
                min([NEVER, *(item.moment - 1 for item in known if self._concerns(item, version))]),
                len(workers) > 1 and self._divisible(version),
            )
            for version in (self._versions if workers else ())
            if not (version.coupled or version.key in busy or version.key in self._refused)
        }
        self._leave(left)
        self._workers, self.stale = workers, False
        return set(left)

    def fetch(self, version: RunningVersion) -> None:
        """The scheduler does something with a version itself."""
        self.stale = True
        if version.key in self._left:
            self._leave({key: offer for key, offer in self._left.items() if key != version.key})

    def _divisible(self, version: RunningVersion) -> bool:
        plan = version.plan
        shared = self._some_share_addresses
        return plan.layout.influence.divisible(plan.context.contact, some_share_addresses=shared)

    def _leave(self, left: dict[int, Offer]) -> None:
        self._division.divide(left)
        for version in self._versions:
            if (version.key in left) != (version.key in self._left):
                version.runner.forget()
        self._left = left

    def wait_for(self, connection: Connection, items: list[Item], now: int) -> list[Item]:
        """Of what is due, what need not wait until others have come so far."""
        due = leases.due_elsewhere(connection, now) if items and self.any else {}
        behind = [(version, due[version.key]) for version in self._versions if version.key in due]
        return [
            item
            for item in items
            if not any(since < item.moment and self._concerns(item, version) for version, since in behind)
        ]


def _how_many(workers: Collection[int]) -> int:
    """0, 1, or 2 for several: what is left to them depends on that."""
    return min(len(workers), 2)
