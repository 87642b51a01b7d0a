"""What campaigns have to do at their moments, besides moving their people: audiences, cycles, their ends."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from engine.components.behaviour import EnterAudiences
from engine.run import cycles
from engine.run.compiling import PlanSettings
from engine.run.running import Item, RunningVersion
from engine.store.times import NEVER
from engine.workspace.audience import AudienceFile


class Calendar:
    """The next item of each version that has one. `upkeep`: that of the whitelist, or None."""

    def __init__(self, settings: PlanSettings, audiences: Mapping[str, AudienceFile], since: int) -> None:
        """audiences: the workspace's, of which the whitelist is kept up to date from `since` (ms) on."""
        self._settings = settings
        self._since = since
        self._audiences = audiences
        self._busy: tuple[RunningVersion, ...] = ()
        self._ends: list[tuple[int, int]] = []
        self._kept_up = -NEVER
        self.upkeep: Item | None = None

    def load(self, connection: Connection, versions: Iterable[RunningVersion]) -> None:
        """Find out what each version has to do next."""
        found = list(versions)
        for version in found:
            version.item = self._next_item(connection, version)
        self._busy = tuple(version for version in found if version.item is not None)
        self._ends = [(v.window.end, v.campaign) for v in found if v.enters and v.window.end is not None]
        heapq.heapify(self._ends)
        self.upkeep = self._next_upkeep(connection) if found else None

    def renew(self, connection: Connection, version: RunningVersion, done: Item) -> None:
        """Find out what the version, which has done an item, has to do next; and whoever else uses the
        audience that it has updated."""
        self._renew(connection, {version, *(self._busy if done.audience is not None else ())})
        if done.audience is not None:
            self.upkeep = self._next_upkeep(connection)

    def renew_upkeep(self, connection: Connection, done: Item) -> None:
        """The whitelist has been updated, or could not be: when it is next, and whoever else uses it."""
        self._kept_up = done.moment
        self._renew(connection, self._busy)
        self.upkeep = self._next_upkeep(connection)

    def _renew(self, connection: Connection, versions: Iterable[RunningVersion]) -> None:
        some = set(versions)
        for version in some:
            version.item = self._next_item(connection, version)
        self._busy = tuple(one for one in {*self._busy, *some} if one.item is not None)

    def items(self) -> list[Item]:
        """Everything that somebody has to do next."""
        items = [version.item for version in self._busy]
        return [item for item in (*items, self.upkeep) if item is not None]

    def earliest(self) -> int:
        """When the next item is due, or a campaign ends."""
        end = next(iter(self._ends), (NEVER, 0))[0]
        return min([end, *(item.moment for item in self.items())])

    def ended(self, now: int) -> set[int]:
        """Campaigns whose end has come by `now` since the last call."""
        found: set[int] = set()
        while self._ends and self._ends[0][0] <= now:
            found.add(heapq.heappop(self._ends)[1])
        return found

    def _next_upkeep(self, connection: Connection) -> Item | None:
        """When the whitelist is to be updated next."""
        id = self._settings.contact.whitelist
        if id is None or id not in self._audiences:
            return None
        # What could not be updated at its moment waits for the next one.
        file, zone = self._audiences[id], self._settings.zone
        moment = cycles.next_update(connection, file, zone, self._since, self._kept_up)
        return None if moment is None else Item(moment, 0, "", 0, audience=id)

    def _next_item(self, connection: Connection, version: RunningVersion) -> Item | None:
        """What the version has to do next: update an audience, or begin a cycle."""
        entering = self._entering(connection, version)
        version.runs_ahead = entering is not None
        found = [item for item in (entering, self._leaving(connection, version)) if item is not None]
        return min(found, default=None)

    def _leaving(self, connection: Connection, version: RunningVersion) -> Item | None:
        """The next update of an audience whose people leave: each counts at its moment."""
        files, zone = version.bundle.audiences, self._settings.zone
        due = [
            (moment, id)
            for id in version.updates_for_leaving
            if (moment := cycles.next_update(connection, files[id], zone, self._since, -NEVER)) is not None
        ]
        if not due:
            return None
        moment, audience = min(due)
        return Item(moment, 0, version.plan.context.campaign_id, version.key, audience=audience)

    def _entering(self, connection: Connection, version: RunningVersion) -> Item | None:
        """The next update of an audience that enters, or the next cycle."""
        version.next_run = None
        trigger = version.plan.flow.trigger.behaviour
        if not version.enters or not isinstance(trigger, EnterAudiences):
            return None
        id = version.plan.context.campaign_id
        if version.cycles.open:
            assert version.cycles.at is not None
            return Item(version.cycles.at, 1, id, version.key)
        # Nobody enters a version before there was one, whenever its campaign began.
        since = version.resumed_at if trigger.every else max(version.resumed_at, version.published_at)
        run = cycles.next_run(
            trigger, version.cycles, version.window, version.grid, self._settings.zone, since
        )
        if run is None:
            return None
        version.next_run = run.at
        files = version.bundle.audiences
        due = cycles.update_before(connection, trigger, files, run.at, self._settings.zone)
        if due is not None:
            moment, audience = due
            return Item(moment, 0, id, version.key, audience=audience)
        return Item(run.at, 1, id, version.key, run=run)
